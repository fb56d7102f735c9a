"""The arguments of a `fit` that is about to start."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import callbacks as callbacks_lib
from keras_troubleshoot.facts import nests


@dataclasses.dataclass(frozen=True)
class FitCall:
    """How a model is about to be trained.

    Attributes:
        epochs: how many.
        batch_size: rows of a batch; None where the data come in batches.
        steps_per_epoch: as given; None for all.
        shuffle: whether `fit` shuffles rows (arrays only).
        class_weight: as given; None for none.
        validation_split: share cut off the end, 0 for none.
        validated: whether there are validation data.
        initial_epoch: the epoch to start with.
        validation_freq: epochs from one validation to the next.
        callbacks: in the order in which they are called.
    """

    epochs: int = 1
    batch_size: int | None = 32
    steps_per_epoch: int | None = None
    shuffle: bool = True
    class_weight: dict | None = None
    validation_split: float = 0.0
    validated: bool = False
    initial_epoch: int = 0
    validation_freq: int = 1
    callbacks: tuple[callbacks_lib.Callback, ...] = ()


def describe(arguments: dict[str, Any]) -> FitCall:
    """What matters of the arguments of `fit`."""
    split = arguments.get("validation_split") or 0.0
    every = arguments.get("validation_freq")
    return FitCall(
        epochs=int(arguments.get("epochs") or 1),
        batch_size=arguments.get("batch_size") or 32,
        steps_per_epoch=arguments.get("steps_per_epoch"),
        shuffle=bool(arguments.get("shuffle", True)),
        class_weight=arguments.get("class_weight"),
        validation_split=float(split),
        validated=bool(split) or arguments.get("validation_data") is not None,
        initial_epoch=int(arguments.get("initial_epoch") or 0),
        validation_freq=every if isinstance(every, int) else 1,
        callbacks=callbacks_lib.describe(arguments.get("callbacks")),
    )


def cut(structure, share: float):
    """Rows before and after the cut that `validation_split` makes.

    Keras takes the last rows, `floor(rows * (1 - share))` remain.

    Example:
        >>> cut(np.arange(5), 0.4)
        (array([0, 1, 2]), array([3, 4]))
    """

    def at(array):
        return int(np.floor(len(array) * (1 - share)))

    return (
        nests.transform(lambda a: a[: at(a)], structure),
        nests.transform(lambda a: a[at(a) :], structure),
    )
