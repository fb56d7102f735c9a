"""What all toy problems are asked for."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.start_simple.data.checks import require_number
from keras_troubleshoot.start_simple.data.checks import require_whole

TASKS = ("classification", "regression")


@dataclasses.dataclass(frozen=True)
class Common:
    """The arguments that all toy problems take.

    Attributes:
        rows: of the training part.
        classes: how many; None for 3 of a classification.
        task: "classification" or "regression".
        noise: of a classification, the share of the labels that is replaced
            by another class; of a regression, the standard deviation of what
            is added to the targets, in those of the signal.
        imbalance: how many times as frequent the most frequent class is as
            the least frequent one; those between in geometric steps. Of
            several labels, how many times as many rows lack one as have it.
        shift: how far the inputs of the test part are moved: in standard
            deviations of each feature, at random up or down; of the pixels
            of images, brighter. Of tokens, the share of the topic words that
            is replaced by words that the training part does not have.
        test_rows: of the test part.
        seed: of everything random.

    Raises:
        ValueError: an argument is out of range.
        TypeError: an argument is of another type.
    """

    rows: int = 1000
    classes: int | None = None
    task: str = "classification"
    noise: float = 0.0
    imbalance: float = 1.0
    shift: float = 0.0
    test_rows: int = 500
    seed: int = 0

    def __post_init__(self):
        for name, least in (("rows", 2), ("test_rows", 2), ("seed", 0)):
            require_whole(name, getattr(self, name), least)
        for name, least in (("noise", 0), ("imbalance", 1), ("shift", 0)):
            require_number(name, getattr(self, name), least)
        if self.task not in TASKS:
            raise ValueError(
                "`task` must be 'classification' or 'regression', received: "
                f"task={self.task!r}. To mend it, correct the word."
            )
        if self.task == "regression":
            self.require_no_classes()
        elif self.classes is not None:
            require_whole("classes", self.classes, 2)

    def require_no_classes(self) -> None:
        """Refuses what a regression does not have.

        Raises:
            ValueError: `classes` or `imbalance` is given.
        """
        for name, absent in (("classes", None), ("imbalance", 1)):
            if (value := getattr(self, name)) != absent:
                raise ValueError(
                    f"`{name}` is of a classification, received: "
                    f"{name}={value} with task='regression'. To mend it, "
                    "leave out one of them."
                )


def settings(rows: int, given: Mapping[str, Any]) -> Common:
    """The arguments of a toy problem.

    Raises:
        ValueError: an argument is out of range.
        TypeError: an argument is of another type, or there is none of its
            name.
    """
    names = [field.name for field in dataclasses.fields(Common)][1:]
    unknown = [name for name in given if name not in names]
    if unknown:
        raise TypeError(
            f"Other arguments must be among {', '.join(names)}, received: "
            f"{', '.join(unknown)}. To mend it, correct the name."
        )
    return Common(rows, **given)
