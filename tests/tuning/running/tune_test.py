import os
import random
import signal
import subprocess
import sys
import textwrap

import keras
import keras_tuner
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.running import files
from keras_troubleshoot.tuning.running import tune as tune_lib
from keras_troubleshoot.tuning.running.tune import tune
from tests.tuning.running import support


class Case(support.Case):
    def tune(self, builder=support.build, **options):
        options = {
            "max_trials": 5,
            "epochs": 2,
            "seeds": 0,
            "seed": 1,
            "directory": self.folder,
            "verbose": False,
            **options,
        }
        train = options.pop("train", support.TRAIN)
        return tune(builder, train, support.VALIDATION, **options)


class SearchTest(Case):
    @parameterized.parameters(*tune_lib.methods.METHODS)
    def test_all_methods_find_a_model(self, method):
        result = self.tune(method=method)
        self.assertLen(result.trials, 5)
        scores = [trial.score for trial in result.trials]
        self.assertEqual(result.best.score, min(scores))
        model = result.model()
        told = model.evaluate(*support.VALIDATION, verbose=0)
        self.assertAlmostEqual(told, result.best.score, places=4)

    def test_the_seed_fixes_all(self):
        first = self.tune()
        keras.utils.set_random_seed(7)
        other = self.tune(directory=self.folder + "/other")
        self.assertEqual(
            [trial.score for trial in first.trials],
            [trial.score for trial in other.trials],
        )

    def test_random_state_and_policy_stay(self):
        random.seed(3)
        np.random.seed(3)
        keras.config.set_dtype_policy("mixed_float16")
        self.addCleanup(keras.config.set_dtype_policy, "float32")
        before = random.getstate(), np.random.get_state()[1].tolist()
        result = self.tune(max_trials=2)
        after = random.getstate(), np.random.get_state()[1].tolist()
        self.assertEqual(before, after)
        self.assertEqual(keras.config.dtype_policy().name, "mixed_float16")
        self.assertEqual(result.model().layers[0].compute_dtype, "float16")

    def test_a_complete_search_is_not_run_again(self):
        first = self.tune()
        with absltest.mock.patch.object(
            keras.Model, "fit", side_effect=AssertionError
        ):
            again = self.tune()
        self.assertEqual(
            [t.score for t in again.trials], [t.score for t in first.trials]
        )
        self.assertLen(self.tune(max_trials=7).trials, 7)
        self.assertLen(self.tune(overwrite=True, max_trials=3).trials, 3)

    def test_another_search_in_the_folder_is_refused(self):
        self.tune(max_trials=2)
        with self.assertRaisesRegex(ValueError, "epochs was 2, is 3"):
            self.tune(max_trials=2, epochs=3)

    def test_two_at_once_are_refused(self):
        with files.owned(os.path.join(self.folder, "search")):
            with self.assertRaisesRegex(RuntimeError, "in use by another"):
                self.tune()

    def test_executions_are_averaged(self):
        result = self.tune(executions=2, max_trials=2)
        for trial in result.trials:
            observed = trial.metrics.get_history("val_loss")
            self.assertEqual([len(o.value) for o in observed], [2, 2])
            means = [np.mean(o.value) for o in observed]
            self.assertAlmostEqual(trial.score, min(means))

    def test_bad_trials_are_discarded(self):
        rule = tune_lib.discarding.MedianStopping(min_trials=2)
        result = self.tune(max_trials=8, early_discard=rule, epochs=3)
        early = [
            trial
            for trial in result.trials
            if len(trial.metrics.get_history("val_loss")) < 3
        ]
        self.assertNotEmpty(early)
        for trial in early:
            self.assertIn("Discarded", result.failures[trial.trial_id])
        self.assertNotIn(result.best, early)

    def test_the_best_are_judged_anew(self):
        result = self.tune(seeds=2, finalists=2, test=support.TEST)
        made = result.estimate
        self.assertLen(made.finalists, 2)
        for one in made.finalists:
            self.assertLen(set(one.scores), 2)
            self.assertLen(one.test, 2)
        self.assertIn("On data that nothing was chosen by", str(result))
        with absltest.mock.patch.object(
            keras.Model, "fit", side_effect=AssertionError
        ):
            self.assertEqual(
                self.tune(seeds=2, finalists=2, test=support.TEST).estimate,
                made,
            )

    def test_a_compiled_model_and_a_maximum(self):
        model = support.build(keras_tuner.HyperParameters())
        model.compile("adam", "mse", metrics=["mae"])
        goal = keras_tuner.Objective("val_mae", "min")
        before = model.get_weights()
        result = self.tune(model, objective=goal, max_trials=2)
        self.assertIn("learning_rate", result.values)
        for old, new in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)

    def test_a_fit_of_the_users_own(self):
        class Own(keras_tuner.HyperModel):
            def build(self, hp):
                return support.build(hp)

            def fit(self, hp, model, x, y, **options):
                return {"val_loss": hp.get("rate"), "other": 1}

        result = self.tune(Own())
        rates = [t.hyperparameters.get("rate") for t in result.trials]
        self.assertAlmostEqual(result.best.score, min(rates))

    def test_a_model_without_an_input_is_built_by_the_data(self):
        def build(hp):
            model = keras.Sequential([keras.layers.Dense(hp.Int("u", 1, 4))])
            model.add(keras.layers.Dense(1))
            model.compile("adam", "mse")
            return model

        data = tf.data.Dataset.from_tensor_slices(support.TRAIN).batch(8)
        for train in (support.TRAIN, data):
            result = self.tune(build, max_trials=2, train=train, overwrite=True)
            model = result.model()
            told = model.evaluate(*support.VALIDATION, verbose=0)
            self.assertAlmostEqual(told, result.best.score, places=4)
            # That of a training is not lost.
            self.assertGreater(int(model.optimizer.iterations), 0)

    def test_trials_added_before_are_kept(self):
        oracle = self.oracle()
        self.ran(oracle, 3)
        oracle.objective = keras_tuner.Objective("loss", "min")
        options = {"objective": "loss", "max_trials": 12}
        result = self.tune(
            method=oracle, directory=self.folder + "/new", **options
        )
        again = self.oracle()
        again._set_project_dir(self.folder + "/new", "search")
        again.reload()
        self.assertEqual(again.end_order, [t.trial_id for t in result.trials])
        self.assertLen(again.end_order, 12)

    def test_a_page(self):
        result = self.tune(seeds=2)
        path = os.path.join(self.folder, "page.html")
        result.report().to_html(path)
        with open(path, encoding="utf-8") as file:
            self.assertIn("trained again from 2 new seeds", file.read())


