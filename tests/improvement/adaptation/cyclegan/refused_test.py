"""What a CycleGAN refuses, before any work starts."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.cyclegan import generators
from keras_troubleshoot.improvement.adaptation.cyclegan import model as models
from tests.improvement.adaptation.cyclegan.samples import COLOUR
from tests.improvement.adaptation.cyclegan.samples import GREY
from tests.improvement.adaptation.cyclegan.samples import pixels
from tests.improvement.adaptation.cyclegan.samples import small


class RefusedTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("sizes", (8, 8, 1), (9, 8, 1), {}, "same height and width"),
        ("shape", (8,), None, {}, "`source_shape` must be"),
        ("cycle", GREY, None, {"cycle_weight": -1}, "`cycle_weight` must"),
        ("identity", GREY, None, {"identity_weight": -1}, "`identity_weight`"),
        ("channels", GREY, COLOUR, {"identity_weight": 1}, "must be 0 where"),
        ("pool", GREY, None, {"pool_size": 2.5}, "`pool_size` must be"),
        ("one_net", GREY, None, {"generators": [None]}, "two different"),
    )
    def test_arguments(self, source, target, options, told):
        with self.assertRaisesRegex(ValueError, told):
            models.CycleGAN(source, target, **options)

    def test_networks(self):
        net = generators.unet_generator(COLOUR, filters=2)
        twin = generators.unet_generator(COLOUR, filters=2)
        with self.assertRaisesRegex(ValueError, "must map images of"):
            models.CycleGAN(GREY, generators=(net, twin))
        with self.assertRaisesRegex(ValueError, "two different"):
            models.CycleGAN(COLOUR, generators=(net, net))
        with self.assertRaisesRegex(TypeError, "pair of Keras models"):
            models.CycleGAN(GREY, discriminators=(1, 2))

    @parameterized.named_parameters(
        ("labels", (pixels(3), np.arange(3)), TypeError, "without labels"),
        ("class_ids", np.arange(3), ValueError, "`target` must be images"),
        ("shape", pixels(3, COLOUR), ValueError, "`target` must be images"),
        ("empty", pixels(0), ValueError, "at least one image"),
        ("nan", np.full((2, 8, 8), np.nan), ValueError, "2?128 NaN"),
        ("range", pixels(3) * 3.0, ValueError, "`target` must hold pixels"),
    )
    def test_targets(self, target, kind, told):
        gan = small()
        gan.compile()
        with self.assertRaisesRegex(kind, told):
            gan.fit(pixels(3), target, verbose=0)
        self.assertEqual(int(gan.optimizer.iterations), 0)

    def test_streams(self):
        gan = small()
        gan.compile()
        stream = tf.data.Dataset.from_tensor_slices(pixels(4)).batch(2)
        with self.assertRaisesRegex(ValueError, "must give batches"):
            gan.fit(stream, verbose=0)
        with self.assertRaisesRegex(ValueError, "must give batches"):
            gan.adapt_dataset(stream)
        labels = tf.data.Dataset.range(4).batch(2)
        with self.assertRaisesRegex(ValueError, "`target` must be images"):
            gan.fit(tf.data.Dataset.zip(stream, labels), verbose=0)

    def test_labels_and_translations(self):
        gan = small()
        with self.assertRaisesRegex(ValueError, "as many rows"):
            gan.adapt_dataset(pixels(3), np.arange(2))
        with self.assertRaisesRegex(ValueError, "`y` must hold the labels"):
            gan.adapt_dataset(pixels(3))
        with self.assertRaisesRegex(ValueError, "`images` must be images"):
            gan.translate(pixels(3, COLOUR))

    def test_one_optimizer_for_both(self):
        adam = keras.optimizers.Adam()
        with self.assertRaisesRegex(ValueError, "another object"):
            small().compile(adam, adam)


if __name__ == "__main__":
    absltest.main()
