"""Types of errors with their shares, gains and priorities."""

import numpy as np

from keras_troubleshoot.improvement.errors import priority
from keras_troubleshoot.improvement.errors import shares
from keras_troubleshoot.improvement.errors import solutions
from keras_troubleshoot.improvement.errors.found import Found
from keras_troubleshoot.improvement.errors.found import excess
from keras_troubleshoot.improvement.errors.result import ErrorType
from keras_troubleshoot.improvement.errors.sides import Side

# Sources whose types are nothing but errors: without them, none are left.
ERRORS_ONLY = ("tag", "confusion")
RANKS = ("high", "medium", "low")


def weigh(found: Found, sides: tuple[Side, ...], kind: str) -> ErrorType:
    """A type with what it is worth.

    Args:
        found: the type.
        sides: the data sets.
        kind: of the inputs.
    """
    measured = [
        None if part is None else shares.of(part, member, side)
        for part, member, side in zip(
            found.parts, found.members, sides, strict=True
        )
    ]
    lead = max(i for i, one in enumerate(measured) if one is not None)
    gain = gains(found, lead, sides)
    worse = 0.0
    if lead and measured[0] is not None:
        if shares.larger(*found.parts, sides):
            worse = max(gain - gains(found, 0, sides), 0.0)
    shifted = worse > gain / 2
    return ErrorType(
        source=found.source,
        name=found.name,
        validation=measured[0],
        test_validation=measured[1] if len(sides) > 1 else None,
        gain=gain,
        worse=worse,
        p=found.p,
        priority=priority.of(gain, worse, sides[lead].error),
        detail=found.detail,
        solutions=solutions.of(found.source, kind, shifted),
        calls=solutions.calls(found.source, shifted),
        rows=tuple(
            np.zeros(0, int) if part is None else np.flatnonzero(part > 0)
            for part in found.parts
        ),
    )


def gains(found: Found, place: int, sides: tuple[Side, ...]) -> float:
    """By how much the error of a data set would fall, at most.

    Of tags and confusions all of it; of other rows what they have more than
    the rest, for nobody will bring theirs to nothing.
    """
    part, side = found.parts[place], sides[place]
    if found.source in ERRORS_ONLY or found.members[place] is None:
        return float(side.weight @ part)
    return max(excess(part, found.members[place], side), 0.0)


def ranked(types: list[tuple[Found, ErrorType]]) -> list:
    """The most pressing first."""
    return sorted(
        types, key=lambda pair: (RANKS.index(pair[1].priority), -pair[1].gain)
    )
