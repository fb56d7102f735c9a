import importlib.util
import math
import tempfile
import unittest
from unittest import mock

import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.bayesian.oracle import BayesianOptimizationOracle
from keras_troubleshoot.tuning.coarse.tuner import CoarseToFine
from keras_troubleshoot.tuning.looking import tables
from keras_troubleshoot.tuning.studies import required
from keras_troubleshoot.tuning.studies.exporting import to_optuna
from keras_troubleshoot.tuning.studies.importing import from_optuna
from tests.tuning.looking import support

OPTUNA = importlib.util.find_spec("optuna")
ADAM = {"learning_rate": 0.01, "optimizer": "adam", "units": 8, "flag": True}
ADAM["seed"] = 3
if OPTUNA:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)


def all_kinds():
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 1e-4, 1.0, sampling="log")
    hp.Float("share", 0.0, 1.0, step=0.3)
    hp.Float("decay", 0.9, 0.999, sampling="reverse_log")
    hp.Int("units", 8, 100, step=16)
    hp.Int("wide", 8, 512, step=2, sampling="log")
    hp.Int("deep", 1, 64, sampling="log")
    hp.Choice("kind", ["a", "b"])
    hp.Choice("size", [16, 64])
    hp.Boolean("flag")
    hp.Fixed("seed", 3)
    with hp.conditional_scope("kind", ["a"]):
        hp.Float("twice", 0.0, 1.0)
    with hp.conditional_scope("kind", ["b"]):
        hp.Int("once", 5, 9)
    return hp


def filled(count=40):
    """Trials of all kinds of hyperparameters, drawn by an oracle."""
    held = BayesianOptimizationOracle(
        keras_tuner.Objective("val_loss", "min"),
        max_trials=count,
        num_initial_points=count,
        hyperparameters=all_kinds(),
        seed=0,
    )
    for number in range(count):
        values = held.populate_space(str(number))["values"]
        support.add(held, values, number / 8, history=(9.0, number / 8))
    return held


def study_of(trials, direction="minimize"):
    """A study made without us: dictionaries of `create_trial`."""
    study = optuna.create_study(direction=direction)
    study.add_trials([optuna.trial.create_trial(**trial) for trial in trials])
    return study


def by_optuna(rates, high=1.0):
    rate = optuna.distributions.FloatDistribution(1e-4, high, log=True)
    depth = optuna.distributions.IntDistribution(1, 4)
    kind = optuna.distributions.CategoricalDistribution(["relu", None])
    return [
        {
            "params": {
                "lr": r,
                "depth": 1 + i % 4,
                "kind": ["relu", None][i % 2],
            },
            "distributions": {"lr": rate, "depth": depth, "kind": kind},
            "value": abs(math.log10(r) + 2),
        }
        for i, r in enumerate(rates)
    ]


