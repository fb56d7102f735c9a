"""An LSTM with one hidden layer: where to start with sequences and text."""

from typing import Any

import keras

from keras_troubleshoot.start_simple import defaults
from keras_troubleshoot.start_simple import problem as problems
from keras_troubleshoot.start_simple import reading
from keras_troubleshoot.start_simple.builders import steps
from keras_troubleshoot.start_simple.space import Choices

# The state of an LSTM is small at the start (about 0.05), so that the output
# can take the usual weights (Glorot).
OUTPUT_SCALE = 2.0


def lstm(
    x: Any,
    y: Any = None,
    *,
    units: int = 64,
    embedding: int = 64,
    hp: Any = None,
    **options: Any,
) -> keras.Model:
    """One LSTM layer, over numbers or over the learned vectors of tokens.

    Hochreiter & Schmidhuber, "Long Short-Term Memory" (1997). Steps that are
    filled up are left out: of tokens where rows end, or begin, with zeros;
    of numbers where `mask_value` says how.

    Args:
        x: sequences of shape (rows, steps, features), tokens of shape
            (rows, steps), or a dataset.
        y: targets, where `x` does not bring them: one for each row, or one
            for each step.
        units: size of the state.
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
        >>> lstm(waves, waves[:, -1, :1]).output_shape
        (None, 1)
    """
    problem = reading.read(x, y, allowed=problems.TEMPORAL, **options)
    inputs, entry = problem.only("lstm")
    sizes = {"units": units} | steps.embedding_of(entry, embedding)
    made = Choices(hp, problem, **sizes)
    layer = recurrent(made, made.units, return_sequences=problem.task.per_step)
    vectors = steps.vectors(entry, made.values.get("embedding", 0))
    hidden = layer(vectors, mask=entry.mask)
    return problem.finish("lstm", inputs, hidden, made, OUTPUT_SCALE)


def recurrent(made: Choices, units: int, **options: Any) -> Any:
    """An LSTM layer with the chosen first weights."""
    weights = made.weights(defaults.RECURRENT_ACTIVATION)
    return defaults.lstm(units, kernel_initializer=weights, **options)
