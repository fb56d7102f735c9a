"""One data set of the analysis: its rows, predictions and errors."""

import dataclasses
import functools
import sys
from typing import Any

import numpy as np

from keras_troubleshoot.facts import batches
from keras_troubleshoot.facts import estimators
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import predicting
from keras_troubleshoot.facts import predictions
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import whole
from keras_troubleshoot.facts.predictions import Predictions

# Bytes of a stream that are kept at most (heuristic: they are joined, which
# needs twice as much).
LARGEST = 2**32


@dataclasses.dataclass(frozen=True, eq=False)
class Side:
    """Rows of one data set, with what the model predicts for them.

    Attributes:
        name: "validation" or "test validation".
        x: the inputs, read only: arrays in their structure; of an estimator
            what it takes.
        made: the predictions.
    """

    name: str
    x: Any
    made: Predictions

    def __len__(self) -> int:
        return len(self.made)

    @functools.cached_property
    def errors(self) -> np.ndarray:
        """The error of each row, shape (n,)."""
        return self.made.errors()

    @functools.cached_property
    def weight(self) -> np.ndarray:
        """The share of each row in all that counts; they add up to 1."""
        given = self.made.weight
        given = np.ones(len(self)) if given is None else given
        return given / given.sum()

    @functools.cached_property
    def counted(self) -> np.ndarray:
        """Whether a row counts at all: rows of weight 0 do not."""
        return self.weight > 0

    @functools.cached_property
    def exact(self) -> bool:
        """Whether each row is right or wrong, and nothing between."""
        return bool(np.isin(self.errors, (0.0, 1.0)).all())

    @functools.cached_property
    def scores(self) -> np.ndarray:
        """What is tested: the errors, or their ranks where they are amounts.

        A few huge squared errors do not decide over ranks.
        """
        from scipy import stats

        return self.errors if self.exact else stats.rankdata(self.errors)

    @property
    def error(self) -> float:
        """The error of the set."""
        return float(self.weight @ self.errors)


def read(model: Any, data: Any, name: str, **told: Any) -> Side:
    """Reads and predicts one data set.

    Args:
        model: a Keras model, or an estimator.
        data: `(x, y)`, `(x, y, sample_weight)` or a stream.
        name: of the set.
        **told: `task` and `output`, as `predictions.predict` takes them.

    Raises:
        ValueError: if the data cannot be read or predicted.
    """
    x, y, weight = predicting.unpacked(data, name)
    if estimators.is_estimator(model):
        if y is None:
            raise ValueError(
                f"`{name}` must bring targets, received: inputs alone. To "
                "mend it, pass `(x, y)`."
            )
        x = x if hasattr(x, "shape") else np.asarray(x)
        require_rows({"x": len_of(x), "y": len_of(y)}, name)
    else:
        x, y, weight = arrays_of(x, y, weight, name)
    given = (x, y) if weight is None else (x, y, weight)
    made = predictions.predict(model, given, name=name, **told)
    return Side(name, x, made)


def len_of(values: Any) -> int:
    """Rows of something; 0 where it has none."""
    shape = np.shape(values) if not hasattr(values, "shape") else values.shape
    return int(shape[0]) if len(shape) else 0


def arrays_of(x: Any, y: Any, weight: Any, name: str) -> tuple[Any, Any, Any]:
    """All rows as NumPy arrays, of a stream or of arrays.

    A stream is read once, so that its rows, predictions and tags belong
    together however it is shuffled.

    Raises:
        ValueError: arrays differ in their number of rows.
    """
    if reading.stream_reader(x) is not None:
        limits = batches.Limits(sys.maxsize, sys.maxsize, np.inf, LARGEST)
        gathering = batches.Gathering(limits)
        for part in whole.triples(x):
            gathering.add(part)
            if gathering.is_full():
                break
        read_all = gathering.sample("stream")
        return read_all.x, read_all.y, read_all.sample_weight
    named = reading.named_arrays((x, y, weight))
    require_rows({n: rows_lib.count(a, n) for n, a in named.items()}, name)
    return tuple(
        nests.transform(lambda a: rows_lib.take(a, None), part)
        for part in (x, y, weight)
    )


def require_rows(lengths: dict[str, int], name: str) -> None:
    """Raises ValueError unless all arrays have as many rows."""
    if len(set(lengths.values())) > 1 or not min(lengths.values()):
        told = ", ".join(f"{n} has {rows:,}" for n, rows in lengths.items())
        raise ValueError(
            f"All arrays of {name} must have the same number of rows, at "
            f"least one, received: {told}. To mend it, pass one row for each "
            "example in each."
        )
