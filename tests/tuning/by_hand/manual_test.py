import json
import math
import os
import tempfile

import keras
import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.bayesian.tuner import BayesianOptimization
from keras_troubleshoot.tuning.by_hand import one_by_one
from keras_troubleshoot.tuning.by_hand.starting import manual
from keras_troubleshoot.tuning.coarse.tuner import CoarseToFine
from keras_troubleshoot.tuning.looking import figures
from keras_troubleshoot.tuning.looking import showing
from keras_troubleshoot.tuning.looking import tables
from keras_troubleshoot.tuning.looking.importance import importance
from keras_troubleshoot.tuning.running import tune
from tests.tuning.looking import support


def space(high=0.1):
    hp = keras_tuner.HyperParameters()
    hp.Int("batch_size", 16, 64, step=16, default=32)
    hp.Float("learning_rate", 1e-5, high, sampling="log", default=1e-3)
    hp.Choice("optimizer", ["adam", "sgd"])
    with hp.conditional_scope("optimizer", ["sgd"]):
        hp.Float("momentum", 0.0, 1.0, default=0.9)
    hp.Int("units", 16, 256, sampling="log", default=64)
    return hp


def build(hp):
    units = hp.Int("units", 2, 8, default=4)
    rate = hp.Float("learning_rate", 1e-3, 1.0, sampling="log", default=0.1)
    model = keras.Sequential(
        [keras.layers.Dense(units, "relu"), keras.layers.Dense(1)]
    )
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


class ManualTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.enter_context(tempfile.TemporaryDirectory())

    def study(self, tunable=None, **options):
        tunable = space() if tunable is None else tunable
        return manual(tunable, directory=self.folder, **options)

    @parameterized.named_parameters(
        ("score", 0.5, 0.5),
        ("array", np.float32(0.5), 0.5),
        ("of_no_shape", np.array(0.5), 0.5),
        ("metrics", {"loss": 0.1, "val_loss": 0.5}, 0.5),
        ("epochs", {"val_loss": [0.9, 0.5, 0.7]}, 0.5),
    )
    def test_a_result_in_any_form(self, result, score):
        study = self.study()
        self.assertEqual(study.add({"learning_rate": 0.01}, result), "000")
        self.assertAlmostEqual(study.oracle.trials["000"].score, score)

    def test_what_fit_returned(self):
        x = np.random.default_rng(0).normal(size=(32, 3))
        study = self.study(build)
        suggestion = study.suggest()
        model = build(suggestion.hyperparameters)
        history = model.fit(
            x, x[:, :1], validation_split=0.5, epochs=3, verbose=0
        )
        study.add(suggestion, history)
        trial = study.oracle.trials["000"]
        self.assertAlmostEqual(trial.score, min(history.history["val_loss"]))
        self.assertLen(trial.metrics.get_history("loss"), 3)
        self.assertEqual(
            trial.hyperparameters.values, {"units": 4, "learning_rate": 0.1}
        )

    def test_failed_and_diverged(self):
        study = self.study()
        study.add({}, math.nan)
        study.add({}, None, note="out of memory")
        study.add({}, 0.5)
        rows = tables.to_json(study)
        self.assertEqual(
            [row["status"] for row in rows],
            ["COMPLETED", "FAILED", "COMPLETED"],
        )
        self.assertTrue(rows[0]["diverged"])
        self.assertEqual(rows[1]["message"], "out of memory")
        told = str(study).splitlines()
        self.assertEqual(told[0], "3 trials; the best is 002, val_loss 0.5.")
        self.assertIn("diverged", told[2])
        self.assertRegex(told[3], "failed +out of memory")
        self.assertStartsWith(told[4].strip(), "* 002")

    def test_it_survives_a_restart(self):
        study = self.study()
        study.add({"learning_rate": 0.01}, 0.5, note="a\nnote")
        study.add({"learning_rate": 0.02}, {"val_loss": [0.6, 0.4]})
        again = self.study()
        self.assertEqual(str(again), str(study))
        self.assertIn("a note", str(again))
        self.assertEqual(tables.to_json(again), tables.to_json(study))
        self.assertEqual(again.suggest().values, study.suggest().values)
        self.assertEqual(again.add({"learning_rate": 0.05}, 0.3), "002")

    def test_ranges_that_were_widened_meanwhile(self):
        study = self.study()
        with self.assertRaisesRegex(ValueError, "widen the range"):
            study.add({"learning_rate": 0.5}, 0.1)
        study.add({"learning_rate": 0.1}, 0.2)
        again = self.study(space(high=1.0))
        again.add({"learning_rate": 0.5}, 0.1)
        self.assertLen(again, 2)

    def test_beginning_anew(self):
        self.study().add({}, 0.5)
        self.assertEmpty(self.study(overwrite=True))

    def test_a_trial_is_put_right(self):
        study = self.study()
        study.add({"learning_rate": 0.01}, 5.0, note="typo")
        study.add({"learning_rate": 0.02}, 0.6)
        study.add({"learning_rate": 0.01}, 0.5, replace="000")
        again = self.study()
        self.assertLen(again, 2)
        self.assertEqual(again.oracle.get_best_trials()[0].trial_id, "000")
        self.assertNotIn("typo", str(again))
        with self.assertRaisesRegex(ValueError, "one of 000, 001"):
            study.add({}, 0.5, replace="7")

    @parameterized.named_parameters(
        ("coarse", CoarseToFine), ("bayesian", BayesianOptimization)
    )
    def test_a_search_goes_on_in_the_folder(self, kind):
        class Bowl(kind):
            def run_trial(self, trial, *args, **kwargs):
                rate = trial.hyperparameters.values["learning_rate"]
                return {"val_loss": abs(math.log10(rate) + 2)}

        study = self.study(max_trials=20)
        for rate in (0.0001, 0.001, 0.03):
            study.add(
                {"learning_rate": rate},
                abs(math.log10(rate) + 2),
                note="by hand",
            )
        tuner = Bowl(
            objective="val_loss",
            max_trials=20,
            hyperparameters=space(),
            directory=self.folder,
            project_name="search",
            seed=0,
        )
        tuner.search(verbose=0)
        self.assertLen(tuner.oracle.trials, 20)
        self.assertEqual(
            tuner.oracle.trials["02"].score, study.oracle.trials["02"].score
        )
        # And by hand again, with the notes.
        again = self.study(max_trials=20)
        self.assertLen(again, 20)
        self.assertIn("by hand", str(again))
        again.add({"learning_rate": 0.0123}, 0.1)
        reloaded = Bowl(
            objective="val_loss",
            max_trials=20,
            hyperparameters=space(),
            directory=self.folder,
            project_name="search",
        )
        self.assertLen(reloaded.oracle.trials, 21)
        if kind is CoarseToFine:
            self.assertEqual(reloaded.oracle.explain(), tuner.oracle.explain())

    def test_the_whole_call_goes_on(self):
        study = self.study(build, max_trials=5)
        study.add({"units": 7}, 100.0, note="by hand")
        x = np.random.default_rng(0).normal(size=(32, 3))
        result = tune.tune(
            build,
            (x, x[:, 0]),
            (x, x[:, 0]),
            max_trials=3,
            epochs=1,
            seeds=0,
            directory=self.folder,
            verbose=False,
        )
        self.assertLen(result.trials, 3)
        self.assertEqual(result.trials[0].hyperparameters.values["units"], 7)
        self.assertIn("by hand", str(self.study(build)))

    def test_its_own_tuner_goes_on(self):
        study = self.study(build, max_trials=2)
        study.add({}, 100.0)
        x = np.random.default_rng(0).normal(size=(32, 3))
        study.tuner.search(
            x, x[:, :1], validation_split=0.5, epochs=1, verbose=0
        )
        self.assertLen(study, 2)

    def test_all_that_looks_at_a_search(self):
        study = self.study()
        random = np.random.default_rng(0)
        for _ in range(12):
            rate = float(10 ** random.uniform(-5, -1))
            study.add({"learning_rate": rate}, abs(math.log10(rate) + 3))
        found = importance(study)
        self.assertEqual(found.entries[0].name, "learning_rate")
        self.assertLen(figures.history(study).values[0][0], 12)
        self.assertIn("12 trials finished", showing.page(study).summary)

    def test_trials_of_a_tuner(self):
        held = support.filled(support.depth, 12)
        study = manual(held)
        study.add({"learning_rate": 0.5}, 0.1)
        self.assertLen(held.trials, 13)
        self.assertIs(study.oracle, held)
        study.suggest("bayesian")

    def test_a_compiled_model(self):
        model = build(keras_tuner.HyperParameters())
        model.build((None, 3))
        study = self.study(model)
        self.assertIn("learning_rate", str(study))
        rate = study.suggest().values["learning_rate"]
        self.assertAlmostEqual(rate, 0.1, places=6)

    def test_files_are_plain(self):
        self.study().add({}, 0.5, note="x")
        with open(os.path.join(self.folder, "search", "notes.json")) as file:
            self.assertEqual(json.load(file), {"000": "x"})

    @parameterized.named_parameters(
        ("word", {"learning_rate": 0.1}, "0.5", TypeError, "None for a run"),
        ("bool", {}, True, TypeError, "must be a score"),
        ("missing", {}, {"loss": 0.5}, ValueError, "validation_data"),
        ("empty", {}, {"val_loss": []}, ValueError, "received: none"),
        ("list", {}, [0.5], TypeError, "must be a score"),
        ("words", {}, {"val_loss": ["a"]}, TypeError, "for each epoch"),
        ("name", {"lr": 1}, 0.5, ValueError, "must name hyperparameters"),
    )
    def test_what_cannot_be_added(self, values, result, error, told):
        study = self.study()
        with self.assertRaisesRegex(error, told):
            study.add(values, result)
        self.assertEmpty(study.oracle.trials)

    def test_what_cannot_be_tuned(self):
        with self.assertRaisesRegex(TypeError, "`tunable` must be"):
            self.study(3)
        grid = keras_tuner.oracles.GridSearchOracle("val_loss")
        with self.assertRaisesRegex(TypeError, "a grid search"):
            manual(grid)
        with self.assertRaisesRegex(ValueError, "`method` must be"):
            self.study().suggest("random")