@unittest.skipUnless(OPTUNA, "Optuna is not installed")
class ExportTest(absltest.TestCase):
    def test_every_kind_comes_back_as_it_was(self):
        held = filled()
        study = to_optuna(held)
        again = from_optuna(study)
        self.assertEqual(
            again.get_space().get_config()["space"],
            held.get_space().get_config()["space"],
        )
        self.assertEqual(
            [(r["values"], r["score"]) for r in tables.to_json(again)],
            [(r["values"], r["score"]) for r in tables.to_json(held)],
        )
        self.assertEqual(
            tables.to_json(again)[3]["metrics"],
            tables.to_json(held)[3]["metrics"],
        )

    def test_distributions(self):
        trial = to_optuna(filled(1)).trials[0]
        kinds = optuna.distributions
        own = trial.distributions
        self.assertEqual(
            own["rate"], kinds.FloatDistribution(1e-4, 1.0, log=True)
        )
        self.assertEqual((own["share"].low, own["share"].step), (0.0, 0.3))
        self.assertAlmostEqual(own["share"].high, 0.9)
        self.assertEqual(own["decay"], kinds.FloatDistribution(0.9, 0.999))
        self.assertEqual(own["units"], kinds.IntDistribution(8, 88, step=16))
        self.assertEqual(own["wide"], kinds.IntDistribution(8, 512, log=True))
        self.assertEqual(own["deep"], kinds.IntDistribution(1, 64, log=True))
        self.assertEqual(own["size"], kinds.CategoricalDistribution([16, 64]))
        self.assertEqual(
            own["flag"], kinds.CategoricalDistribution([True, False])
        )
        self.assertEqual(own["seed"], kinds.CategoricalDistribution([3]))
        self.assertLen({"twice", "once"} & set(own), 1)

    def test_a_name_in_two_scopes_bears_its_condition(self):
        hp = keras_tuner.HyperParameters()
        hp.Choice("kind", ["a", "b"])
        for kind in ("a", "b"):
            with hp.conditional_scope("kind", [kind]):
                hp.Float("twice", 0.0, 1.0)
        held = support.oracle(hp=hp)
        support.add(held, {"kind": "b", "twice": 0.5}, 1.0)
        study = to_optuna(held)
        self.assertEqual(
            study.trials[0].params, {"kind": "b", "twice [kind=b]": 0.5}
        )
        again = from_optuna(study).trials["0000"].hyperparameters
        self.assertEqual(again.values["twice"], 0.5)

    def test_what_optuna_lacks_is_noted(self):
        told = to_optuna(filled(1)).user_attrs["notes"]
        self.assertLen(told, 2)
        self.assertStartsWith(told[0], "decay")
        self.assertStartsWith(told[1], "wide")

    def test_states_and_values(self):
        held = support.oracle()
        sgd = {**ADAM, "optimizer": "sgd", "momentum": 0.5}
        support.add(held, sgd, 0.25, history=(0.5, [0.2, 0.3]))
        support.add(held, {**ADAM, "momentum": 0.5}, math.inf)
        support.add(held, ADAM, None, "FAILED", message="Boom")
        support.add(held, ADAM, math.nan, "FAILED", history=(0.5, math.nan))
        support.add(held, ADAM, 0.5, message="Discarded", history=(0.5,))
        support.add(held, ADAM, None, "RUNNING")
        trials = to_optuna(held).trials
        self.assertEqual(
            [trial.state.name for trial in trials],
            ["COMPLETE", "COMPLETE", "FAIL", "FAIL", "PRUNED"],
        )
        self.assertEqual(
            [trial.value for trial in trials],
            [0.25, math.inf, None, None, 0.5],
        )
        self.assertEqual(trials[0].intermediate_values, {0: 0.5, 1: 0.25})
        self.assertTrue(math.isnan(trials[3].intermediate_values[1]))
        self.assertEqual(trials[0].params["momentum"], 0.5)
        # keras-tuner leaves the values of what was turned off.
        self.assertNotIn("momentum", trials[1].params)
        self.assertEqual(trials[2].user_attrs["message"], "Boom")

    def test_exporting_again_adds_what_is_new(self):
        held = support.filled(support.depth, 4)
        study = to_optuna(held)
        support.add(held, ADAM, 0.5)
        self.assertIs(to_optuna(held, study), study)
        self.assertLen(study.trials, 5)

    def test_beside_the_steps_and_the_range(self):
        held = filled(1)
        values = dict(held.trials["000"].hyperparameters.values)
        beside = {**values, "units": 9, "share": 0.25, "rate": 2.0}
        support.add(held, beside, 1.0)
        own = to_optuna(held).trials[1]
        self.assertEqual(own.params["units"], 9)
        self.assertEqual(own.distributions["units"].step, 1)
        self.assertEqual(own.distributions["rate"].high, 2.0)

    def test_optuna_goes_on(self):
        held = support.filled(support.depth, 12)
        study = to_optuna(held)

        def objective(trial):
            rate = trial.suggest_float("learning_rate", 1e-4, 1.0, log=True)
            return support.depth({"learning_rate": rate})

        study.optimize(objective, n_trials=3)
        self.assertLen(study.trials, 15)
        self.assertEqual(study.trials[-1].state.name, "COMPLETE")

    def test_bad_input(self):
        held = support.filled(support.depth, 2)
        with self.assertRaisesRegex(TypeError, "`tuner` must be"):
            to_optuna("tuner")
        with self.assertRaisesRegex(TypeError, "`study` must be a study"):
            to_optuna(held, "study")
        with self.assertRaisesRegex(ValueError, "in the direction"):
            to_optuna(held, optuna.create_study(direction="maximize"))
        with self.assertRaisesRegex(ValueError, "one objective, received: 2"):
            to_optuna(
                held,
                optuna.create_study(directions=["maximize", "minimize"]),
            )
        with self.assertRaisesRegex(ValueError, "must be left out"):
            to_optuna(held, optuna.create_study(), name="mine")


