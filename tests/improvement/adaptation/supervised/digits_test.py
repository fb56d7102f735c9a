import keras
import numpy as np
from absl.testing import absltest
from sklearn import datasets

from keras_troubleshoot.improvement.adaptation.supervised import fine_tune

LABELS, SEEDS = 5, 2


def network(seed):
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )
    model.compile(
        keras.optimizers.Adam(3e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def accuracies(seed):
    """Of the source alone, of a few target rows alone, and fine-tuned."""
    digits = datasets.load_digits()
    x, y = (digits.images / 16).astype("float32")[..., None], digits.target
    moved = 0.6 * np.roll(x, 1, axis=2) + 0.2
    order = np.random.default_rng(seed).permutation(len(x))
    source, target, test = order[:700], order[700:1100], order[1100:]
    few = [target[y[target] == label][:LABELS] for label in range(10)]
    few = np.concatenate(few)
    first, alone = network(seed), network(seed + 50)
    first.fit(x[source], y[source], epochs=20, verbose=0)
    alone.fit(moved[few], y[few], epochs=60, verbose=0)
    tuned = fine_tune.fine_tune(first, moved[few], y[few], verbose=False)
    return [
        (m.predict(moved[test], verbose=0).argmax(1) == y[test]).mean()
        for m in (first, alone, tuned.model)
    ]


class DigitsTest(absltest.TestCase):
    def test_better_than_source_and_target_alone(self):
        source, target, tuned = np.transpose(
            [accuracies(seed) for seed in range(SEEDS)]
        )
        self.assertTrue((tuned > source + 0.1).all(), (source, tuned))
        self.assertGreater(tuned.mean(), target.mean() + 0.005)


if __name__ == "__main__":
    absltest.main()
