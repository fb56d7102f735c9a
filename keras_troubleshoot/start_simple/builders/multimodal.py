"""Several modalities in one model: map each, concatenate, connect."""

from collections.abc import Mapping
from typing import Any

import keras

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.start_simple import problem as problems
from keras_troubleshoot.start_simple import reading
from keras_troubleshoot.start_simple.builders import lenet
from keras_troubleshoot.start_simple.builders import lstm
from keras_troubleshoot.start_simple.builders import mlp
from keras_troubleshoot.start_simple.builders import steps
from keras_troubleshoot.start_simple.problem import Entry
from keras_troubleshoot.start_simple.space import Choices

# Sizes of the vectors that the modalities are mapped to: those of the
# lecture's example, ConvNet 64 and LSTM 48.
SIZES = {Input.IMAGE: 64, Input.SEQUENCE: 48, Input.TOKENS: 48}
TABLE = 64


def multimodal(
    x: Any,
    y: Any = None,
    *,
    sizes: Mapping[str, int] | None = None,
    units: tuple[int, ...] = (256, 128),
    embedding: int = 64,
    hp: Any = None,
    **options: Any,
) -> keras.Model:
    """Each input through an encoder of its kind, then all of them together.

    The lecture's recipe: map each modality to a lower-dimensional space (a
    LeNet for images, an LSTM for sequences and tokens, a fully connected
    layer for all columns of tables together), flatten and concatenate, and
    add fully connected layers. Its example, two images and a text to 64, 72
    and 48, concatenated to 184, then 256, 128 and the output, is
    `multimodal(x, y, sizes={"front": 64, "side": 72, "text": 48})`.

    Args:
        x: a dictionary or list of arrays, or a dataset of them.
        y: targets, where `x` does not bring them.
        sizes: of the vector of an input, by its name; 64 by default for
            images, 48 for sequences and tokens, 64 for the tables together.
        units: of the fully connected layers behind.
        embedding: size of the vector of a token.
        hp: `keras_tuner.HyperParameters`, which then fill the search space
            of `kts.models.space`.
        **options: `task`, `kinds`, `vocabulary`, ...; see `kts.models.read`.

    Returns:
        A compiled functional model.

    Raises:
        ValueError: the data cannot be used, with a sentence that says why.

    Example:
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> x = {"wave": rng.normal(size=(20, 9, 2)), "size": rng.random(20)}
        >>> multimodal(x, np.arange(20) % 2).output_shape
        (None, 1)
    """
    problem = reading.read(x, y, **options)
    require_known(sizes or {}, problem)
    require_steps(problem)
    made = Choices(
        hp,
        problem,
        units=units[0] if units else 0,
        embedding=embedding,
        filters=32,
        kernel_size=5,
        activation="relu",
    )
    inputs, entries = problem.inputs()
    hidden = mlp.side_by_side(encoded(entries, made, sizes or {}))
    for width in units:
        # A search moves all of them together.
        hidden = made.dense(max(1, width * made.units // units[0]))(hidden)
    return problem.finish("multimodal", inputs, hidden, made)


def encoded(
    entries: list[Entry], made: Choices, sizes: Mapping[str, int]
) -> list[Any]:
    """A vector for each modality; one for all tables together."""
    tables = [e for e in entries if e.seen.kind is Input.TABULAR]
    vectors = [
        encode(entry, made, size_of(entry, sizes))
        for entry in entries
        if entry not in tables
    ]
    if tables:
        given = [size_of(entry, sizes) for entry in tables]
        together = mlp.side_by_side([mlp.flat(entry) for entry in tables])
        vectors.append(made.dense(max(given))(together))
    return vectors


def encode(entry: Entry, made: Choices, size: int) -> Any:
    """One image, sequence or row of tokens as a vector."""
    if entry.seen.kind is Input.IMAGE:
        hidden = lenet.convolutions(entry.tensor, made)
        return made.dense(size)(keras.layers.Flatten()(hidden))
    vectors = steps.vectors(entry, made.embedding)
    return lstm.recurrent(made, size)(vectors, mask=entry.mask)


def size_of(entry: Entry, sizes: Mapping[str, int]) -> int:
    """Size of the vector of an input."""
    usual = SIZES.get(entry.seen.kind, TABLE)
    return sizes.get(name_of(entry.seen.label), usual)


def name_of(label: str) -> str:
    """The last key of `x['image']`, or the number of `x[0]`."""
    return label.rpartition("[")[2].strip("]'\"")


def require_known(sizes: Mapping[str, int], problem: problems.Problem) -> None:
    """Refuses sizes of inputs that there are not.

    Raises:
        ValueError: naming them.
    """
    names = [name_of(seen.label) for seen in nests.arrays(problem.seen)]
    unknown = [name for name in sizes if name not in names]
    if unknown:
        raise ValueError(
            f"`sizes` must name inputs of `x`, received: {unknown}, where "
            f"there are {names}. To mend it, use these names."
        )


def require_steps(problem: problems.Problem) -> None:
    """Refuses targets at each step, of which a vector knows nothing."""
    if problem.task.per_step:
        raise ValueError(
            "`y` must have one target a row for `multimodal`, received: one "
            "for each step. To mend it, call `kts.models.lstm(x, y)`, or "
            "predict the last step."
        )
