"""Networks that tell real images from generated ones."""

from typing import Any

import keras

from keras_troubleshoot.improvement.adaptation.cyclegan import layers
from keras_troubleshoot.improvement.adaptation.cyclegan import requirements

# Pixels of the shorter side from which on it is as large as the paper's; below
# it is a smaller one (heuristic), whose patches hold a whole digit.
LARGE = 64
# Filters at most, as a multiple of those of the first layer.
WIDEST = 8


def patch_discriminator(
    shape: Any, *, filters: int | None = None, halvings: int | None = None
) -> keras.Model:
    """PatchGAN: a judgement of each patch of an image, not of the whole.

    Isola et al. (2017), section 6.1.2, and Zhu et al. (2017), section 7.2:
    C64-C128-C256-C512 and a last convolution, whose outputs see patches of
    70 by 70 pixels with three halvings, of 34 with two, and of 16 with one.

    Args:
        shape: (height, width, channels) of the images.
        filters: of the first convolution; 64 from 64 pixels on, else 16.
        halvings: 3 from 64 pixels on, else 2.

    Returns:
        A functional model from pixels between -1 and 1 to one number for
        each patch, shape (rows, height, width, 1).

    Raises:
        ValueError: the shape is none of an image of at least 8 by 8 pixels,
            or a number is below 1.

    Example:
        >>> patch_discriminator((256, 256, 3), filters=2).output_shape
        (None, 32, 32, 1)
    """
    shape = requirements.image_shape("shape", shape)
    side = min(shape[:2])
    if filters is None:
        filters = 64 if side >= LARGE else 16
    if halvings is None:
        halvings = 3 if side >= LARGE else 2
    requirements.whole(filters=filters, halvings=halvings)
    inputs = tensor = keras.Input(shape)
    for level in range(halvings + 1):
        width = filters * min(2**level, WIDEST)
        strides = 2 if level < halvings else 1
        tensor = layers.convolution(width, 4, strides, padding="same")(tensor)
        # The paper's first layer is not normalized.
        if level and min(tensor.shape[1:3]) > 1:
            tensor = layers.instance_normalization()(tensor)
        tensor = keras.layers.LeakyReLU(layers.SLOPE)(tensor)
    tensor = layers.convolution(1, 4, padding="same")(tensor)
    judged = keras.layers.Activation("linear", dtype="float32")(tensor)
    return keras.Model(inputs, judged, name="patch_discriminator")