@unittest.skipUnless(OPTUNA, "Optuna is not installed")
class ImportTest(parameterized.TestCase):
    def test_the_space_of_a_study(self):
        held = from_optuna(study_of(by_optuna([0.001, 0.01, 0.1])))
        lr, depth, kind = held.get_space().space
        self.assertEqual(
            (lr.sampling, lr.min_value, lr.max_value), ("log", 1e-4, 1.0)
        )
        self.assertEqual((depth.min_value, depth.max_value), (1, 4))
        # Words, since keras-tuner has no None.
        self.assertEqual(list(kind.values), ["relu", "None"])
        best = held.get_best_trials()[0]
        self.assertEqual(best.hyperparameters.values["lr"], 0.01)
        self.assertEqual(best.score, 0.0)
        following = held.populate_space("3")["values"]
        self.assertBetween(following["lr"], 1e-4, 1.0)

    def test_ranges_that_changed_are_taken_together(self):
        trials = by_optuna([0.01]) + by_optuna([5.0], high=10.0)
        space = from_optuna(study_of(trials)).get_space().space
        self.assertEqual(space[0].max_value, 10.0)

    @parameterized.parameters(True, False)
    def test_a_search_goes_on_and_resumes(self, again):
        study = study_of(by_optuna(np.geomspace(1e-4, 1, 20)))
        folder = self.enter_context(tempfile.TemporaryDirectory())

        class Bowl(CoarseToFine):
            def run_trial(self, trial, *args, **kwargs):
                rate = trial.hyperparameters.values["learning_rate"]
                return abs(math.log10(rate) + 2)

        hp = keras_tuner.HyperParameters()
        hp.Float("learning_rate", 1e-4, 1.0, sampling="log")
        hp.Int("depth", 1, 4)

        def tuner():
            held = Bowl(
                objective=keras_tuner.Objective("default_objective", "min"),
                max_trials=30,
                hyperparameters=hp.copy(),
                directory=folder,
                seed=0,
            )
            for trial in study.trials:
                trial.params.pop("kind")
            return from_optuna(cut(study), held, rename={"lr": "learning_rate"})

        held = tuner()
        self.assertLen(held.oracle.trials, 20)
        if again:
            held = tuner()
            self.assertLen(held.oracle.trials, 20)
        held.search(verbose=0)
        self.assertLen(held.oracle.trials, 30)
        tried = [
            t.hyperparameters.values["learning_rate"]
            for t in held.oracle.trials.values()
            if int(t.trial_id) >= 20
        ]
        # It narrowed around what the study had found.
        self.assertBetween(np.median(tried), 1e-3, 1e-1)

    def test_states(self):
        base, *_ = by_optuna([0.01])
        states = optuna.trial.TrialState
        trials = [
            {**base, "value": math.inf},
            {**base, "value": None, "state": states.FAIL},
            {
                **base,
                "state": states.PRUNED,
                "value": 4.0,
                "intermediate_values": {1: 3.0, 2: 4.0},
            },
            {**base, "value": None, "state": states.PRUNED},
            {**base, "value": None, "state": states.WAITING},
            {**base, "value": 2.0, "intermediate_values": {1: 1.0, 2: 2.0}},
        ]
        held = from_optuna(study_of(trials))
        rows = tables.to_json(held)
        self.assertEqual(
            [row["status"] for row in rows],
            ["COMPLETED", "FAILED", "COMPLETED", "FAILED", "COMPLETED"],
        )
        self.assertEqual(
            [row["score"] for row in rows], [None, None, 4.0, None, 2.0]
        )
        self.assertTrue(rows[0]["diverged"])
        self.assertIn("Pruned", rows[2]["message"])
        self.assertEqual(rows[2]["best_step"], 2)
        self.assertEqual(rows[4]["best_step"], 2)
        # To and fro.
        again = [trial.state.name for trial in to_optuna(held).trials]
        self.assertEqual(
            again, ["COMPLETE", "FAIL", "PRUNED", "FAIL", "COMPLETE"]
        )

    def test_trials_that_do_not_fit(self):
        held = support.oracle()
        study = study_of(by_optuna([0.001, 0.01]))
        with self.assertRaisesRegex(
            ValueError, "received: 2 of 2 trials.*'lr'.*`rename="
        ):
            from_optuna(study, held)
        self.assertEmpty(held.trials)
        from_optuna(study, held, skip=True)
        self.assertEmpty(held.trials)

    def test_more_trials_than_the_search_has(self):
        study = study_of(by_optuna([0.001, 0.01]))
        held = from_optuna(study)
        small = BayesianOptimizationOracle(
            held.objective, max_trials=1, hyperparameters=held.get_space()
        )
        with self.assertRaisesRegex(ValueError, "must be at least 2"):
            from_optuna(study, small)

    def test_a_space_alone(self):
        study = study_of(by_optuna([0.001, 0.01]))
        space = from_optuna(study).get_space()
        held = from_optuna(study, space)
        self.assertLen(held.trials, 2)

    def test_bad_input(self):
        study = study_of(by_optuna([0.01]))
        with self.assertRaisesRegex(TypeError, "`study` must be a study"):
            from_optuna("study")
        with self.assertRaisesRegex(TypeError, "`tuner` must be"):
            from_optuna(study, "tuner")
        with self.assertRaisesRegex(ValueError, "in the direction"):
            from_optuna(study, support.oracle("max"))
        with self.assertRaisesRegex(TypeError, "a grid search"):
            from_optuna(study, keras_tuner.oracles.GridSearchOracle("loss"))


def cut(study):
    """The study without a parameter that our space lacks."""
    made = optuna.create_study(direction="minimize")
    for trial in study.trials:
        params = {k: v for k, v in trial.params.items() if k != "kind"}
        kinds = {k: trial.distributions[k] for k in params}
        made.add_trial(
            optuna.trial.create_trial(
                params=params, distributions=kinds, value=trial.value
            )
        )
    return made


class WithoutOptunaTest(absltest.TestCase):
    def test_one_sentence(self):
        with mock.patch.object(
            required.importlib.util, "find_spec", return_value=None
        ):
            with self.assertRaisesRegex(ImportError, "pip install optuna"):
                to_optuna(support.oracle())


if __name__ == "__main__":
    absltest.main()
