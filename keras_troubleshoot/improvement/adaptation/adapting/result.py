"""What `adapt` returns: the candidates, ranked, and the chosen model."""

import dataclasses
from typing import Any

from keras_troubleshoot.improvement.adaptation.choosing.ranking import Ranking
from keras_troubleshoot.improvement.adaptation.choosing.validators import (
    Assessment,
)
from keras_troubleshoot.report import page
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@dataclasses.dataclass(frozen=True, eq=False)
class Trained:
    """One candidate.

    Attributes:
        model: the trained `AdaptationModel`.
        assessment: what the validators say of it.
        logs: the last values of its training.
    """

    model: Any
    assessment: Assessment
    logs: dict[str, float]


@dataclasses.dataclass(frozen=True, eq=False)
class Adaptation:
    """Trained candidates, ranked without labels of the target.

    `str` of it says it in words.

    Attributes:
        candidates: by name, in the order in which they were trained.
        ranking: see `kts.adaptation.rank`.
        missing: names of candidates that were not trained, because the work
            was broken off, or that raised, with the reason.
    """

    candidates: dict[str, Trained]
    ranking: Ranking
    missing: dict[str, str]

    @property
    def best(self) -> str:
        """The name of the chosen candidate."""
        return self.ranking.best

    @property
    def model(self) -> Any:
        """The chosen model: a trained `AdaptationModel`."""
        return self.candidates[self.best].model

    def lines(self) -> list[str]:
        """The ranking, line by line."""
        told = [self.summary(), *self.ranking.lines()]
        told += [f"-  {name}: {why}" for name, why in self.missing.items()]
        return told

    def summary(self) -> str:
        """Which one was chosen, and what that rests on."""
        count = len(self.candidates)
        scores = map(said, self.candidates[self.best].assessment.scores)
        if self.best == self.ranking.reference:
            tried = f"None of {count - 1} ways of adaptation is"
            if count == 2:
                tried = "The way of adaptation that was tried is not"
            return (
                f"{tried} better than training on the source alone, by "
                f"{' and '.join(scores)}."
            )
        return (
            f"{self.best} is best of {count} by {' and '.join(scores)}, "
            "without a label of the target: check it on some before you rely "
            "on it."
        )

    def page_blocks(self) -> tuple:
        """A table for the HTML report."""
        names = list(next(iter(self.candidates.values())).assessment.scores)
        rows = tuple(self.row(name, names) for name in self.candidates)
        columns = ("candidate", *map(said, names), "source accuracy", "place")
        return (page.Table("Candidates", columns, rows),)

    def page(self) -> page.Page:
        """The page "Domain adaptation" of the HTML report."""
        return page.Page(
            "improve", "Domain adaptation", self.summary(), self.page_blocks()
        )

    def row(self, name: str, names: list[str]) -> tuple:
        """One row of the table."""
        told = self.candidates[name].assessment
        accuracy = told.source_accuracy
        order = list(self.ranking.order)
        place = self.ranking.vetoed.get(name)
        if place is None:
            place = str(order.index(name) + 1)
        return (
            name,
            *(number(told.scores[one]) for one in names),
            None if accuracy is None else percent(accuracy),
            place,
        )

    def __str__(self) -> str:
        return "\n".join(self.lines())


def said(name: str) -> str:
    """A validator in words."""
    return name.replace("_", " ")
