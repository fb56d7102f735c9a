"""A training on two replicas; run by tests, in a process of its own.

Devices can be split only before TensorFlow starts. Prints one JSON object.
"""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

from keras_troubleshoot.debugging.instrument.recorder import Recorder
from keras_troubleshoot.debugging.instrument.tripwire import Tripwire

X = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


class Parts(keras.callbacks.Callback):
    """Builds parts into each `fit`."""

    def __init__(self, *parts):
        super().__init__()
        self.parts = parts

    def set_model(self, model):
        """Attaches them."""
        super().set_model(model)
        for part in self.parts:
            part.attach(model)

    def on_train_end(self, logs=None):
        """Detaches them."""
        for part in self.parts:
            part.detach()


def made(optimizer):
    """A model with all that replicas may disagree about."""
    keras.utils.set_random_seed(2)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with strategy.scope():
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(8, "relu"),
                keras.layers.BatchNormalization(),
                keras.layers.Dropout(0.3),
                keras.layers.Dense(1),
            ]
        )
        model.compile(optimizer(), "mse")
    return model


def fitted(optimizer, x, *parts):
    """The model and the history after a training with some parts."""
    model = made(optimizer)
    history = model.fit(
        x,
        Y,
        batch_size=16,
        epochs=2,
        shuffle=False,
        verbose=0,
        callbacks=[Parts(*parts)],
    )
    return model, history.history["loss"]


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.05),
    "scaled": lambda: keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(0.05)
    ),
    "averaging": lambda: keras.optimizers.Adam(
        0.01, clipnorm=1.0, use_ema=True, ema_overwrite_frequency=3
    ),
}


def main(name):
    """Trains plainly, with parts, and with a bad row."""
    make = OPTIMIZERS[name]
    plain, losses = fitted(make, X)
    recorder, wire = Recorder(every=1), Tripwire()
    watched, same = fitted(make, X, recorder, wire)
    trace = recorder.trace
    bad = X.copy()
    bad[40, 1] = np.inf
    caught = Tripwire()
    broken, _ = fitted(make, bad, caught)
    print(
        json.dumps(
            {
                "identical": losses == same
                and all(
                    np.array_equal(a, b)
                    for a, b in zip(
                        plain.get_weights(), watched.get_weights(), strict=True
                    )
                ),
                "tripped": wire.tripped,
                "losses": losses,
                "steps": trace.steps.tolist(),
                "trace_loss": trace.loss.tolist(),
                "gradient": trace.gradient.tolist(),
                "update": (trace.update * trace.weight).tolist(),
                "caught": [caught.tripped, caught.step],
                "batch": np.array_equal(caught.batch[0], bad[32:48]),
                "finite": all(
                    bool(np.isfinite(w).all()) for w in broken.get_weights()
                ),
            }
        )
    )


if __name__ == "__main__":
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )
    main(sys.argv[1])
