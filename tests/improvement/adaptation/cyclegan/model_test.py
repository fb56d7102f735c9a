"""What `fit` and `translate` of a CycleGAN do."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from tests.improvement.adaptation.cyclegan.samples import COLOUR
from tests.improvement.adaptation.cyclegan.samples import GREY
from tests.improvement.adaptation.cyclegan.samples import LOGS
from tests.improvement.adaptation.cyclegan.samples import pixels
from tests.improvement.adaptation.cyclegan.samples import small


class FitTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("more_target", 5, 12, 3), ("more_source", 9, 2, 3), ("same", 4, 4, 1)
    )
    def test_an_epoch_is_one_pass_over_the_larger_set(self, one, two, steps):
        gan = small()
        gan.compile(run_eagerly=True)
        gan.fit(pixels(one), pixels(two), batch_size=4, epochs=2, verbose=0)
        self.assertEqual(int(gan.optimizer.iterations), 2 * steps)
        self.assertEqual(int(gan.discriminator_optimizer.iterations), 2 * steps)

    def test_a_stream_of_pairs(self):
        gan = small(GREY, COLOUR)
        gan.compile()
        pairs = tf.data.Dataset.zip(
            tf.data.Dataset.from_tensor_slices(pixels(10)).batch(4),
            tf.data.Dataset.from_tensor_slices(pixels(10, COLOUR)).batch(4),
        )
        history = gan.fit(pairs, epochs=2, verbose=0, validation_data=pairs)
        # The last batch of an epoch has two rows.
        self.assertEqual(int(gan.optimizer.iterations), 6)
        self.assertContainsSubset(LOGS, history.history)
        self.assertContainsSubset([f"val_{n}" for n in LOGS], history.history)
        self.assertEqual(list(np.asarray(gan.target_range)), [0, 255, 0])

    def test_both_domains_have_their_own_range(self):
        gan = small()
        gan.compile(run_eagerly=True)
        own = pixels(6) / np.float32(127.5) - 1
        validation = pixels(5), own
        gan.fit(pixels(4), own, verbose=0, validation_data=validation)
        self.assertEqual(list(np.asarray(gan.source_range)), [0, 255, 0])
        self.assertEqual(list(np.asarray(gan.target_range)), [-1, 1, 1])

    def test_it_learns_to_invert(self):
        # Dark bars on white become white bars on dark.
        rng = np.random.default_rng(0)
        bars = np.zeros((400, *GREY), "uint8")
        for image, place in zip(bars, rng.integers(1, 6, 400), strict=True):
            image[:, place : place + 2] = 255
        gan = small(identity_weight=0)
        gan.compile(keras.optimizers.Adam(3e-3, beta_1=0.5))
        before = gan.translate(255 - bars).astype(float)
        gan.fit(255 - bars, bars, batch_size=16, epochs=12, verbose=0)
        made = gan.translate(255 - bars).astype(float)
        share = (made > 127).mean()
        self.assertAlmostEqual(share, 0.25, delta=0.08)
        self.assertGreater(abs((before > 127).mean() - 0.25), 0.1)

    def test_a_loss_of_nan_stops_it(self):
        gan = small()
        gan.compile(keras.optimizers.SGD(float("nan")), run_eagerly=True)
        stop = keras.callbacks.TerminateOnNaN()
        gan.fit(pixels(8), pixels(8), batch_size=1, callbacks=[stop], verbose=0)
        self.assertLess(int(gan.optimizer.iterations), 8)

    def test_mixed_precision(self):
        keras.mixed_precision.set_global_policy("mixed_float16")
        try:
            gan = small()
        finally:
            keras.mixed_precision.set_global_policy("float32")
        gan.compile(run_eagerly=True)
        for one in (gan.optimizer, gan.discriminator_optimizer):
            self.assertIsInstance(one, keras.optimizers.LossScaleOptimizer)
        logs = gan.fit(pixels(4), pixels(4), batch_size=2, verbose=0).history
        self.assertTrue(np.isfinite(logs["loss"]).all())
        self.assertEqual(gan.translate(pixels(2) / 255.0).dtype, "float32")


class TranslateTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("bytes", (0, 255), "uint8", "uint8"),
        ("longs", (0, 255), "int64", "int64"),
        ("floats", (0, 255), "float32", "float32"),
        ("unit", (0, 1), "float64", "float32"),
        ("own", (-1, 1), "float32", "float32"),
    )
    def test_images_come_back_in_their_range(self, ends, dtype, back_as):
        gan = small()
        unit = pixels(5) / 255.0
        images = (unit * (ends[1] - ends[0]) + ends[0]).astype(dtype)
        own = ((unit * 2) - 1).astype("float32")
        for back, net in ((False, gan.to_target), (True, gan.to_source)):
            made = gan.translate(images, back=back, batch_size=2)
            self.assertEqual(made.dtype, back_as)
            expected = (np.asarray(net(own)) + 1) / 2
            expected = expected * (ends[1] - ends[0]) + ends[0]
            near = 0.51 if ends[1] == 255 else 1e-4
            np.testing.assert_allclose(made, expected, atol=near)

    def test_channels_may_differ_and_be_left_out(self):
        gan = small(GREY, COLOUR)
        grey = pixels(3)[..., 0]
        self.assertEqual(gan.translate(grey).shape, (3, 8, 8, 3))
        made = gan.translate(pixels(3, COLOUR), back=True)
        self.assertEqual(made.shape, (3, 8, 8, 1))
        self.assertEqual(small().translate(grey).shape, (3, 8, 8))
        self.assertFalse(gan.identity_weight)

    @parameterized.named_parameters(("there", False), ("back", True))
    def test_a_dataset_is_translated_as_arrays_are(self, back):
        gan = small()
        x, y = pixels(7), np.arange(7)
        expected, labels = gan.adapt_dataset(x, y, back=back)
        self.assertIs(labels, y)
        np.testing.assert_array_equal(expected, gan.translate(x, back=back))
        stream = tf.data.Dataset.from_tensor_slices((x, y, y)).batch(3)
        parts = list(gan.adapt_dataset(stream, back=back).as_numpy_iterator())
        made, *rest = (np.concatenate(p) for p in zip(*parts, strict=True))
        self.assertEqual(made.dtype, "uint8")
        # Rounded in another place.
        np.testing.assert_allclose(
            made.astype(int), expected.astype(int), atol=1
        )
        np.testing.assert_array_equal(rest, [y, y])


if __name__ == "__main__":
    absltest.main()
