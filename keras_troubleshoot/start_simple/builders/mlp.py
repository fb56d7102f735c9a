"""A fully connected network: where to start with tables."""

from typing import Any

import keras

from keras_troubleshoot.start_simple import reading
from keras_troubleshoot.start_simple.problem import Entry
from keras_troubleshoot.start_simple.space import Choices


def mlp(
    x: Any,
    y: Any = None,
    *,
    units: int = 128,
    layers: int = 1,
    hp: Any = None,
    **options: Any,
) -> keras.Model:
    """One hidden layer, for tables and all that has no better builder.

    Several inputs are put side by side; images and sequences are flattened.

    Args:
        x: what `fit` takes: arrays, nested structures of them, a dataset.
        y: targets, where `x` does not bring them.
        units: of each hidden layer.
        layers: hidden layers.
        hp: `keras_tuner.HyperParameters`, which then fill the search space
            of `kts.models.space`.
        **options: `task`, `kinds`, `missing`, ...; see `kts.models.read`.

    Returns:
        A compiled functional model.

    Raises:
        ValueError: the data cannot be used, with a sentence that says why.

    Example:
        >>> import numpy as np
        >>> rows = np.random.default_rng(0).normal(size=(20, 3))
        >>> mlp(rows, rows.sum(axis=1)).output_shape
        (None, 1)
    """
    problem = reading.read(x, y, **options)
    made = Choices(hp, problem, units=units, layers=layers, activation="relu")
    inputs, entries = problem.inputs()
    hidden = side_by_side([flat(entry) for entry in entries])
    for _ in range(made.layers):
        hidden = made.dense(made.units)(hidden)
    return problem.finish("mlp", inputs, hidden, made)


def flat(entry: Entry) -> Any:
    """An input as rows of features."""
    tensor = keras.ops.cast(entry.tensor, "float32")
    if entry.vocabulary:
        # Ids have no order: whether one is there is what counts.
        return keras.layers.CategoryEncoding(
            entry.vocabulary, output_mode="multi_hot"
        )(entry.tensor)
    return tensor if len(tensor.shape) == 2 else keras.layers.Flatten()(tensor)


def side_by_side(tensors: list[Any]) -> Any:
    """Several tensors as one, along the last axis."""
    if len(tensors) == 1:
        return tensors[0]
    return keras.layers.Concatenate()(tensors)
