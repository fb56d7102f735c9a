"""What `search_space` returns: the hyperparameters, ranked, with ranges."""

import dataclasses
from typing import Any

from keras_troubleshoot.report import page
from keras_troubleshoot.report.printable import aligned
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.tuning.spaces import affording
from keras_troubleshoot.tuning.spaces.entry import Entry
from keras_troubleshoot.tuning.spaces.entry import register

COLUMNS = ("hyperparameter", "sensitivity", "range", "scale", "now", "why")


@dataclasses.dataclass(frozen=True, eq=False)
class SearchSpace:
    """What to tune; `str` of it is a table in words.

    Attributes:
        entries: the hyperparameters to tune, from the most to the least
            sensitive.
        left_out: those that the budget does not reach, in the same order;
            they stay at their defaults.
        kept: what cannot be tuned here, with the reason.
        budget: trials that it was cut for; None for all.
        hypermodel: of the model or the builder, to be given to a tuner; None
            where only a task was named.
    """

    entries: tuple[Entry, ...]
    left_out: tuple[Entry, ...] = ()
    kept: dict[str, str] = dataclasses.field(default_factory=dict)
    budget: int | None = None
    hypermodel: Any = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names to tune, the most sensitive first."""
        return tuple(dict.fromkeys(entry.name for entry in self.entries))

    @property
    def hyperparameters(self) -> Any:
        """New `keras_tuner.HyperParameters` with the entries alone.

        The most sensitive come first, behind those that they depend on.
        """
        import keras_tuner

        made, waiting = keras_tuner.HyperParameters(), list(self.entries)
        while waiting:
            known = {p.name for p in made.space}
            ready = [e for e in waiting if known.issuperset(e.parents)]
            register(made, ready[0].parameter)
            waiting.remove(ready[0])
        return made

    @property
    def options(self) -> dict[str, Any]:
        """Arguments of any tuner that let it tune the entries alone.

        `keras_tuner.RandomSearch(hypermodel, objective=..., max_trials=...,
        **space.options)`; what is left out stays at its default.
        """
        return {
            "hyperparameters": self.hyperparameters,
            "tune_new_entries": False,
        }

    def summary(self) -> str:
        """How many are tuned, and why so many."""
        count = len(self.names)
        told = f"{counted(count, 'hyperparameter')} to tune"
        if self.budget is None:
            return f"{told}, the most sensitive first."
        return (
            f"{told} in {counted(self.budget, 'trial')}, the most sensitive "
            f"first: {affording.TRIALS} trials for each (heuristic, after the "
            "rule n = 10 d)."
        )

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells of the table."""
        return tuple(
            (
                entry.name,
                str(entry.kind.sensitivity),
                entry.range,
                entry.scale,
                entry.default,
                told(entry),
            )
            for entry in self.entries
        )

    def lines(self) -> list[str]:
        """The table and what it lacks, line by line."""
        made = [self.summary()]
        made += [f"  {line}" for line in aligned([COLUMNS, *self.rows()])]
        if self.left_out:
            names = listed(dict.fromkeys(e.name for e in self.left_out))
            made.append(f"Left at their defaults for want of trials: {names}.")
        made += [
            f"Not tuned: {name}: {why}." for name, why in self.kept.items()
        ]
        return made

    def page_blocks(self) -> tuple:
        """A paragraph and a table for the HTML report."""
        blocks = [page.Paragraph(self.summary())]
        if self.entries:
            blocks.append(page.Table("Search space", COLUMNS, self.rows()))
        return tuple(blocks)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def told(entry: Entry) -> str:
    """Why it is tuned, and when."""
    when = "; ".join(
        f"where {c.name} is {listed(c.values)}"
        for c in entry.parameter.conditions
    )
    return f"{entry.why} ({when})" if when else entry.why
