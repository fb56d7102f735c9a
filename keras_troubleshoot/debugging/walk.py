"""What `step_through` returns: a row for each layer, and where it stopped."""

import dataclasses
import io
from typing import Any

from keras_troubleshoot.report.printable import one_line

# Characters of a line; names are shown whole.
WIDTH = 160


@dataclasses.dataclass
class Row:
    """One layer that was called, the loss, or a gradient.

    Attributes:
        name: of the layer; `loss`; path of a weight.
        class_name: class of the layer; `gradient` for a weight.
        inputs: shapes of what came in, n for the rows.
        outputs: shapes of what came out.
        dtype: of the first output.
        low: smallest number of the outputs; None where there is none.
        high: largest number.
        seconds: how long the call took, with all inside it.
        depth: layers that it was called inside of.
        note: what is odd about it, such as NaN.
    """

    name: str
    class_name: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    dtype: str = ""
    low: float | None = None
    high: float | None = None
    seconds: float | None = None
    depth: int = 0
    note: str = ""

    def cells(self) -> list[str]:
        """The row as text."""
        span = ""
        if self.low is not None and self.high is not None:
            span = f"{self.low:.3g} .. {self.high:.3g}"
        time = "" if self.seconds is None else f"{1e3 * self.seconds:.2f} ms"
        return [
            "  " * self.depth + one_line(self.name),
            one_line(self.class_name),
            " ".join(self.inputs),
            " ".join(self.outputs),
            self.dtype,
            span,
            time,
            one_line(self.note),
        ]


@dataclasses.dataclass(frozen=True)
class Walk:
    """What came of going through a model layer by layer.

    Attributes:
        rows: the layers in the order in which they were called, then, with
            targets, loss and gradients.
        failure: why it stopped, in one sentence, with how to mend it; empty
            where it came to its end.
        failed: name of the layer that failed; empty for none.
        broadcasts: operations that met each row with every other, in words.
        result: what a function returned that was gone through: the model.
        error: the exception that it stopped at; None for none.
    """

    rows: tuple[Row, ...]
    failure: str = ""
    failed: str = ""
    broadcasts: tuple[str, ...] = ()
    result: Any = None
    error: BaseException | None = None

    def __str__(self) -> str:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        titles = ("layer", "class", "input", "output", "dtype", "range")
        table = Table(*titles, "time", "", box=None)
        table.columns[0].overflow = "fold"
        table.columns[1].overflow = "fold"
        for row in self.rows:
            table.add_row(*map(Text, row.cells()))
        file = io.StringIO()
        Console(file=file, width=WIDTH, color_system=None).print(table)
        lines = [line.rstrip() for line in file.getvalue().splitlines()]
        lines += [f"Silent broadcast: {one_line(b)}" for b in self.broadcasts]
        if self.failure:
            lines.append(f"Stopped: {one_line(self.failure)}")
        return "\n".join(lines)
