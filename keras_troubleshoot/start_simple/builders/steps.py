"""What the builders for sequences share: vectors, masks, and reading out."""

import math
from typing import Any

import keras

from keras_troubleshoot.start_simple import defaults
from keras_troubleshoot.start_simple.problem import Entry
from keras_troubleshoot.start_simple.problem import Problem


def vectors(entry: Entry, embedding: int) -> Any:
    """A vector for each step: of tokens a learned one, else the features.

    Args:
        entry: tokens or a sequence.
        embedding: size of a learned vector.

    Returns:
        A tensor of shape (rows, steps, features).
    """
    if not entry.vocabulary:
        return entry.tensor
    # Keras's small first vectors (up to 0.05) serve well: with unit variance
    # the vectors that words begin with drown what is learned about them, and
    # sentences reach an accuracy of 0.65, not of 0.75.
    return keras.layers.Embedding(entry.vocabulary, embedding)(entry.tensor)


def embedding_of(entry: Entry, size: int) -> dict[str, int]:
    """The size of the vectors of tokens, where there are tokens."""
    return {"embedding": size} if entry.vocabulary else {}


def blanked(entry: Entry, tensor: Any) -> Any:
    """Zeros in the steps that do not count, so that none leaks out."""
    if entry.mask is None:
        return tensor
    counts = keras.ops.expand_dims(entry.mask, -1)
    return tensor * keras.ops.cast(counts, tensor.dtype)


def added(tensor: Any, inner: Any) -> Any:
    """A residual connection that keeps the variance at the start.

    Without the factor it would double from layer to layer, as nothing is
    normalized: Gehring et al., "Convolutional Sequence to Sequence Learning"
    (2017), section 3.5.
    """
    total = keras.layers.Add()([tensor, inner])
    return keras.layers.Rescaling(math.sqrt(0.5))(total)


def output_scale(entry: Entry) -> float:
    """Variance of the first outputs, as a share of that of the features.

    The mean over small vectors of tokens is small by itself.
    """
    return 1.0 if entry.vocabulary else defaults.OUTPUT_SCALE


def read_out(problem: Problem, entry: Entry, tensor: Any) -> Any:
    """What the output is made of.

    All steps where each has a target; the last step of a sequence, which
    stands for all before it; the mean over the steps of tokens, and of
    sequences that are filled up.

    Args:
        problem: tells whether there is a target for each step.
        entry: where the tensor comes from.
        tensor: shape (rows, steps, features).

    Returns:
        Shape (rows, features), or as it came.
    """
    if problem.task.per_step:
        return tensor
    if entry.mask is None and not entry.vocabulary:
        return tensor[:, -1]
    return keras.layers.GlobalAveragePooling1D()(tensor, mask=entry.mask)
