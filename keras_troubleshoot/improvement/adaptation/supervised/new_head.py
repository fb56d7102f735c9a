"""A copy of a model with a head for other classes."""

from typing import Any

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.improvement.adaptation.supervised import layer_groups
from keras_troubleshoot.remedies import surgery

# Arguments that say how many numbers a layer gives out.
WIDTHS = ("units", "filters")


def widened(model: Any, units: int) -> Any:
    """A copy of a model whose last layer is new and of this width.

    Args:
        model: Sequential or Functional, with one output.
        units: of the new layer; its other arguments stay.

    Raises:
        ValueError: the model is written as a class, has several heads, or
            one that has no width.
    """
    if keras_internals.model_kind(model) == "subclass":
        raise refused(units, "a model that is written as a class")
    (head, *more), *_ = layer_groups.split(model, (), 1)
    if more:
        raise refused(units, f"a model of {len(more) + 1} heads")
    config = head.get_config()
    widths = [name for name in WIDTHS if name in config]
    if not widths:
        raise refused(units, f"{head.name!r}, a {type(head).__name__}")
    config[widths[0]] = units
    # Weights of another shape: it is built anew.
    config.pop("build_config", None)
    return surgery.replaced(model, {head.name: type(head).from_config(config)})


def refused(units: int, what: str) -> ValueError:
    """The error where no head can be put in."""
    return ValueError(
        "`head` may be a number where a Sequential or Functional model ends "
        f"with one Dense layer or convolution, received: head={units} for "
        f"{what}. To mend it, build the model with the new head, copy the "
        "weights of the other layers, and name the head: head='name'."
    )
