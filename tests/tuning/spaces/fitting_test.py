import tempfile

import keras
import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.spaces import fitting
from keras_troubleshoot.tuning.spaces.hypermodel import hypermodel
from tests.tuning.spaces import nets


def search(tuned, x, y, trials=1, tuner=keras_tuner.RandomSearch, **options):
    """A search in a folder of its own; the tuner."""
    with tempfile.TemporaryDirectory() as folder:
        made = tuner(
            tuned,
            objective="val_loss",
            max_trials=trials,
            directory=folder,
            max_consecutive_failed_trials=1,
            seed=1,
        )
        options = {"validation_data": (x, y), "epochs": 1} | options
        made.search(x, y, verbose=0, **options)
        best = made.get_best_models(1)[0]
    return made, best


class SearchTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("random", keras_tuner.RandomSearch),
        ("grid", keras_tuner.GridSearch),
    )
    def test_tuners(self, tuner):
        x, y = nets.rows()
        tuned = hypermodel(nets.table(), batch_size=8)
        made, best = search(tuned, x, y, 2, tuner)
        trials = made.oracle.trials.values()
        self.assertEqual({t.status for t in trials}, {"COMPLETED"})
        self.assertLen({str(t.hyperparameters.values) for t in trials}, 2)
        trial = made.oracle.get_best_trials(1)[0]
        self.assertAlmostEqual(
            best.evaluate(x, y, verbose=0)[0], trial.score, places=4
        )

    def test_a_search_goes_on_where_it_was(self):
        x, y = nets.rows()
        with tempfile.TemporaryDirectory() as folder:
            for trials in (1, 2):
                tuner = keras_tuner.RandomSearch(
                    # Made anew, as in another process.
                    hypermodel(nets.table()),
                    objective="val_loss",
                    max_trials=trials,
                    directory=folder,
                    seed=1,
                )
                tuner.search(x, y, validation_data=(x, y), verbose=0)
            self.assertLen(tuner.oracle.trials, 2)
            self.assertEqual(tuner.get_best_models(1)[0].name, "table")


class FitTest(parameterized.TestCase):
    def fitted(self, tuned, values, *args, **kwargs):
        hp = nets.chosen(**values)
        model = tuned.build(hp)
        tuned.fit(hp, model, *args, verbose=0, **kwargs)
        return model

    @parameterized.named_parameters(
        ("arrays", {"batch_size": 5}, 2 * 5),
        ("default", {}, 2 * 1),
        ("split", {"batch_size": 6, "validation_split": 0.25}, 2 * 3),
        ("steps", {"batch_size": 6, "steps_per_epoch": 2}, 2 * 2),
        ("later", {"batch_size": 6, "initial_epoch": 1}, 1 * 4),
        ("unknown", {"x": iter([1])}, None),
        ("both", {"x": {"a": np.ones((9, 2)), "b": np.ones(9)}}, 2),
    )
    def test_total_steps(self, options, steps):
        arguments = {"x": nets.rows(24)[0], "epochs": 2} | options
        self.assertEqual(fitting.total_steps(arguments), steps)

    def test_of_a_data_set_of_keras(self):
        class Batches(keras.utils.PyDataset):
            def __len__(self):
                return 7

            def __getitem__(self, index):
                return nets.rows(4)

        arguments = {"x": Batches(), "epochs": 3}
        self.assertEqual(fitting.total_steps(arguments), 21)

    def test_a_schedule_falls_over_the_training(self):
        tuned = hypermodel(nets.table("sgd"))
        model = self.fitted(
            tuned,
            {"schedule": "cosine"},
            *nets.rows(24),
            batch_size=6,
            epochs=2,
        )
        self.assertEqual(model.optimizer._learning_rate.decay_steps, 8)
        self.assertEqual(int(model.optimizer.iterations), 8)
        self.assertAlmostEqual(float(model.optimizer.learning_rate), 0.0)

    def test_of_a_dataset(self):
        import tensorflow as tf

        data = tf.data.Dataset.from_tensor_slices(nets.rows(24)).batch(5)
        model = self.fitted(
            hypermodel(nets.table()),
            {"schedule": "exponential"},
            data,
            epochs=2,
        )
        self.assertEqual(model.optimizer._learning_rate.decay_steps, 10)

    def test_steps_that_are_given_count(self):
        model = self.fitted(
            hypermodel(nets.table(), steps=77),
            {"schedule": "cosine"},
            *nets.rows(),
        )
        self.assertEqual(model.optimizer._learning_rate.decay_steps, 77)

    def test_the_batch_size_of_a_trial(self):
        tuned = hypermodel(nets.table(), batch_size=8)
        held = tuned.space.entries[-1].parameter
        self.assertEqual(held.values, [2, 4, 8, 16, 32])
        model = self.fitted(tuned, {"batch_size": 4}, *nets.rows(24))
        self.assertEqual(int(model.optimizer.iterations), 6)

    def test_refuses_a_batch_size_for_batches(self):
        import tensorflow as tf

        data = tf.data.Dataset.from_tensor_slices(nets.rows()).batch(5)
        with self.assertRaisesRegex(
            keras_tuner.errors.FatalValueError, "comes in batches"
        ):
            self.fitted(hypermodel(nets.table(), batch_size=8), {}, data)

    def test_refuses_two_batch_sizes(self):
        with self.assertRaisesRegex(ValueError, "`batch_size` must not"):
            self.fitted(
                hypermodel(nets.table(), batch_size=8),
                {},
                *nets.rows(),
                batch_size=3,
            )

    def test_refuses_callbacks_that_set_the_rate(self):
        callbacks = [keras.callbacks.ReduceLROnPlateau()]
        with self.assertRaisesRegex(ValueError, "must not set the learning"):
            self.fitted(
                hypermodel(nets.table()), {}, *nets.rows(), callbacks=callbacks
            )
        tuned = hypermodel(nets.table(), tune=["learning_rate", "width"])
        self.fitted(tuned, {}, *nets.rows(), callbacks=callbacks)


if __name__ == "__main__":
    absltest.main()
