"""Runs the examples in the docstrings of the package."""

import contextlib
import doctest
import importlib
import io
import pkgutil

from absl.testing import absltest

import keras_troubleshoot

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def module_names():
    """Every module of the package; `__main__` would start the program."""
    modules = pkgutil.walk_packages(
        keras_troubleshoot.__path__, "keras_troubleshoot."
    )
    return [m.name for m in modules if not m.name.endswith("__main__")]


class DoctestTest(absltest.TestCase):
    def test_every_example_says_what_happens(self):
        for name in ["keras_troubleshoot", *module_names()]:
            with self.subTest(name):
                module = importlib.import_module(name)
                with contextlib.redirect_stdout(io.StringIO()) as told:
                    result = doctest.testmod(module, optionflags=OPTIONS)
                self.assertEqual(result.failed, 0, told.getvalue())


if __name__ == "__main__":
    absltest.main()
