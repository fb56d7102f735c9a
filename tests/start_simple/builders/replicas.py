"""Trains builders on one and on two replicas, in a process of its own.

Devices can be split only before TensorFlow starts. Prints one JSON object: the
losses of both by the name of the case.
"""

import contextlib
import json

import tensorflow as tf

from tests.start_simple.builders import builders_test as cases

NAMES = ("mlp", "lenet", "resnet", "lstm of words", "transformer of words")


def losses(name, scope):
    """Losses of three epochs in the order of the rows."""
    builder, x, y, options = cases.CASES[name]
    with scope:
        model = cases.build(builder, x, y, **options)
    x, y = cases.part(x, 128), y[:128]
    history = model.fit(x, y, epochs=3, shuffle=False, verbose=0)
    return history.history["loss"]


def main():
    """Trains each of them twice."""
    devices = tf.config.list_physical_devices("CPU")
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(devices[0], halves)
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    print(
        json.dumps(
            {
                name: [
                    losses(name, contextlib.nullcontext()),
                    losses(name, two.scope()),
                ]
                for name in NAMES
            }
        )
    )


if __name__ == "__main__":
    main()
