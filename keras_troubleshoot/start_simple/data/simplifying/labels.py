"""The classes of rows: which there are, and which of them are kept."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import targets
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.targets import Target

# Rows from which the kind of targets is told: with 20 of each, as many classes
# as `facts.targets` takes for classes at all.
LOOKED_AT = 20_000

ONE_COLUMN = (Target.BINARY, Target.CLASSES, Target.TWO_VALUED)


@dataclasses.dataclass(frozen=True)
class Label:
    """A target that holds one class a row.

    Attributes:
        name: of the target, such as `y` or `y['kind']`.
        one_hot: whether it has a column for each class.
    """

    name: str
    one_hot: bool

    def ids(self, y: Any) -> np.ndarray:
        """The class of each row of whole targets, shape (rows,)."""
        values = np.asarray(dict(nests.leaves(y, "y"))[self.name])
        return values.argmax(axis=1) if self.one_hot else values.reshape(-1)

    def renumber(self, y: Any, kept: np.ndarray) -> Any:
        """Targets with the kept classes only, numbered in their order."""
        names = iter([name for name, _ in nests.leaves(y, "y")])
        return nests.transform(
            lambda leaf: (
                self.renumbered(leaf, kept)
                if next(names) == self.name
                else leaf
            ),
            y,
        )

    def renumbered(self, values: np.ndarray, kept: np.ndarray) -> np.ndarray:
        """The same for the target itself; its type stays."""
        if self.one_hot:
            return np.ascontiguousarray(values[:, kept])
        order = np.argsort(kept)
        return order[np.searchsorted(kept[order], values)].astype(values.dtype)


def sampled(y: Any) -> tuple[Array, ...]:
    """Targets, with as many rows as it takes to tell what they are.

    Args:
        y: arrays or nested structures of them; None for none.

    Returns:
        The targets by name, with rows chosen at random, always the same.
    """
    return tuple(
        Array(name, rows_lib.take(leaf, reading.choose(rows, LOOKED_AT)), rows)
        for name, leaf in nests.leaves(y, "y")
        for rows in (rows_lib.count(leaf, name),)
    )


def find(y: Any, asked: bool) -> Label | None:
    """The target by whose classes rows are drawn.

    Args:
        y: all targets, arrays or nested structures of them.
        asked: whether `classes` was given: then whole numbers that come up
            twice on average are classes too, however many there are.

    Returns:
        The first target of classes; None where there is none.

    Raises:
        ValueError: `classes` was given, and there is none, or several.
    """
    arrays = sampled(y)
    kinds = {array.name: targets.kind(array) for array in arrays}
    found = [
        Label(array.name, kinds[array.name] is Target.ONE_HOT)
        for array in arrays
        if is_label(array, kinds[array.name], asked)
    ]
    if asked and len(found) != 1:
        raise no_single(kinds, found)
    return found[0] if found else None


def is_label(array: Array, kind: Target, asked: bool) -> bool:
    """Whether each row of a target holds one class."""
    if kind is Target.ONE_HOT:
        return array.values.ndim == 2
    if array.features != 1:
        return False
    repeated = 2 * len(np.unique(array.values)) <= len(array.values)
    ids = asked and array.dtype.kind in "iu" and repeated
    return kind in ONE_COLUMN or ids


def no_single(kinds: dict, found: list[Label]) -> ValueError:
    """The error for `classes` without one target to which it applies."""
    told = ", ".join(f"{name} of {kind.value}" for name, kind in kinds.items())
    if found:
        told = ", ".join(label.name for label in found) + " of classes each"
    return ValueError(
        "`classes` needs one target with one class a row, received: "
        f"{told or 'no targets'}. To mend it, leave `classes` out"
        + (", or pass one of the targets alone." if found else ".")
    )


def keep(ids: np.ndarray, classes: int | tuple) -> np.ndarray:
    """Which classes to keep.

    Args:
        ids: the class of each row.
        classes: how many of the most frequent, or which ones.

    Returns:
        Their ids: of the most frequent in rising order (the lower one of
        two that are as frequent is preferred), else in the order given.

    Raises:
        ValueError: there are not so many, or not these.

    Example:
        >>> keep(np.array([5, 5, 2, 2, 2, 9]), 2).tolist()
        [2, 5]
    """
    present, counts = np.unique(ids, return_counts=True)
    if not isinstance(classes, tuple):
        if classes > len(present):
            raise absent(f"classes={classes}", present)
        frequent = np.argsort(-counts, kind="stable")[:classes]
        return np.sort(present[frequent])
    if not np.isin(classes, present).all():
        raise absent(f"classes={list(classes)}", present)
    return np.asarray(classes).astype(ids.dtype)


def absent(given: str, present: np.ndarray) -> ValueError:
    """The error for classes that there are not."""
    told = ", ".join(f"{value:g}" for value in present[:20])
    more = ", ..." if len(present) > 20 else ""
    return ValueError(
        f"`classes` must be among the {len(present)} classes of the targets "
        f"({told}{more}), received: {given}. To mend it, choose from these."
    )
