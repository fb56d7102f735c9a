"""`building`: the builder of a user's file."""

import pickle
import sys
from unittest import mock

from absl.testing import absltest

from keras_troubleshoot.cli import building
from keras_troubleshoot.cli.command import CommandError
from tests.cli import calling

FILE = """
import dataclasses
import beside

@dataclasses.dataclass
class Rates:
    low: float = 0.1

def build(hp):
    return hp * beside.FACTOR

class Hyper:
    def build(self, hp):
        return hp + Rates().low

    def fit(self, hp, model, *data, **options):
        return hp, model, data

hyper = Hyper()
number = 5
"""


class BuildingTest(calling.CommandTestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, sys, "path", list(sys.path))
        self.addCleanup(sys.modules.pop, "beside", None)
        self.write("beside.py", "FACTOR = 3")
        self.write("my-file.py", FILE)

    def test_a_function(self):
        self.assertEqual(building.load("my-file.py:build").build(2), 6)

    def test_a_hypermodel(self):
        self.assertEqual(building.load("my-file.py:hyper").build(2), 2.1)
        self.assertEqual(building.load("my-file.py:Hyper").build(2), 2.1)

    def test_a_training_of_its_own(self):
        hyper = building.load("my-file.py:hyper")
        self.assertEqual(hyper.fit(1, 2, 3, epochs=4), (1, 2, (3,)))
        model = mock.Mock()
        model.fit.return_value = 5
        plain = building.load("my-file.py:build")
        self.assertEqual(plain.fit(1, model, 3, epochs=4), 5)
        model.fit.assert_called_once_with(3, epochs=4)

    def test_goes_to_other_processes_by_its_path(self):
        text = pickle.dumps(building.load("my-file.py:build"))
        self.assertLess(len(text), 500)
        self.assertEqual(pickle.loads(text).build(2), 6)

    def test_what_will_not_do(self):
        self.write("broken.py", "1 / 0")
        for argument, sentence in (
            ("my-file.py", "must be FILE.py:NAME"),
            ("build", "must be FILE.py:NAME"),
            ("my-file.py:", "must be FILE.py:NAME"),
            ("no.py:build", "not there"),
            ("my-file.py:no", "has none"),
            ("my-file.py:number", "must be a function"),
            ("broken.py:build", "ZeroDivisionError: division by zero"),
        ):
            with self.subTest(argument):
                with self.assertRaisesRegex(CommandError, sentence):
                    building.load(argument)


if __name__ == "__main__":
    absltest.main()
