"""Operations with arguments at which they, or their gradients, break down."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.intervals import INF
from keras_troubleshoot.facts.intervals import Interval

VALUE, GRADIENT, OVERFLOW = "value", "gradient", "overflow"


@dataclasses.dataclass(frozen=True)
class Risk:
    """Where an operation breaks down.

    Attributes:
        name: of the operation, as a user would write it.
        argument: which of its inputs matters.
        limit: the number that this input must keep away from.
        harm: `VALUE` (not finite), `GRADIENT` (only that) or `OVERFLOW`.
        reach: how readily training gets there, as in `intervals`.
        attained: whether the limit is an end of the range, not inside it.
    """

    name: str
    argument: int
    limit: float
    harm: str
    reach: int
    attained: bool


NAMES = {
    "Log": "log",
    "Log1p": "log1p",
    "RealDiv": "division",
    "Div": "division",
    "Reciprocal": "reciprocal",
    "Inv": "reciprocal",
    "Rsqrt": "rsqrt",
    "Sqrt": "sqrt",
    "Pow": "power",
    "Exp": "exp",
    "Expm1": "expm1",
    "Cosh": "cosh",
    "Sinh": "sinh",
    "Acos": "arccos",
    "Asin": "arcsin",
    "Atanh": "arctanh",
    "EuclideanNorm": "norm",
}
DENOMINATOR = {"RealDiv": 1, "Div": 1, "Reciprocal": 0, "Inv": 0}
FROM_BELOW = {"Log": 0.0, "Log1p": -1.0, "Rsqrt": 0.0}
GROWING = ("Exp", "Expm1", "Cosh", "Sinh")


def risk(operation, parts: list[Interval]) -> Risk | None:
    """Where an operation can break down, given its ranges; None if nowhere."""
    kind = operation.type
    if kind in DENOMINATOR:
        return division(kind, parts[DENOMINATOR[kind]])
    if kind in FROM_BELOW:
        return below(kind, parts[0], FROM_BELOW[kind], VALUE)
    if kind == "Sqrt":
        return root(kind, 0.0, parts[0])
    if kind == "EuclideanNorm":
        return Risk("norm", 0, 0.0, GRADIENT, 0, True)
    if kind == "Pow":
        return power(parts)
    if kind in ("Acos", "Asin", "Atanh"):
        return sides(kind, parts[0])
    if kind in GROWING:
        return growing(kind, parts[0], operation)
    return None


def below(kind, part: Interval, limit: float, harm: str) -> Risk | None:
    """An argument that must stay above a limit."""
    if part.low > limit or (part.low == limit == 0 and part.nonzero):
        return None
    attained = part.low > -INF
    reach = part.low_reach if attained else 0
    return Risk(NAMES[kind], 0, limit, harm, reach, attained)


def division(kind, part: Interval) -> Risk | None:
    """A denominator that must not be zero."""
    if 0 not in part:
        return None
    reach, attained = 0, False
    if part.low == 0 or part.high == 0:
        reach = part.low_reach if part.low == 0 else part.high_reach
        attained = True
    return Risk(NAMES[kind], DENOMINATOR[kind], 0.0, VALUE, reach, attained)


def root(kind, limit: float, part: Interval) -> Risk | None:
    """A root: negative numbers have none, and the slope at 0 is infinite."""
    if part.low < 0:
        return below(kind, part, limit, VALUE)
    if not part.flows:
        return None
    return below(kind, part, limit, GRADIENT)


def power(parts) -> Risk | None:
    """A power that is no whole number, or negative."""
    base, exponent = parts
    if not exponent.fixed:
        return None
    small = exponent.low
    if small < 0:
        found = division("RealDiv", base)
        return found and dataclasses.replace(found, name="power", argument=0)
    whole = exponent.low == exponent.high and small == int(small)
    if whole:
        return None
    if small < 1:
        return root("Pow", 0.0, base)
    if base.low < 0:
        return below("Pow", base, 0.0, VALUE)
    return None


def sides(kind, part: Interval) -> Risk | None:
    """An argument that must stay between -1 and 1."""
    if -1 < part.low and part.high < 1:
        return None
    worst = VALUE if part.low < -1 or part.high > 1 else GRADIENT
    if kind == "Atanh":
        worst = VALUE
    if worst == GRADIENT and not part.flows:
        return None
    high = part.high >= 1
    limit = 1.0 if high else -1.0
    attained = abs(part.high if high else part.low) < INF
    reach = part.high_reach if high else part.low_reach
    return Risk(NAMES[kind], 0, limit, worst, reach * attained, attained)


def growing(kind, part: Interval, operation) -> Risk | None:
    """An exponential that overflows."""
    dtype = operation.outputs[0].dtype.name
    limit = float(np.log(largest(dtype)))
    low = -part.low if kind in ("Cosh", "Sinh") else part.high
    high = max(part.high, low)
    if high < limit:
        return None
    return Risk(NAMES[kind], 0, limit, OVERFLOW, 0, False)


def largest(dtype: str) -> float:
    """The largest number of a floating-point type."""
    if dtype == "bfloat16":
        dtype = "float32"
    if dtype not in ("float16", "float32", "float64"):
        return INF
    return float(np.finfo(dtype).max)


def near(risk: Risk, values: np.ndarray) -> np.ndarray:
    """Which numbers, seen as an argument, are where it breaks down."""
    if risk.harm == OVERFLOW:
        return values > risk.limit
    if risk.name in ("arccos", "arcsin", "arctanh"):
        return np.abs(values) >= 1
    if risk.name in ("division", "reciprocal"):
        return values == 0
    return values <= risk.limit
