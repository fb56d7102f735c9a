"""Where finished trials lie, looked at once each."""

import types

import keras_tuner
from absl.testing import absltest

from keras_troubleshoot.tuning.coarse import nearest


def trial(name, status="COMPLETED", **values):
    return types.SimpleNamespace(
        trial_id=name,
        status=status,
        hyperparameters=types.SimpleNamespace(values=values),
    )


def space():
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 0.0, 1.0)
    hp.Choice("optimizer", ["adam", "sgd"])
    hp.Float(
        "momentum", 0.0, 2.0, parent_name="optimizer", parent_values=["sgd"]
    )
    return hp.space


class PlacesTest(absltest.TestCase):
    def test_columns_hold_the_places_where_each_is_on(self):
        trials = [
            trial("a", rate=0.25, optimizer="adam"),
            trial("b", rate=0.5, optimizer="sgd", momentum=1.0),
        ]
        found = nearest.Places()
        found.look(space(), {one.trial_id: one for one in trials})
        columns = found.columns([trials[1], trials[0]])
        self.assertEqual(columns, [[0.5, 0.25], [0.75, 0.25], [0.5]])

    def test_what_still_runs_is_looked_at_when_it_has_ended(self):
        one, found = trial("a", "RUNNING", rate=0.25), nearest.Places()
        found.look(space(), {"a": one})
        self.assertEmpty(found.kept)
        one.status = "FAILED"
        one.hyperparameters.values["rate"] = 0.75
        found.look(space(), {"a": one})
        self.assertEqual(found.columns([one])[0], [0.75])

    def test_each_is_looked_at_once(self):
        one, found = trial("a", rate=0.25), nearest.Places()
        found.look(space(), {"a": one})
        one.hyperparameters.values["rate"] = 0.75
        found.look(space(), {"a": one})
        self.assertEqual(found.columns([one])[0], [0.25])

    def test_a_parameter_that_registers_late_is_looked_at_in_all(self):
        one, found = trial("a", rate=0.25, optimizer="sgd"), nearest.Places()
        found.look(space()[:1], {"a": one})
        found.look(space()[:2], {"a": one})
        self.assertEqual(found.columns([one]), [[0.25], [0.75]])

    def test_at_most_half_are_the_best(self):
        self.assertEqual(nearest.best_of([1, 2, 3, 4], 5), [1, 2])
        self.assertEqual(nearest.best_of(list(range(20)), 5), [0, 1, 2, 3, 4])


if __name__ == "__main__":
    absltest.main()
