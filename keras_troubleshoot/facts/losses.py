"""What is known of a compiled loss: its kind, its options, its behaviour."""

import dataclasses
from typing import Any

KINDS = {
    "sparse_categorical_crossentropy": "sparse",
    "categorical_crossentropy": "categorical",
    "categorical_focal_crossentropy": "categorical",
    "categorical_generalized_cross_entropy": "sparse",
    "binary_crossentropy": "binary",
    "binary_focal_crossentropy": "binary",
    "mean_squared_error": "regression",
    "mean_absolute_error": "regression",
    "mean_absolute_percentage_error": "regression",
    "mean_squared_logarithmic_error": "regression",
    "huber": "regression",
    "log_cosh": "regression",
    "hinge": "hinge",
    "squared_hinge": "hinge",
    "categorical_hinge": "categorical_hinge",
    "kl_divergence": "divergence",
    "poisson": "count",
    "cosine_similarity": "direction",
    "dice": "overlap",
    "tversky": "overlap",
}


@dataclasses.dataclass(frozen=True)
class Loss:
    """One compiled loss.

    Attributes:
        name: name of its function or class.
        kind: `sparse`, `categorical`, `binary`, `regression`, `hinge`, ...;
            `custom` for the user's own.
        from_logits: whether it expects logits; None where it has no such
            option.
        smoothing: label smoothing, from 0 to 1.
        reduction: how the values of a batch become one.
        ignore_class: class id that is left out; None for none.
        weight: its weight among several outputs; None for one.
        own_class: whether it is the user's own subclass of `Loss`, which
            Keras calls without matching the ranks of its arguments.
    """

    name: str
    kind: str
    from_logits: bool | None = None
    smoothing: float = 0.0
    reduction: str = "sum_over_batch_size"
    ignore_class: int | None = None
    weight: float | None = None
    own_class: bool = False

    @property
    def cross_entropy(self) -> bool:
        """Whether it compares distributions over classes."""
        return self.kind in ("sparse", "categorical", "binary")


def describe(loss: Any, weight: float | None = None) -> Loss:
    """What is known of a resolved Keras loss."""
    function = getattr(loss, "fn", None)
    name = getattr(function, "__name__", None) or snake(type(loss).__name__)
    options = dict(getattr(loss, "_fn_kwargs", {}))
    module = getattr(function, "__module__", None) or type(loss).__module__
    overridden = getattr(type(loss), "call", None)
    ours = all(
        name.split(".")[0] == "keras"
        for name in (module, getattr(overridden, "__module__", "keras"))
    )
    return Loss(
        name=name,
        kind=KINDS.get(name, "other") if ours else "custom",
        from_logits=from_logits(function, options) if ours else None,
        smoothing=float(options.get("label_smoothing", 0) or 0),
        reduction=str(getattr(loss, "reduction", None)),
        ignore_class=options.get("ignore_class"),
        weight=None if weight is None else float(weight),
        own_class=not ours and function is None,
    )


def from_logits(function, options) -> bool | None:
    """The option `from_logits`; a loss given by name has its default."""
    if "from_logits" in options:
        return bool(options["from_logits"])
    import inspect

    if function is None:
        return None
    parameters = inspect.signature(function).parameters
    return False if "from_logits" in parameters else None


def snake(name: str) -> str:
    """`LogCosh` to `log_cosh`.

    Example:
        >>> snake("LogCosh")
        'log_cosh'
    """
    parts = ("_" + c.lower() if c.isupper() else c for c in name)
    return "".join(parts).lstrip("_")
