"""Whether one array is another that was turned, shifted or scaled."""

import itertools
from collections.abc import Callable
from collections.abc import Iterator

import numpy as np

# Columns up to which a permutation is looked for.
MOST_COLUMNS = 4096


def simple(a: np.ndarray, shape: tuple) -> Iterator[tuple[str, np.ndarray]]:
    """What becomes of an array by turning it, as (words, array).

    Args:
        a: rows first.
        shape: that the result must have.
    """
    axes = range(1, a.ndim)
    for order in itertools.permutations(axes):
        if order != tuple(axes):
            yield f"transposed, axes {(0, *order)}", a.transpose(0, *order)
    if a.ndim > 3:
        first = a.reshape(len(a), a.shape[-1], *a.shape[1:-1])
        told = "read as if its channels came first"
        yield told, np.moveaxis(first, 1, -1)
        told = "read as if its channels came last"
        yield told, np.moveaxis(a, -1, 1).reshape(a.shape)
    for axis in axes:
        yield f"reversed along axis {axis}", np.flip(a, axis)
        if axis < a.ndim - 1:
            for step in (1, -1):
                told = f"shifted by {step} along axis {axis}"
                yield told, np.roll(a, step, axis)
    yield "with the other sign", -a


def relation(
    a: np.ndarray, b: np.ndarray, same: Callable[[np.ndarray], bool]
) -> str:
    """How `b` follows from `a`, in words; empty where it does not simply.

    Args:
        a: rows first.
        b: the reference.
        same: whether an array is `b`, but for rounding.

    Example:
        >>> a = np.arange(12.0).reshape(2, 3, 2)
        >>> close = lambda to: lambda made: np.allclose(made, to)
        >>> relation(a, a + 1, close(a + 1))
        'shifted by 1'
        >>> relation(a, a[..., ::-1], close(a[..., ::-1]))
        'reversed along axis 2'
    """
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return ""
    for told, made in simple(a, b.shape):
        if made.shape == b.shape and same(made):
            return told
    if a.shape != b.shape:
        return ""
    return affine(a, b, same) or permuted(a, b, same)


def affine(a, b, same) -> str:
    """A shift or a scale, the same for all or one for each feature."""
    axes = tuple(range(a.ndim - 1))
    shift = (b - a).mean()
    if same(a + shift):
        return f"shifted by {shift:.3g}"
    scale = (a * b).sum() / max((a * a).sum(), np.finfo("float64").tiny)
    if same(a * scale):
        return f"scaled by {scale:.4g}"
    if a.size // a.shape[-1] < 3:
        return ""
    if same(a + (b - a).mean(axis=axes)):
        return "shifted by another number for each feature"
    squares = np.maximum((a * a).sum(axis=axes), np.finfo("float64").tiny)
    if same(a * ((a * b).sum(axis=axes) / squares)):
        return "scaled by another number for each feature"
    return ""


def permutation(a: np.ndarray, b: np.ndarray) -> np.ndarray | None:
    """For each feature of `b` the one of `a` that is nearest to it.

    None where that is no permutation.
    """
    columns = a.shape[-1]
    if columns < 2 or columns > MOST_COLUMNS:
        return None
    one, other = a.reshape(-1, columns).T, b.reshape(-1, columns).T
    # Few rows tell columns apart; all are checked in the end.
    one, other = one[:, :256], other[:, :256]
    apart = (
        (one**2).sum(1)[None] + (other**2).sum(1)[:, None] - 2 * other @ one.T
    )
    order = apart.argmin(axis=1)
    return order if len(set(order.tolist())) == columns else None


def permuted(a, b, same) -> str:
    """Whether the features of `b` are those of `a` in another order."""
    order = permutation(a, b)
    if order is None or not same(a[..., order]):
        return ""
    return "permuted features"
