"""The points of a learning curve: checked, and how far chance moves them."""

from typing import Any

import numpy as np

# Fewest sizes through which a law of three numbers can be laid.
FEWEST = 3


def checked(
    sizes: Any, errors: Any, training: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Sizes in rising order, and errors of shape (sizes, runs).

    Raises:
        ValueError: if they do not go together.
    """
    counts = np.asarray(sizes)
    whole = counts.dtype.kind in "buif" and counts.ndim == 1
    if not whole or not np.isfinite(counts).all() or (counts % 1).any():
        raise ValueError(
            f"`sizes` must be whole numbers of examples, received: {sizes!r}. "
            "To mend it, pass a list such as [100, 200, 400]."
        )
    if (counts < 1).any() or len(np.unique(counts)) < max(FEWEST, len(counts)):
        raise ValueError(
            f"`sizes` must be at least {FEWEST} different numbers from 1, "
            f"received: {counts.tolist()}. To mend it, pass a list such as "
            "[100, 200, 400]."
        )
    order = np.argsort(counts)
    read = table(errors, "errors", len(counts))[order]
    known = np.isfinite(read).any(axis=1)
    if not known.all():
        raise ValueError(
            "`errors` must hold a number for each size, received: none for "
            f"{counts[order][~known].tolist()}. To mend it, leave these sizes "
            "out."
        )
    if training is not None:
        training = table(training, "training", len(counts))[order]
    return counts[order].astype("int64"), read, training


def table(values: Any, name: str, sizes: int) -> np.ndarray:
    """Errors with a row for each size and a column for each run.

    Raises:
        ValueError: if they are none.
    """
    try:
        array = np.asarray(values, "float64")
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`{name}` must be numbers, a row for each size, received: "
            f"{str(values):.60}. To mend it, put NaN where a run is missing."
        ) from error
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or len(array) != sizes or not array.size:
        raise ValueError(
            f"`{name}` must have a row for each of {sizes} sizes, received: "
            f"the shape {array.shape}. To mend it, pass one error, or one "
            "list of errors, for each size."
        )
    if np.isinf(array).any() or (array < 0).any():
        raise ValueError(
            f"`{name}` must be finite and not negative, received: values "
            f"from {np.nanmin(array):g} to {np.nanmax(array):g}. To mend it, "
            "pass a measure that is better the lower it is, NaN where a run "
            "is missing."
        )
    return array


def noise(
    errors: np.ndarray,
    measure: str,
    rows: int | None,
    spread: float | None,
) -> float:
    """How far the choice of the validation rows moves the last mean error.

    Returns:
        A standard error, relative to the mean; 0 where it is not known.
    """
    last = float(np.nanmean(errors[-1]))
    if not rows or last <= 0:
        return 0.0
    if spread is None:
        is_rate = measure.endswith("rate") and last < 1
        spread = np.sqrt(last * (1 - last)) if is_rate else 0.0
    return float(spread / np.sqrt(rows) / last)


def residuals(errors: np.ndarray) -> np.ndarray:
    """How far runs are off the mean of their size, relative to it.

    Pooled over sizes, and scaled up for the mean that was taken off.
    """
    found = []
    for row in errors:
        runs = row[np.isfinite(row)]
        if len(runs) > 1 and runs.mean() > 0:
            scale = np.sqrt(len(runs) / (len(runs) - 1))
            found.append(scale * (runs / runs.mean() - 1))
    return np.concatenate(found) if found else np.zeros(0)


def spreads(errors: np.ndarray) -> np.ndarray:
    """Standard error of each mean, from the spread of all runs together.

    One number of runs is too few to tell the spread at one size; relative to
    the mean, it is much the same at all (heuristic).
    """
    off = residuals(errors)
    means = np.nanmean(errors, axis=1)
    runs = np.isfinite(errors).sum(axis=1)
    relative = np.sqrt((off**2).mean()) if len(off) else 0.0
    # Without runs to compare, all means are taken to be equally sure.
    relative = relative if relative > 1e-9 else 0.05
    least = 1e-9 + 1e-3 * means.max()
    return np.maximum(means * relative / np.sqrt(runs), least)