class TroubleTest(Case):
    def test_failures_are_told_and_the_search_goes_on(self):
        def build(hp):
            if hp.Int("units", 1, 8) > 5:
                raise MemoryError("too wide")
            return support.build(hp)

        result = self.tune(build, max_trials=8)
        self.assertLen(result.trials, 8)
        for trial in result.trials:
            wide = trial.hyperparameters.get("units") > 5
            self.assertEqual(trial.status == "FAILED", wide)
            if wide:
                told = result.failures[trial.trial_id]
                self.assertEqual(told, "Out of memory: too wide.")
        self.assertIn("failed", str(result))

    def test_divergence_is_told(self):
        def build(hp):
            model = support.build(hp)
            if hp.get("units") > 4:
                model.optimizer.learning_rate = 1e20
            return model

        result = self.tune(build, epochs=4)
        told = [reason for reason in result.failures.values()]
        self.assertNotEmpty(told)
        self.assertTrue(all(one.startswith("Diverged") for one in told))
        self.assertTrue(np.isfinite(result.best.score))

    @parameterized.named_parameters(
        ("raises", lambda hp: 1 / 0, "ZeroDivisionError"),
        ("none", lambda hp: None, "received: None"),
        ("plain", lambda hp: keras.Sequential(), "without `compile`"),
        ("number", 5, "received: int"),
    )
    def test_builders(self, builder, told):
        with self.assertRaisesRegex((TypeError, ValueError), told):
            self.tune(builder)

    @parameterized.parameters(
        ({"method": "best"}, "`method` must be one of coarse_to_fine"),
        ({"max_trials": 0}, "`max_trials` must be a whole number"),
        ({"epochs": 1.5}, "`epochs` must be a whole number"),
        ({"workers": -1}, "`workers` must be a whole number of at least 0"),
        ({"engine": "spark"}, "`engine` must be None or 'ray'"),
        ({"early_discard": "soon"}, "`early_discard` must be None"),
        ({"project_name": "a/b"}, "`project_name` must be the name"),
        ({"test": support.X}, "`test` must be `\\(x, y\\)`"),
        ({"resources": {"num_gpus": 1}}, "must go with `engine='ray'`"),
        ({"max_trial": 3}, "received: `max_trial`. Did you mean `max_trials`"),
        ({"batchsize": 3}, "received: `batchsize`. Did you mean `batch_size`"),
        ({"validation_data": ()}, "must be part of `train` or `validation`"),
        ({"objective": "val_profit"}, 'Objective\\("val_profit", "max"\\)'),
        ({"objective": "val_auc"}, "'val_auc'; there are loss, .*val_loss"),
    )
    def test_arguments(self, options, told):
        with self.assertRaisesRegex((TypeError, ValueError), told):
            self.tune(**options)
        self.assertEmpty(os.listdir(self.folder))

    def test_data(self):
        def call(train, validation):
            tune(support.build, train, validation, directory=self.folder)

        with self.assertRaisesRegex(ValueError, "same number of rows"):
            call((support.X, support.Y[:5]), support.VALIDATION)
        with self.assertRaisesRegex(TypeError, "a generator"):
            call(iter([support.TRAIN]), support.VALIDATION)
        with self.assertRaisesRegex(ValueError, "hold back a part"):
            call(support.TRAIN, None)

    def test_a_metric_that_is_not_there(self):
        def nothing(epoch, logs):
            pass

        # A callback may add it.
        callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=nothing)]
        with self.assertRaisesRegex(
            RuntimeError, "All 3 trials failed.*val_acc"
        ):
            self.tune(objective="val_accuracy", callbacks=callbacks)

    def test_a_folder_that_cannot_be_written(self):
        path = os.path.join(self.folder, "file")
        with open(path, "w", encoding="utf-8"):
            pass
        with self.assertRaisesRegex(ValueError, "folder that can be written"):
            self.tune(directory=path)

    def test_a_full_disk_stops_and_the_search_goes_on_later(self):
        real, calls = os.replace, []

        def full(source, target):
            calls.append(target)
            if len(calls) > 12:
                raise OSError(28, "No space left on device")
            real(source, target)

        with absltest.mock.patch("os.replace", full):
            with self.assertRaisesRegex(
                RuntimeError, "No space left.*are kept"
            ):
                self.tune()
        result = self.tune()
        self.assertLen(result.trials, 5)
        values = [
            tuple(t.hyperparameters.values.items()) for t in result.trials
        ]
        self.assertLen(set(values), 5)

    def test_interrupted(self):
        whole = self.tune(directory=self.folder + "/whole")
        seen = []

        def build(hp):
            seen.append(hp)
            if len(seen) == 6:
                raise KeyboardInterrupt
            return support.build(hp)

        part = self.tune(build)
        self.assertTrue(part.interrupted)
        self.assertLess(len(part.trials), 5)
        self.assertIn("the same call goes on", str(part))
        rest = self.tune()
        self.assertEqual(
            {t.trial_id: t.score for t in rest.trials},
            {t.trial_id: t.score for t in whole.trials},
        )


