"""`assert_frozen`: some layers stay as they are while the rest trains."""

import fnmatch
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import experiments
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.passes import first_lines
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.testing import arguments

# Rows that are read, and those of a training step.
ROWS = 2000
BATCH = 32
# Weights that are named.
NAMED = 6


def assert_frozen(
    model: Any,
    layers: Any,
    x: Any,
    y: Any = None,
    *,
    steps: int = 3,
) -> None:
    """Asserts that training leaves some layers as they are.

    A copy is trained for a few steps. No weight of these layers may change
    by a bit, the moving averages of BatchNormalization included, and one of
    the others at least must: else the test would hold whatever is frozen.

    Args:
        model: a compiled `keras.Model` of any kind, also with a `train_step`
            of its own.
        layers: a layer, its name, a pattern of names such as `"encoder_*"`,
            or a list of these; layers inside of a layer belong to it.
        x: what `fit` takes.
        y: targets, where `x` does not bring them.
        steps: of the training.

    Raises:
        AssertionError: if a weight of these layers changes, or no other
            does; names the weights by their paths.
        TypeError: if `model` is no Keras model, or `layers` holds something
            else.
        ValueError: if there is no such layer, it has no weights, the model
            is not compiled or cannot be copied or trained, or the data
            cannot be read.

    Example:
        ```python
        base.trainable = False
        model.compile("adam", "mse")
        kts.testing.assert_frozen(model, base, x, y)
        ```
    """
    __tracebackhide__ = True
    arguments.require_counts(steps=steps)
    given = experiments.subject(model, x, y, None, BATCH, ROWS)
    frozen = places_of(model, chosen(model, layers))
    with experiments.kept(model, seed=0):
        moved = trained(given, steps)
    problem = told(model, frozen, moved, steps)
    if problem:
        raise AssertionError(problem)


def chosen(model: Any, layers: Any) -> list:
    """The layers that are meant.

    Raises:
        TypeError: if one is neither a layer nor a string.
        ValueError: if there is none of that name, or it is of another model.
    """
    import keras

    several = isinstance(layers, Sequence) and not isinstance(layers, str)
    every = keras_internals.all_layers(model)
    found = []
    for meant in layers if several else [layers]:
        if isinstance(meant, str):
            some = [x for x in every if fnmatch.fnmatch(x.name, meant)]
        elif isinstance(meant, keras.layers.Layer):
            some = [x for x in every if x is meant]
        else:
            raise TypeError(
                "`layers` must hold layers or names of layers, received: "
                f"{meant!r}. To mend it, pass such as ['encoder', 'head_*']."
            )
        if not some:
            names = ", ".join(x.name for x in every[1:])
            wanted = meant if isinstance(meant, str) else meant.name
            raise ValueError(
                f"`layers` must name layers of {model.name!r}, received: "
                f"{wanted!r}, which is none. To mend it, take some of: "
                f"{names}."
            )
        found += some
    return found


def places_of(model: Any, layers: list) -> list[int]:
    """Places of the weights of some layers among those of the model.

    Raises:
        ValueError: if they have none.
    """
    own = {id(v) for layer in layers for v in layer.weights}
    found = [i for i, v in enumerate(model.weights) if id(v) in own]
    if not found:
        names = ", ".join(layer.name for layer in layers)
        raise ValueError(
            f"`layers` must have weights to be frozen, received: {names}, "
            "without any. To mend it, name those that have."
        )
    return found


def trained(given: experiments.Subject, steps: int) -> list[float]:
    """By how much each weight of a copy changes in a few training steps.

    Raises:
        ValueError: if a step fails.
    """
    copy = given.program(seed=0).compile(
        jit_compile=False, steps_per_execution=1
    )
    before = [np.array(v) for v in copy.weights]
    rows = np.arange(steps * given.batch) % given.rows
    x, y, weight = given.parts(rows)
    try:
        copy.fit(
            x,
            y,
            sample_weight=weight,
            batch_size=given.batch,
            shuffle=False,
            verbose=0,
        )
    except Exception as error:
        raise ValueError(
            f"{given.model.name!r} must train on `x` and `y`, but `fit` "
            f"raised {type(error).__name__}: {first_lines(error)} To mend "
            "it, see `kts.check(model, x, y)`."
        ) from error
    after = [np.asarray(v) for v in copy.weights]
    return [distance(a, b) for a, b in zip(before, after, strict=True)]


def distance(before: np.ndarray, after: np.ndarray) -> float:
    """The largest change of a number; infinite where it is lost."""
    if np.array_equal(before, after, equal_nan=True):
        return 0.0
    gaps = np.abs(before.astype("float64") - after.astype("float64"))
    return float(np.nan_to_num(gaps, nan=np.inf).max())


def told(model: Any, frozen: list[int], moved: list[float], steps) -> str:
    """What to say of the weights that changed; empty for nothing."""
    weights = model.weights
    names = f"{counted(len(frozen), 'weight')} of frozen layers of"
    bad = [place for place in frozen if moved[place]]
    if bad:
        changed = ", ".join(
            f"{weights[i].path!r} by {number(moved[i])}" for i in bad[:NAMED]
        )
        more = f" and {len(bad) - NAMED} more" if len(bad) > NAMED else ""
        return (
            f"The {names} {model.name!r} must not change, but in "
            f"{counted(steps, 'training step')} {len(bad)} did: "
            f"{changed}{more}. To mend it, {mend([weights[i] for i in bad])}."
        )
    stale = keras_internals.changed_after_building(model)[1]
    late = [weights[i].path for i in frozen if weights[i].path in stale]
    if late:
        return (
            f"The {names} {model.name!r} must not change, but "
            f"{late[0]!r} was frozen after the training step "
            "was made, which does not know of it. To mend it, call "
            "`model.compile` after setting `trainable`."
        )
    if not any(moved):
        return (
            f"Other weights than the {names} {model.name!r} must change in "
            f"{counted(steps, 'training step')}, but none did. To mend it, "
            "see that the rest is trainable and `assert_gradients_flow`."
        )
    return ""


def mend(weights: list) -> str:
    """How to freeze weights."""
    if any(v.trainable for v in weights):
        return (
            "set `layer.trainable = False` before `model.compile`, and do "
            "not set it to True on a layer around it afterwards"
        )
    return (
        "call these layers with `training=False`: statistics of the data are "
        "no trainable weights"
    )
