"""`start_simple`: looks at the data and takes the builder for them."""

import dataclasses
from typing import Any

import keras
import numpy as np

from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.start_simple import models
from keras_troubleshoot.start_simple import reading
from keras_troubleshoot.start_simple.data import standardizing
from keras_troubleshoot.start_simple.problem import Problem


@dataclasses.dataclass(frozen=True)
class Choice:
    """Which builder is taken, and why.

    Attributes:
        builder: its name in `kts.models`.
        why: in one sentence.
    """

    builder: str
    why: str


# What is said of one input of each kind, and the builder that is taken.
BUILDERS = {
    Input.IMAGE: (
        "lenet",
        "are images of {0} x {1} x {2} (height, width, channels): convolutions "
        "find the same thing wherever it stands",
    ),
    Input.SEQUENCE: (
        "lstm",
        "are sequences of {0} x {1} (steps, features): an LSTM reads them in "
        "their order",
    ),
    Input.TOKENS: (
        "lstm",
        "are tokens ({0} to a row, whole numbers of one vocabulary): each "
        "gets a learned vector, and an LSTM reads them in their order",
    ),
    Input.TABULAR: (
        "mlp",
        "are rows of a table, features without an order ({0}): one fully "
        "connected hidden layer",
    ),
}


def start_simple(
    x: Any, y: Any = None, *, verbose: bool = True, **options: Any
) -> keras.Model:
    """The first model to try on your data, compiled.

    Images get a LeNet, sequences and tokens an LSTM, tables a network with
    one hidden layer, and several inputs of different kinds an encoder each.
    `kts.models.next_step(model)` says where to go from there.

    Args:
        x: what `fit` takes: arrays, nested structures of them, a
            `tf.data.Dataset`, a `keras.utils.PyDataset`, a generator that
            was not started.
        y: targets, where `x` does not bring them.
        verbose: whether to print what was taken, and why.
        **options: `task`, `kinds`, ...; see `kts.models.read`. What the
            builder takes besides, such as `units` or `hp`, goes to it.

    Returns:
        A compiled functional model; its name is that of the builder.

    Raises:
        ValueError: the data cannot be used, with a sentence that says why.

    Example:
        >>> import numpy as np
        >>> rows = np.random.default_rng(0).normal(size=(20, 3))
        >>> start_simple(rows, rows.sum(axis=1) > 0, verbose=False).name
        'mlp'
    """
    known = {name: options.pop(name) for name in READING & set(options)}
    problem = reading.read(x, y, **known)
    choice = choose(problem)
    if verbose:
        print(f"kts.models.{choice.builder}: {choice.why}")
        told = "as you said" if known.get("task") else "told from the targets"
        print(f"Task: {problem.task.describe()}, {told}.")
        print(end=tails(problem))
    return getattr(models, choice.builder)(problem, **options)


# Options of `kts.models.read`.
READING = set(reading.read.__kwdefaults__) - {"allowed"}


def tails(problem: Problem) -> str:
    """A line for each input that has features with a long tail."""
    return "".join(
        f"`{seen.label}` has a long tail in "
        f"{standardizing.features(np.flatnonzero(seen.unit))}: compressed by "
        "arcsinh, unless you pass `skewed='keep'`.\n"
        for seen in problem.each
        if seen.unit is not None
    )


def choose(problem: Problem) -> Choice:
    """Which builder fits the data, and why."""
    kinds = [seen.kind for seen in problem.each]
    if len(kinds) == 1:
        builder, text = BUILDERS[kinds[0]]
        shape = problem.each[0].shape
        return Choice(builder, "the inputs " + text.format(*shape, 1) + ".")
    if set(kinds) == {Input.TABULAR}:
        return Choice(
            "mlp",
            f"the {len(kinds)} inputs are columns of one table: one fully "
            "connected hidden layer.",
        )
    told = ", ".join(f"{s.label} {s.kind.value}" for s in problem.each)
    return Choice(
        "multimodal",
        f"the inputs are of several kinds ({told}): an encoder for each, "
        "then fully connected layers over all.",
    )
