"""Small networks reach what toy problems are said to allow."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.start_simple.data import synthetic


def mlp(x):
    for _ in range(2):
        x = layers.Dense(64, "relu")(x)
    return x


def convolutions(x):
    x = layers.Rescaling(1 / 255)(x) if x.dtype == "uint8" else x
    for filters in (16, 32):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    return layers.Dense(32, "relu")(layers.Flatten()(x))


def recurrent(x):
    return layers.LSTM(32)(x)


def pooled(x):
    x = layers.Embedding(200, 16)(x)
    return mlp(layers.GlobalAveragePooling1D()(x))


def linear(x):
    return layers.Flatten()(x)


BODIES = {"photo": convolutions, "text": pooled, "facts": mlp}


def build(toy, body):
    """A network of bodies, one for each input, and a linear head."""
    inputs = {
        name: keras.Input(x.shape[1:], dtype=str(x.dtype), name=name)
        for name, x in as_inputs(toy.x).items()
    }
    parts = [
        (BODIES[name] if len(inputs) > 1 else body)(tensor)
        for name, tensor in inputs.items()
    ]
    x = layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    units = toy.y.shape[1] if toy.y.ndim > 1 else int(toy.y.max()) + 1
    return keras.Model(inputs, layers.Dense(units)(x))


def as_inputs(x):
    return x if isinstance(x, dict) else {"x": x}


def score(toy, body, epochs, rate=1e-3):
    """The score on the test part after training with Adam."""
    keras.utils.set_random_seed(0)
    model = build(toy, body)
    real = toy.metric == "r2"
    several = not real and toy.y.ndim > 1
    loss = "mse" if real else keras.losses.SparseCategoricalCrossentropy(True)
    loss = keras.losses.BinaryCrossentropy(True) if several else loss
    model.compile(keras.optimizers.Adam(rate), loss)
    model.fit(as_inputs(toy.x), toy.y, epochs=epochs, verbose=0)
    said = model.predict(as_inputs(toy.x_test), batch_size=500, verbose=0)
    if real:
        left = np.square(said - toy.y_test).mean(axis=0)
        return float(1 - (left / toy.y_test.var(axis=0)).mean())
    said = said > 0 if several else said.argmax(axis=1)
    return float((said == toy.y_test).mean())


class LearningTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("table", lambda **c: synthetic.tabular(**c), mlp, 8),
        (
            "images",
            lambda **c: synthetic.images(shape=(12, 12, 1), **c),
            convolutions,
            10,
        ),
        (
            "sequences",
            lambda **c: synthetic.sequences(steps=16, **c),
            recurrent,
            10,
        ),
        (
            "tokens",
            lambda **c: synthetic.tokens(steps=20, vocabulary=200, **c),
            pooled,
            10,
        ),
    )
    def test_classes(self, make, body, epochs):
        toy = make(classes=4, noise=0.05)
        reached = score(toy, body, epochs)
        self.assertBetween(reached, toy.reachable - 0.03, toy.reachable + 0.01)

    @parameterized.named_parameters(
        ("table", lambda **c: synthetic.tabular(**c), mlp, 20),
        (
            "images",
            lambda **c: synthetic.images(shape=(12, 12, 1), **c),
            convolutions,
            10,
        ),
        (
            "sequences",
            lambda **c: synthetic.sequences(steps=16, **c),
            recurrent,
            12,
        ),
        (
            "tokens",
            lambda **c: synthetic.tokens(steps=20, vocabulary=200, **c),
            pooled,
            12,
        ),
    )
    def test_regression(self, make, body, epochs):
        reached = score(make(task="regression"), body, epochs)
        self.assertBetween(reached, 0.97, 1)

    @parameterized.parameters(2, 3, 10)
    def test_linear_models_fall_short_on_tables(self, classes):
        toy = synthetic.tabular(classes=classes, test_rows=2000)
        reached = score(toy, linear, 20, rate=1e-2)
        most = (classes + 1) / (2 * classes)
        # 3 standard deviations of a share of 2000 rows.
        self.assertLess(reached, most + 0.034)

    def test_several_inputs(self):
        toy = synthetic.multimodal(
            {
                "photo": {"shape": (12, 12, 1)},
                "text": {"steps": 20, "vocabulary": 200},
                "facts": {"features": 6},
            },
            classes=4,
        )
        reached = score(toy, None, 12)
        self.assertGreater(reached, toy.reachable - 0.03)
        self.assertGreater(reached, max(toy.alone.values()) + 0.3)

    def test_in_the_form_of_bytes_with_several_labels(self):
        rng = np.random.default_rng(0)
        images = rng.integers(0, 256, (50, 16, 16, 1), "uint8")
        labels = rng.integers(0, 2, (50, 3))
        toy = synthetic.like(images, labels, noise=0.05)
        reached = score(toy, convolutions, 12)
        self.assertBetween(reached, toy.reachable - 0.03, toy.reachable + 0.01)


if __name__ == "__main__":
    absltest.main()
