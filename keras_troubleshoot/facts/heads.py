"""Each output of a model beside its target, its loss and its metrics."""

import dataclasses
import functools
from typing import Any

import numpy as np

from keras_troubleshoot.facts import targets
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.losses import Loss
from keras_troubleshoot.facts.output_activation import Activation


@dataclasses.dataclass(frozen=True)
class Metric:
    """A compiled metric.

    Attributes:
        name: as the user gave it, or its own name.
        class_name: its class, or what `"accuracy"` stands for here.
        threshold: of binary metrics; None where it has none.
        from_logits: whether it expects logits.
        broadcasts: shapes of tensors with two batch axes that it made.
    """

    name: str
    class_name: str
    threshold: float | None = None
    from_logits: bool = False
    broadcasts: tuple[tuple, ...] = ()


@dataclasses.dataclass(frozen=True)
class Behaviour:
    """What a loss does, tried on a batch.

    Attributes:
        start: its value for the untrained model.
        twice: its value for the same batch taken twice; the same for a
            mean, twice as much for a sum.
        matched: its value with the target in the shape of the output; None
            where that is the shape that it has.
        ladder: its values for predictions that are ever more wrong, the
            first one perfect; empty where nobody can say what is perfect.
        broadcasts: shapes of tensors with two batch axes that it made.
    """

    start: float
    twice: float | None = None
    matched: float | None = None
    ladder: tuple[float, ...] = ()
    broadcasts: tuple[tuple, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Head:
    """One output.

    Attributes:
        name: its name.
        predictions: of the untrained (or so far trained) model in inference
            for the first rows, shape (rows, ...).
        activation: what it goes through last.
        target: what it is to predict; None where there is none.
        loss: None where it has none.
        metrics: its compiled metrics.
        behaviour: what the loss does; None where it could not be tried.
        refused: what the loss raised, where it could not be computed.
    """

    name: str
    predictions: np.ndarray
    activation: Activation = Activation("unknown")
    target: Array | None = None
    loss: Loss | None = None
    metrics: tuple[Metric, ...] = ()
    behaviour: Behaviour | None = None
    refused: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one prediction."""
        return self.predictions.shape[1:]

    @property
    def units(self) -> int:
        """Size of its last axis."""
        return self.shape[-1] if self.shape else 1

    @functools.cached_property
    def kind(self) -> targets.Target:
        """What the target is, told from its values."""
        if self.target is None:
            return targets.Target.OTHER
        return targets.kind(self.target)

    @property
    def where(self) -> str:
        """How a finding names it."""
        return f"output {self.name!r}"


def metric(identifier: Any, target: Array | None, shape: tuple) -> Metric:
    """What is known of one compiled metric.

    Args:
        identifier: what was passed to `compile`.
        target: what the output is to predict.
        shape: of the output, rows first.
    """
    if isinstance(identifier, str):
        name = identifier
        if name in ("accuracy", "acc"):
            return Metric(name, meant(target, shape), 0.5)
        return Metric(name, camel(name), 0.5 if "binary" in name else None)
    options = getattr(identifier, "_fn_kwargs", {})
    threshold = options.get("threshold", getattr(identifier, "threshold", None))
    several = getattr(identifier, "thresholds", None)
    if threshold is None and several is not None and len(several) == 1:
        threshold = several[0]
    if not isinstance(threshold, int | float):
        threshold = None
    name = getattr(identifier, "name", None) or getattr(
        identifier, "__name__", type(identifier).__name__
    )
    kind = type(identifier).__name__
    if kind == "function":
        kind = camel(getattr(identifier, "__name__", ""))
    logits = bool(getattr(identifier, "_from_logits", False))
    return Metric(str(name), kind, threshold, logits)


def meant(target: Array | None, shape: tuple) -> str:
    """Which class Keras takes for `"accuracy"`."""
    units = shape[-1] if len(shape) > 1 else 1
    if units == 1:
        return "BinaryAccuracy"
    true = () if target is None else target.values.shape
    if len(true) < len(shape) or true[-1] == 1:
        return "SparseCategoricalAccuracy"
    return "CategoricalAccuracy"


def camel(name: str) -> str:
    """`binary_accuracy` to `BinaryAccuracy`; `auc` stays `AUC`.

    Example:
        >>> camel("binary_accuracy"), camel("auc")
        ('BinaryAccuracy', 'AUC')
    """
    short = {
        "auc": "AUC",
        "mse": "MeanSquaredError",
        "mae": "MeanAbsoluteError",
    }
    if name.lower() in short:
        return short[name.lower()]
    if name != name.lower():
        return name
    return "".join(part.capitalize() for part in name.split("_"))
