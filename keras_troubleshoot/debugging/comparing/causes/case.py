"""One difference, and what was found to explain it."""

import dataclasses
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing.differences import Difference
from keras_troubleshoot.debugging.comparing.differences import measure
from keras_troubleshoot.debugging.comparing.records import Record
from keras_troubleshoot.rules.words import percent

# Share of the difference that may be left where a change explains it; the
# rest is rounding that the change itself brings (heuristic).
LEFT = 0.01


@dataclasses.dataclass(frozen=True)
class Cause:
    """Why two implementations may differ.

    Attributes:
        kind: one or two words, such as "padding" or "epsilon".
        text: what is the case on each side.
        confirmed: whether numbers show that this is it.
        left: share of the difference that remains with the cause put
            right; NaN where that was not tried.
    """

    kind: str
    text: str
    confirmed: bool
    left: float = float("nan")

    def __str__(self) -> str:
        if not self.confirmed:
            return f"{self.kind}: {self.text} (not confirmed)"
        if np.isnan(self.left):
            return f"{self.kind}: {self.text} (confirmed by comparison)"
        rest = "nothing" if not self.left else percent(self.left)
        return (
            f"{self.kind}: {self.text} (confirmed: with that changed, {rest} "
            "of the difference is left)"
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Hypothesis:
    """A change of `a` that may make it give what `b` gives.

    Attributes:
        kind: as in `Cause`.
        text: as in `Cause`.
        made: computes what `a` would give.
    """

    kind: str
    text: str
    made: Callable[[], np.ndarray]


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """The first layer that differs, with all that is known of it.

    Attributes:
        ours: the record of `a`.
        theirs: the record of `b`.
        target: the output of `b` in the layout of `a`.
        allowed: how much each feature may differ.
        difference: as measured.
        training: the mode of the run.
        weights: the pair of weights of this layer; None where not known.
    """

    ours: Record
    theirs: Record
    target: np.ndarray
    allowed: Any
    difference: Difference
    training: bool
    weights: Any = None

    def left(self, made: np.ndarray) -> float:
        """Which share of the difference a changed output leaves.

        0 where rounding explains all; infinite where the shape is wrong.
        """
        if made.shape != self.target.shape:
            return np.inf
        limit = np.asarray(self.allowed)
        if limit.size not in (1, made.shape[-1]):
            limit = limit.max()
        now = measure(made, self.target, limit)
        if now.same:
            return 0.0
        before = self.difference.relative
        before = 1.0 if np.isnan(before) else before
        return now.relative / before if now.finite else np.inf

    def is_target(self, made: np.ndarray) -> bool:
        """Whether a changed output is that of `b`."""
        return self.left(made) <= LEFT

    def first_confirmed(self, tried: Iterable[Hypothesis]) -> Cause | None:
        """The first change that makes `a` give what `b` gives."""
        for each in tried:
            left = attempt(each, self)
            if left <= LEFT:
                return Cause(each.kind, each.text, True, left)
        return None


def attempt(tried: Hypothesis, case: Case) -> float:
    """What a change leaves; infinite where it cannot be made.

    What a layer raises for arguments that it does not take can be anything,
    and says no more than that this is not the cause.
    """
    try:
        return case.left(np.asarray(tried.made()))
    except Exception:
        return np.inf
