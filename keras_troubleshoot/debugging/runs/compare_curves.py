"""`compare_curves`: one learning curve against those of good trainings."""

from typing import Any

import numpy as np

from keras_troubleshoot.debugging.runs import curve_sources
from keras_troubleshoot.debugging.runs import scales
from keras_troubleshoot.debugging.runs import seed_bands
from keras_troubleshoot.debugging.runs.curve_comparison import CurveComparison

# Chance that the curve of another seed leaves the band anywhere, were curves
# normal; real ones come to 5% at most, see `benchmarks/compare_runs.py`.
ALARMS = 0.02
# Relative difference that does not matter beside several references, and
# beside one, whose seeds are not known (heuristic: measured in
# `benchmarks/compare_runs.py`).
SEVERAL, ONE = 0.01, 0.5
# Standard deviations of the noise from epoch to epoch that are inside.
NOISE = 4.0


def compare_curves(
    history: Any,
    reference: Any,
    metric: str = "loss",
    tolerance: float | None = None,
) -> CurveComparison:
    """Says where a learning curve leaves the band of good ones.

    To compare a training with a known one epoch by epoch, such as that of an
    official implementation, or of last week. With several references (seeds
    of the same program) the band is a prediction band for the whole curve of
    one more seed, see `seed_bands.seed_band`: a healthy one leaves it in at
    most 5% of cases, measured in `benchmarks/compare_runs.py`. With one, it
    is the tolerance to each side and the noise from epoch to epoch; take
    three seeds, if you can.

    Losses are compared by ratios, metrics between 0 and 1 on the scale of
    the arcsine of the square root.

    Args:
        history: the new run: what `fit` returned, a dictionary of lists, or
            the path of a file of `keras.callbacks.CSVLogger` or
            `TrainingMonitor(json=...)`.
        reference: a good run, or a list of them, likewise.
        metric: which curve, such as "loss" or "val_accuracy".
        tolerance: relative difference that does not matter: beyond the band
            where there are several references. By default 0.01 with several,
            0.5 with one.

    Returns:
        The comparison: `ok`, `epoch` (the first that leaves the band, from
        0), `values`, `low`, `high`.

    Raises:
        TypeError: something is no history.
        ValueError: a file cannot be read, the metric is missing, a reference
            is not finite, or the tolerance is negative.

    Example:
        >>> good = [{"loss": [2 * s, s, s / 2]} for s in (1.0, 1.1, 0.95, 1.02)]
        >>> print(compare_curves({"loss": [2.0, 1.1, 1.2]}, good).epoch)
        2
    """
    several = isinstance(reference, list | tuple)
    sources = list(reference) if several else [reference]
    require(sources, metric, tolerance)
    new = curve_sources.read_curve(history, metric, "history")
    known = [curve_sources.read_curve(s, metric, "reference") for s in sources]
    epochs = min(len(new), *map(len, known))
    lengths = {len(new), *map(len, known)}
    known = np.array([curve[:epochs] for curve in known])
    require_finite(known, metric)
    scale = scales.scale(kind_of(known), list(known))
    centre, low, high, told = band(known, scale, tolerance)
    note = f"Only the first {epochs} epochs are in all of them."
    return CurveComparison(
        *(metric, new[:epochs], low, high, centre, len(known), told),
        note if len(lengths) > 1 else "",
    )


def band(known: np.ndarray, scale: scales.Scale, tolerance: float | None):
    """Middle and ends of the band, and how it was made, in words."""
    curves = scale.to(known)
    if len(known) > 1:
        made = seed_bands.seed_band(curves, ALARMS)
        middle, width = made.centre, made.width
        given = SEVERAL if tolerance is None else tolerance
        told = "where another seed stays as a whole"
    else:
        middle, width = curves[0], NOISE * np.sqrt(2) * noise(curves[0])
        given = ONE if tolerance is None else tolerance
        told = f"{100 * given:g}% to each side, and the noise of the curve"
    centre, low, high = map(
        scale.back, (middle, middle - width, middle + width)
    )
    about = given * np.abs(centre)
    if len(known) > 1:
        return (
            centre,
            np.minimum(low, centre - about),
            np.maximum(high, centre + about),
            told,
        )
    return centre, low / (1 + given), high * (1 + given), told


def noise(curve: np.ndarray) -> float:
    """Standard deviation from epoch to epoch, of second differences.

    A trend hardly touches them; their variance is six times that of the
    noise.
    """
    if len(curve) < 5:
        return 0.0
    return float(np.median(np.abs(np.diff(curve, 2))) / 0.6745 / np.sqrt(6))


def kind_of(known: np.ndarray) -> str:
    """Whether the curves are shares of 1, or losses."""
    # A loss that falls below 1 is compared by ratios as well.
    rises = (known[:, -1] >= known[:, 0]).mean() > 0.5
    shares = known.min() >= 0 and known.max() <= 1
    return "share" if shares and rises else "loss"


def require(sources: list, metric: Any, tolerance: Any) -> None:
    """Refuses arguments that nothing can be done with.

    Raises:
        ValueError: no reference, or a tolerance that is negative.
        TypeError: the metric is no string.
    """
    if not sources:
        raise ValueError(
            "`reference` must hold a history at least, received: none. To "
            "mend it, pass the history of a good run."
        )
    if not isinstance(metric, str):
        raise TypeError(
            f"`metric` must be a string, received: metric={metric!r}. To "
            'mend it, pass such as "val_loss".'
        )
    number = isinstance(tolerance, int | float) and not isinstance(
        tolerance, bool
    )
    if tolerance is not None and not (number and 0 <= tolerance < np.inf):
        raise ValueError(
            "`tolerance` must be a number of at least 0, received: "
            f"tolerance={tolerance!r}. To mend it, pass such as 0.1 for 10%."
        )


def require_finite(known: np.ndarray, metric: str) -> None:
    """Refuses references that did not end well.

    Raises:
        ValueError: naming the first.
    """
    bad = np.argwhere(~np.isfinite(known))
    if len(bad):
        place, epoch = bad[0]
        raise ValueError(
            f"`reference` must be finite, received: {known[place, epoch]} "
            f"for {metric!r} in epoch {epoch} of reference {place}. To mend "
            "it, pass runs that ended well."
        )
