"""Under which names Keras will log losses and metrics.

It touches what Keras does not promise to keep; the tests compare it with what
`fit` really logs, and fail loudly when Keras changes.
"""

import dataclasses
import types
from typing import Any

DOWN, UP, UNKNOWN = "min", "max", ""


@dataclasses.dataclass(frozen=True)
class Logged:
    """One name that `fit` will log, without `val_`.

    Attributes:
        name: such as `loss`, `accuracy` or `digit_accuracy`.
        class_name: class of the metric; empty for losses.
        better: `min` or `max`, as Keras knows it; empty where it does not.
        guessed: what mode `auto` takes for better; empty where it raises.
    """

    name: str
    class_name: str = ""
    better: str = UNKNOWN
    guessed: str = UNKNOWN


def logged(model: Any, y: Any, y_pred: Any) -> tuple[Logged, ...]:
    """What a `fit` with Keras's own `train_step` logs, in its order.

    Args:
        model: a compiled Keras model.
        y: targets of a few rows, as tensors, in their own structure.
        y_pred: outputs for them.
    """
    metrics = compiled(model, y, y_pred)
    own = [m for m in others(model) if getattr(m, "name", None)]
    known = {m.name: direction(m) for m in (*metrics.values(), *own)}
    known["loss"] = DOWN
    names = {"loss": None} | dict.fromkeys(losses(model, y, y_pred)) | metrics
    names |= {m.name: m for m in own}
    return tuple(
        Logged(
            name,
            "" if metric is None else type(metric).__name__,
            DOWN if metric is None else direction(metric),
            known.get(name, UNKNOWN),
        )
        for name, metric in names.items()
    )


def compiled(model, y, y_pred) -> dict[str, Any]:
    """The metrics given to `compile`, by the names that are logged.

    New metrics are made where they were given by name, so that those of the
    model stay as they are; nothing is computed.
    """
    own = model._compile_metrics
    if own is None:
        return {}
    copy = type(own)(
        own._user_metrics,
        own._user_weighted_metrics,
        output_names=own.output_names,
    )
    copy.build(y, y_pred)
    for part in (*copy._flat_metrics, *copy._flat_weighted_metrics):
        if part is not None:
            part.metrics = [standing_for(m) for m in part.metrics]
    return copy.result()


def standing_for(metric) -> types.SimpleNamespace:
    """What has the name of a metric, and the metric itself as its result."""
    return types.SimpleNamespace(name=metric.name, result=lambda: metric)


def losses(model, y, y_pred) -> list[str]:
    """Names of the losses of several outputs."""
    own = model._compile_loss
    if own is None:
        return []
    copy = type(own)(
        own._user_loss,
        own._user_loss_weights,
        output_names=own.output_names,
    )
    copy.build(y, y_pred)
    return [metric.name for metric in copy.metrics]


def others(model) -> list:
    """Metrics that the model and its layers hold as attributes."""
    import keras

    found = list(model._metrics)
    for layer in model._flatten_layers(include_self=False):
        if not isinstance(layer, keras.Model):
            found += layer.metrics
    mine = (model._loss_tracker, model._compile_metrics)
    return [m for m in found if not any(m is x for x in mine)]


def direction(metric) -> str:
    """Which way a metric gets better, where Keras knows it."""
    known = getattr(metric, "_direction", None)
    if known is None:
        return UNKNOWN
    return UP if known == "up" else DOWN
