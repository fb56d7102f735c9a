"""Tests of `Recolor`."""

import os
import tempfile

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.adapting import augmenting
from keras_troubleshoot.improvement.adaptation.adapting.recoloring import (
    Recolor,
)

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(200, 6, 6, 3)).astype("float32")


class RecolorTest(parameterized.TestCase):
    @parameterized.parameters((0.0, 1.0), (-0.5, 0.5), (0.0, 255.0))
    def test_channels_are_mapped_between_black_and_white(self, low, high):
        images = low + (high - low) * IMAGES
        keras.utils.set_random_seed(0)
        made = np.asarray(Recolor((low, high))(images, training=True))
        unit = (made - low) / (high - low)
        self.assertGreaterEqual(unit.min(), -1e-5)
        self.assertLessEqual(unit.max(), 1 + 1e-5)
        slopes = []
        for image in range(200):
            for channel in range(3):
                fit = np.polyfit(
                    IMAGES[image, :, :, channel].ravel(),
                    unit[image, :, :, channel].ravel(),
                    1,
                    full=True,
                )
                self.assertLess(float(np.sum(fit[1])), 1e-6)
                slopes.append(fit[0][0])
        # The difference of two uniform ones: half inverted, variance 1/6.
        self.assertAlmostEqual(np.mean(np.less(slopes, 0)), 0.5, delta=0.08)
        self.assertAlmostEqual(np.var(slopes), 1 / 6, delta=0.03)

    def test_each_image_and_step_is_drawn_anew(self):
        layer = Recolor()
        same = np.repeat(IMAGES[:1], 2, axis=0)
        one, other = (np.asarray(layer(same, training=True)) for _ in "ab")
        self.assertGreater(np.abs(one[0] - one[1]).max(), 0.01)
        self.assertGreater(np.abs(one - other).max(), 0.01)

    def test_it_does_nothing_else(self):
        made = Recolor()(IMAGES, training=False)
        np.testing.assert_array_equal(made, IMAGES)

    def test_bytes_are_taken(self):
        made = Recolor((0, 255))((255 * IMAGES).astype("uint8"), training=True)
        self.assertEqual(str(made.dtype), "<dtype: 'float32'>")

    def test_it_is_saved(self):
        model = keras.Sequential([keras.Input((6, 6, 3)), Recolor((-1, 2))])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.keras")
            model.save(path)
            again = keras.saving.load_model(path)
        self.assertEqual(again.layers[0].limits, (-1.0, 2.0))

    @parameterized.parameters((1, 1), (1, 0))
    def test_white_is_above_black(self, low, high):
        with self.assertRaisesRegex(ValueError, "`limits` must be black and"):
            Recolor((low, high))

    def test_limits_are_those_of_the_target(self):
        layer = augmenting.recolors(IMAGES - 0.5)()
        self.assertAlmostEqual(layer.limits[0], IMAGES.min() - 0.5, 5)
        self.assertAlmostEqual(layer.limits[1], IMAGES.max() - 0.5, 5)
        self.assertIsNone(augmenting.recolors(IMAGES[:, 0, 0]))
        self.assertIsNone(augmenting.recolors(0 * IMAGES))
        self.assertTrue(augmenting.colored(IMAGES))
        self.assertFalse(augmenting.colored(IMAGES[..., :1]))


if __name__ == "__main__":
    absltest.main()
