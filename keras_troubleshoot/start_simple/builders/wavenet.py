"""WaveNet: a more mature network for long sequences."""

from typing import Any

import keras

from keras_troubleshoot.start_simple import problem as problems
from keras_troubleshoot.start_simple import reading
from keras_troubleshoot.start_simple.builders import steps
from keras_troubleshoot.start_simple.space import Choices

# What has passed the gates is small at the start (about 0.1), so that the
# output can take the usual weights.
OUTPUT_SCALE = 1.0


def wavenet(
    x: Any,
    y: Any = None,
    *,
    filters: int = 32,
    layers: int | None = None,
    kernel_size: int = 2,
    embedding: int = 64,
    hp: Any = None,
    **options: Any,
) -> keras.Model:
    """Gated causal convolutions with residual and skip connections.

    Van den Oord et al., "WaveNet: A Generative Model for Raw Audio" (2016).
    Each layer multiplies a tanh by a sigmoid gate, adds the result to what
    goes on to the next layer, and to what skips to the output. No step sees
    a later one; the dilation doubles from layer to layer until the last step
    sees the first.

    Args:
        x: sequences of shape (rows, steps, features), tokens of shape
            (rows, steps), or a dataset.
        y: targets, where `x` does not bring them: one for each row, or one
            for each step.
        filters: of each convolution; twice as many skip.
        layers: gated layers; by default what the length asks for.
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
        >>> wavenet(waves, waves[:, -1, :1]).output_shape
        (None, 1)
    """
    problem = reading.read(x, y, allowed=problems.TEMPORAL, **options)
    inputs, entry = problem.only("wavenet")
    needed = layer_count(entry.seen.shape[0], kernel_size)
    made = Choices(
        hp,
        problem,
        filters=filters,
        **steps.embedding_of(entry, embedding),
        layers=layers or needed,
        kernel_size=kernel_size,
        activation="relu",
    )
    hidden = steps.vectors(entry, made.values.get("embedding", 0))
    hidden = steps.blanked(entry, hidden)
    hidden = made.conv1d(made.filters, 1, activation=None)(hidden)
    skips = []
    for place in range(made.layers):
        hidden = steps.blanked(entry, hidden)
        hidden, skip = gated(hidden, made, 2**place)
        skips.append(skip)
    hidden = keras.layers.Add()(skips) if len(skips) > 1 else skips[0]
    hidden = keras.layers.Activation(made.activation)(hidden)
    hidden = made.conv1d(2 * made.filters, 1)(hidden)
    hidden = steps.read_out(problem, entry, hidden)
    return problem.finish("wavenet", inputs, hidden, made, OUTPUT_SCALE)


def layer_count(length: int, size: int) -> int:
    """Layers until the last step sees the first.

    After n layers with dilations 1, 2, 4, ... a step sees
    1 + (size - 1) (2^n - 1) steps.

    Example:
        >>> layer_count(32, 2), layer_count(33, 2)
        (5, 6)
    """
    layers = 1
    while 1 + (size - 1) * (2**layers - 1) < length:
        layers += 1
    return layers


def gated(tensor: Any, made: Choices, dilation: int) -> tuple[Any, Any]:
    """One layer: what goes on, and what skips to the output."""

    def dilated(activation: str) -> Any:
        return made.conv1d(
            made.filters,
            made.kernel_size,
            activation=activation,
            padding="causal",
            dilation_rate=dilation,
        )(tensor)

    inner = keras.layers.Multiply()([dilated("tanh"), dilated("sigmoid")])
    skip = made.conv1d(2 * made.filters, 1, activation=None)(inner)
    inner = made.conv1d(made.filters, 1, activation=None)(inner)
    return steps.added(tensor, inner), skip
