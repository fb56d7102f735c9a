"""What rules ask of the outputs of a model."""

import numpy as np

from keras_troubleshoot.facts.facts import Unavailable


def supervised(facts):
    """Outputs that have both a numeric target and a loss.

    Raises:
        Unavailable: if no output has a loss, so that nothing can be said.
    """
    heads = facts.heads
    if not any(head.loss is not None or head.refused for head in heads):
        if all(head.target is None for head in heads):
            raise Unavailable("no targets")
        raise Unavailable("the model was not compiled with a loss")
    return with_loss(facts)


def with_loss(facts):
    """The same, or none."""
    return [
        head
        for head in facts.heads
        if head.target is not None
        and head.loss is not None
        and head.target.numeric
        and head.target.finite.any()
    ]


def finite_values(head) -> np.ndarray:
    """The finite numbers of a target: of all rows, where they are at hand."""
    whole = head.target.whole
    if isinstance(whole, np.ndarray) and whole.size <= 2**22:
        values = whole.astype("float64").ravel()
    else:
        values = head.target.flat.ravel()
    return values[np.isfinite(values)]


def activation(head) -> str:
    """The activation of an output; `softmax` too where rows sum to one.

    A softmax that is written in a way of its own still gives rows that are
    not negative and sum to one.
    """
    if head.activation.name != "unknown" or head.units < 2:
        return head.activation.name
    rows = head.predictions.reshape(-1, head.units).astype("float64")
    if len(rows) >= 5 and rows.min() >= 0 and np.ptp(rows) > 0:
        if np.allclose(rows.sum(axis=1), 1, atol=1e-4):
            return "softmax"
    return "unknown"


def probabilities(head) -> bool:
    """Whether the outputs seen are such as a probability loss expects."""
    seen = head.predictions[np.isfinite(head.predictions)]
    if not seen.size or seen.min() < -1e-6 or seen.max() > 1 + 1e-6:
        return False
    if head.loss.kind == "binary":
        return True
    rows = head.predictions.reshape(-1, head.units).astype("float64")
    return bool(np.allclose(rows.sum(axis=1), 1, atol=1e-2))


def through(head) -> str:
    """The activation of an output, and the layer that applies it."""
    layer = head.activation.layer
    return activation(head) + (f" ({layer})" if layer else "")
