"""A Transformer encoder: the more mature network for sequences and text."""

from typing import Any

import keras

from keras_troubleshoot.facts.sample import unreadable
from keras_troubleshoot.start_simple import problem as problems
from keras_troubleshoot.start_simple import reading
from keras_troubleshoot.start_simple.builders import steps
from keras_troubleshoot.start_simple.space import Choices

HEADS = 4


def transformer(
    x: Any,
    y: Any = None,
    *,
    size: int = 64,
    layers: int = 2,
    hp: Any = None,
    **options: Any,
) -> keras.Model:
    """Self-attention over all steps, normalized before each part.

    Vaswani et al., "Attention Is All You Need" (2017), the encoder alone,
    with learned positions, and with layer normalization before attention and
    before the fully connected layers: Xiong et al., "On Layer Normalization
    in the Transformer Architecture" (2020), by which it trains without
    warm-up. Unlike the other first models it cannot do without
    normalization. Every step sees every other: not for targets at each step
    that must not see the future.

    Args:
        x: sequences of shape (rows, steps, features), tokens of shape
            (rows, steps), or a dataset.
        y: targets, where `x` does not bring them: one for each row, or one
            for each step.
        size: of the vector of a step, a multiple of 4 (heads).
        layers: of attention.
        hp: `keras_tuner.HyperParameters`, which then fill the search space
            of `kts.models.space`.
        **options: `task`, `vocabulary`, `mask_value`, ...; see
            `kts.models.read`.

    Returns:
        A compiled functional model.

    Raises:
        ValueError: the data cannot be used, or their length is not fixed.

    Example:
        >>> import numpy as np
        >>> waves = np.random.default_rng(0).normal(size=(20, 12, 2))
        >>> transformer(waves, waves[:, -1, :1]).output_shape
        (None, 1)
    """
    problem = reading.read(x, y, allowed=problems.TEMPORAL, **options)
    inputs, entry = problem.only("transformer")
    require_length(entry)
    made = Choices(hp, problem, size=size, layers=layers, activation="relu")
    width = HEADS * -(-made.size // HEADS)
    hidden = placed(entry, made, width)
    for _ in range(made.layers):
        hidden = layer(entry, hidden, made, width)
    hidden = keras.layers.LayerNormalization()(hidden)
    hidden = steps.read_out(problem, entry, hidden)
    return problem.finish("transformer", inputs, hidden, made)


def require_length(entry: problems.Entry) -> None:
    """Refuses batches of various lengths: each place has its own vector.

    Raises:
        sample.UnreadableData: with how to bring them to one length.
    """
    if entry.seen.varies:
        raise unreadable(
            f"`{entry.seen.label}` must have one length for `transformer`, "
            "received: batches that differ in their number of steps.",
            "pad all to the longest: `padded_batch(size, padded_shapes=...)`",
            where=entry.seen.label,
        )


def placed(entry: problems.Entry, made: Choices, width: int) -> Any:
    """A vector for each step, with a learned one for its place added."""
    vectors = steps.vectors(entry, width)
    if not entry.vocabulary:
        vectors = made.dense(width, activation=None)(vectors)
    # 0, 1, 2, ... for each row, made of the input so that it has its length.
    one = keras.ops.ones_like(vectors[:, :, 0], dtype="int32")
    place = keras.ops.cumsum(one, axis=1) - 1
    lookup = keras.layers.Embedding(entry.seen.shape[0], width)
    return keras.layers.Add()([vectors, lookup(place)])


def layer(entry: problems.Entry, tensor: Any, made: Choices, width: int) -> Any:
    """Attention and a fully connected part, each beside an identity."""
    inner = keras.layers.LayerNormalization()(tensor)
    attention = keras.layers.MultiHeadAttention(HEADS, width // HEADS)
    mask = None
    if entry.mask is not None:
        mask = keras.ops.expand_dims(entry.mask, 1)
    inner = attention(inner, inner, attention_mask=mask)
    tensor = keras.layers.Add()([tensor, inner])
    inner = keras.layers.LayerNormalization()(tensor)
    inner = made.dense(4 * width)(inner)
    inner = made.dense(width, activation=None)(inner)
    return keras.layers.Add()([tensor, inner])
