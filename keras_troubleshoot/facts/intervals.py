"""Ranges of numbers, and what arithmetic makes of them.

Interval arithmetic after R. E. Moore, Interval Analysis, 1966. The ends are
rounded as the tensors are: what rounds to 1 there is 1 here.
"""

import dataclasses
import itertools

import numpy as np

# How readily a number comes to lie at the end of an interval.
HARDLY = 0  # Only if many numbers come to lie at their ends at once.
RARELY = 1  # By underflow, as a sigmoid of -104.
READILY = 2  # By rounding or cutting off, as a sigmoid of 17, or a ReLU.

INF = float("inf")
# The smallest number above zero: what `x > 0` leaves of zero.
TINY = float(np.finfo("float32").smallest_subnormal)


@dataclasses.dataclass(frozen=True)
class Interval:
    """Where the numbers of a tensor can lie.

    Attributes:
        low: the least of them.
        high: the largest of them.
        known: whether it follows from what is known of each operation;
            else an end that is infinite means nothing.
        fixed: whether it holds constants.
        free: whether the numbers change with the weights.
        flows: whether a gradient flows through it to the weights.
        low_reach: how readily `low` is reached.
        high_reach: how readily `high` is reached.
        nonzero: whether zero is left out of it.
        peak: a number that the largest of each row is, as `x - max(x)` has
            a zero; None where none is known.
        picked: whether a one-hot code picks numbers of it.
    """

    low: float = -INF
    high: float = INF
    known: bool = True
    fixed: bool = False
    free: bool = False
    flows: bool = False
    low_reach: int = HARDLY
    high_reach: int = HARDLY
    nonzero: bool = False
    peak: float | None = None
    picked: bool = False

    def __contains__(self, value: float) -> bool:
        if value == 0 and self.nonzero:
            return False
        return self.low <= value <= self.high

    def to(self, low, high, low_reach=None, high_reach=None, **other):
        """The same, with other ends."""
        return dataclasses.replace(
            self,
            low=float(low),
            high=float(high),
            low_reach=self.low_reach if low_reach is None else low_reach,
            high_reach=self.high_reach if high_reach is None else high_reach,
            **({"nonzero": False} | other),
        )


