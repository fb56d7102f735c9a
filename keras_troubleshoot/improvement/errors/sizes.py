"""Sizes of the target of a regression, of which some have more error."""

import dataclasses

import numpy as np

from keras_troubleshoot.improvement.errors import columns
from keras_troubleshoot.improvement.errors import slices
from keras_troubleshoot.improvement.errors.found import Found
from keras_troubleshoot.improvement.errors.sides import Side
from keras_troubleshoot.rules.words import number

SOURCE = "target size"
WHY = (
    "Part of it cannot be foretold: a target is at an end of its range by "
    "chance, too."
)


def find(sides: tuple[Side, ...]) -> list[Found]:
    """The sizes of the target with significantly more squared error.

    Args:
        sides: the data sets, of a regression.

    Returns:
        The types, each with how far off its predictions are on average.
    """
    sizes = [size(side.made.targets) for side in sides]
    column = columns.column("target", list(sizes))
    found, _ = slices.find([column], sides, SOURCE)
    return [dataclasses.replace(f, detail=detail(f, sides)) for f in found]


def size(values: np.ndarray) -> np.ndarray:
    """One number for each row: of several numbers, their mean."""
    return values.reshape(len(values), -1).mean(axis=1)


def detail(found: Found, sides) -> str:
    """How far off the predictions of such rows are on average."""
    told = []
    for side, member in zip(sides, found.members, strict=True):
        if not member.any():
            continue
        off = size(side.made.outputs - side.made.targets)[member]
        weight = side.weight[member]
        mean = float(np.average(off, weights=weight if weight.any() else None))
        way = "high" if mean > 0 else "low"
        told.append(
            f"predictions are {number(abs(mean))} too {way} on average in "
            f"{side.name}"
        )
    return f"{'; '.join(told)}.".capitalize() + f" {WHY}"
