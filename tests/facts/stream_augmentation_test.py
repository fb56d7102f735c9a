"""Streams of pictures that come augmented, beside clean validation."""

import numpy as np
from absl.testing import absltest

from keras_troubleshoot.facts import augmentation
from keras_troubleshoot.facts import data
from keras_troubleshoot.facts.sample import Sample


def pictures(count, seed):
    """Bars at one of four heights on noise, and the height."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 4, count)
    x = rng.normal(0, 0.1, (count, 12, 12))
    x[np.arange(count), 3 * y] += 1
    return x, y


def profile(x, y, streamed):
    """The profile of pictures."""
    return data.profile(Sample(x, y, rows=len(x), streamed=streamed))


class StreamAugmentationTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.x, self.y = pictures(400, 1)
        self.clean = profile(*pictures(300, 2), False)
        self.rng = np.random.default_rng(3)

    def seen(self, x, streamed=True, y=None):
        y = self.y if y is None else y
        return augmentation.of_stream(profile(x, y, streamed), self.clean)

    def test_a_stream_as_clean_as_validation_is_not_augmented(self):
        self.assertIsNone(self.seen(self.x))

    def test_arrays_are_not_looked_at(self):
        self.assertIsNone(self.seen(self.x[:, ::-1], streamed=False))

    def test_rolled_by_any_height_no_label_can_be_told(self):
        turns = self.rng.integers(0, 12, 400)
        rolled = np.stack(
            [np.roll(p, t, 0) for p, t in zip(self.x, turns, strict=True)]
        )
        rolled = rolled + self.rng.normal(0, 0.5, rolled.shape)
        seen = self.seen(rolled)
        self.assertGreater(seen.clean, 0.95)
        self.assertLess(seen.augmented, 0.5)
        self.assertEqual(seen.layers, ())

    def test_noise_that_leaves_the_bars_visible(self):
        noisy = self.x + self.rng.normal(0, 0.1, self.x.shape)
        seen = self.seen(noisy)
        self.assertGreater(seen.augmented, 0.9)

    def test_shuffled_labels_are_another_matter(self):
        self.assertIsNone(self.seen(self.x, y=self.rng.permutation(self.y)))


if __name__ == "__main__":
    absltest.main()
