"""The generators and discriminators are those of the papers."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.cyclegan import discriminators
from keras_troubleshoot.improvement.adaptation.cyclegan import generators
from keras_troubleshoot.improvement.adaptation.cyclegan import layers


def field(kernels):
    """Receptive field of (kernel, stride) layers, from the last one back."""
    seen = 1
    for kernel, stride in reversed(kernels):
        seen = (seen - 1) * stride + kernel
    return seen


class NetworksTest(parameterized.TestCase):
    def test_for_256_pixels_they_are_as_large_as_the_papers(self):
        # The authors' code says 11.378 M and 2.765 M.
        made = generators.resnet_generator((256, 256, 3))
        self.assertEqual(made.count_params(), 11_378_179)
        made = discriminators.patch_discriminator((256, 256, 3))
        self.assertEqual(made.count_params(), 2_764_737)

    @parameterized.named_parameters(
        ("one", 1, 16), ("two", 2, 34), ("three", 3, 70)
    )
    def test_patches_are_as_large_as_told(self, halvings, expected):
        made = discriminators.patch_discriminator(
            (64, 64, 1), filters=2, halvings=halvings
        )
        kernels = [
            (layer.kernel_size[0], layer.strides[0])
            for layer in made.layers
            if isinstance(layer, keras.layers.Conv2D)
        ]
        self.assertEqual(field(kernels), expected)

    @parameterized.product(
        build=(generators.resnet_generator, generators.unet_generator),
        shape=((8, 8, 1), (9, 13, 3), (28, 28, 1), (30, 17, 1)),
        channels=(None, 1, 3),
    )
    def test_any_size_comes_back(self, build, shape, channels):
        made = build(shape, channels, filters=2)
        self.assertEqual(
            made.output_shape[1:], (*shape[:2], channels or shape[-1])
        )

    def test_pixels_lie_between_their_ends(self):
        made = generators.resnet_generator((9, 9, 1), filters=2, downsamples=2)
        # Large weights, so that the last activation is used.
        made.set_weights([100 * w for w in made.get_weights()])
        x = np.random.default_rng(0).uniform(-1, 1, (4, 9, 9, 1))
        out = np.asarray(made(x))
        self.assertLessEqual(np.abs(out).max(), 1)
        self.assertGreater(np.abs(out).max(), 0.5)

    def test_reflection_is_that_of_numpy(self):
        x = np.random.default_rng(0).normal(size=(2, 5, 6, 3)).astype("float32")
        padding = ((1, 2), (0, 3))
        layer = layers.ReflectionPadding2D(padding)
        expected = np.pad(x, ((0, 0), *padding, (0, 0)), mode="reflect")
        np.testing.assert_array_equal(layer(x), expected)
        self.assertEqual(layer.compute_output_shape(x.shape), expected.shape)
        twin = layers.ReflectionPadding2D.from_config(layer.get_config())
        np.testing.assert_array_equal(twin(x), expected)

    def test_instances_are_standardized_by_themselves(self):
        x = np.random.default_rng(0).normal(3, 2, (2, 4, 4, 3))
        x = x.astype("float32")
        mean = x.mean((1, 2), keepdims=True)
        spread = x.var((1, 2), keepdims=True)
        np.testing.assert_allclose(
            layers.instance_normalization()(x),
            (x - mean) / np.sqrt(spread + 1e-5),
            atol=1e-5,
        )

    @parameterized.named_parameters(
        ("small", (7, 9, 1), {}, "`shape` must be"),
        ("flat", (9,), {}, "`shape` must be"),
        ("open", (None, None, 3), {}, "`shape` must be"),
        ("filters", (9, 9, 1), {"filters": -1}, "`filters` must be"),
    )
    def test_bad_arguments(self, shape, options, told):
        builders = (
            generators.resnet_generator,
            generators.unet_generator,
            discriminators.patch_discriminator,
        )
        for build in builders:
            with self.assertRaisesRegex(ValueError, told):
                build(shape, **options)


if __name__ == "__main__":
    absltest.main()
