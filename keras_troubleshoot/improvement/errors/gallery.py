"""Galleries: the worst examples, and typical ones of each type."""

import dataclasses

import numpy as np

from keras_troubleshoot.improvement.errors import showing
from keras_troubleshoot.improvement.errors.features import Features
from keras_troubleshoot.improvement.errors.found import Found
from keras_troubleshoot.improvement.errors.given import ClassNames
from keras_troubleshoot.improvement.errors.sides import Side
from keras_troubleshoot.report.page import Example
from keras_troubleshoot.report.page import Gallery
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

# Examples of one type, and the share of all that the worst are given.
EACH = 4
WORST = 1 / 3


@dataclasses.dataclass(frozen=True, eq=False)
class Hanging:
    """What is needed to show rows.

    Attributes:
        sides: the data sets.
        names: of the classes.
        vocabulary: words by token id.
        features: of each data set; None where there are none.
        shown: the inputs of each data set that can be shown.
    """

    sides: tuple[Side, ...]
    names: ClassNames
    vocabulary: dict[int, str]
    features: list[Features | None]
    shown: list[list[showing.Leaf]]

    def galleries(self, types: list[Found], count: int) -> tuple[Gallery, ...]:
        """The galleries, with so many examples in all, at most.

        Args:
            types: of errors, the most pressing first.
            count: how many examples.
        """
        worst = int(np.ceil(count * WORST))
        made = [self.worst(worst)] if worst else []
        left = count - sum(len(one.examples) for one in made)
        for found in types:
            if left <= 0:
                break
            one = self.typical(found, min(EACH, left))
            left -= len(one.examples)
            made.append(one)
        return tuple(one for one in made if one.examples)

    def worst(self, count: int) -> Gallery:
        """The rows with the largest errors, of the last data set."""
        place = len(self.sides) - 1
        side = self.sides[place]
        losses = np.where(side.errors > 0, side.made.losses(), -np.inf)
        order = np.argsort(-losses, kind="stable")[:count]
        rows = [int(row) for row in order if np.isfinite(losses[row])]
        regression = side.made.task == "regression"
        what = "Largest errors" if regression else "Most confidently wrong"
        title = f"{what} in {side.name}"
        return Gallery(title, tuple(self.example(place, row) for row in rows))

    def typical(self, found: Found, count: int) -> Gallery:
        """Typical rows of a type, of the last data set that has some."""
        title = f"Typical of {found.name}"
        for place in reversed(range(len(self.sides))):
            part = found.parts[place]
            if part is None or not (part > 0).any():
                continue
            rows = self.ordered(found, place)[:count]
            title = f"{title}, in {self.sides[place].name}"
            examples = tuple(self.example(place, int(row)) for row in rows)
            return Gallery(title, examples)
        return Gallery(title, ())

    def ordered(self, found: Found, place: int) -> np.ndarray:
        """The rows with such errors, the most typical first.

        Those nearest to the centre of a cluster; else to the mean of their
        features; else in the middle of their losses.
        """
        part, side = found.parts[place], self.sides[place]
        known = found.typical[place]
        if known is not None:
            near = known[part[known] > 0]
            if len(near):
                return near
        wrong = np.flatnonzero(part > 0)
        features = self.features[place]
        if features is not None and isinstance(features.values, np.ndarray):
            inside = np.isin(features.rows, wrong)
            if inside.any():
                values = features.values[inside]
                far = ((values - values.mean(axis=0)) ** 2).sum(axis=1)
                order = np.argsort(far, kind="stable")
                return features.rows[inside][order]
        losses = side.made.losses()[wrong]
        order = np.argsort(np.abs(losses - np.median(losses)), kind="stable")
        return wrong[order]

    def example(self, place: int, row: int) -> Example:
        """One row, with what it is and what it was taken for."""
        looks = showing.of_row(self.shown[place], row, self.vocabulary)
        caption = self.caption(self.sides[place], row)
        return Example(f"Row {row}: {caption}", **looks)

    def caption(self, side: Side, row: int) -> str:
        """What is true of a row, and what was predicted."""
        made = side.made
        true, decided = made.targets[row], made.decided()[row]
        if made.task == "regression":
            return f"{told(decided)} predicted, {told(true)} true"
        if made.task == "multilabel":
            return self.labels(np.ravel(true), np.ravel(decided))
        if np.ndim(true):
            wrong = int((true != decided).sum())
            return f"{wrong} of {np.size(true)} steps wrong"
        outputs = made.outputs[row]
        sure = max(outputs, 1 - outputs) if made.task == "binary" else None
        sure = outputs.max() if sure is None else sure
        return (
            f"{self.names(true)} taken for {self.names(decided)}, "
            f"{percent(float(sure))} sure"
        )

    def labels(self, true: np.ndarray, decided: np.ndarray) -> str:
        """Which labels are missed, and which claimed."""
        parts = []
        for what, wrong in (
            ("missed", (true == 1) & (decided == 0)),
            ("claimed", (true == 0) & (decided == 1)),
        ):
            names = [self.names(i) for i in np.flatnonzero(wrong)]
            if names:
                parts.append(f"{', '.join(names)} {what}")
        return "; ".join(parts) or "right"


def told(values) -> str:
    """A number, or the first of several."""
    flat = np.ravel(values)
    dots = ", ..." if len(flat) > 3 else ""
    return ", ".join(number(v) for v in flat[:3]) + dots
