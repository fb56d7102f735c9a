"""Models of every kind that the tests of `check` and `supervise` share."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras import ops

ROWS = 96
X = np.random.default_rng(0).normal(size=(ROWS, 6)).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 0).astype("float32")
STEPS = X.reshape(ROWS, 3, 2)
PICTURES = np.tile(X[:, :4, None, None], (1, 2, 8, 1))
BOTH = {"left": X[:, :2], "right": X[:, 2:]}
TWO = {"yes": Y, "sum": X.sum(axis=1, keepdims=True)}


def compiled(model, **options):
    """Compiled as all of them are."""
    options = {
        "optimizer": keras.optimizers.Adam(0.01),
        "loss": "binary_crossentropy",
        "metrics": ["accuracy"],
    } | options
    model.compile(**options)
    return model


def sequential(**options):
    """Two Dense layers."""
    return compiled(
        keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(4, "relu"),
                layers.Dense(1, "sigmoid"),
            ]
        ),
        **options,
    )


def block(**options):
    """Layers that remember, draw numbers, and one that is a single unit."""
    return compiled(
        keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(4, "relu"),
                layers.BatchNormalization(),
                layers.Dropout(0.5),
                layers.Dense(1, "sigmoid"),
            ]
        ),
        **options,
    )


def regularized():
    """With penalties of weights and of activations."""
    return compiled(
        keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(4, "relu", kernel_regularizer="l2"),
                layers.Dense(4, activity_regularizer="l1"),
                layers.Dense(1, "sigmoid"),
            ]
        )
    )


def random_layers():
    """BatchNormalization, Dropout, noise and augmentation of pictures."""
    return compiled(
        keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                layers.RandomFlip(),
                layers.RandomRotation(0.1),
                layers.GaussianNoise(0.1),
                layers.Conv2D(2, 3),
                layers.BatchNormalization(),
                layers.SpatialDropout2D(0.3),
                layers.Flatten(),
                layers.Dropout(0.3),
                layers.Dense(1, "sigmoid"),
            ]
        )
    )


def nested():
    """A Functional model around a Sequential one, partly frozen."""
    inner = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4), layers.Dropout(0.2)]
    )
    inner.layers[0].trainable = False
    inputs = keras.Input((6,))
    middle = inner(inputs)
    outputs = layers.Dense(1, "sigmoid")(layers.Concatenate()([middle, inputs]))
    return compiled(keras.Model(inputs, outputs))


def several():
    """Two inputs, two outputs, two losses, metrics of each."""
    left = keras.Input((2,), name="left")
    right = keras.Input((4,), name="right")
    both = layers.Concatenate()([left, right])
    return compiled(
        keras.Model(
            {"left": left, "right": right},
            {
                "yes": layers.Dense(1, "sigmoid", name="yes")(both),
                "sum": layers.Dense(1, name="sum")(both),
            },
        ),
        loss={"yes": "binary_crossentropy", "sum": "mse"},
        loss_weights={"yes": 1.0, "sum": 0.5},
        metrics={"yes": ["accuracy", "auc"], "sum": ["mae"]},
    )


def stateful():
    """A recurrent layer that keeps its state from batch to batch."""
    return compiled(
        keras.Sequential(
            [
                keras.Input((3, 2), batch_size=16),
                layers.GRU(3, stateful=True, dropout=0.2),
                layers.Dense(1, "sigmoid"),
            ]
        )
    )


def mixed():
    """In half precision, with a loss that is scaled."""
    policy = keras.DTypePolicy("mixed_float16")
    return compiled(
        keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(4, "relu", dtype=policy),
                layers.Dense(1, "sigmoid", dtype="float32"),
            ]
        ),
        optimizer=keras.optimizers.LossScaleOptimizer(
            keras.optimizers.Adam(0.01)
        ),
    )


class Subclass(keras.Model):
    """Layers in a list, Dropout, a BatchNormalization, a loss of its own."""

    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(4, "relu"), layers.BatchNormalization()]
        self.dropout = layers.Dropout(0.3)
        self.end = layers.Dense(1, "sigmoid")

    def call(self, x, training=False):
        for block in self.blocks:
            x = block(x, training=training) if block.built else block(x)
        self.add_loss(0.01 * ops.mean(ops.square(x)))
        return self.end(self.dropout(x, training=training))


class OwnStep(Subclass):
    """Trains in a `train_step` of its own, with two optimizers."""

    def __init__(self):
        super().__init__()
        self.tracker = keras.metrics.Mean(name="own")
        self.second = keras.optimizers.SGD(0.01)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape(persistent=True) as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
        last, first = self.end.trainable_weights, self.blocks[0].weights
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, last), last, strict=True)
        )
        self.second.apply(tape.gradient(loss, first), first)
        self.tracker.update_state(loss)
        return self.compute_metrics(x, y, y_pred) | {
            "own": self.tracker.result()
        }


class Counting(Subclass):
    """Remembers what Keras knows nothing of, and draws its own noise."""

    def __init__(self):
        super().__init__()
        self.calls, self.seen, self.known = 0, [], {}
        self.count = tf.Variable(0.0, trainable=False)
        self.bank = tf.Variable(tf.zeros((4, 6)), trainable=False)
        self.noise = tf.random.Generator.from_seed(1)
        self.rng = np.random.default_rng(3)
        self.table = np.zeros(3)

    def call(self, x, training=False):
        self.calls += 1
        self.seen.append(self.calls)
        self.known[self.calls] = self.rng.normal()
        self.table[0] += 1
        self.count.assign_add(1.0)
        self.bank.assign(self.bank + 1)
        x = x + 0.01 * self.noise.normal((6,)) + 0.01 * tf.random.normal((6,))
        return super().call(x, training=training)

    @property
    def own(self):
        """All of it."""
        return (
            self.calls,
            list(self.seen),
            dict(self.known),
            self.count.numpy(),
            self.bank.numpy().tolist(),
            self.noise.state.numpy().tolist(),
            str(self.rng.bit_generator.state),
            self.table.tolist(),
        )


def counting():
    """Built: what a `call` does in Python, it does when it is built, too."""
    model = compiled(Counting())
    model(X)
    return model


KINDS = {
    "sequential": (sequential, X, Y),
    "regularized": (regularized, X, Y),
    "nested": (nested, X, Y),
    "random_layers": (random_layers, PICTURES, Y),
    "several": (several, BOTH, TWO),
    "stateful": (stateful, STEPS, Y),
    "mixed": (mixed, X, Y),
    "subclass": (lambda: compiled(Subclass()), X, Y),
    "own_step": (lambda: compiled(OwnStep()), X, Y),
    "counting": (counting, X, Y),
    "several_steps": (lambda: sequential(steps_per_execution=2), X, Y),
    "xla": (lambda: sequential(jit_compile=True), X, Y),
    "eager": (lambda: sequential(run_eagerly=True), X, Y),
}
