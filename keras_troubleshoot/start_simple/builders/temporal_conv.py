"""Temporal convolutions: the other start with sequences and text."""

from typing import Any

import keras

from keras_troubleshoot.start_simple import problem as problems
from keras_troubleshoot.start_simple import reading
from keras_troubleshoot.start_simple.builders import steps
from keras_troubleshoot.start_simple.space import Choices


def temporal_conv(
    x: Any,
    y: Any = None,
    *,
    filters: int = 64,
    blocks: int | None = None,
    kernel_size: int = 3,
    embedding: int = 64,
    hp: Any = None,
    **options: Any,
) -> keras.Model:
    """Causal, dilated convolutions with residuals (TCN).

    Bai, Kolter & Koltun, "An Empirical Evaluation of Generic Convolutional
    and Recurrent Networks for Sequence Modeling" (2018), without their
    dropout and weight normalization. No step sees a later one. The dilation
    doubles from block to block, and there are as many as it takes for the
    last step to see the first.

    Args:
        x: sequences of shape (rows, steps, features), tokens of shape
            (rows, steps), or a dataset.
        y: targets, where `x` does not bring them: one for each row, or one
            for each step.
        filters: of each convolution.
        blocks: of two convolutions each; by default what the length asks
            for.
        kernel_size: steps of a kernel.
        embedding: size of the vector of a token.
        hp: `keras_tuner.HyperParameters`, which then fill the search space
            of `kts.models.space`.
        **options: `task`, `vocabulary`, `mask_value`, ...; see
            `kts.models.read`.

    Returns:
        A compiled functional model.

    Raises:
        ValueError: the data cannot be used, with a sentence that says why.

    Example:
        >>> import numpy as np
        >>> waves = np.random.default_rng(0).normal(size=(20, 12, 2))
        >>> temporal_conv(waves, waves[:, -1, :1]).output_shape
        (None, 1)
    """
    problem = reading.read(x, y, allowed=problems.TEMPORAL, **options)
    inputs, entry = problem.only("temporal_conv")
    needed = block_count(entry.seen.shape[0], kernel_size)
    made = Choices(
        hp,
        problem,
        filters=filters,
        **steps.embedding_of(entry, embedding),
        blocks=blocks or needed,
        kernel_size=kernel_size,
        activation="relu",
    )
    hidden = steps.vectors(entry, made.values.get("embedding", 0))
    for place in range(made.blocks):
        hidden = steps.blanked(entry, hidden)
        hidden = block(hidden, made, 2**place)
    hidden = steps.read_out(problem, entry, hidden)
    scale = steps.output_scale(entry)
    return problem.finish("temporal_conv", inputs, hidden, made, scale)


def block_count(length: int, size: int) -> int:
    """Blocks until the last step sees the first.

    After n blocks of two convolutions with dilations 1, 2, 4, ... a step
    sees 1 + 2 (size - 1) (2^n - 1) steps.

    Example:
        >>> block_count(29, 3), block_count(30, 3)
        (3, 4)
    """
    blocks = 1
    while 1 + 2 * (size - 1) * (2**blocks - 1) < length:
        blocks += 1
    return blocks


def block(tensor: Any, made: Choices, dilation: int) -> Any:
    """Two causal convolutions beside an identity."""
    inner = tensor
    for _ in range(2):
        inner = made.conv1d(
            made.filters,
            made.kernel_size,
            padding="causal",
            dilation_rate=dilation,
        )(inner)
    if tensor.shape[-1] != made.filters:
        tensor = made.conv1d(made.filters, 1, activation=None)(tensor)
    total = steps.added(tensor, inner)
    return keras.layers.Activation(made.activation)(total)