class SuggestTest(absltest.TestCase):
    def follow(self, score, count):
        """What is suggested where each suggestion is taken."""
        with tempfile.TemporaryDirectory() as folder:
            study = manual(space(), directory=folder)
            made = []
            for _ in range(count):
                made.append(study.suggest())
                study.add(made[-1], score(made[-1].values))
        return [suggestion.values for suggestion in made], made

    def test_the_most_sensitive_first_around_the_best(self):
        values, made = self.follow(
            lambda v: abs(math.log10(v["learning_rate"]) + 2.3), 7
        )
        rates = [v["learning_rate"] for v in values]
        # The default, the middle above, that above; then the others.
        self.assertEqual(rates[:3], [1e-3, 1e-2, 3.16e-2])
        self.assertEqual(rates[3:], [1e-2] * 4)
        self.assertIn("The defaults come first", str(made[0]))
        self.assertIn("high sensitivity and has 1 value", made[1].why)
        units = [v["units"] for v in values]
        self.assertEqual(units[:3], [64] * 3)
        self.assertLen(set(units), 3)
        # Three rates and three widths: then what is less sensitive.
        self.assertEqual(values[5]["optimizer"], "sgd")
        self.assertEqual(values[5]["momentum"], 0.9)

    def test_downwards_where_all_diverge(self):
        values, _ = self.follow(lambda v: math.nan, 2)
        self.assertEqual(values[1]["learning_rate"], 1e-4)

    def test_never_twice_and_then_by_a_model(self):
        values, made = self.follow(
            lambda v: (
                abs(math.log10(v["learning_rate"]) + 2.5)
                + abs(v["units"] - 100) / 100
            ),
            16,
        )
        keys = {json.dumps(v, sort_keys=True) for v in values}
        self.assertLen(keys, 16)
        self.assertIn("Gaussian process", made[-1].why)

    def test_nothing_left(self):
        hp = keras_tuner.HyperParameters()
        hp.Boolean("flag")
        with tempfile.TemporaryDirectory() as folder:
            study = manual(hp, directory=folder)
            for _ in range(2):
                study.add(study.suggest(), 1.0)
            with self.assertRaisesRegex(ValueError, "something left to try"):
                study.suggest()

    def test_a_category_and_steps(self):
        hp = keras_tuner.HyperParameters()
        hp.Int("units", 1, 3)
        found = one_by_one.following(hp.space, [{"units": 1}], {"units": 1})
        self.assertEqual(found[0], {"units": 2})
        tried = [{"units": 1}, {"units": 2}, {"units": 3}]
        self.assertIsNone(one_by_one.following(hp.space, tried, tried[0]))


if __name__ == "__main__":
    absltest.main()