def of(values, **known) -> Interval:
    """The interval of some numbers, which reach its ends."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub" or not array.size:
        return Interval(known=False, **known)
    array = array.astype("float64")
    array = array[~np.isnan(array)]
    if not array.size:
        return Interval(known=False, **known)
    return Interval(
        float(array.min()),
        float(array.max()),
        low_reach=READILY,
        high_reach=READILY,
        nonzero=bool((array != 0).all()),
        **known,
    )


def unknown(parts) -> Interval:
    """What an operation makes that nothing is known of."""
    return merged(parts, Interval(known=False))


def merged(parts, made: Interval) -> Interval:
    """An interval that inherits whether it is known, free, and so on."""
    return dataclasses.replace(
        made,
        known=made.known and all(p.known for p in parts),
        free=any(p.free for p in parts),
        flows=any(p.flows for p in parts),
    )


def monotone(part: Interval, function, falling=False) -> Interval:
    """The image under a function that only rises (or falls)."""
    with np.errstate(all="ignore"):
        ends = float(function(part.low)), float(function(part.high))
    reaches = part.low_reach, part.high_reach
    if falling:
        ends, reaches = ends[::-1], reaches[::-1]
    ends = [nan_to(e, d) for e, d in zip(ends, (-INF, INF), strict=True)]
    return part.to(*ends, *reaches)


def nan_to(value: float, default: float) -> float:
    """The value, or the default where it is none."""
    return default if np.isnan(value) else float(value)


def add(a: Interval, b: Interval) -> Interval:
    """The interval of sums."""
    made = Interval(
        nan_to(a.low + b.low, -INF),
        nan_to(a.high + b.high, INF),
        low_reach=min(a.low_reach, b.low_reach),
        high_reach=min(a.high_reach, b.high_reach),
    )
    return merged((a, b), made)


def negative(a: Interval) -> Interval:
    """The interval of the numbers with the other sign."""
    made = a.to(-a.high, -a.low, a.high_reach, a.low_reach)
    return dataclasses.replace(made, nonzero=a.nonzero)


def subtract(a: Interval, b: Interval) -> Interval:
    """The interval of differences."""
    return add(a, negative(b))


def multiply(a: Interval, b: Interval) -> Interval:
    """The interval of products."""
    corners = [
        (0.0 if 0 in (x, y) else x * y, *reaches)
        for (x, *reaches), (y, *_) in itertools.product(ends(a), ends(b))
    ]
    low = min(value for value, *_ in corners)
    high = max(value for value, *_ in corners)
    made = Interval(
        low,
        high,
        low_reach=product_reach(a, b, low),
        high_reach=product_reach(a, b, high),
        nonzero=0 not in a and 0 not in b,
    )
    return merged((a, b), made)


def ends(a: Interval):
    """The ends, each with how readily it is reached."""
    return (a.low, a.low_reach), (a.high, a.high_reach)


def product_reach(a: Interval, b: Interval, value: float) -> int:
    """How readily a product reaches an end.

    A factor of zero is enough for zero; else both must be at their ends.
    """
    if value == 0:
        return max(
            (reach for x in (a, b) for end, reach in ends(x) if end == 0),
            default=HARDLY,
        )
    return min(max(r for _, r in ends(x)) for x in (a, b))


def reciprocal(a: Interval) -> Interval:
    """The interval of `1 / a`; without bound where it holds zero."""
    if a.low > 0 or a.high < 0:
        return monotone(a, lambda x: 1 / x, falling=True)
    if a.low == 0:
        return a.to(1 / a.high if a.high else INF, INF)
    if a.high == 0:
        return a.to(-INF, 1 / a.low)
    return a.to(-INF, INF)


def square(a: Interval) -> Interval:
    """The interval of squares."""
    far = max(abs(a.low), abs(a.high)) ** 2
    near = 0.0 if a.low <= 0 <= a.high else min(abs(a.low), abs(a.high)) ** 2
    reach = max((r for end, r in ends(a) if end * end == near), default=HARDLY)
    top = max((r for end, r in ends(a) if end * end == far), default=HARDLY)
    return a.to(near, far, reach, top, nonzero=0 not in a)


def absolute(a: Interval) -> Interval:
    """The interval of sizes."""
    made = square(a)
    return dataclasses.replace(
        made, low=float(np.sqrt(made.low)), high=float(np.sqrt(made.high))
    )


def hull(*parts: Interval) -> Interval:
    """The least interval that holds all of some."""
    low = min(p.low for p in parts)
    high = max(p.high for p in parts)
    made = Interval(
        low,
        high,
        low_reach=max(p.low_reach for p in parts if p.low == low),
        high_reach=max(p.high_reach for p in parts if p.high == high),
        nonzero=all(0 not in p for p in parts),
        fixed=all(p.fixed for p in parts),
    )
    return merged(parts, made)


def maximum(a: Interval, b: Interval) -> Interval:
    """The interval of the larger of two."""
    low, high = max(a.low, b.low), max(a.high, b.high)
    reach = max(x.low_reach for x in (a, b) if x.low == low)
    # What is cut off at a constant comes to lie there.
    other = a if b.low == low and a.low < low else b
    if other.low < low:
        reach = READILY
    top = max(x.high_reach for x in (a, b) if x.high == high)
    return merged((a, b), Interval(low, high, low_reach=reach, high_reach=top))


def minimum(a: Interval, b: Interval) -> Interval:
    """The interval of the smaller of two."""
    return negative(maximum(negative(a), negative(b)))


def rounded(a: Interval, dtype: str) -> Interval:
    """With ends rounded to the numbers that a type has."""
    if dtype not in ("float16", "float32", "float64"):
        return a
    with np.errstate(over="ignore"):
        low, high = (float(np.dtype(dtype).type(e)) for e in (a.low, a.high))
    return dataclasses.replace(a, low=low, high=high)
