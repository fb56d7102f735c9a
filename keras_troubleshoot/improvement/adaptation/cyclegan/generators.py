"""Networks that translate an image: ResNet and U-Net."""

from typing import Any

import keras

from keras_troubleshoot.improvement.adaptation.cyclegan import layers
from keras_troubleshoot.improvement.adaptation.cyclegan import requirements

# Pixels of the shorter side from which on the paper's networks are the
# default: 6 blocks for 128 pixels, 9 for 256 (section 7.2). Below, networks
# that a CPU trains in minutes (heuristic; digits of 16 to 28 pixels).
LARGE, MEDIUM, SMALL = 200, 100, 64
# Filters at most, as a multiple of those of the first level of the U-Net
# (Isola et al. 2017, section 6.1.1).
WIDEST = 8
# Halvings of the U-Net at most; 8 of 256 pixels.
DEEPEST = 8


def resnet_generator(
    shape: Any,
    out_channels: int | None = None,
    *,
    filters: int | None = None,
    blocks: int | None = None,
    downsamples: int | None = None,
) -> keras.Model:
    """The generator of the paper: residual blocks between two samplings.

    J.-Y. Zhu, T. Park, P. Isola, A. Efros, "Unpaired Image-to-Image
    Translation using Cycle-Consistent Adversarial Networks" (2017), section
    7.2, after Johnson et al. (2016): c7s1-64, d128, d256, blocks R256,
    u128, u64, c7s1-3. Images whose sides are no multiple of
    `2**downsamples` are mirrored at the border, and cropped at the end.

    Args:
        shape: (height, width, channels) of the images.
        out_channels: of what it makes; those of `shape` by default.
        filters: of the first convolution; 64 from 100 pixels on, 32 from 64,
            else 16.
        blocks: 9 from 200 pixels on, 6 from 100, else 3.
        downsamples: halvings before the blocks; 2 from 64 pixels on, else 1,
            so that small shapes such as strokes keep their place.

    Returns:
        A functional model from and to pixels between -1 and 1.

    Raises:
        ValueError: the shape is none of an image of at least 8 by 8 pixels,
            or a number is below 1.

    Example:
        >>> resnet_generator((10, 14, 1), 3, filters=4).output_shape
        (None, 10, 14, 3)
    """
    shape = requirements.image_shape("shape", shape)
    side = min(shape[:2])
    filters = width(side) if filters is None else filters
    if blocks is None:
        blocks = 9 if side >= LARGE else 6 if side >= MEDIUM else 3
    if downsamples is None:
        downsamples = 2 if side >= SMALL else 1
    requirements.whole(filters=filters, blocks=blocks, downsamples=downsamples)
    inputs = keras.Input(shape)
    tensor, sides = layers.filled(inputs, 2**downsamples)
    tensor = layers.ReflectionPadding2D(3)(tensor)
    tensor = normalized(layers.convolution(filters, 7)(tensor))
    for level in range(1, downsamples + 1):
        halving = layers.convolution(filters * 2**level, 3, 2, padding="same")
        tensor = normalized(halving(tensor))
    for _ in range(blocks):
        tensor = residual(tensor)
    for level in reversed(range(downsamples)):
        tensor = normalized(layers.doubling(filters * 2**level, 3)(tensor))
    tensor = layers.ReflectionPadding2D(3)(tensor)
    tensor = layers.convolution(out_channels or shape[-1], 7)(tensor)
    return keras.Model(
        inputs, layers.finished(tensor, sides), name="resnet_generator"
    )


def small(shape: tuple) -> bool:
    """Whether an image is so small that the default is a U-Net."""
    return min(shape[:2]) < SMALL


def width(side: int) -> int:
    """Filters of the first convolution by default."""
    return 64 if side >= MEDIUM else 32 if side >= SMALL else 16


def normalized(tensor: Any) -> Any:
    """Instance normalization and ReLU."""
    return keras.layers.ReLU()(layers.instance_normalization()(tensor))


def residual(tensor: Any) -> Any:
    """A block of two convolutions, added to what it got."""
    filters = tensor.shape[-1]
    made = layers.ReflectionPadding2D()(tensor)
    made = normalized(layers.convolution(filters, 3)(made))
    made = layers.ReflectionPadding2D()(made)
    made = layers.instance_normalization()(layers.convolution(filters, 3)(made))
    return keras.layers.Add()([tensor, made])


def unet_generator(
    shape: Any,
    out_channels: int | None = None,
    *,
    filters: int | None = None,
    depth: int | None = None,
) -> keras.Model:
    """The generator of pix2pix: halvings and doublings with connections.

    P. Isola, J.-Y. Zhu, T. Zhou, A. Efros, "Image-to-Image Translation with
    Conditional Adversarial Networks" (2017), section 6.1.1, without dropout.
    What is at a place stays there by the connections, so that it suits
    changes of colour and texture more than of shape.

    Args:
        shape: (height, width, channels) of the images.
        out_channels: of what it makes; those of `shape` by default.
        filters: of the first level; 64 from 100 pixels on, 32 from 64, else
            16.
        depth: halvings; by default until 2 to 4 pixels are left.

    Returns:
        A functional model from and to pixels between -1 and 1.

    Raises:
        ValueError: the shape is none of an image of at least 8 by 8 pixels,
            or a number is below 1.

    Example:
        >>> unet_generator((28, 28, 3), 1, filters=4).output_shape
        (None, 28, 28, 1)
    """
    shape = requirements.image_shape("shape", shape)
    side = min(shape[:2])
    filters = width(side) if filters is None else filters
    if depth is None:
        depth = min(side.bit_length() - 2, DEEPEST)
    requirements.whole(filters=filters, depth=depth)
    inputs = keras.Input(shape)
    tensor, sides = layers.filled(inputs, 2**depth)
    passed = []
    for level in range(depth):
        wide = filters * min(2**level, WIDEST)
        tensor = layers.convolution(wide, 4, 2, padding="same")(tensor)
        # Of one pixel, the normalization would leave nothing.
        if 0 < level < depth - 1:
            tensor = layers.instance_normalization()(tensor)
        tensor = keras.layers.LeakyReLU(layers.SLOPE)(tensor)
        passed.append(tensor)
    for across in reversed(passed[:-1]):
        tensor = normalized(layers.doubling(across.shape[-1], 4)(tensor))
        tensor = keras.layers.Concatenate()([tensor, across])
    tensor = layers.doubling(out_channels or shape[-1], 4)(tensor)
    return keras.Model(
        inputs, layers.finished(tensor, sides), name="unet_generator"
    )
