"""What tensors have to do with each other, where intervals alone see less."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import intervals
from keras_troubleshoot.facts.intervals import TINY
from keras_troubleshoot.facts.intervals import Interval

# Operations that leave the numbers as they are, or put them elsewhere.
PASSING = frozenset(
    "Identity StopGradient Cast Reshape ExpandDims Squeeze BroadcastTo "
    "EnsureShape".split()
)
COMPARING = frozenset(
    "Greater GreaterEqual Less LessEqual Equal NotEqual".split()
)
OPPOSITE = {
    "Greater": "LessEqual",
    "LessEqual": "Greater",
    "Less": "GreaterEqual",
    "GreaterEqual": "Less",
    "Equal": "NotEqual",
    "NotEqual": "Equal",
}
MIRRORED = {
    "Greater": "Less",
    "Less": "Greater",
    "GreaterEqual": "LessEqual",
    "LessEqual": "GreaterEqual",
}
# How far back it is looked what a condition depends on.
FAR = 8
CLOSE = 2


def refined(operation, parts, ranges) -> Interval | None:
    """The interval that follows from how tensors belong together.

    Args:
        operation: that makes the interval.
        parts: the intervals of its inputs.
        ranges: knows makers and intervals: `maker(tensor)`, `of(tensor)`.

    Returns:
        The interval, or None where nothing follows.
    """
    if operation.type in ("SelectV2", "Select"):
        return selected(operation, parts, ranges)
    if operation.type == "Sub" and largest_of(operation, ranges):
        made = Interval(high=0.0, high_reach=intervals.READILY, peak=0.0)
        return intervals.merged(parts, made)
    return None


def origin_of(tensor, ranges):
    """The tensor that passing operations only handed on."""
    for _ in range(FAR):
        made = ranges.maker(tensor)
        if made is None or made.type not in PASSING:
            return tensor
        tensor = made.inputs[0]
    return tensor


def largest_of(operation, ranges) -> bool:
    """Whether it is `x - max(x)`."""
    x, other = (origin_of(t, ranges) for t in operation.inputs)
    made = ranges.maker(other)
    if made is not None and made.type in ("SelectV2", "Select"):
        # TensorFlow's `reduce_logsumexp` replaces a maximum of infinity.
        other = origin_of(made.inputs[1], ranges)
        made = ranges.maker(other)
    if made is None or made.type != "Max":
        return False
    return origin_of(made.inputs[0], ranges) is x


def selected(operation, parts, ranges) -> Interval:
    """`where(condition, a, b)`: branches that the condition cuts are so."""
    condition, *branches = operation.inputs
    made = ranges.maker(origin_of(condition, ranges))
    kept = []
    for truth, tensor, part in zip(
        (True, False), branches, parts[1:], strict=True
    ):
        cut = restricted(tensor, part, made, truth, ranges)
        if (
            cut is None
            and not part.fixed
            and depends(condition, tensor, ranges)
        ):
            # A guard, but of a kind that is not understood here.
            part = dataclasses.replace(part, known=False)
        kept.append(part if cut is None else cut)
    return intervals.hull(*kept)


def restricted(tensor, part, made, truth, ranges) -> Interval | None:
    """The part of an interval that a comparison leaves; None for no cut."""
    if made is None or made.type not in COMPARING:
        return None
    own = origin_of(tensor, ranges)
    sides = [origin_of(t, ranges) for t in made.inputs]
    kind = made.type if truth else OPPOSITE[made.type]
    if sides[0] is own:
        return cut_off(part, kind, ranges.of(made.inputs[1]))
    if sides[1] is own:
        kind = MIRRORED.get(kind, kind)
        return cut_off(part, kind, ranges.of(made.inputs[0]))
    return None


def cut_off(part: Interval, kind: str, limit: Interval) -> Interval | None:
    """What `x > limit`, and the like, leave of an interval."""
    if not limit.fixed:
        return None
    low, high = part.low, part.high
    nonzero = part.nonzero
    if kind in ("Greater", "GreaterEqual"):
        step = TINY if kind == "Greater" and limit.low == 0 else 0.0
        low = max(low, limit.low + step)
        nonzero = nonzero or (kind == "Greater" and limit.low >= 0)
    elif kind in ("Less", "LessEqual"):
        step = TINY if kind == "Less" and limit.high == 0 else 0.0
        high = min(high, limit.high - step)
        if kind == "Less" and limit.high != 0:
            high = float(np.nextafter(np.float32(high), np.float32(-np.inf)))
        nonzero = nonzero or (kind == "Less" and limit.high <= 0)
    elif kind == "NotEqual":
        nonzero = nonzero or limit.low == limit.high == 0
        low = TINY if nonzero and low == 0 else low
    return part.to(low, max(low, high), nonzero=nonzero)


def depends(tensor, on, ranges, far: int = FAR) -> bool:
    """Whether a tensor was made of another one, a few operations back."""
    wanted = origin_of(on, ranges)
    waiting, seen = [(tensor, 0)], set()
    while waiting:
        part, depth = waiting.pop()
        if part is wanted:
            return True
        made = ranges.maker(part)
        if made is None or depth > far or id(part) in seen:
            continue
        seen.add(id(part))
        waiting += [(t, depth + 1) for t in made.inputs]
    return False


def guarding(operation, argument, later, ranges) -> bool:
    """Whether a later `where` drops what an operation makes of bad input.

    The value is guarded then, the gradient is not: it is zero times
    infinity where the branch was not taken.

    Args:
        operation: that breaks down on some input.
        argument: this input, a tensor.
        later: the operations after it.
        ranges: as of `refined`.
    """
    made = operation.outputs[0]
    return any(
        found.type in ("SelectV2", "Select")
        and depends(found.inputs[0], argument, ranges, CLOSE)
        and any(depends(t, made, ranges, CLOSE) for t in found.inputs[1:])
        for found in later
    )
