"""Causes in what a layer is given: order of channels, of rows, of pixels."""

from collections.abc import Iterator

import numpy as np

from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.causes.case import Hypothesis
from keras_troubleshoot.debugging.comparing.causes.replica import Replica

# The usual means and deviations of pictures: torchvision's for ImageNet.
MEAN = np.array([0.485, 0.456, 0.406], "float32")
DEVIATION = np.array([0.229, 0.224, 0.225], "float32")


def hypotheses(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """Our layer on inputs that are in another order or of another size."""
    if len(case.ours.inputs) != 1:
        return
    x = case.ours.inputs[0]
    for kind, told, changed in orders(x):
        yield Hypothesis(
            kind, told, lambda c=changed: replica.run((as_type(c, x),))
        )
    if x.dtype.kind == "f":
        for told, changed in sizes(x):
            yield Hypothesis(
                "input scale", told, lambda c=changed: replica.run((c,))
            )
    if case.ours.kind == "Embedding":
        for step in (1, -1):
            yield Hypothesis(
                "token ids",
                f"b looks up the ids of a {step:+d}",
                lambda s=step: replica.run((x + s,)),
            )


def orders(x: np.ndarray) -> Iterator[tuple]:
    """(kind, words, array): the same numbers in another order."""
    rank = x.ndim
    if rank > 3:
        yield (
            "channel order",
            "the channels of the input are the other way round (RGB, BGR)",
            x[..., ::-1],
        )
        first = x.reshape(len(x), x.shape[-1], *x.shape[1:-1])
        told = "the input was reshaped, not transposed, between "
        told += "channels first and channels last"
        yield "channels first or last", told, np.moveaxis(first, 1, -1)
        yield (
            "channels first or last",
            told,
            np.moveaxis(x, -1, 1).reshape(x.shape),
        )
        if x.shape[1] == x.shape[2]:
            yield (
                "channels first or last",
                "height and width of the input are exchanged",
                x.swapaxes(1, 2),
            )
    if rank == 3:
        yield "direction", "the steps run backwards in b", x[:, ::-1]
        if x.shape[1] == x.shape[2]:
            yield "axes", "steps and features are exchanged", x.swapaxes(1, 2)


def sizes(x: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """(words, array): inputs that were scaled otherwise."""
    for told, changed in (
        ("divided by 255 in b", x / 255),
        ("multiplied by 255 in b", x * 255),
        ("in [-1, 1] in b, in [0, 1] in a", x * 2 - 1),
        ("in [0, 1] in b, in [-1, 1] in a", (x + 1) / 2),
    ):
        yield told, changed.astype(x.dtype)
    if x.ndim > 3 and x.shape[-1] == 3:
        told = "normalized by the mean and deviation of ImageNet in b"
        yield told, ((x - MEAN) / DEVIATION).astype(x.dtype)


def as_type(changed: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The same numbers, laid out anew."""
    return np.ascontiguousarray(changed, x.dtype)
