"""Why a layer refused what came to it, and how to mend it."""

from typing import Any

from keras_troubleshoot.facts.passes import first_lines
from keras_troubleshoot.facts.passes import raised_at
from keras_troubleshoot.rules.errors import recognized
from keras_troubleshoot.rules.words import listed


def sentence(error: BaseException, layer: Any, shapes: tuple, where: str):
    """What came, what was expected, how to mend it.

    Args:
        error: the exception.
        layer: the innermost layer that it came through; None for none.
        shapes: shapes of what came to the layer, as text.
        where: what failed where it was no layer: `the loss`.
    """
    said = first_lines(error)
    place = raised_at(error)
    at = f" (at {place})" if place else ""
    if layer is None:
        return f"In {where}{at}: {said} {mended(error, None, ())}"
    came = f" was given {listed(shapes)}" if shapes else ""
    name = f"Layer {layer.name!r} ({type(layer).__name__})"
    return f"{name}{came}{at}: {said} {mended(error, layer, shapes)}"


def mended(error: BaseException, layer: Any, shapes: tuple) -> str:
    """How to mend it, by what the layer declares and what was raised."""
    known = by_class(layer, shapes)
    what, mend = recognized(f"{type(error).__name__} {error}")
    generic = what.startswith("`fit` raised")
    return known if generic and known else mend


def by_class(layer: Any, shapes: tuple) -> str:
    """How a layer of this class is usually mended."""
    spec = getattr(layer, "input_spec", None)
    spec = spec[0] if isinstance(spec, list | tuple) and spec else spec
    axes = getattr(spec, "ndim", None) or getattr(spec, "min_ndim", None)
    wanted = getattr(spec, "axes", None) or {}
    kind = type(layer).__name__
    if kind in ("Add", "Subtract", "Multiply", "Average", "Concatenate"):
        return (
            "Give all inputs one shape, but for the axis that is joined: with "
            "a Dense or Reshape layer, or the same padding on each side."
        )
    if kind == "Embedding":
        return "Give it integer ids from 0 to `input_dim - 1`."
    if wanted:
        last = ", ".join(f"{n} on axis {axis}" for axis, n in wanted.items())
        return (
            f"It was built for {last}: give it such an input, or build the "
            "model anew for these data."
        )
    if axes is not None and shapes:
        came = shapes[0].rstrip(",)").count(",") + 1
        mend = "`x[..., None]` or a Reshape layer adds one"
        if came > axes:
            mend = "Flatten() or pooling takes axes away"
        return f"It expects {axes} axes, the first for the rows: {mend}."
    return ""
