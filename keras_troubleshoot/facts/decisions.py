"""How the numbers of an output become a decision, or probabilities."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import losses

# Last activations that give probabilities, each unit for itself.
PROBABILITIES = ("sigmoid", "hard_sigmoid")
# Names by which Keras chooses a loss when it sees the targets.
CHOOSING = ("crossentropy", "ce")
# Kinds of losses whose outputs are amounts, which decide nothing.
AMOUNTS = ("regression", "count")
# Kinds that say nothing: no loss, the user's own, one without a meaning.
UNTOLD = ("", "custom", "other")


@dataclasses.dataclass(frozen=True)
class Head:
    """One output, and how its numbers become a decision.

    Attributes:
        name: of the output.
        axis: of the classes, one of which is chosen; None where each number
            is a decision of its own.
        threshold: above which such a number says yes; None where numbers are
            class ids themselves.
        regression: whether it is trained as a number, and decides nothing.
        probable: whether its numbers are probabilities, not logits.
        told: whether its activation or its loss says what it is for; a bare
            linear output may be anything.
    """

    name: str
    axis: int | None
    threshold: float | None = 0.0
    regression: bool = False
    probable: bool = False
    told: bool = True

    def decide(self, values: np.ndarray) -> np.ndarray:
        """Class ids, or 1 for yes and 0 for no; rows first.

        Example:
            >>> Head("digit", axis=-1).decide(np.array([[0.1, 0.7, 0.2]]))
            array([1])
        """
        if self.axis is not None:
            return values.argmax(self.axis)
        flat = values[..., 0] if is_single(values) else values
        if self.threshold is None:
            return flat
        return (flat > self.threshold).astype(int)

    def probabilities(self, values: np.ndarray) -> np.ndarray:
        """Probabilities in float64; the classes are the last axis.

        Example:
            >>> Head("yes", axis=None).probabilities(np.array([[0.0], [9.0]]))
            array([0.5       , 0.99987661])
        """
        from scipy import special

        values = values.astype("float64")
        if self.axis is not None:
            values = np.moveaxis(values, self.axis, -1)
            return values if self.probable else special.softmax(values, -1)
        flat = values[..., 0] if is_single(values) else values
        return flat if self.probable else special.expit(flat)


def is_single(values: np.ndarray) -> bool:
    """Whether the last axis of an output holds one number."""
    return values.ndim > 1 and values.shape[-1] == 1


def head(name: str, activation: Any, values: np.ndarray, kind: str) -> Head:
    """One output by its last activation and the kind of its loss.

    A softmax, or several units: the class with the largest number. Sigmoids:
    each number above 0.5. One unit without: above 0, as a logit. Several
    units that are compiled with a binary loss: each number by itself. Whole
    numbers are class ids already.

    Args:
        name: of the output.
        activation: what it goes through last, see `output_activation`.
        values: some of its numbers, rows first.
        kind: of its loss, see `kind_of_loss`.
    """
    units = values.shape[-1] if values.ndim > 1 else 1
    if values.dtype.kind in "biu":
        return Head(name, None, threshold=None)
    if activation.name == "softmax" and units > 1:
        return Head(name, activation.axis, probable=True)
    probable = activation.name in PROBABILITIES
    if activation.name == "unknown" and units == 1:
        probable = bool(((values >= 0) & (values <= 1)).all())
    regression = kind in AMOUNTS and not probable
    told = probable or kind not in UNTOLD
    if probable or units == 1 or kind == "binary":
        border = 0.5 if probable else 0.0
        return Head(name, None, border, regression, probable, told)
    return Head(name, -1, regression=regression, told=told)


def kind_of_loss(model: Any, name: str, place: int) -> str:
    """The kind of the loss of one output, as `losses` has it; or empty.

    Args:
        model: a Keras model.
        name: of the output.
        place: of the output among all of them.
    """
    import keras

    if not model.compiled:
        return ""
    given = keras_internals.compile_arguments(model)["loss"]
    if isinstance(given, Mapping):
        given = given.get(name)
    if isinstance(given, list | tuple):
        given = given[place] if place < len(given) else None
    if isinstance(given, str):
        given = None if given in CHOOSING else keras.losses.get(given)
    if isinstance(given, keras.losses.Loss):
        return losses.describe(given).kind
    return losses.KINDS.get(getattr(given, "__name__", ""), "")
