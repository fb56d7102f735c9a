"""What is logged, beside what `fit` really logs."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import keras_logs

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


def hits(y, made):
    return keras.ops.mean(keras.ops.equal(y, keras.ops.round(made)))


def single(metrics, weighted=None):
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(1, "sigmoid")]
    )
    model.compile(
        "sgd",
        "binary_crossentropy",
        metrics=metrics,
        weighted_metrics=weighted,
    )
    return model


def double(metrics):
    inputs = keras.Input((3,))
    outputs = [
        keras.layers.Dense(1, "sigmoid", name=name)(inputs) for name in "ab"
    ]
    model = keras.Model(inputs, outputs)
    model.compile("sgd", ["mse", "mae"], metrics=metrics)
    return model


MODELS = (
    ("short", lambda: single(["acc"]), Y),
    ("long", lambda: single(["accuracy", "mse"]), Y),
    ("object", lambda: single([keras.metrics.AUC(name="area")]), Y),
    ("function", lambda: single([hits, "mae"]), Y),
    ("weighted", lambda: single(["mae"], ["mae"]), Y),
    ("none", lambda: single(None), Y),
    ("two", lambda: double([["mae"], ["accuracy", "mse"]]), [Y, Y]),
    ("two_by_name", lambda: double({"b": ["mae"]}), [Y, Y]),
)


class LoggedTest(parameterized.TestCase):
    @parameterized.named_parameters(*MODELS)
    def test_names_are_those_of_fit(self, make, y):
        model = make()
        got = [entry.name for entry in keras_logs.logged(model, y, model(X))]
        history = model.fit(X, y, verbose=0).history
        self.assertCountEqual(got, history)

    @parameterized.named_parameters(*MODELS)
    def test_guesses_are_those_of_callbacks(self, make, y):
        model = make()
        logged = keras_logs.logged(model, y, model(X))
        model.fit(X, y, verbose=0)
        for entry in logged:
            with self.subTest(entry.name):
                self.assertEqual(entry.guessed, really(model, entry.name))

    def test_directions(self):
        model = single(["accuracy", "mae", hits])
        logged = keras_logs.logged(model, Y, model(X))
        self.assertEqual(
            [(x.name, x.better) for x in logged],
            [
                ("loss", "min"),
                ("accuracy", "max"),
                ("mae", "min"),
                ("hits", ""),
            ],
        )
        self.assertEqual(logged[1].class_name, "BinaryAccuracy")

    def test_model_stays_as_it_is(self):
        model = single(["accuracy"])
        keras_logs.logged(model, Y, model(X))
        self.assertFalse(model._compile_metrics.built)
        self.assertFalse(model._compile_loss.built)


def really(model, name):
    """What a callback of Keras takes for better; empty where it raises."""
    stop = keras.callbacks.EarlyStopping(name)
    stop.set_model(model)
    try:
        stop._set_monitor_op()
    except ValueError:
        return ""
    return "min" if stop.monitor_op == keras.ops.less else "max"


if __name__ == "__main__":
    absltest.main()
