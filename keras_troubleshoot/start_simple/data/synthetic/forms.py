"""The form of targets: what they are, and in which shape they come."""

import dataclasses
from collections.abc import Callable

import numpy as np

from keras_troubleshoot.facts import targets as targets_lib
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.start_simple.data.synthetic.amounts import Amounts
from keras_troubleshoot.start_simple.data.synthetic.classes import Classes
from keras_troubleshoot.start_simple.data.synthetic.common import Common
from keras_troubleshoot.start_simple.data.synthetic.labels import Labels
from keras_troubleshoot.start_simple.data.synthetic.problem import Problem

# Standard deviations of the targets that fit between the middle and the ends
# of a range: 6e-5 of normal ones lie outside and are brought to the ends.
ROOM = 4


@dataclasses.dataclass(frozen=True, eq=False)
class Form:
    """The form of targets.

    Attributes:
        problem: that has such targets.
        write: takes what the problem makes of them, with its noise, and
            returns it in this form.
    """

    problem: Problem
    write: Callable[[np.ndarray], np.ndarray]


def of(targets: tuple[Array, ...], common: Common) -> Form:
    """The form of the targets of some data.

    Args:
        targets: a sample of them.
        common: with `noise` and `imbalance`.

    Returns:
        The form.

    Raises:
        ValueError: there is not one target, or it is of no known form.

    Example:
        >>> y = Array("y", np.array([[2], [5], [5], [2]]))
        >>> form = of((y,), Common())
        >>> form.write(np.array([0, 1])).tolist()
        [[2], [5]]
    """
    if len(targets) != 1:
        told = ", ".join(array.name for array in targets) or "none"
        raise ValueError(
            f"There must be one array of targets, received: {told}. To mend "
            "it, pass one as `y`."
        )
    target = targets[0]
    kind = targets_lib.kind(target)
    if target.features == 1 and kind in ONE_COLUMN:
        return ONE_COLUMN[kind](target, common)
    if target.values.ndim == 2 and kind in COLUMNS:
        return COLUMNS[kind](target, common)
    raise ValueError(
        f"`{target.name}` must hold one label, some labels or some numbers a "
        f"row, received: {kind.value} of shape {target.shape}. To mend it, "
        "pass one target a row."
    )


def ids(target: Array, common: Common) -> Form:
    """One column of ids, whatever their values.

    Raises:
        ValueError: there is only one.
    """
    values, shape = np.unique(target.values), target.values.shape[1:]
    if len(values) < 2:
        raise ValueError(
            f"`{target.name}` must have at least 2 classes, received: "
            f"{values[0]:g} in all rows. To mend it, pass rows of others too."
        )
    return Form(
        Classes(len(values), common.noise, common.imbalance),
        lambda places: values[places].reshape(len(places), *shape),
    )


def one_hot(target: Array, common: Common) -> Form:
    """A column for each class; of probabilities, all for one."""
    columns, dtype = target.values.shape[1], target.dtype
    return Form(
        Classes(columns, common.noise, common.imbalance),
        lambda places: np.eye(columns, dtype=dtype)[places],
    )


def multi_hot(target: Array, common: Common) -> Form:
    """A column for each of several labels."""
    columns, dtype = target.values.shape[1], target.dtype
    return Form(
        Labels(columns, common.noise, common.imbalance),
        lambda labels: labels.astype(dtype),
    )


def real(target: Array, common: Common) -> Form:
    """Real values of the same mean and standard deviation."""
    spread = target.clean.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    return scaled(target, common, target.clean.mean(axis=0), spread)


def shares(target: Array, common: Common) -> Form:
    """Values in the same part of the range from 0 to 1."""
    low, high = target.clean.min(axis=0), target.clean.max(axis=0)
    return scaled(
        target,
        common,
        (low + high) / 2,
        (high - low) / (2 * ROOM),
        (low, high),
    )


def scaled(
    target: Array,
    common: Common,
    middle: np.ndarray,
    spread: np.ndarray,
    ends: tuple | None = None,
) -> Form:
    """Real values with this mean, deviation and range; whole ones rounded.

    Rounding costs `1 / (12 * spread**2)` of the R2, less than 0.003 with the
    more than 20 values that are not taken for classes.

    Raises:
        ValueError: an imbalance was asked for.
    """
    if common.imbalance != 1:
        raise ValueError(
            "`imbalance` is of classes, received: "
            f"imbalance={common.imbalance:g} with real targets. To mend it, "
            "leave it out."
        )
    shape, dtype = target.values.shape[1:], target.dtype

    def write(values):
        values = middle + spread * values / np.sqrt(1 + common.noise**2)
        if ends:
            values = np.clip(values, *ends)
        if dtype.kind in "iu":
            info = np.iinfo(dtype)
            values = np.rint(values).clip(info.min, info.max)
        return values.reshape(len(values), *shape).astype(dtype)

    return Form(Amounts(target.features, common.noise), write)


ONE_COLUMN = {
    Target.BINARY: ids,
    Target.TWO_VALUED: ids,
    Target.CLASSES: ids,
    Target.REAL: real,
    Target.SHARES: shares,
}

COLUMNS = {
    Target.ONE_HOT: one_hot,
    Target.SOFT: one_hot,
    Target.MULTI_HOT: multi_hot,
    Target.REAL: real,
    Target.SHARES: shares,
}
