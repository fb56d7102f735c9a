"""A type of errors that was found, before it is weighed."""

import dataclasses

import numpy as np

Parts = tuple[np.ndarray | None, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Found:
    """A type of errors.

    Attributes:
        source: "tag", "confusion", "slice", "target size" or "cluster".
        name: of the type.
        parts: for each data set how much of the error of each row belongs to
            it, shape (n,); None where that is not known.
        members: for each data set whether a row is of this kind, right or
            wrong, shape (n,); None where only errors are.
        p: the chance of so many errors if it had nothing to do with them,
            corrected; None where that was not tested.
        detail: what else is known of it, in sentences.
        typical: for each data set its rows, the most typical first; None
            where that is not known.
    """

    source: str
    name: str
    parts: Parts
    members: Parts
    p: float | None = None
    detail: str = ""
    typical: Parts = (None, None)


def of_members(source: str, name: str, sides, members: Parts, **known):
    """A type that is all errors among some rows.

    Args:
        source: see `Found`.
        name: the same.
        sides: the data sets.
        members: for each of them a mask, or None.
        **known: other attributes.
    """
    parts = tuple(
        None if mask is None else side.errors * mask
        for side, mask in zip(sides, members, strict=True)
    )
    return Found(source, name, parts, members, **known)


def cost(found: Found, sides) -> float:
    """What such rows cost beyond the others, in the set where it is most."""
    return max(
        (
            excess(part, member, side)
            for part, member, side in zip(
                found.parts, found.members, sides, strict=True
            )
            if part is not None
        ),
        default=0.0,
    )


def excess(part: np.ndarray, member: np.ndarray, side) -> float:
    """By how much the error would fall, were they as good as the others.

    Args:
        part: of the error of each row.
        member: which rows they are.
        side: the data set.
    """
    inside = float(side.weight @ member)
    share = float(side.weight @ part)
    if inside <= 0 or inside >= 1:
        return 0.0
    return share - inside * (side.error - share) / (1 - inside)
