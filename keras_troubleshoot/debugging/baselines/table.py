"""What `baselines` returns: a table, and which row a network must beat."""

import dataclasses

from keras_troubleshoot.report import page
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number


@dataclasses.dataclass(frozen=True)
class Baseline:
    """One simple model.

    Attributes:
        name: in words.
        value: its score on the rows held out.
        low: end of the interval of 95%.
        high: the other end.
        rows: that it has learned from.
        seconds: that it took.
        independent: whether it does not look at the inputs.
    """

    name: str
    value: float
    low: float
    high: float
    rows: int
    seconds: float
    independent: bool = False


@dataclasses.dataclass(frozen=True)
class Baselines:
    """What simple models reach.

    Attributes:
        rows: the models, in the order in which they were tried.
        metric: `"accuracy"`, `"share of right labels"` or `"mean squared
            error"`.
        task: `"binary"`, `"multiclass"`, `"multilabel"` or `"regression"`.
        held: how many rows they are judged by.
        notes: what was done to the data, in words.
        stopped: whether the user interrupted it.
    """

    rows: tuple[Baseline, ...]
    metric: str
    task: str
    held: int
    notes: tuple[str, ...] = ()
    stopped: bool = False

    @property
    def more_is_better(self) -> bool:
        """Whether a greater score is the better one."""
        return self.task != "regression"

    @property
    def best(self) -> Baseline | None:
        """The best one; None where none was finished."""
        if not self.rows:
            return None
        sign = 1 if self.more_is_better else -1
        return max(self.rows, key=lambda row: sign * row.value)

    def __getitem__(self, name: str) -> Baseline:
        """The row of this name.

        Raises:
            KeyError: there is none.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"{name!r}; there are {[r.name for r in self.rows]}")

    @property
    def summary(self) -> str:
        """Which one a network must beat, and by how much."""
        best = self.best
        if best is None:
            return "Interrupted before any baseline was done."
        clear = best.high if self.more_is_better else best.low
        side = "above" if self.more_is_better else "below"
        told = (
            f"A network must beat {best.name}, {self.metric} "
            f"{self.told(best.value)}: on {counted(self.held, 'row')} it is "
            f"better by more than chance {side} {self.told(clear)}."
        )
        blind = [row for row in self.rows if row.independent]
        if blind:
            told += (
                f" One that is no better than {blind[0].name} "
                f"({self.told(blind[0].value)}) has learned nothing from its "
                "inputs."
            )
        return told

    def told(self, value: float) -> str:
        """A score in words."""
        if self.task == "regression":
            return number(value)
        return f"{100 * value:.1f}%"

    def lines(self) -> list[str]:
        """The text, line by line."""
        width = max((len(row.name) for row in self.rows), default=0)
        table = [
            f"  {row.name:{width}}  {self.told(row.value):>8}  "
            f"({self.told(row.low)} to {self.told(row.high)})  "
            f"{counted(row.rows, 'row')}, {row.seconds:.1f} s"
            for row in self.rows
        ]
        stopped = ["Interrupted: this is what was done by then."]
        return [
            self.summary,
            *table,
            *self.notes,
            *(stopped if self.stopped and self.rows else []),
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def page_blocks(self) -> tuple[page.Block, ...]:
        """What the report shows of it."""
        columns = ("model", self.metric, "from", "to", "rows")
        rows = tuple(
            (row.name, row.value, row.low, row.high, row.rows)
            for row in self.rows
        )
        return (
            page.Paragraph(self.summary),
            page.Table("What simple models reach", columns, rows),
            *map(page.Paragraph, self.notes),
        )
