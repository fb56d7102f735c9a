"""Trains with graded rates on one and on two replicas, in its own process.

Devices can be split only before TensorFlow starts. Prints one JSON object: the
kernel and the bias of both.
"""

import contextlib
import json

import keras
import numpy as np
import tensorflow as tf

from keras_troubleshoot.improvement.adaptation.supervised import graded


def trained(scope):
    """Kernel and bias after some steps."""
    x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    with scope:
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        inner = keras.optimizers.AdamW(0.1, weight_decay=0.3)
        model.compile(graded.GradedRates(inner, [0.5, 1.0]), "mse")
    model.fit(x, x[:, 0], batch_size=8, epochs=3, verbose=0)
    return [w.tolist() for w in model.get_weights()]


def main():
    """Trains it twice."""
    devices = tf.config.list_physical_devices("CPU")
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(devices[0], halves)
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    one = contextlib.nullcontext()
    print(json.dumps([trained(one), trained(two.scope())]))


if __name__ == "__main__":
    main()
