"""Features of two or more domains as matrices."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


def matrix(features: Any) -> Any:
    """All features of a domain, shape (rows, features), float32.

    Half precision does not hold a covariance: distances are reckoned in
    float32 under any policy.
    """
    parts = [
        ops.reshape(ops.cast(part, "float32"), (-1, size(part.shape)))
        for part in keras.tree.flatten(features)
    ]
    return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=1)


def size(shape: Sequence[int | None]) -> int:
    """How many features a row of that shape has."""
    return math.prod(shape[1:])


def width(shapes: Sequence[Any]) -> int:
    """How many features each domain has.

    Args:
        shapes: a shape of each domain, the target last, or a nested structure
            of shapes.

    Raises:
        ValueError: there are fewer than two domains, they differ, or a size
            is unknown.
    """
    if not isinstance(shapes, (list, tuple)) or not several(shapes):
        raise ValueError(
            "An aligner must be called on a list `[source_features, "
            f"target_features]`, received the shape: {shapes}."
        )
    told = [parts(shape) for shape in shapes]
    for place, shape in enumerate(told[:-1]):
        if [one[1:] for one in shape] != [one[1:] for one in told[-1]]:
            raise ValueError(
                "All domains must have features of the same shape, received: "
                f"{said(shape)} of source {place} and {said(told[-1])} of the "
                "target. To mend it, bring the inputs to one size, or pool "
                "what differs."
            )
    if any(side is None for shape in told for one in shape for side in one[1:]):
        raise ValueError(
            "The features to be aligned must have a fixed size, received: "
            f"{said(told[0])}. To mend it, pool over the dimension that "
            "varies."
        )
    return sum(size(one) for one in told[0])


def several(shapes: Sequence[Any]) -> bool:
    """Whether these are shapes of several domains, not a single shape."""
    return len(shapes) > 1 and not any(
        side is None or isinstance(side, int) for side in shapes
    )


def parts(shape: Any) -> list[tuple]:
    """The shapes of one domain's feature tensors."""
    if isinstance(shape, dict):
        return [one for key in sorted(shape) for one in parts(shape[key])]
    if all(side is None or isinstance(side, int) for side in shape):
        return [tuple(shape)]
    return [one for inner in shape for one in parts(inner)]


def said(shapes: Sequence[tuple]) -> str:
    """Shapes in words."""
    return ", ".join(str(shape[1:]) for shape in shapes)


def require_rows(features: Any, least: int) -> None:
    """Raises where a batch is known to be too small.

    Raises:
        ValueError: it has fewer than `least` rows.
    """
    rows = keras.tree.flatten(features)[0].shape[0]
    if rows is not None and rows < least:
        raise ValueError(
            f"A batch must hold at least {least} rows of each domain, "
            f"received: {rows}. To mend it, raise `batch_size`."
        )
