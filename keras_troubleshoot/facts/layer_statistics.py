"""Statistics of what each layer returns, and of its gradients."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.forward import Step
from keras_troubleshoot.facts.passes import Pass


@dataclasses.dataclass(frozen=True)
class Activations:
    """What a layer returned in one run.

    Attributes:
        mean: of all numbers that are finite.
        std: of the same.
        zeros: share of exact zeros.
        finite: whether all numbers are finite.
    """

    mean: float
    std: float
    zeros: float
    finite: bool


@dataclasses.dataclass(frozen=True)
class LayerStatistics:
    """One layer in the one-batch probe.

    Attributes:
        layer: its name.
        inference: what it returned in inference mode; None if it did not
            run.
        training: what it returned in training mode; None likewise.
        gradient: Euclidean norm of the gradient of its own weights; None
            where it has none, or the loss does not depend on them.
    """

    layer: str
    inference: Activations | None
    training: Activations | None
    gradient: float | None


def statistics(forward: Pass, step: Step) -> tuple[LayerStatistics, ...]:
    """The statistics of every layer that ran, in their order."""
    inference = returned(forward)
    training = returned(step.forward)
    names = dict.fromkeys([*inference, *training])
    return tuple(
        LayerStatistics(
            name,
            inference.get(name),
            training.get(name),
            gradient_of(name, step.gradients),
        )
        for name in names
    )


def returned(run: Pass) -> dict[str, Activations]:
    """What each layer returned first, by its name."""
    found: dict[str, Activations] = {}
    for call in run.recorder.calls:
        for tensor in call.outputs[:1]:
            if tensor.dtype.is_floating and call.layer.name not in found:
                found[call.layer.name] = of(np.asarray(tensor, "float64"))
    return found


def of(values: np.ndarray) -> Activations:
    """The statistics of some numbers."""
    finite = np.isfinite(values)
    kept = values[finite]
    if not kept.size:
        return Activations(0.0, 0.0, 0.0, bool(finite.all()))
    return Activations(
        float(kept.mean()),
        float(kept.std()),
        float((kept == 0).mean()),
        bool(finite.all()),
    )


def gradient_of(name: str, gradients) -> float | None:
    """The norm of the gradients of the weights directly below a layer."""
    own = [
        norm
        for path, norm in gradients.items()
        if norm is not None and path.split("/")[:-1][-1:] == [name]
    ]
    return float(np.sqrt(np.square(own).sum())) if own else None
