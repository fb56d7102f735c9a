"""Why the loss of two implementations differs, of the same outputs."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing.causes.case import Cause
from keras_troubleshoot.debugging.comparing.step import Step
from keras_troubleshoot.facts import keras_internals

# How near two numbers must be, over their size, to be one for a cause.
NEAR = 1e-4
# Reductions of Keras, by what they do.
REDUCTIONS = ("sum_over_batch_size", "sum", "mean_with_sample_weight")


def near(one: float, other: float, tolerance: float = NEAR) -> bool:
    """Whether two numbers are the same but for rounding."""
    return abs(one - other) <= tolerance * max(abs(one), abs(other), 1e-30)


def loss_causes(a: Step, wanted: float, other: Any = None) -> tuple[Cause, ...]:
    """Why the loss of `b` is another, of the same outputs.

    Args:
        a: our step.
        wanted: the loss of `b`.
        other: the compiled copy of `b`; None for a recorded loss.
    """
    for kind, text, value in losses(a, other):
        if near(value, wanted):
            return (Cause(kind, text, True, 0.0),)
    ratio = wanted / a.loss if a.loss else float("nan")
    told = f"that of b is {ratio:.4g} times that of a"
    return (Cause("loss", told, False),)


def losses(a: Step, other: Any) -> Iterator[tuple[str, str, float]]:
    """What the loss would be with one change: (kind, text, value)."""
    parts = keras_internals.loss_parts(a.copy, a.y, a.outputs)
    plain = a.loss - a.penalties
    if a.penalties:
        told = "a adds the penalties of its layers, b does not"
        yield "regularization", told, plain
    if len(parts) == 1:
        yield from one_loss(*parts[0], a.penalties)
        yield from reduced(plain, np.shape(parts[0][3]), a.penalties)
    if other is not None:
        yield from their_loss(a, other)
    for times in (0.5, 2.0):
        told = f"b has a factor of {times:g} in front of its loss"
        yield "loss factor", told, plain * times + a.penalties


def reduced(
    plain: float, shape: tuple, penalties: float
) -> Iterator[tuple[str, str, float]]:
    """Sums for means and means for sums, over rows or their places."""
    rows, places = shape[0], float(np.prod(shape[1:-1], dtype=int))
    for told, times in (
        (f"a takes the mean of {rows} rows, b their sum", rows),
        (f"a takes the sum of {rows} rows, b their mean", 1 / rows),
        (f"b sums over the {places:g} places of a row, a does not", places),
        (f"b averages over the {places:g} places of a row", 1 / places),
    ):
        yield "loss reduction", told, plain * times + penalties


def one_loss(
    loss: Any, weight: Any, y: Any, output: Any, penalties: float
) -> Iterator[tuple[str, str, float]]:
    """Our own loss with another argument."""
    if not hasattr(loss, "get_config"):
        return
    config = loss.get_config()
    scale = 1.0 if weight is None else float(weight)
    options = [("reduction", r, "loss reduction") for r in REDUCTIONS]
    if "from_logits" in config:
        options.append(("from_logits", not config["from_logits"], "logits"))
    if "label_smoothing" in config:
        for amount in (0.0, 0.05, 0.1, 0.2):
            options.append(("label_smoothing", amount, "label smoothing"))
    for name, value, kind in options:
        if config.get(name) == value:
            continue
        try:
            changed = type(loss).from_config(config | {name: value})
            made = float(changed(y, output)) * scale + penalties
        except (TypeError, ValueError):
            continue
        yield (
            kind,
            f"`{name}` is {config.get(name)!r} in a, {value!r} in b",
            made,
        )


def their_loss(a: Step, other: Any) -> Iterator[tuple[str, str, float]]:
    """The loss of the other model, of our outputs."""
    made = float(other.compute_loss(y=a.y, y_pred=a.outputs, training=True))
    names = [name_of(model) for model in (a.copy, other)]
    kind = "loss reduction" if names[0] == names[1] else "kind of loss"
    yield kind, f"{names[0]} in a, {names[1]} in b", made


def name_of(model: Any) -> str:
    """The loss of a compiled model, in a message."""
    given = keras_internals.compile_arguments(model)["loss"]
    if isinstance(given, str):
        return given
    return getattr(given, "name", None) or getattr(
        given, "__name__", type(given).__name__
    )
