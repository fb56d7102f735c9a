"""What `simplify` is asked for, checked before anything is read."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.start_simple.data.checks import is_whole
from keras_troubleshoot.start_simple.data.checks import require_whole


@dataclasses.dataclass(frozen=True)
class Options:
    """The arguments of `simplify`.

    Attributes:
        rows: how many to keep at most.
        classes: how many of the most frequent, or which ones; None for all.
        size: height and width of images; None for as they are.
        steps: length of sequences, at most; None for as they are.
        kinds: of the inputs, by name; those that are missing are told from
            the data.
        seed: of the choice of rows.

    Raises:
        ValueError: a number is out of range.
        TypeError: an argument is of another type.
    """

    rows: int
    classes: int | tuple | None
    size: tuple[int, int] | None
    steps: int | None
    kinds: Mapping[str, str]
    seed: int

    def __post_init__(self):
        require_whole("rows", self.rows, 1)
        require_whole("seed", self.seed, 0)
        if self.steps is not None:
            require_whole("steps", self.steps, 1)
        if self.size is not None:
            require_size(self.size)
        if self.classes is not None:
            require_classes(self.classes)


def require_size(size: Any) -> None:
    """Refuses what is not a height and a width.

    Raises:
        ValueError: it is something else.
    """
    pair = isinstance(size, tuple | list) and len(size) == 2
    if not pair or not all(is_whole(n) and n >= 1 for n in size):
        raise ValueError(
            "`size` must be the height and the width of images, at least 1 "
            f"each, received: size={size!r}. To mend it, pass such as "
            "`size=(28, 28)`."
        )


def require_classes(classes: Any) -> None:
    """Refuses fewer than two classes, and classes named twice.

    Raises:
        ValueError: these.
        TypeError: it is neither a number of classes nor a list of ids.
    """
    named = isinstance(classes, tuple)
    if not named and not is_whole(classes):
        raise TypeError(
            "`classes` must be how many of the most frequent classes to "
            f"keep, or a list of ids, received: classes={classes!r}. To mend "
            "it, pass such as `classes=3` or `classes=[0, 4, 7]`."
        )
    if named and len(set(classes)) < len(classes):
        raise ValueError(
            f"`classes` must name each class once, received: "
            f"classes={list(classes)}. To mend it, leave out the copies."
        )
    if (len(classes) if named else classes) < 2:
        given = list(classes) if named else classes
        raise ValueError(
            "`classes` must keep at least 2 classes, for there is nothing "
            f"to tell apart in fewer, received: classes={given}. To mend "
            "it, keep another one."
        )
