"""One step on one batch, on one and on two replicas, in its own process.

Devices can be split only before TensorFlow starts. Prints one JSON object: by
the name of the aligner, how far the update of two replicas is from the mean
gradient of the half batches, and how large the update is.
"""

import json

import keras
import numpy as np
import tensorflow as tf

import keras_troubleshoot as kts
from tests.improvement.adaptation.models import samples


def built(aligner, place):
    """A model whose update is the gradient."""
    model = samples.model(**{place: aligner})
    model.compile(keras.optimizers.SGD(1.0), model.loss)
    model.build({"source": (None, 6), "target": (None, 6)})
    return model


def gradients(model, x, y):
    """Of the whole loss on one batch."""
    with tf.GradientTape() as tape:
        loss = model.loss(y, model(x, training=True)) + sum(model.losses)
    weights = [one.value for one in model.trainable_variables]
    return [one.numpy() for one in tape.gradient(loss, weights)]


def compared(kind, strategy, place="aligner"):
    """The difference of the updates, their size, and the counted steps."""
    schedule = kts.adaptation.Ramp(2, 0.7)
    x, y = next(iter(samples.batches(32)))
    with strategy.scope():
        model = built(kind(weight=schedule), place)
        getattr(model, place).steps.assign(3)
    before = model.get_weights()
    rows = [slice(0, 16), slice(16, 32)]
    alone = built(kind(weight=schedule), place)
    halves = []
    for half in rows:
        alone.set_weights(before)
        parts = {name: one[half] for name, one in x.items()}
        halves.append(gradients(alone, parts, y[half]))
    wanted = [np.mean(pair, axis=0) for pair in zip(*halves, strict=True)]
    started = [one.numpy() for one in model.trainable_variables]
    model.fit(samples.only((x, y)), verbose=0)
    updates = [
        start - one.numpy()
        for start, one in zip(started, model.trainable_variables, strict=True)
    ]
    apart = [
        np.abs(one - other).max()
        for one, other in zip(wanted, updates, strict=True)
    ]
    sizes = [np.abs(one).max() for one in wanted]
    steps = int(keras.ops.convert_to_numpy(getattr(model, place).steps))
    return [float(max(apart)), float(min(sizes)), steps]


def noisy(kind):
    """With a classifier that draws random numbers, as dropout does.

    They are too small to be seen, but the state of their generator is
    assigned in each step.
    """

    def make(weight):
        noise = keras.layers.GaussianNoise(1e-9)
        mine = keras.Sequential([noise, keras.layers.Dense(2)])
        return kind(weight=weight, classifier=mine)

    return make


def main():
    """Compares each aligner."""
    devices = tf.config.list_physical_devices("CPU")
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(devices[0], halves)
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    kinds = {
        **samples.ALIGNERS,
        "adversarial of noise": noisy(kts.adaptation.DomainAdversarial),
        "confusion of noise": noisy(kts.adaptation.DomainConfusion),
    }
    found = {name: compared(kind, two) for name, kind in kinds.items()}
    found["outputs"] = compared(
        kts.adaptation.ClassConfusion, two, "output_aligner"
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
