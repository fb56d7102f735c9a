"""A LeNet-like network: where to start with images."""

from typing import Any

import keras

from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.start_simple import reading
from keras_troubleshoot.start_simple.space import Choices

# Pixels a side that are left for the fully connected layer, at most, and the
# stages of the original: two for 28 and 32 pixels, more for larger images.
SIDE, STAGES = 8, 2
# Filters of a stage at most, as a multiple of those of the first.
WIDEST = 8


def lenet(
    x: Any,
    y: Any = None,
    *,
    filters: int = 32,
    kernel_size: int = 5,
    units: int = 128,
    hp: Any = None,
    **options: Any,
) -> keras.Model:
    """Convolutions and pooling, twice or more, then a hidden layer.

    After LeCun et al., "Gradient-Based Learning Applied to Document
    Recognition" (1998), with ReLU, maxima and twice as many filters in each
    stage. Large images pass more stages, so that the hidden layer sees 8 by
    8 pixels at most.

    Args:
        x: images of shape (rows, height, width, channels), or a dataset.
        y: targets, where `x` does not bring them.
        filters: of the first stage.
        kernel_size: height and width of the kernels.
        units: of the hidden layer.
        hp: `keras_tuner.HyperParameters`, which then fill the search space
            of `kts.models.space`.
        **options: `task`, `classes`, `image_range`, ...; see
            `kts.models.read`.

    Returns:
        A compiled functional model.

    Raises:
        ValueError: the data cannot be used, with a sentence that says why.

    Example:
        >>> import numpy as np
        >>> pixels = np.random.default_rng(0).integers(0, 256, (20, 28, 28, 1))
        >>> lenet(pixels.astype("uint8"), np.arange(20) % 10).output_shape
        (None, 10)
    """
    problem = reading.read(x, y, allowed=(Input.IMAGE,), **options)
    made = Choices(
        hp,
        problem,
        filters=filters,
        units=units,
        kernel_size=kernel_size,
        activation="relu",
    )
    inputs, entry = problem.only("lenet")
    hidden = keras.layers.Flatten()(convolutions(entry.tensor, made))
    hidden = made.dense(made.units)(hidden)
    return problem.finish("lenet", inputs, hidden, made)


def convolutions(tensor: Any, made: Choices) -> Any:
    """Stages of a convolution and pooling until the image is small."""
    stage = 0
    while stage < STAGES or max(tensor.shape[1:3]) > SIDE:
        filters = made.filters * min(2**stage, WIDEST)
        tensor = made.conv2d(filters, made.kernel_size)(tensor)
        # A side of one pixel stays.
        halved = tuple(min(2, side) for side in tensor.shape[1:3])
        tensor = keras.layers.MaxPooling2D(halved)(tensor)
        stage += 1
    return tensor
