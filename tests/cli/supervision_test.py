"""Supervision starts when the script imports Keras, and no sooner."""

import contextlib
import importlib
import sys
import types
from importlib import machinery
from unittest import mock

from absl.testing import absltest

from keras_troubleshoot import debugging
from keras_troubleshoot.cli import supervision
from keras_troubleshoot.cli.command import CommandError
from tests.cli import calling

KERAS = """\
import sys
set_before = sys.modules["settings"].CHOICE
class backend:
    backend = staticmethod(lambda: set_before)
"""


class SupervisionTest(calling.CommandTestCase):
    """With stand-ins for Keras and `supervise`: only the moment matters."""

    def setUp(self):
        super().setUp()
        self.write("keras.py", KERAS)
        self.told = []
        settings = types.SimpleNamespace(CHOICE="tensorflow")
        supervise = types.SimpleNamespace(supervise=self.supervise)
        modules = {
            "settings": settings,
            "keras_troubleshoot.debugging.supervise": supervise,
        }
        self.enterContext(mock.patch.dict(sys.modules, modules))
        for name in [n for n in sys.modules if n.split(".")[0] == "keras"]:
            del sys.modules[name]
        path = [str(self.folder), *sys.path]
        self.enterContext(mock.patch.object(sys, "path", path))
        self.enterContext(
            mock.patch.object(debugging, "supervise", supervise, create=True)
        )

    @contextlib.contextmanager
    def supervise(self, confirm=None):
        self.told.append("in")
        yield mock.sentinel.session
        self.told.append("out")

    def test_it_starts_after_the_import_and_stops_at_the_end(self):
        finders = list(sys.meta_path)
        with supervision.when_keras_is_imported():
            self.assertEmpty(self.told)
            keras = importlib.import_module("keras")

            self.assertEqual(keras.set_before, "tensorflow")
            self.assertEqual(self.told, ["in"])
        self.assertEqual(self.told, ["in", "out"])
        self.assertEqual(sys.meta_path, finders)

    def test_without_keras_there_is_no_session(self):
        finders = list(sys.meta_path)
        with supervision.when_keras_is_imported() as watch:
            pass
        self.assertIsNone(watch.session)
        self.assertEmpty(self.told)
        self.assertEqual(sys.meta_path, finders)

    def test_keras_may_be_there_already(self):
        importlib.import_module("keras")

        with supervision.when_keras_is_imported() as watch:
            self.assertIs(watch.session, mock.sentinel.session)

    def test_keras_keeps_its_own_loader(self):
        with supervision.when_keras_is_imported():
            keras = importlib.import_module("keras")

        self.assertIsInstance(keras.__loader__, machinery.SourceFileLoader)
        self.assertIs(keras.__spec__.loader, keras.__loader__)

    def test_another_backend_set_by_the_script_is_refused(self):
        sys.modules["settings"].CHOICE = "jax"
        with self.assertRaisesRegex(CommandError, "received: 'jax'"):
            with supervision.when_keras_is_imported():
                importlib.import_module("keras")


if __name__ == "__main__":
    absltest.main()
