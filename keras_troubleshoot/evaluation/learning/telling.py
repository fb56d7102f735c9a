"""A learning curve as text, as figure and as plain values."""

import warnings
from typing import Any

import numpy as np

from keras_troubleshoot.report.figure import Figure

# Points at which the law is drawn.
DRAWN = 40


def text(curve: Any) -> str:
    """The curve as a table, and what twice the data would bring."""
    names = columns(curve)
    rows = [names, *([str(c) for c in row] for row in cells(curve))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join([*lines, "", summary(curve), *curve.doubts, *curve.notes])


def summary(curve: Any) -> str:
    """What twice the data would bring, in a sentence or two."""
    found = curve.doubled
    level = f"{100 * curve.confidence:.3g}%"
    low, high = (shown(curve, end) for end in found.interval)
    least, most = (shown(curve, end) for end in found.gain_interval)
    here = float(curve.law.at(curve.sizes[-1])[0, 0])
    told = (
        f"{curve.measure.capitalize()} about {law(curve)} of n examples. Twice "
        f"the data, {found.examples:,} examples, would bring it from "
        f"{shown(curve, here)} to {shown(curve, found.error)} ({level} "
        f"interval {low} to {high}), a gain of {shown(curve, found.gain)} "
        f"({least} to {most})."
    )
    if curve.trusted:
        return told
    return f"{told} This is not to be trusted:"


def law(curve: Any) -> str:
    """The power law as a formula."""
    parts = curve.law.floor, curve.law.height, curve.law.exponent
    floor, height, exponent = (float(part[0]) for part in parts)
    return f"{floor:.3g} + {height:.3g} * n^-{exponent:.2g}"


def columns(curve: Any) -> tuple[str, ...]:
    """Names of the columns of the table."""
    names = ("examples", "runs", curve.measure, "lowest", "highest", "law")
    return names if curve.training is None else (*names, "on training data")


def cells(curve: Any) -> list[tuple]:
    """A row for each size."""
    lows, highs = np.nanmin(curve.errors, 1), np.nanmax(curve.errors, 1)
    runs = np.isfinite(curve.errors).sum(axis=1)
    expected = curve.law.at(np.array(curve.sizes))[0]
    parts = [curve.means, lows, highs, expected]
    if curve.training is not None:
        parts.append(mean(curve.training))
    return [
        (size, int(count), *(shown(curve, value) for value in values))
        for size, count, *values in zip(curve.sizes, runs, *parts, strict=True)
    ]


def mean(values: np.ndarray) -> np.ndarray:
    """Mean over runs; NaN where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmean(values, axis=1)


def shown(curve: Any, value: float) -> str:
    """An error as it is written: a rate in percent."""
    if not np.isfinite(value):
        return "not known"
    if curve.measure.endswith("rate"):
        return f"{100 * value:.3g}%"
    return f"{value:.4g}"


def figure(curve: Any) -> Figure:
    """Errors and the law, up to twice the examples."""
    scale = 100 if curve.measure.endswith("rate") else 1
    xs = np.array(curve.sizes)
    far = np.geomspace(xs[0], 2 * xs[-1], DRAWN)
    low, high = curve.band(far)
    runs = np.nanmin(curve.errors, 1), np.nanmax(curve.errors, 1)
    lines = {
        "validation": (xs, curve.means, *runs),
        "power law": (far, curve.law.at(far)[0], low, high),
    }
    if curve.training is not None:
        known = np.isfinite(curve.training).any(axis=1)
        if known.any():
            lines["training"] = (xs[known], mean(curve.training[known]))
    values = tuple(
        (tuple(x.tolist()), *(tuple((scale * y).tolist()) for y in ys))
        for x, *ys in lines.values()
    )
    unit = curve.measure + (", %" if scale == 100 else "")
    return Figure(
        "curve",
        "Error against the number of examples",
        tuple(lines),
        values,
        unit,
        "training examples",
    )


def page_blocks(curve: Any) -> tuple:
    """The summary, the figure and the table."""
    from keras_troubleshoot.report.page import Paragraph
    from keras_troubleshoot.report.page import Table

    said = " ".join([summary(curve), *curve.doubts, *curve.notes])
    table = Table("The runs by size", columns(curve), tuple(cells(curve)))
    return (Paragraph(said), figure(curve), table)


def plain(curve: Any) -> dict:
    """Plain values, for JSON."""
    doubled = curve.doubled
    return {
        "sizes": list(curve.sizes),
        "errors": listed(curve.errors),
        "training": None if curve.training is None else listed(curve.training),
        "floor": float(curve.law.floor[0]),
        "height": float(curve.law.height[0]),
        "exponent": float(curve.law.exponent[0]),
        "doubled": {
            "examples": doubled.examples,
            "error": doubled.error,
            "interval": list(doubled.interval),
            "gain": doubled.gain,
            "gain_interval": list(doubled.gain_interval),
        },
        "trusted": curve.trusted,
        "doubts": list(curve.doubts),
        "measure": curve.measure,
        "rows": curve.rows,
        "confidence": curve.confidence,
        "notes": list(curve.notes),
    }


def listed(values: np.ndarray) -> list:
    """Nested lists; None for NaN."""
    return [[None if np.isnan(v) else float(v) for v in row] for row in values]
