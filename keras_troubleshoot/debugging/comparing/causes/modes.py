"""Causes in the mode: Dropout left on, statistics of the batch."""

from collections.abc import Iterator

import numpy as np

from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.causes.case import Cause
from keras_troubleshoot.debugging.comparing.causes.case import Hypothesis
from keras_troubleshoot.debugging.comparing.causes.replica import Replica
from keras_troubleshoot.rules.words import percent

# How far what Dropout keeps may be from one constant.
CONSTANT = 1e-3


def hypotheses(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """The same layer in the other mode."""
    modes = {True: "train mode", False: "inference"}
    for training in (True, False):
        yield Hypothesis(
            "training mode",
            f"this layer runs in {modes[training]} in b, in "
            f"{modes[not training]} in a",
            lambda t=training: replica.run(training=t),
        )


def dropped(case: Case) -> Cause | None:
    """Dropout on one side: numbers lost at random, the rest scaled up."""
    for one, other, side in (
        (case.ours.output, case.target, "b"),
        (case.target, case.ours.output, "a"),
    ):
        rate = rate_of(np.asarray(one, "float64"), np.asarray(other, "float64"))
        if rate:
            return Cause(
                "training mode",
                f"Dropout with rate {percent(rate)} is on in {side}: "
                f"{percent(rate)} of its numbers are 0 that are not in the "
                f"other, the rest is 1 / (1 - {rate:.2g}) times as large",
                True,
            )
    return None


def rate_of(plain: np.ndarray, after: np.ndarray) -> float:
    """The rate of a Dropout that made the second of the first; 0 for none.

    Example:
        >>> rate_of(np.full((1, 4), 2.0), np.array([[0.0, 4.0, 4.0, 0.0]]))
        0.5
    """
    if plain.shape != after.shape:
        return 0.0
    known = np.abs(plain) > 1e-6 * np.abs(plain).max()
    lost = known & (after == 0)
    kept = known & ~lost
    if not lost.any() or not kept.any():
        return 0.0
    times = after[kept] / plain[kept]
    middle = float(np.median(times))
    if middle <= 1 or np.abs(times / middle - 1).max() > CONSTANT:
        return 0.0
    rate = 1 - 1 / middle
    share = lost.sum() / known.sum()
    # The share of what is lost varies by chance, most where masks are shared.
    return round(rate, 6) if abs(share - rate) < 0.3 else 0.0
