"""The arguments of `compare_to_known`, checked before anything is done."""

from typing import Any

import numpy as np

from keras_troubleshoot.debugging.known import known_results

# Metrics that are accuracies, or what is left of them to 1.
SHARES = {"accuracy": 1, "acc": 1, "error": -1, "errorrate": -1}


def in_units(value: Any, metric: Any, kind: str) -> float:
    """The value as the table has it.

    Raises:
        ValueError: it is out of range, or of another metric.
        TypeError: it is no number.
    """
    if isinstance(value, bool) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        raise TypeError(
            f"`value` must be a number, received: value={value!r}. To mend "
            "it, pass what `evaluate` returned on the test set."
        )
    if not np.isfinite(value) or value < 0:
        raise ValueError(
            "`value` must be finite and not negative, received: "
            f"value={value!r}. To mend it, pass the metric on the test set."
        )
    sign = sign_of(metric, kind)
    if kind == "accuracy" and value > 1:
        raise ValueError(
            f"`value` must be a share from 0 to 1, received: value={value!r}. "
            "To mend it, divide percents by 100."
        )
    return float(value) if sign > 0 else float(1 - value)


def sign_of(metric: Any, kind: str) -> int:
    """1 for the metric of the table, -1 for its complement.

    Raises:
        ValueError: it is another metric.
        TypeError: it is no string.
    """
    if metric is None:
        return 1
    known_results.require_string("metric", metric)
    known = SHARES if kind == "accuracy" else {kind.lower(): 1}
    found = known.get(known_results.simple(metric))
    if found is None:
        other = ' or "error rate"' if kind == "accuracy" else ""
        raise ValueError(
            f'`metric` must be "{kind}"{other}, in which this data set is '
            f"published, received: metric={metric!r}. To mend it, compute "
            "that one on the test set."
        )
    return found


def count(name: str, value: Any, default: int | None) -> int | None:
    """A number of rows.

    Raises:
        ValueError: it is none.
    """
    if value is None:
        return default
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < 1:
        raise ValueError(
            f"`{name}` must be a whole number above 0, received: "
            f"{name}={value!r}. To mend it, pass `len(x)`."
        )
    return int(value)
