"""Ranges around the best trials."""

import math
from collections.abc import Sequence

from keras_troubleshoot.tuning.coarse.span import Span
from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.scale import HyperParameter

# A trial lies at an edge where it is within this share of the range
# (heuristic). A range grows where the very best does; the search space is
# told to be too small where most of the best do.
EDGE = 0.1
# How far a range grows beyond an edge, as a share of its width: a step back
# to where it came from takes one or two rounds.
GROWTH = 0.5
# Added to each side, as a share of what the best span: N draws from a range
# leave 1 / (N + 1) of it outside on each side in expectation.
PADDING = 1.0
# The least width, as a share of that before: a lucky few do not decide.
SLOWEST = 0.25
# Trials that each value of a category is granted beside those it has among
# the best, so that none is lost for ever.
GRANTED = 0.5


def narrow(
    hp: HyperParameter,
    before: Span,
    places: Sequence[float],
    tried: Sequence[float] = (),
) -> Span:
    """The next range of one hyperparameter.

    Args:
        hp: the hyperparameter.
        before: its range in the round before.
        places: of the best trials in which it is on, the best first, from 0
            to 1 on its own scale.
        tried: of all trials in which it is on; without them nothing is
            known of what lies beyond the best.

    Returns:
        A range that is narrower, or has grown where the best lie at an edge.

    Example:
        >>> import keras_tuner
        >>> hp = keras_tuner.HyperParameters()
        >>> _ = hp.Float("rate", 1e-4, 1.0, sampling="log")
        >>> span = narrow(hp.space[0], Span(), [0.5, 0.45, 0.55])
        >>> round(span.low, 2), round(span.high, 2), span.change
        (0.38, 0.62, 'narrowed')
    """
    if len(places) < 2 or scale.count_of(hp) < 2:
        return Span(before.low, before.high, before.chances, "kept")
    if scale.is_category(hp):
        return weigh(hp, before, places)
    low, high = hull(before, places, tried)
    below, above = near_ends(hp, before, places)
    if below[0]:
        low = min(low, before.low - GROWTH * before.width)
    if above[0]:
        high = max(high, before.high + GROWTH * before.width)
    low, high = snapped(hp, max(0.0, low), min(1.0, high))
    edges = ends_of_space(hp, places, low <= 0, high >= 1)
    return Span(low, high, None, changed(before, low, high), edges)


def ends_of_space(
    hp: HyperParameter, places: Sequence[float], low: bool, high: bool
) -> tuple[str, ...]:
    """Ends of the search space, where a range reaches them, that warn."""
    if scale.count_of(hp) < 3:
        # Of two values the best has to be at an end.
        return ()
    below, above = near_ends(hp, Span(), places)
    lower = ("lower",) if low and mostly(below) else ()
    return lower + (("upper",) if high and mostly(above) else ())


def changed(before: Span, low: float, high: float) -> str:
    """What became of a range."""
    if low < before.low - scale.ROUNDING or high > before.high + scale.ROUNDING:
        return "grew"
    narrower = high - low < before.width - scale.ROUNDING
    return "narrowed" if narrower else "kept"


def mostly(near: Sequence[bool]) -> bool:
    """Whether the very best and at least half of the best lie there."""
    return near[0] and 2 * sum(near) >= len(near)


def hull(
    before: Span, places: Sequence[float], tried: Sequence[float]
) -> tuple[float, float]:
    """What the best span, padded: at least to the next trial that is worse.

    Where there are few trials, what lies beyond the best is not known to be
    worse before there.
    """
    low, high = min(places), max(places)
    padding = PADDING * (high - low) / max(1, len(places) - 1)
    if tried:
        lower = max([place for place in tried if place < low], default=0.0)
        upper = min([place for place in tried if place > high], default=1.0)
        padded = min(low - padding, lower), max(high + padding, upper)
    else:
        padded = low - padding, high + padding
    low, high = padded
    # Within what there was: growth is decided apart.
    half = max(high - low, SLOWEST * before.width) / 2
    half = min(half, before.width / 2)
    middle = (low + high) / 2
    middle = min(max(middle, before.low + half), before.high - half)
    return middle - half, middle + half


def near_ends(
    hp: HyperParameter, before: Span, places: Sequence[float]
) -> tuple[list[bool], list[bool]]:
    """Which of the best lie at the lower and which at the upper edge."""
    parts = scale.parts(hp)
    # The middle of the outermost part is as far out as a value can lie.
    outermost = 0.5 / parts + scale.ROUNDING if parts else 0.0
    near = max(EDGE * before.width, outermost)
    if 2 * near >= before.width:
        near = outermost
    return (
        [place <= before.low + near for place in places],
        [place >= before.high - near for place in places],
    )


def snapped(hp: HyperParameter, low: float, high: float) -> tuple[float, float]:
    """Ends that cut no value of a stepped range in two."""
    parts = scale.parts(hp)
    if not parts:
        return low, high
    lower = math.floor(low * parts + scale.ROUNDING)
    upper = math.ceil(high * parts - scale.ROUNDING)
    upper = min(parts, max(upper, lower + 1))
    return lower / parts, upper / parts


def weigh(hp: HyperParameter, before: Span, places: Sequence[float]) -> Span:
    """The chances of each value: how many of the best have it."""
    count = scale.parts(hp)
    having = [GRANTED] * count
    for place in places:
        having[min(int(place * count), count - 1)] += 1
    chances = tuple(share / sum(having) for share in having)
    narrower = max(chances) > max(before.chances) + scale.ROUNDING
    return Span(0.0, 1.0, chances, "narrowed" if narrower else "kept")
