"""What a type of errors is worth in one data set."""

import dataclasses
import math

import numpy as np

from keras_troubleshoot.facts import wilson
from keras_troubleshoot.improvement.errors import contrast
from keras_troubleshoot.improvement.errors.found import excess
from keras_troubleshoot.improvement.errors.sides import Side

# Of the normal distribution: 95% two-sided, and one-sided.
TWO_SIDED = 1.959964
ONE_SIDED = 1.644854
ALPHA = 0.05


@dataclasses.dataclass(frozen=True)
class Share:
    """A type of errors in one data set.

    Attributes:
        share: by how much the error of the set would fall without it: the
            part of the error that belongs to it, over all rows.
        low: of the 95% interval of the share.
        high: the same.
        of_errors: the share in the error of the set, from 0 to 1.
        wrong: rows with such an error.
        rows: rows of this kind, right or wrong; None where only errors are.
        rate: the error of these rows; None where only errors are.
        rest: the error of all other rows; the same.
        excess: by how much the error would fall if these rows had that of
            the others; None where only errors are.
    """

    share: float
    low: float
    high: float
    of_errors: float
    wrong: int
    rows: int | None = None
    rate: float | None = None
    rest: float | None = None
    excess: float | None = None


def of(part: np.ndarray, member: np.ndarray | None, side: Side) -> Share:
    """The share of a type.

    Args:
        part: how much of the error of each row belongs to it.
        member: which rows are of this kind; None where only errors are.
        side: the data set.
    """
    share = float(side.weight @ part)
    low, high = interval(part, side)
    of_errors = share / side.error if side.error else 0.0
    wrong = int((part > 0).sum())
    if member is None:
        return Share(share, low, high, of_errors, wrong)
    inside = float(side.weight @ member)
    rest = (side.error - share) / (1 - inside) if inside < 1 else None
    return Share(
        *(share, low, high, of_errors, wrong),
        rows=int(member.sum()),
        rate=share / inside if inside else None,
        rest=rest,
        excess=excess(part, member, side),
    )


def interval(part: np.ndarray, side: Side) -> tuple[float, float]:
    """The 95% interval of a share.

    That of Wilson for a share of rows, with weighted rows counted as
    `1 / sum(weight**2)` of them (Kish); of amounts, that of the mean.
    """
    rows = 1 / float((side.weight**2).sum())
    mean = float(side.weight @ part)
    if not np.isin(part, (0.0, 1.0)).all():
        spread = float(side.weight @ (part - mean) ** 2)
        half = TWO_SIDED * math.sqrt(spread / rows)
        return max(mean - half, 0.0), mean + half
    return wilson.interval(mean, rows)


def larger(first, second, sides) -> bool:
    """Whether a type is significantly larger in the second data set.

    Rows are compared by Fisher's exact test, amounts by their means.

    Args:
        first: its part of the error of each row of the first.
        second: the same of the second.
        sides: the two.
    """
    means = [
        float(side.weight @ part)
        for part, side in zip((first, second), sides, strict=True)
    ]
    if means[1] <= means[0]:
        return False
    parts = np.concatenate([first, second])
    if np.isin(parts, (0.0, 1.0)).all():
        total = parts.sum()
        p = contrast.p_more(
            *(len(second), second.sum(), len(parts), total, total), exact=True
        )
        return float(p) < ALPHA
    variance = sum(
        float(side.weight @ (part - mean) ** 2) * float((side.weight**2).sum())
        for part, mean, side in zip((first, second), means, sides, strict=True)
    )
    return means[1] - means[0] > ONE_SIDED * math.sqrt(variance)