SCRIPT = """
import sys
from keras_troubleshoot.tuning.running.tune import tune
from tests.tuning.running import support

tune(support.build, support.TRAIN, support.VALIDATION, max_trials=6, epochs=2,
     seed=1, seeds=0, directory=sys.argv[1], verbose=True)
"""


class KillTest(support.Case):
    def test_a_killed_search_goes_on(self):
        path = os.path.join(self.folder, "script.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(SCRIPT))
        command = [sys.executable, path, self.folder]
        root = os.path.dirname(os.path.abspath(os.getcwd() + "/tests"))
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([root, *sys.path]),
        }
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, env=environment, text=True
        ) as process:
            for line in process.stderr:
                if line.startswith("trial 2"):
                    process.send_signal(signal.SIGKILL)
        self.assertEqual(process.returncode, -signal.SIGKILL)
        oracle = tune_lib.methods.oracle(
            "coarse_to_fine",
            objective="val_loss",
            max_trials=6,
            seed=1,
            space={},
        )
        oracle._set_project_dir(self.folder, "search")
        oracle.reload()
        self.assertGreaterEqual(len(oracle.end_order), 3)
        kept = {n: oracle.trials[n].score for n in oracle.end_order}
        done = tune(
            support.build,
            support.TRAIN,
            support.VALIDATION,
            max_trials=6,
            epochs=2,
            seed=1,
            seeds=0,
            directory=self.folder,
            verbose=False,
        )
        self.assertLen(done.trials, 6)
        scores = {t.trial_id: t.score for t in done.trials}
        self.assertEqual({n: scores[n] for n in kept}, kept)


if __name__ == "__main__":
    absltest.main()
