"""A residual network: the next step for images."""

from typing import Any

import keras

from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.start_simple import reading
from keras_troubleshoot.start_simple.space import Choices

# Pixels a side from which on the stem of the paper on ImageNet is used: it
# halves the image twice, and four stages follow, not three.
LARGE = 64
# Depth from which on blocks have three convolutions (a bottleneck).
DEEP = 50
# Learning rate of Adam. Behind a batch normalization the size of weights does
# not matter, only their direction, which 3e-4 hardly turns: with it, 5,000
# images of CIFAR-10 are learned by heart on nearly random features (test
# accuracy 0.39 after 15 epochs; 0.55 with this one, heuristic).
LEARNING_RATE = 3e-3
# Of the moving statistics; of He et al., 2016. Keras's 0.99 lags behind weights
# that move so fast.
MOMENTUM = 0.9


def resnet(
    x: Any,
    y: Any = None,
    *,
    depth: int = 20,
    filters: int = 16,
    hp: Any = None,
    **options: Any,
) -> keras.Model:
    """ResNet-v2 of any depth, for images that LeNet is too small for.

    He et al., "Identity Mappings in Deep Residual Networks" (2016): blocks
    of batch normalization, ReLU and convolution beside an identity. Unlike
    the other first models it has batch normalization, which so deep a
    network cannot be trained without: `fit` and `predict` then differ, small
    batches hurt, and the learning rate must be larger, 3e-3 by default.

    Images below 64 pixels pass three stages (16, 32, 64 filters, as for
    CIFAR-10), larger ones the stem and the four stages of ImageNet, with
    `filters=64` as in the paper. From a depth of 50 on blocks are
    bottlenecks of three convolutions.

    Args:
        x: images of shape (rows, height, width, channels), or a dataset.
        y: targets, where `x` does not bring them.
        depth: layers with weights: 2 + 2 n, or 2 + 3 n from 50 on, such as
            20, 32, 56, 110; 18, 34, 50, 101 with the four stages.
        filters: of the first stage; each further one has twice as many.
        hp: `keras_tuner.HyperParameters`, which then fill the search space
            of `kts.models.space`.
        **options: `task`, `classes`, `image_range`, ...; see
            `kts.models.read`.

    Returns:
        A compiled functional model.

    Raises:
        ValueError: no network has this depth, or the data cannot be used.

    Example:
        >>> import numpy as np
        >>> pixels = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3))
        >>> resnet(pixels.astype("uint8"), np.arange(20) % 4, depth=8).name
        'resnet'
    """
    problem = reading.read(x, y, allowed=(Input.IMAGE,), **options)
    inputs, entry = problem.only("resnet")
    large = max(entry.tensor.shape[1:3]) >= LARGE
    stages = 4 if large else 3
    total, bottleneck = block_count(depth, stages)
    made = Choices(
        hp,
        problem,
        LEARNING_RATE,
        filters=filters,
        blocks=total,
        activation="relu",
    )
    hidden = stem(entry.tensor, made, large)
    for stage, number in enumerate(shared(max(made.blocks, stages), stages)):
        for place in range(number):
            stride = 2 if stage and not place else 1
            filters = made.filters * 2**stage
            hidden = block(hidden, made, filters, stride, bottleneck)
    hidden = activated(hidden, made)
    hidden = keras.layers.GlobalAveragePooling2D()(hidden)
    return problem.finish("resnet", inputs, hidden, made)


def block_count(depth: int, stages: int) -> tuple[int, bool]:
    """How many blocks a depth makes, and whether they are bottlenecks.

    Raises:
        ValueError: no whole number of blocks makes that depth.
    """
    whole = isinstance(depth, int) and not isinstance(depth, bool)
    for size in (2, 3) if whole and depth < DEEP else (3, 2):
        if whole and (depth - 2) % size == 0 and depth >= 2 + size * stages:
            return (depth - 2) // size, size == 3
    least = 2 + 2 * stages
    near = max(least, 2 * round(depth / 2)) if whole else 20
    raise ValueError(
        f"`depth` must be 2 + 2 n, or 2 + 3 n, and at least {least} for "
        f"{stages} stages, received: depth={depth!r}. To mend it, pass "
        f"depth={near}."
    )


def shared(blocks: int, stages: int) -> list[int]:
    """Blocks of each stage; the later ones get what is left over.

    Example:
        >>> shared(9, 3), shared(8, 3)
        ([3, 3, 3], [2, 3, 3])
    """
    each, left = divmod(blocks, stages)
    return [each + (stage >= stages - left) for stage in range(stages)]


def stem(tensor: Any, made: Choices, large: bool) -> Any:
    """The first convolution; large images are halved twice."""
    if not large:
        return convolution(tensor, made, made.filters, 3)
    tensor = convolution(tensor, made, made.filters, 7, 2)
    return keras.layers.MaxPooling2D(3, 2, padding="same")(tensor)


def convolution(
    tensor: Any, made: Choices, filters: int, size: int, stride: int = 1
) -> Any:
    """A convolution without a bias, which the normalization would undo."""
    return made.conv2d(
        filters,
        size,
        strides=stride,
        use_bias=False,
        activation=None,
        # The activation follows, though not at once.
        kernel_initializer=made.weights(made.activation),
    )(tensor)


def activated(tensor: Any, made: Choices) -> Any:
    """Batch normalization and the activation."""
    tensor = keras.layers.BatchNormalization(momentum=MOMENTUM)(tensor)
    return keras.layers.Activation(made.activation)(tensor)


def block(
    tensor: Any, made: Choices, filters: int, stride: int, bottleneck: bool
) -> Any:
    """One residual block of the second kind ("full pre-activation").

    Args:
        tensor: what comes in.
        made: the choices.
        filters: of its convolutions; a bottleneck puts out four times that.
        stride: by which the image shrinks.
        bottleneck: whether it has three convolutions.
    """
    width = 4 * filters if bottleneck else filters
    before = activated(tensor, made)
    if stride > 1 or tensor.shape[-1] != width:
        # A convolution of 1 x 1 with this stride, in two steps: in one,
        # TensorFlow 2.21 writes beyond its memory on CPUs where the number
        # of rows is odd.
        seen = before[:, ::stride, ::stride] if stride > 1 else before
        tensor = convolution(seen, made, width, 1)
    if bottleneck:
        inner = convolution(before, made, filters, 1)
        inner = convolution(activated(inner, made), made, filters, 3, stride)
        inner = convolution(activated(inner, made), made, width, 1)
    else:
        inner = convolution(before, made, filters, 3, stride)
        inner = convolution(activated(inner, made), made, width, 3)
    return keras.layers.Add()([tensor, inner])
