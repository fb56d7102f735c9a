"""The errors of a model on each part of the data."""

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.evaluation.decomposition import intervals
from keras_troubleshoot.facts import predictions
from keras_troubleshoot.report import progress

# Values that outputs must have, at least, for equal ones to be no chance.
DISTINCT = 10


@dataclasses.dataclass(frozen=True, eq=False)
class Measured:
    """The errors on one part.

    Attributes:
        made: targets and outputs.
        errors: of each row, float64.
        rate: whether they are within [0, 1] by their nature.
        measure: what they are, in words.
    """

    made: predictions.Predictions
    errors: np.ndarray
    rate: bool
    measure: str

    def estimate(self, options: intervals.Options) -> intervals.Estimate:
        """The mean error with its interval."""
        return intervals.of_mean(
            self.errors, self.made.weight, rate=self.rate, options=options
        )


def require_parts(given: Mapping[str, Any], irreducible: Any) -> None:
    """Raises ValueError where parts are missing, or are the same."""
    if "train" not in given:
        raise ValueError(
            "`train` must be given, received: None. To mend it, pass the data "
            "that the model was trained on."
        )
    if len(given) < 2 and irreducible is None:
        raise ValueError(
            "A part besides `train` must be given, received: none. To mend "
            "it, pass `validation`, `test` or `irreducible`."
        )
    seen: dict[int, str] = {}
    for part, data in given.items():
        first = data[0] if isinstance(data, tuple | list) and data else data
        other = seen.setdefault(id(first), part)
        if other != part:
            raise same(part, other)


def same(part: str, other: str) -> ValueError:
    """Two parts hold the same rows."""
    return ValueError(
        f"`{part}` must hold other rows than `{other}`, received: the same. "
        "To mend it, leave it out, or pass rows that were held out."
    )


def measured(
    model: Any,
    given: Mapping[str, Any],
    task: str | None,
    output: str | None,
    metric: Callable | None,
) -> dict[str, Measured]:
    """Predicts each part, and takes the errors.

    Raises:
        ValueError: if that cannot be done.
    """
    if metric is not None and not callable(metric):
        raise TypeError(
            "`metric` must be a function of targets and outputs, received: "
            f"{metric!r}. To mend it, pass one that returns the error of each "
            "row, such as `lambda y, p: abs(y - p)`."
        )
    tell = progress.Progress("Predicting")
    read: dict[str, Measured] = {}
    for part, data in given.items():
        tell(part)
        made = predictions.predict(
            model, data, name=part, task=task, output=output
        )
        task = made.task
        for other, before in read.items():
            if are_same(made, before.made):
                raise same(part, other)
        read[part] = errors_of(made, metric)
    return read


def errors_of(
    made: predictions.Predictions, metric: Callable | None
) -> Measured:
    """The error of each row.

    Raises:
        ValueError: if there is no row with weight, or the metric returns
            something else.
    """
    if not len(made) or (made.weight is not None and not made.weight.any()):
        raise ValueError(
            f"`{made.name}` must hold a row of weight above 0, received: "
            f"none of {len(made)}. To mend it, see where the weights come "
            "from."
        )
    if metric is None:
        rate = made.task != "regression"
        return Measured(made, made.errors(), rate, made.measure)
    errors = np.asarray(metric(made.targets, made.outputs))
    numeric = errors.dtype.kind in "buif" and errors.shape == (len(made),)
    if not numeric or not (errors >= 0).all() or not np.isfinite(errors).all():
        raise ValueError(
            "`metric` must return a finite error of at least 0 for each row, "
            f"shape ({len(made)},), received: {errors.dtype.name} of shape "
            f"{errors.shape} for {made.name}. To mend it, do not average over "
            "rows, and let lower be better."
        )
    errors = errors.astype("float64")
    measure = getattr(metric, "__name__", "metric").replace("_", " ")
    return Measured(made, errors, bool(np.isin(errors, (0, 1)).all()), measure)


def are_same(
    one: predictions.Predictions, other: predictions.Predictions
) -> bool:
    """Whether two parts hold the same rows in the same order."""
    return (
        one.outputs.shape == other.outputs.shape
        and np.array_equal(one.outputs, other.outputs)
        and np.array_equal(one.targets, other.targets)
        and len(np.unique(one.outputs)) >= DISTINCT
    )
