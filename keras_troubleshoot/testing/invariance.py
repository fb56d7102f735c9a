"""`assert_invariant`: a change that means nothing changes no prediction."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import percent
from keras_troubleshoot.testing import arguments
from keras_troubleshoot.testing import predictions
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import looked_at


def assert_invariant(
    model: Any,
    x: Any,
    change: Callable[[Any], Any],
    *,
    by: str = "class",
    tolerance: float | None = None,
    share: float = 1.0,
    output: str | None = None,
) -> None:
    """Asserts that predictions stay what they are under a change of inputs.

    The invariance test (INV) of CheckList (Ribeiro et al. 2020,
    https://arxiv.org/abs/2005.04118): another name in a review, a picture
    that is shifted by a pixel, a unit that is written in another way.

    Predictions are compared in inference, by class: of a softmax, or of
    several units, the largest; of one unit, or of several sigmoids, each
    yes or no (above 0.5 for a sigmoid, above 0 for a logit). Numbers that a
    model estimates are compared by value.

    Args:
        model: a trained `keras.Model` of any kind, compiled or not.
        x: rows, as `predict` takes them.
        change: takes a copy of `x` as arrays in its structure, and returns
            the changed rows.
        by: `"class"` or `"value"`.
        tolerance: how far an output may move, in its own units; needed with
            `by="value"`. With `by="class"`, how far probabilities may move
            beside; None for anywhere, as long as the class stays.
        share: of the rows that must stay what they are.
        output: name of one of several outputs; None for all.

    Raises:
        AssertionError: if fewer rows do; names rows with both predictions.
        TypeError: if `model` is no Keras model, `change` no function, or it
            returns something else than rows.
        ValueError: if an argument is out of range, the data cannot be read,
            `change` changes nothing, or classes are asked of a regression.

    Example:
        ```python
        kts.testing.assert_invariant(
            model, images, lambda x: np.roll(x, 1, axis=2), share=0.95
        )
        ```
    """
    __tracebackhide__ = True
    arguments.require_function(change=change)
    arguments.require_tolerances(tolerance=tolerance)
    arguments.require_share(share)
    require_by(by, tolerance)
    with looked_at(model, x, limit=predictions.ROWS) as look:
        problem = Invariance(look, by, tolerance, output).problem(change, share)
    if problem:
        raise AssertionError(problem)


def require_by(by: str, tolerance: float | None) -> None:
    """Raises unless it is said how predictions are compared.

    Raises:
        ValueError: if it is not.
    """
    if by not in ("class", "value"):
        raise ValueError(
            f"`by` must be 'class' or 'value', received: by={by!r}. To mend "
            "it, leave it out for a classifier."
        )
    if by == "value" and tolerance is None:
        raise ValueError(
            "`tolerance` must be given with by='value', received: "
            "tolerance=None. To mend it, pass how far an output may move, in "
            "its own units."
        )


class Invariance:
    """Compares predictions of the same rows.

    Args:
        look: at the model.
        by: `class` or `value`.
        tolerance: how far outputs may move; None for anywhere.
        output: name of an output; None for all.
    """

    def __init__(self, look: Look, by: str, tolerance, output):
        self.look, self.by, self.tolerance = look, by, tolerance
        self.heads = predictions.heads(look, output)
        if by == "class":
            predictions.require_decisions(
                self.heads, "pass by='value' and a `tolerance`"
            )

    def problem(self, change: Callable[[Any], Any], share: float) -> str:
        """What is wrong, in a paragraph; empty for nothing."""
        x, other = predictions.changed(self.look, change)
        before = predictions.predict(self.look, x)
        after = predictions.predict(self.look, other)
        moved = np.zeros(len(self.look.all_rows), bool)
        for head in self.heads:
            one, two = before[head.name], after[head.name]
            if one.shape != two.shape:
                return (
                    f"Predictions of {self.look.model.name!r} must stay what "
                    f"they are, but output {head.name!r} changes its shape "
                    f"from {one.shape} to {two.shape}. To mend it, let "
                    "`change` keep the shape of rows."
                )
            moved |= self.moved(head, one, two)
        stayed = 1 - moved.mean()
        if stayed >= share:
            return ""
        rows = np.flatnonzero(moved)
        told = predictions.rows_told(
            self.look, rows, lambda row: self.told(row, before, after)
        )
        return (
            f"Predictions of {self.look.model.name!r} must stay what they "
            f"are under `change` for at least {percent(share)} of the rows, "
            f"but {len(rows)} of {counted(len(moved), 'row')} change "
            f"({percent(stayed)} stay): {told}. To mend it, train on rows "
            "that are changed in this way (augmentation), or take away what "
            "the change touches before the model sees it."
        )

    def moved(self, head: predictions.Head, one, two) -> np.ndarray:
        """Which rows one output predicts in another way."""
        far = np.zeros(one.shape, bool)
        if self.tolerance is not None:
            gaps = np.abs(one.astype("float64") - two.astype("float64"))
            far = ~(gaps <= self.tolerance)
        found = predictions.by_row(far)
        if self.by == "class":
            found |= predictions.by_row(head.decide(one) != head.decide(two))
        return found

    def told(self, row: int, before, after) -> str:
        """Both predictions of a row, of the first output that moved."""
        one_row = slice(row, row + 1)
        for head in self.heads:
            one, two = before[head.name][one_row], after[head.name][one_row]
            if not self.moved(head, one, two).any():
                continue
            name = f"{head.name!r} " if len(self.heads) > 1 else ""
            said = f"{predictions.shown(one)} -> {predictions.shown(two)}"
            if self.by == "class":
                classes = [
                    predictions.shown(head.decide(v)) for v in (one, two)
                ]
                said = f"class {classes[0]} -> {classes[1]} ({said})"
            return name + said
        return ""
