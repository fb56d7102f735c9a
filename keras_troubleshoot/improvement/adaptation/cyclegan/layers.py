"""What the networks of a CycleGAN are made of."""

from typing import Any

import keras

# Standard deviation of the weights at the start (Zhu et al., section 7.1).
DEVIATION = 0.02
# Of the instance normalization, as the authors have it (PyTorch's).
EPSILON = 1e-5
# Slope of the leaky ReLU below zero (Isola et al. 2017, section 6.1).
SLOPE = 0.2


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class ReflectionPadding2D(keras.Layer):
    """Pads images by their own pixels, mirrored at the border.

    Borders of zeros show in generated images (Johnson et al. 2016).

    Args:
        padding: pixels on all four sides; or `((top, bottom), (left, right))`.
            Each must be less than the side of the image.
        **kwargs: arguments of `keras.Layer`.

    Example:
        >>> import numpy as np
        >>> row = np.array([1.0, 2.0, 3.0, 4.0]).reshape(1, 4, 1, 1)
        >>> padded = ReflectionPadding2D(((2, 1), (0, 0)))(row)
        >>> np.asarray(padded).ravel().tolist()
        [3.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0]
    """

    def __init__(self, padding: Any = 1, **kwargs: Any):
        super().__init__(**kwargs)
        if isinstance(padding, int):
            padding = ((padding, padding), (padding, padding))
        self.padding = tuple(tuple(sides) for sides in padding)

    def call(self, inputs: Any) -> Any:
        """Pads height and width of (rows, height, width, channels)."""
        width = ((0, 0), *self.padding, (0, 0))
        return keras.ops.pad(inputs, width, mode="reflect")

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """The shape with both sides grown."""
        rows, *sides, channels = input_shape
        grown = (
            None if side is None else side + sum(more)
            for side, more in zip(sides, self.padding, strict=True)
        )
        return (rows, *grown, channels)

    def get_config(self) -> dict:
        """The arguments, for `from_config`."""
        return {**super().get_config(), "padding": self.padding}


def normal() -> keras.initializers.Initializer:
    """How the weights start."""
    return keras.initializers.RandomNormal(0.0, DEVIATION)


def instance_normalization() -> keras.Layer:
    """Standardizes each channel of each image by itself.

    D. Ulyanov, A. Vedaldi, V. Lempitsky, "Instance Normalization" (2016);
    without learned scale and offset, as the authors of CycleGAN have it.
    """
    return keras.layers.GroupNormalization(
        groups=-1, epsilon=EPSILON, center=False, scale=False
    )


def convolution(filters: int, kernel: int, strides: int = 1, **options: Any):
    """A convolution whose weights start as the paper's."""
    return keras.layers.Conv2D(
        filters, kernel, strides, kernel_initializer=normal(), **options
    )


def doubling(filters: int, kernel: int) -> keras.Layer:
    """A transposed convolution that doubles height and width."""
    return keras.layers.Conv2DTranspose(
        filters, kernel, 2, padding="same", kernel_initializer=normal()
    )


def filled(tensor: Any, multiple: int) -> tuple[Any, tuple]:
    """Pads height and width to multiples of a number.

    Returns:
        The padded tensor, and what `keras.layers.Cropping2D` takes to undo it.
    """
    more = [-side % multiple for side in tensor.shape[1:3]]
    sides = tuple((pixels // 2, pixels - pixels // 2) for pixels in more)
    if any(more):
        tensor = ReflectionPadding2D(sides)(tensor)
    return tensor, sides


def finished(tensor: Any, sides: tuple) -> Any:
    """Pixels between -1 and 1, in float32, without the padding."""
    tensor = keras.layers.Activation("tanh", dtype="float32")(tensor)
    if any(map(any, sides)):
        tensor = keras.layers.Cropping2D(sides, dtype="float32")(tensor)
    return tensor
