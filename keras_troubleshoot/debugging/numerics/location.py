"""Where the first NaN or infinity of a step came from, in words."""

import dataclasses
import math

from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number


@dataclasses.dataclass(frozen=True)
class Location:
    """The first operation of a training step that is not finite.

    Attributes:
        what: what is not finite in the end: `loss`, `gradients`, `outputs`
            or `update`.
        operation: TensorFlow's name of the operation, such as `Log`; empty
            where a weight was not finite before.
        where: the layer, loss or step that it ran in; or the weight.
        path: file of the user's line; empty for none.
        line: its number, from 1; 0 for none.
        place: the line in words; empty for none.
        low: the least finite number that went into the operation; NaN for
            none.
        high: the largest.
        dtype: the type of what it made.
        backward: whether its gradient is not finite, and its value is.
        rows: the examples of the batch that cause it, from 0; empty where
            all do, or none alone.
        count: how many examples the batch has.
        cause: what it amounts to, in one sentence.
    """

    what: str
    operation: str
    where: str
    path: str = ""
    line: int = 0
    place: str = ""
    low: float = math.nan
    high: float = math.nan
    dtype: str = ""
    backward: bool = False
    rows: tuple[int, ...] = ()
    count: int = 0
    cause: str = ""

    def __str__(self) -> str:
        return f"{self.told} {self.cause}".strip()

    @property
    def told(self) -> str:
        """Where it is, without what it amounts to."""
        which = "the gradient of " if self.backward else ""
        began = f"in {which}`{self.operation}` in {self.where}"
        if not self.operation:
            began = f"in {self.where}"
        parts = [f"The first NaN or infinity is {began}"]
        if self.place:
            parts.append(f", {self.place}")
        if not math.isnan(self.low):
            ends = f"{number(self.low)} to {number(self.high)}"
            parts.append(f", which was given {ends}")
        return f"{''.join(parts)}. {self._examples}".strip()

    @property
    def _examples(self) -> str:
        if not self.rows:
            return ""
        shown = listed(self.rows[:10]) + ", ..." * (len(self.rows) > 10)
        rows = counted(len(self.rows), "example")
        verb = "causes" if len(self.rows) == 1 else "cause"
        return f"{rows} of {self.count} {verb} it: {shown}. "
