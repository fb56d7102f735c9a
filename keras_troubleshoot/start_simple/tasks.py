"""What a model is to predict, told from the targets or by name."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import sample as sample_lib
from keras_troubleshoot.facts.moments import Moments
from keras_troubleshoot.facts.sample import unreadable


@dataclasses.dataclass(frozen=True, eq=False)
class Task:
    """What a model is to predict.

    Attributes:
        name: "regression", "binary", "multiclass" or "multilabel".
        shape: of one prediction: `(units,)`, or `(steps, units)`.
        sparse: whether classes come as ids, not as a column for each.
        per_step: whether there is a target for each step of a sequence.
        seen: mean and variance of each column of the targets; None where
            no targets are known.
        counts: how often each class id came up; None but for class ids.
    """

    name: str
    shape: tuple[int, ...] = (1,)
    sparse: bool = True
    per_step: bool = False
    seen: Moments | None = None
    counts: np.ndarray | None = None

    @property
    def units(self) -> int:
        """Numbers in a prediction, of one step where there are steps."""
        return self.shape[-1] if self.per_step else int(np.prod(self.shape))

    @property
    def known(self) -> bool:
        """Whether statistics of the targets are known."""
        return self.seen is not None or self.counts is not None

    def share(self) -> np.ndarray:
        """How frequent each class is, with one more example of each.

        So no class has a share of 0 (Laplace's rule of succession).
        """
        if self.counts is not None:
            return (self.counts + 1) / (self.counts.sum() + len(self.counts))
        seen = self.seen
        classes = self.units if self.name == "multiclass" else 2
        return (seen.mean * seen.count + 1) / (seen.count + classes)

    def bias(self) -> np.ndarray:
        """What the last bias is to be, so that the loss starts at a guess.

        The logarithm of the share of each class, the log odds of a yes, the
        mean of a regression target.
        """
        if self.name == "regression":
            return self.seen.mean
        share = self.share()
        if self.name == "multiclass":
            return np.log(share)
        return np.log(share) - np.log1p(-share)

    def describe(self) -> str:
        """The task in words."""
        what = {
            "regression": "regression"
            + (f" of {self.units} numbers" if self.units > 1 else ""),
            "binary": "yes or no",
            "multiclass": f"{self.units} classes",
            "multilabel": f"{self.units} labels at once",
        }[self.name]
        return what + (" at each step" if self.per_step else "")


class Counter:
    """Counts targets as they are read, and says then what the task is.

    Args:
        task: as the sample says it; the statistics are still missing.
        classes: how many classes there are, where the user said it.
        exact: whether more classes than that are an error.
    """

    def __init__(
        self, task: Task, classes: int | None = None, exact: bool = True
    ):
        self.task, self.classes, self.exact = task, classes, exact
        self.counts = np.zeros(0, "int64")
        self.moments = Moments(task.units)
        self.by_id = task.name == "multiclass" and task.sparse

    def update(self, y: Any) -> None:
        """Takes in more targets."""
        values = np.asarray(y)
        if not self.by_id:
            self.moments.update(values)
            return
        require_ids(values)
        counts = np.bincount(values.astype("int64").ravel())
        size = max(len(counts), len(self.counts))
        grown = np.pad(self.counts, (0, size - len(self.counts)))
        self.counts = grown + np.pad(counts, (0, size - len(counts)))

    def result(self) -> Task:
        """The task, with the statistics of all targets.

        Raises:
            sample.UnreadableData: NaN, one class only, ids that do not
                start at 0.
        """
        if self.by_id:
            return self.of_ids()
        seen = self.moments
        bad = int((seen.missing + seen.infinite).sum())
        if bad:
            raise not_finite(bad)
        if self.task.name == "binary" and seen.constant.all():
            raise one_class(int(seen.mean[0]))
        if self.task.name == "multiclass" and (seen.mean == 1).any():
            raise one_class(int(seen.mean.argmax()))
        return dataclasses.replace(self.task, seen=seen)

    def of_ids(self) -> Task:
        """The task of class ids."""
        counts = self.counts
        if (counts > 0).sum() < 2:
            raise one_class(int(counts.argmax()))
        classes = self.classes
        if classes is None and counts[0] == 0:
            first = int(np.flatnonzero(counts)[0])
            raise unreadable(
                "`y` must hold class ids from 0 on, received: whole numbers "
                f"from {first} to {len(counts) - 1}.",
                "pass `np.unique(y, return_inverse=True)[1]`, or "
                "`task='regression'` if they are amounts, or `classes=` if "
                "class 0 only happens to be missing",
                where="y",
                rule="labels-out-of-range",
            )
        if not self.exact:
            classes = max(classes or 0, len(counts))
        if classes is not None and classes < len(counts):
            raise unreadable(
                f"`y` must hold class ids below {classes}, received: up to "
                f"{len(counts) - 1}.",
                f"pass `classes={len(counts)}`",
                where="y",
                rule="labels-out-of-range",
            )
        counts = np.pad(counts, (0, (classes or len(counts)) - len(counts)))
        shape = (*self.task.shape[:-1], len(counts))
        return dataclasses.replace(self.task, shape=shape, counts=counts)


def require_ids(values: np.ndarray) -> None:
    """Refuses what are no class ids."""
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise not_finite(int((~np.isfinite(values)).sum()))
    whole = values.dtype.kind in "biu" or np.all(values == np.floor(values))
    if not whole or values.min() < 0:
        raise unreadable(
            "`y` must hold class ids, whole numbers from 0 on, received: "
            f"values from {values.min():g} to {values.max():g}.",
            "pass `np.unique(y, return_inverse=True)[1]`, or "
            "`task='regression'` if they are amounts",
            where="y",
            rule="labels-wrong-encoding",
        )


def not_finite(count: int) -> sample_lib.UnreadableData:
    """The error for targets that are not finite."""
    return unreadable(
        f"`y` must hold finite numbers, received: {count} that are NaN or inf.",
        "drop these rows of `x` and `y`",
        where="y",
        rule="target-non-finite",
    )


def one_class(which: int) -> sample_lib.UnreadableData:
    """The error for targets of one class."""
    return unreadable(
        f"`y` must hold at least two classes, received: class {which} in all "
        "rows.",
        "check how the labels were read, and whether the file is sorted",
        where="y",
        rule="labels-single-class",
    )
