"""Ranks models by several validators, without those that broke down."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.improvement.adaptation.choosing import validators as of
from keras_troubleshoot.improvement.adaptation.choosing import vetoing
from keras_troubleshoot.rules.words import number


@dataclasses.dataclass(frozen=True)
class Ranking:
    """Candidates, the best first; `str` of it says it in words.

    Attributes:
        order: names of those that may be chosen, the best first.
        mean_ranks: of these by name; 1 where all validators put it first.
        ranks: by candidate and validator; equal scores share their ranks.
        vetoed: why the others may not be chosen, by name.
        reference: the candidate that was trained on the source alone; it is
            never vetoed. None where there is none.
    """

    order: tuple[str, ...]
    mean_ranks: dict[str, float]
    ranks: dict[str, dict[str, float]]
    vetoed: dict[str, str]
    reference: str | None = None

    @property
    def best(self) -> str | None:
        """The choice; None where all are vetoed, and there is no reference."""
        return self.order[0] if self.order else None

    def lines(self) -> list[str]:
        """The ranking, line by line."""
        told = []
        for place, name in enumerate(self.order, 1):
            ranks = ", ".join(
                f"{validator.replace('_', ' ')} {number(rank)}"
                for validator, rank in self.ranks[name].items()
            )
            also = " (the reference)" if name == self.reference else ""
            mean = number(self.mean_ranks[name])
            told.append(f"{place}. {name}{also}: mean rank {mean} ({ranks})")
        told += [f"-  {name}: {why}" for name, why in self.vetoed.items()]
        return told

    def __str__(self) -> str:
        return "\n".join(self.lines())


def rank(
    candidates: Mapping[str, of.Assessment | Mapping[str, float]],
    *,
    reference: str | None = None,
    accuracy_loss: float = vetoing.ACCURACY_LOSS,
    classes_share: float = vetoing.CLASSES_SHARE,
) -> Ranking:
    """Ranks candidates by the mean of their ranks under several validators.

    Ranks have no unit, so that scores of any scale can be put together. A
    candidate is vetoed, and takes no part in the ranks of the others, where
    its accuracy on held-out source rows or the number of classes that it
    predicts for the target has broken down (see `vetoes`), or where a score
    is not finite.

    Args:
        candidates: by name, what `assess` says; or scores by validator alone,
            without vetoes. Equal mean ranks stay in the order given here.
        reference: the one that was trained on the source alone.
        accuracy_loss: by how much the source accuracy may be below that of
            the reference, or else of the best candidate.
        classes_share: share of the effective number of classes that the
            target's predictions must have, at least.

    Returns:
        The order, with all ranks and reasons.

    Raises:
        ValueError: if there is no candidate, or they were not judged by the
            same validators.

    Example:
        >>> found = rank({
        ...     "plain": {"entropy": 0.9, "source_risk": 0.2},
        ...     "coral": {"entropy": 0.2, "source_risk": 0.1},
        ...     "mmd": {"entropy": 0.1, "source_risk": 0.3}})
        >>> found.best, found.mean_ranks["plain"]
        ('coral', 2.5)
    """
    judged = {name: assessment(given) for name, given in candidates.items()}
    names = require_alike(judged, reference)
    vetoed = vetoing.vetoes(
        judged,
        reference=reference,
        accuracy_loss=accuracy_loss,
        classes_share=classes_share,
    )
    left = [name for name in judged if name not in vetoed]
    ranks = {name: {} for name in left}
    for validator in names:
        scores = [judged[name].scores[validator] for name in left]
        for name, place in zip(left, places(scores, validator), strict=True):
            ranks[name][validator] = place
    means = {name: float(np.mean(list(ranks[name].values()))) for name in left}
    order = tuple(sorted(left, key=means.get))
    return Ranking(order, means, ranks, vetoed, reference)


def assessment(given: Any) -> of.Assessment:
    """What was given as one."""
    if isinstance(given, of.Assessment):
        return given
    return of.Assessment(dict(given))


def places(scores: list[float], validator: str) -> list[float]:
    """Ranks from 1, the best first; equal scores share theirs.

    Scores that are not finite (of the reference alone) come last.

    Example:
        >>> places([0.1, 0.3, 0.3], "entropy")
        [1.0, 2.5, 2.5]
    """
    from scipy import stats

    sign = -1 if of.VALIDATORS[validator].direction == of.HIGHER else 1
    signed = [sign * s if math.isfinite(s) else math.inf for s in scores]
    return stats.rankdata(signed).tolist() if signed else []


def require_alike(
    judged: dict[str, of.Assessment], reference: str | None
) -> list[str]:
    """The validators by which all were judged.

    Raises:
        ValueError: if there is no candidate, or they differ.
    """
    if not judged:
        raise ValueError(
            "`candidates` must hold at least one, received: none. To mend it, "
            "pass `{name: assess(model, ...)}`."
        )
    if reference is not None and reference not in judged:
        raise ValueError(
            f"`reference` must be one of the candidates, received: "
            f"reference={reference!r}. To mend it, take one of: "
            f"{', '.join(judged)}."
        )
    first = next(iter(judged.values())).scores
    for name, each in judged.items():
        if not each.scores or set(each.scores) != set(first):
            raise ValueError(
                "All candidates must be judged by the same validators, "
                f"received: {sorted(each.scores)} of {name!r} beside "
                f"{sorted(first)}. To mend it, call `assess` with the same "
                "`names`."
            )
    unknown = sorted(set(first) - set(of.VALIDATORS))
    if unknown:
        raise ValueError(
            f"Scores must be by the name of a validator, received: "
            f"{', '.join(unknown)}. To mend it, take some of: "
            f"{', '.join(of.VALIDATORS)}."
        )
    return list(first)
