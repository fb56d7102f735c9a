"""Which way objectives get better."""

import inspect
import tempfile
import warnings

import keras
import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import keras_logs
from keras_troubleshoot.tuning import CoarseToFine
from keras_troubleshoot.tuning import objectives

NEEDS = {
    "num_classes": 2,
    "target_class_ids": [0],
    "recall": 0.5,
    "precision": 0.5,
    "sensitivity": 0.5,
    "specificity": 0.5,
    "fn": keras.losses.mean_squared_error,
}


def metrics():
    """One of each class of Keras' metrics that knows its direction."""
    for _, kind in inspect.getmembers(keras.metrics, inspect.isclass):
        if not issubclass(kind, keras.metrics.Metric):
            continue
        asked = inspect.signature(kind).parameters
        metric = kind(**{k: v for k, v in NEEDS.items() if k in asked})
        if keras_logs.direction(metric) and "fn" not in asked:
            yield metric


class DirectionTest(parameterized.TestCase):
    def test_what_keras_knows(self):
        found = {m.name: keras_logs.direction(m) for m in metrics()}
        self.assertGreater(len(found), 30)
        for name, better in found.items():
            self.assertEqual(objectives.read(f"val_{name}").direction, better)

    def test_losses(self):
        for name, kind in inspect.getmembers(keras.losses, inspect.isfunction):
            if not kind.__module__.endswith("losses.losses"):
                continue
            if name in ("cosine_similarity", "circle", "ctc"):
                continue  # As a metric it is maximized; no metrics.
            self.assertEqual(objectives.direction_of(name), "min", name)

    @parameterized.parameters(
        ("val_loss", "min"),
        ("loss", "min"),
        ("val_digit_loss", "min"),
        ("val_digit_sparse_categorical_accuracy", "max"),
        ("val_weighted_acc", "max"),
        ("val_auc_1", "max"),
        ("val_price_mae", "min"),
        ("val_hits_false_positives", "min"),
        ("val_hits_true_positives", "max"),
    )
    def test_names(self, name, better):
        made = objectives.read(name)
        self.assertEqual((made.name, made.direction), (name, better))

    def test_what_is_told_stays(self):
        own = keras_tuner.Objective("val_profit", "max")
        self.assertIs(objectives.read(own), own)
        self.assertIsNone(objectives.read(None))
        self.assertEqual(objectives.read([own, "loss"])[1].direction, "min")

    def test_what_nobody_knows(self):
        with self.assertRaisesRegex(ValueError, 'val_profit.*, or "min"'):
            objectives.read("val_profit")

    def test_an_oracle_of_keras_tuner_that_minimizes_a_score(self):
        def oracle(objective):
            return keras_tuner.oracles.RandomSearchOracle(objective)

        with self.assertWarnsRegex(UserWarning, "minimizes 'val_f1_score'"):
            objectives.warn_of_reversed(oracle("val_f1_score").objective)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for name in ("val_loss", "val_accuracy", ["loss", "val_mae"]):
                objectives.warn_of_reversed(oracle(name).objective)


class TunerTest(absltest.TestCase):
    def test_a_score_is_maximized(self):
        def build(hp):
            model = keras.Sequential(
                [keras.Input((1,)), keras.layers.Dense(1, name="out")]
            )
            rate = hp.Choice("rate", [0.0, 0.1])
            model.compile(keras.optimizers.SGD(rate), "mse", ["r2_score"])
            return model

        x = np.linspace(-1, 1, 64).reshape(-1, 1)
        tuner = CoarseToFine(
            build,
            objective="val_r2_score",
            max_trials=2,
            seed=0,
            directory=self.enterContext(tempfile.TemporaryDirectory()),
        )
        tuner.search(x, 3 * x, validation_data=(x, 3 * x), epochs=5, verbose=0)
        self.assertEqual(tuner.get_best_hyperparameters()[0].get("rate"), 0.1)


if __name__ == "__main__":
    absltest.main()
