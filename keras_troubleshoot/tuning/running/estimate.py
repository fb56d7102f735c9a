"""`Estimate`: how good the best of a search is, without its luck."""

import dataclasses
import math

import numpy as np
from scipy import stats

from keras_troubleshoot.rules.words import counted

CONFIDENCE = 0.9


@dataclasses.dataclass(frozen=True)
class Finalist:
    """One of the best configurations, trained again.

    Attributes:
        trial_id: of the search.
        chosen_by: its score there.
        scores: shape (seeds,), on the validation data, from new seeds.
        test: shape (seeds,), on data not used for choosing; empty where
            there were none.
    """

    trial_id: str
    chosen_by: float
    scores: tuple[float, ...]
    test: tuple[float, ...] = ()

    @property
    def score(self) -> float:
        """The mean over the new seeds, on the validation data."""
        return float(np.mean(self.scores))


@dataclasses.dataclass(frozen=True)
class Estimate:
    """The best configuration, chosen and judged anew.

    The best of many trials is one that also had luck (the winner's curse):
    with its starting weights, and with the rows that it was judged on.
    Training the best few from new seeds takes the first away; data that
    nothing was chosen by take the second.

    Attributes:
        finalists: the best of the search, in its order.
        objective: name of what is measured.
        direction: "min" or "max".
        trials: how many the search chose among.
        executions: trainings that a score of the search is the mean of.
    """

    finalists: tuple[Finalist, ...]
    objective: str
    direction: str
    trials: int
    executions: int = 1

    @property
    def best(self) -> Finalist:
        """The finalist with the best mean over the new seeds."""
        sign = -1 if self.direction == "max" else 1
        return min(
            self.finalists,
            key=lambda one: (
                sign * one.score if math.isfinite(one.score) else math.inf
            ),
        )

    @property
    def value(self) -> float:
        """What to expect: the mean on the test data; else on validation."""
        return float(np.mean(self.judged))

    @property
    def judged(self) -> tuple[float, ...]:
        """The scores that the value is the mean of, one for each seed."""
        return self.best.test or self.best.scores

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the value over seeds, 90%, by Student's t; None of one seed."""
        scores = np.array(self.judged)
        if len(scores) < 2 or not np.isfinite(scores).all():
            return None
        error = scores.std(ddof=1) / math.sqrt(len(scores))
        reach = stats.t.ppf((1 + CONFIDENCE) / 2, len(scores) - 1) * error
        return float(scores.mean() - reach), float(scores.mean() + reach)

    @property
    def luck(self) -> float:
        """By how much the search flattered the best: 0.1 is worse by 0.1."""
        sign = -1 if self.direction == "max" else 1
        return sign * (self.best.score - self.best.chosen_by)

    @property
    def spread(self) -> float | None:
        """Standard deviation between seeds, pooled over the finalists."""
        parts = [np.array(one.scores) for one in self.finalists]
        parts = [p for p in parts if len(p) > 1 and np.isfinite(p).all()]
        if not parts:
            return None
        return float(np.sqrt(np.mean([part.var(ddof=1) for part in parts])))

    @property
    def expected_luck(self) -> float | None:
        """The luck of the best of `trials` that are all equally good.

        The expected largest of so many normal variables (Blom, 1958, in its
        approximation by a quantile) times their standard deviation: more
        than that is hardly due to the seeds alone.
        """
        if self.spread is None:
            return None
        count = max(self.trials, 1)
        largest = stats.norm.ppf((count - 0.375) / (count + 0.25))
        return float(largest * self.spread / math.sqrt(self.executions))

    def __str__(self) -> str:
        best = self.best
        lines = [
            f"Trial {best.trial_id} was chosen with {self.objective} "
            f"{best.chosen_by:.4g}; trained again from "
            f"{counted(len(best.scores), 'new seed')} it came to "
            f"{best.score:.4g}{self.told_luck()}."
        ]
        if best.test:
            lines.append(
                "On data that nothing was chosen by: "
                f"{self.value:.4g}{self.told_interval()}."
            )
        else:
            lines.append(
                "The validation data that chose it judged it, too: expect "
                "somewhat worse. `test=` with data of their own would tell."
            )
        return "\n".join(lines)

    def told_luck(self) -> str:
        """The luck of the search in words."""
        if not math.isfinite(self.luck):
            return ""
        told = f" ({'worse' if self.luck > 0 else 'better'} by "
        told += f"{abs(self.luck):.2g}"
        if self.expected_luck is not None:
            told += (
                f"; luck of up to {self.expected_luck:.2g} is to be expected "
                f"of the best of {self.trials}"
            )
        return told + ")"

    def told_interval(self) -> str:
        """The interval in words."""
        if self.interval is None:
            return ""
        low, high = self.interval
        seeds = len(self.judged)
        return f" ({low:.4g} to {high:.4g}, 90% over {seeds} seeds)"
