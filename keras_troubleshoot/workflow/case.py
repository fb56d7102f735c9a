"""A model and all that is known about it, as the stages are given it."""

import contextlib
import dataclasses
import math
import numbers
import time
from collections.abc import Callable
from typing import Any

from keras_troubleshoot.facts import subjects
from keras_troubleshoot.facts.predicting import unpacked
from keras_troubleshoot.report.progress import Progress


@dataclasses.dataclass(eq=False)
class Case:
    """What is troubleshot.

    Attributes:
        model: a compiled Keras model.
        train: inputs, targets and weights.
        validation: as the user gave it, or None.
        test_validation: the same.
        test: the same.
        target: value of the metric that is aimed at, or None.
        irreducible: as `kts.decompose_error` takes it, or None.
        build: returns a fresh model, for the learning curve; or None.
        shown: options of the error analysis that the user gave: `names`,
            `vocabulary`, `metadata`, `tags`.
        seconds: that trainings of copies may take.
        tell: says how far it has come.
        known: what the stages found out, by name, for those after them.
        spent: seconds that trainings of copies have taken.
    """

    model: Any
    train: tuple[Any, Any, Any]
    validation: Any = None
    test_validation: Any = None
    test: Any = None
    target: float | None = None
    irreducible: Any = None
    build: Callable[[], Any] | None = None
    shown: dict[str, Any] = dataclasses.field(default_factory=dict)
    seconds: float = 60.0
    tell: Progress = dataclasses.field(
        default_factory=lambda: Progress("Troubleshooting")
    )
    known: dict[str, Any] = dataclasses.field(default_factory=dict)

    spent: float = 0.0

    def left(self, share: float = 1.0) -> float:
        """Seconds that are left for trainings of copies, or a share of them."""
        return max(0.0, share * (self.seconds - self.spent))

    @contextlib.contextmanager
    def training(self):
        """Counts the time inside as that of a training."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.spent += time.perf_counter() - begin

    @property
    def given(self) -> Any:
        """The training data as `(x, y)`, `(x, y, weight)` or a stream."""
        x, y, weight = self.train
        if y is None:
            return x
        return (x, y) if weight is None else (x, y, weight)

    @property
    def held_out(self) -> Any:
        """The first data that the model was not trained on, or None."""
        for data in (self.validation, self.test_validation, self.test):
            if data is not None:
                return data
        return None


def case(model: Any, train: Any, *, target: Any, seconds: Any, **given) -> Case:
    """A case, of which all that can be said up front is sound.

    Raises:
        TypeError: if `model` is no Keras model, or an argument is of another
            type.
        ValueError: if an argument is out of range.
    """
    subjects.require_model(model)
    build = given.get("build")
    if target is not None and not isinstance(target, numbers.Real):
        raise TypeError(
            "`target` must be a number, the value of the metric that is "
            f"aimed at, received: {target!r}."
        )
    if not isinstance(seconds, numbers.Real) or not 0 <= seconds < math.inf:
        raise ValueError(
            f"`seconds` must be a number of at least 0, received: {seconds!r}."
            " To mend it, pass such as 60."
        )
    if build is not None and not callable(build):
        raise TypeError(
            "`build` must be a function that returns a fresh compiled model, "
            f"received: {type(build).__name__}. To mend it, pass the function, "
            "not what it returns."
        )
    return Case(
        model,
        unpacked(train),
        target=target,
        seconds=float(seconds),
        **given,
    )
