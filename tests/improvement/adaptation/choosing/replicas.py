"""`TargetValidation` on two replicas, in its own process.

Devices can be split only before TensorFlow starts. Prints one JSON object: what
the callback wrote down, and whether the weights ended as without it.
"""

import json

import keras
import numpy as np
import tensorflow as tf

import keras_troubleshoot as kts


def rows():
    """Labelled rows of a source, and rows of a target."""
    rng = np.random.default_rng(0)
    y = np.arange(96) % 3
    x = rng.normal(size=(96, 4)).astype("float32")
    x[:, 0] += 3 * y
    return x, y, x[::-1] + np.float32(0.5)


def built(strategy):
    """A model of that strategy."""
    keras.utils.set_random_seed(0)
    with strategy.scope():
        encoder = keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(8, "relu")]
        )
        head = keras.Sequential(
            [keras.Input((8,)), keras.layers.Dense(3, "softmax")]
        )
        model = kts.adaptation.AdaptationModel(
            encoder, head, kts.adaptation.CORAL()
        )
        model.compile(
            keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy"
        )
    return model


def fitted(strategy, callbacks):
    """The model after three epochs."""
    x, y, target = rows()
    model = built(strategy)
    batches = kts.adaptation.paired((x, y), target, 32, shuffle=False)
    model.fit(batches, epochs=3, callbacks=callbacks, verbose=0)
    return model


def main():
    """Fits with and without it, and puts the best weights back."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)
    strategy = tf.distribute.MirroredStrategy(["cpu:0", "cpu:1"])
    x, y, target = rows()
    judge = kts.adaptation.TargetValidation(target, (x, y))
    plain, judged = fitted(strategy, []), fitted(strategy, [judge])
    same = all(
        np.array_equal(one, other)
        for one, other in zip(
            plain.get_weights(), judged.get_weights(), strict=True
        )
    )
    told = kts.adaptation.assess(judged, (x, y), target).scores
    best = kts.adaptation.TargetValidation(
        target, (x, y), validators="source_risk", restore_best=True
    )
    restored = fitted(strategy, [best])
    risk = kts.adaptation.source_risk(restored, x, y)
    found = {
        "same": same,
        "history": {
            name: list(map(float, v)) for name, v in judge.history.items()
        },
        "told": {name: float(value) for name, value in told.items()},
        "risks": list(map(float, best.history["source_risk"])),
        "restored": float(risk),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
