"""A layer that draws the colours of images anew."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class Recolor(keras.layers.Layer):
    """Draws black and white anew while training, of each image and channel.

    What is between them stays in proportion: `x` becomes `black + (white -
    black) * x`, so that contrast, brightness and tint change, and half of the
    channels are inverted. What is left of an image are its shapes: colours
    that differ between the domains cannot be learned. (J. Tobin et al.,
    Domain Randomization, IROS 2017, draws colours of simulated scenes so.)

    Args:
        limits: the values of black and of white.
        **kwargs: of `keras.layers.Layer`.

    Raises:
        ValueError: white is not above black.

    Example:
        >>> import numpy as np
        >>> layer = Recolor((0, 255))
        >>> images = np.zeros((2, 8, 8, 3), "float32")
        >>> images[:, 2:4] = 255
        >>> made = np.asarray(layer(images, training=True))
        >>> made.shape, bool(made.min() >= 0), len(np.unique(made))
        ((2, 8, 8, 3), True, 12)
    """

    def __init__(self, limits: Sequence[float] = (0.0, 1.0), **kwargs: Any):
        super().__init__(**kwargs)
        low, high = map(float, limits)
        if not low < high:
            raise ValueError(
                "`limits` must be black and a white above it, received: "
                f"{limits!r}."
            )
        self.limits = low, high
        self.generator = keras.random.SeedGenerator()

    def call(self, images: Any, training: bool | None = None) -> Any:
        """Images in other colours while training, else as they are.

        Args:
            images: shape (rows, height, width, channels).
            training: whether to draw.
        """
        images = ops.cast(images, self.compute_dtype)
        if not training:
            return images
        low, high = self.limits
        shape = (ops.shape(images)[0], 1, 1, images.shape[-1])
        black, white = (
            keras.random.uniform(
                shape, low, high, self.compute_dtype, self.generator
            )
            for _ in range(2)
        )
        return black + (white - black) * (images - low) / (high - low)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the images."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "limits": list(self.limits)}
