"""What each output depends on, found by changing inputs and looking.

All runs are in inference mode, where rows should not meet, and each starts
from the same state, so that dropout that stays on draws the same noise.
"""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.forward import step
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import tensors

# A relative change of outputs below this is rounding.
ROUNDING = 1e-4


@dataclasses.dataclass(frozen=True)
class Mixing:
    """Whether predictions of a row depend on the other rows.

    Attributes:
        change: largest change of a prediction when all other rows are
            replaced, relative to the spread of the predictions.
        repeats: whether the same rows give the same predictions twice; not
            tried where nothing changed.
    """

    change: float
    repeats: bool


@dataclasses.dataclass(frozen=True)
class Ignored:
    """Inputs, or parts of one, that no prediction and no gradient heeds.

    Attributes:
        inputs: names of whole inputs.
        features: positions by input (in a row laid flat) of features that
            vary and yet have no influence.
        of: how many features vary, by input.
    """

    inputs: tuple[str, ...] = ()
    features: dict[str, tuple[int, ...]] = dataclasses.field(
        default_factory=dict
    )
    of: dict[str, int] = dataclasses.field(default_factory=dict)


def mixing(runner: Runner, forward: Pass) -> Mixing:
    """Replaces all rows but the first, and compares its predictions."""
    order = np.arange(runner.rows)
    order[1:] = order[1:][::-1]
    available = min(len(a) for a in tensors(runner.sample.x))
    if available >= 2 * runner.rows - 1:
        order[1:] = np.arange(runner.rows, 2 * runner.rows - 1)
    before = first_rows(forward.outputs)
    after = first_rows(runner.run(runner.x(order)))
    change = difference(before, after, forward.outputs)
    if change < ROUNDING:
        return Mixing(change, repeats=True)
    again = first_rows(runner.run(runner.x()))
    same = difference(before, again, forward.outputs) < ROUNDING
    return Mixing(change, repeats=same)


def first_rows(outputs) -> list[np.ndarray]:
    """The first row of each output."""
    return [np.asarray(t)[:1].astype("float64") for t in tensors(outputs)]


def difference(before, after, outputs) -> float:
    """The largest change, in spreads of each output over its rows."""
    worst = 0.0
    for one, other, whole in zip(before, after, tensors(outputs), strict=True):
        if one.shape != other.shape or not one.size:
            continue
        values = np.asarray(whole, "float64")
        spread = values.std() + 1e-3 * np.abs(values).max() + 1e-12
        change = np.abs(one - other).max() / spread
        worst = max(worst, float(np.nan_to_num(change, posinf=0.0)))
    return worst


def ignored(runner: Runner, forward: Pass, inputs: tuple[Array, ...]):
    """Looks for inputs and features without any influence.

    What changes no prediction may still be heeded by training: a branch
    whose last weights start at zero. So the gradients are compared as well.
    """
    whole = ()
    if len(inputs) > 1:
        whole = tuple(
            array.name
            for array in inputs
            if varies(array)
            and not moves(runner, forward, array)
            and not trains(runner, array)
        )
    features, of = {}, {}
    for array in inputs:
        if array.name in whole or array.dtype.kind not in "fiub":
            continue
        silent, varying = silent_features(runner, forward, array)
        of[array.name] = int(varying.sum())
        found = np.flatnonzero(silent)
        if len(found) and not trains(runner, array, found):
            features[array.name] = tuple(found.tolist())
    return Ignored(whole, features, of)


def varies(array: Array) -> bool:
    """Whether rows of an input differ."""
    return bool((array.values != array.values[:1]).any())


def changed(one, other) -> bool:
    """Whether any number of two outputs differs."""
    return any(
        not np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)
        for a, b in zip(tensors(one), tensors(other), strict=True)
    )


def silent_features(runner: Runner, forward: Pass, array: Array):
    """(no influence, varies) for each feature of one input.

    The gradient finds most influences at once; where it is exactly zero for
    all rows, the features are changed together, then in halves.
    """
    rows = array.values[: runner.rows].reshape(runner.rows, -1)
    varying = (rows != rows[:1]).any(axis=0)
    suspects = varying.copy()
    gradient = input_gradient(runner, array)
    if gradient is not None:
        suspects &= ~(np.abs(gradient) > 0).any(axis=0)
    elif array.features > 256:
        return np.zeros_like(varying), varying
    silent = np.zeros_like(suspects)
    groups = [np.flatnonzero(suspects)] if suspects.any() else []
    budget = 24
    while groups and budget:
        budget -= 1
        group = groups.pop()
        if not len(group):
            continue
        if not moves(runner, forward, array, group):
            silent[group] = True
        elif len(group) > 1:
            groups += np.array_split(group, 2)
    return silent, varying


def moves(runner: Runner, forward: Pass, array: Array, group=None) -> bool:
    """Whether other values of an input, or of some features, matter.

    They are taken from other rows, in two different orders.
    """
    return any(
        changed(forward.outputs, runner.run(x))
        for x in reordered(runner, array, group)
    )


def trains(runner: Runner, array: Array, group=None) -> bool:
    """Whether the gradient of any weight heeds an input, or some features."""
    before = step(runner)
    if before.loss is None or before.failure is not None:
        return False
    x = next(reordered(runner, array, group))
    after = step(runner, x=x)
    return before.gradients != after.gradients


def reordered(runner: Runner, array: Array, group=None):
    """The inputs with one of them, or features of it, in other orders."""
    count = runner.rows
    for order in (np.roll(np.arange(count), 1), np.arange(count)[::-1]):
        rows = array.values[:count].reshape(count, -1).copy()
        chosen = slice(None) if group is None else group
        rows[:, chosen] = rows[order][:, chosen]
        other = rows.reshape(array.values[:count].shape)
        yield runner.x_but(array, other)


def input_gradient(runner: Runner, array: Array):
    """Gradient of the outputs for one input, (rows, features), or None."""
    import tensorflow as tf

    x, watched = runner.x(), None
    for tensor, values in zip(
        tensors(x), tensors(runner.sample.x), strict=True
    ):
        if values is array.values and tensor.dtype.is_floating:
            watched = tensor
    if watched is None:
        return None
    with tf.GradientTape() as tape:
        tape.watch(watched)
        outputs = tensors(runner.run(x))
        # Squares, since rows of a softmax sum to a constant.
        total = sum(
            tf.reduce_sum(weighted(o)) for o in outputs if o.dtype.is_floating
        )
    gradient = tape.gradient(total, watched)
    if gradient is None:
        return np.zeros((runner.rows, array.features))
    return np.asarray(gradient, "float64").reshape(runner.rows, -1)


def weighted(output):
    """An output times fixed uneven weights, so that nothing cancels."""
    import tensorflow as tf

    size = int(np.prod(output.shape))
    weights = np.sin(np.arange(1, size + 1) * 1.7) + 1.5
    weights = weights.reshape(output.shape)
    return output * tf.cast(weights, output.dtype)
