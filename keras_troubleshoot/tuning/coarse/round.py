"""One round of a coarse-to-fine search: what it drew from, and why."""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.tuning.coarse.span import Span
from keras_troubleshoot.tuning.coarse.span import told
from keras_troubleshoot.tuning.embedding.embedding import titles
from keras_troubleshoot.tuning.embedding.scale import Fixed
from keras_troubleshoot.tuning.embedding.scale import HyperParameter


@dataclasses.dataclass(frozen=True, eq=False)
class Round:
    """The ranges of a round; fixed once it starts.

    Attributes:
        number: 1 for the first.
        first: the number of its first trial, from 0.
        size: how many trials it has.
        spans: the range of each hyperparameter by its title (the name, with
            its conditions where one name stands in several scopes).
        best: the values of the trials that it is drawn around, the best
            first; none in the first round.
        finished: trials that had finished when it started.
        running: trials that had not, and so could not be counted.
    """

    number: int
    first: int
    size: int
    spans: dict[str, Span]
    best: tuple[dict[str, Any], ...] = ()
    finished: int = 0
    running: int = 0

    @property
    def end(self) -> int:
        """The number after that of its last trial."""
        return self.first + self.size

    def lines(self, space: Sequence[HyperParameter]) -> list[str]:
        """What is drawn from, hyperparameter by hyperparameter."""
        lines = [self.summary()]
        for hp, title in zip(space, titles(space), strict=True):
            if title in self.spans and not isinstance(hp, Fixed):
                lines.append(f"  {title}: {said(hp, self.spans[title])}")
        return lines

    def summary(self) -> str:
        """Which trials, around what."""
        text = f"Round {self.number}, trials {self.first + 1} to {self.end}: "
        if not self.best:
            return text + "the whole space, evenly."
        text += f"around the best {len(self.best)} of {self.finished} trials"
        if self.running:
            text += f" ({counted(self.running, 'trial')} still running)"
        return text + "."

    def get_config(self) -> dict[str, Any]:
        """For a file."""
        spans = {name: s.get_config() for name, s in self.spans.items()}
        return {**vars(self), "spans": spans, "best": list(self.best)}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Round":
        """From a file."""
        spans = {
            name: Span.from_config(s) for name, s in config["spans"].items()
        }
        return cls(**{**config, "spans": spans, "best": tuple(config["best"])})


def said(hp: HyperParameter, span: Span) -> str:
    """A span, what became of it, and why."""
    why = {
        "narrowed": "narrowed to the best",
        "grew": "grew: the best lay at the edge of the range before",
    }
    text = f"{told(hp, span)} ({why.get(span.change, span.change)})"
    if span.edges:
        text += f"; the best lie at the {' and '.join(span.edges)} end"
    return text
