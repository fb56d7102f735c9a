"""Compares two data sets: are they of one distribution, and if not, why."""

from typing import Any

import numpy as np

from keras_troubleshoot.evaluation import arguments
from keras_troubleshoot.evaluation.learning import subsets
from keras_troubleshoot.evaluation.shift import columns as columns_lib
from keras_troubleshoot.evaluation.shift import domain
from keras_troubleshoot.evaluation.shift import sampling
from keras_troubleshoot.evaluation.shift import testing
from keras_troubleshoot.evaluation.shift.columns import Column
from keras_troubleshoot.evaluation.shift.result import DistributionShift

# A p-value below needs no second choice of folds (heuristic, for time).
DOUBTFUL = 1e-6


def distribution_shift(
    a: Any,
    b: Any,
    *,
    y_a: Any = None,
    y_b: Any = None,
    rows: int = 5000,
    confidence: float = 0.95,
    seed: int = 0,
    verbose: bool = True,
) -> DistributionShift:
    """Says whether two data sets are of one distribution, and what moves.

    Ask before a model is trained on one and tested on the other, or where the
    distribution shift is the largest term of the error. A classifier is
    cross-validated on the question which data set a row is of; each feature
    is tested by itself (Kolmogorov-Smirnov, or chi-squared for categories),
    and so are the targets. Images and series are seen by level, spread,
    channels and principal components, texts and token ids by length and the
    commonest words.

    Each of these tests gets an equal share of the chance of a false alarm
    (Bonferroni), and the features share theirs (Holm), so that two random
    halves of one data set are told to differ in at most 5% of cases. Rows
    must be drawn each for itself: those of a series over time are alike next
    to each other, and differ from part to part without any shift.

    Args:
        a: inputs of the first data set, such as those of training: an array,
            a table, a nested structure of them by name, or a
            `tf.data.Dataset` or `keras.utils.PyDataset`, with its targets.
        b: inputs of the second, such as those of the test, in the same
            structure.
        y_a: targets of the first; compared where those of both are there.
        y_b: targets of the second.
        rows: of each data set that are looked at, drawn at random; more take
            longer.
        confidence: of the interval; 1 minus it is the chance of a false
            alarm.
        seed: of the draws and of the folds.
        verbose: whether to say how far the reading of a data set has come.

    Returns:
        The verdict, the area under the ROC curve of the classifier with its
        interval, and how far each feature and the targets move, in their
        units.

    Raises:
        ValueError: if the data cannot be read, or do not go together.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> a, b = rng.normal(size=(500, 3)), rng.normal(size=(500, 3))
        >>> distribution_shift(a, b).shifted
        False
        >>> found = distribution_shift(a, b + [0, 0.5, 0])
        >>> [each.name for each in found.moved]
        ['a[:, 1]']
    """
    arguments.require_count(rows, "rows", domain.FEWEST)
    arguments.require_count(seed, "seed", 0)
    arguments.require_between(confidence, "confidence", 0, 1)
    one = sampling.draw(a, y_a, "a", rows, seed, verbose)
    other = sampling.draw(b, y_b, "b", rows, seed + 1, verbose)
    inputs = paired(one.inputs, other.inputs, "b")
    targets = []
    if one.targets and other.targets:
        targets = paired(one.targets, other.targets, "y_b", of_target)
    sizes = tuple(len(next(iter(d.inputs.values()))) for d in (one, other))
    require_rows(sizes)
    level = (1 - confidence) / (3 if targets else 2)
    told = told_apart(inputs, sizes, confidence, seed)
    features = testing.columns(inputs, sizes[0], level)
    labels = testing.columns(targets, sizes[0], level)
    shifted = told.p_value < level or any(
        each.moved for each in (*features, *labels)
    )
    return DistributionShift(
        shifted,
        told.auc,
        told.interval,
        told.p_value,
        features,
        labels,
        (one.rows, other.rows),
        sizes,
        1 - confidence,
        confidence,
        notes((one.rows, other.rows), sizes, len(targets)),
    )


def paired(
    one: dict[str, np.ndarray],
    other: dict[str, np.ndarray],
    name: str,
    of: Any = columns_lib.of,
) -> list[Column]:
    """The columns of all inputs of both data sets.

    Raises:
        ValueError: if they differ in structure.
    """
    # The names of both start with those of the arguments.
    first = next(iter(one)).split("[")[0]
    names = [key.removeprefix(first) for key in one]
    others = [key.removeprefix(name) for key in other]
    if names != others:
        raise ValueError(
            f"`{name}` must have the structure of `{first}`, received: "
            f"{len(other)} arrays ({', '.join(other)}) for {len(one)} "
            f"({', '.join(one)}). To mend it, pass the same names in the same "
            "order."
        )
    return [
        column
        for (key, a), b in zip(one.items(), other.values(), strict=True)
        for column in of(key, a, b)
    ]


def of_target(name: str, a: np.ndarray, b: np.ndarray) -> list[Column]:
    """The columns of a target: classes as one column of categories."""
    if a.shape[1:] == b.shape[1:] and a.ndim < 3:
        values = np.concatenate([a, b])
        ids = subsets.classes(values)
        if ids is not None:
            words = class_words(values, ids)
            return [Column(name, ids.astype("float64"), words)]
    return columns_lib.of(name, a, b)


def class_words(values: np.ndarray, ids: np.ndarray) -> tuple[str, ...]:
    """The name of each class."""
    if values.ndim == 2 and values.shape[1] > 1:
        return tuple(str(place) for place in range(values.shape[1]))
    flat = values.reshape(len(values))
    return tuple(columns_lib.decoded(v) for v in np.unique(flat).tolist())


def require_rows(sizes: tuple[int, int]) -> None:
    """Raises ValueError where rows are too few to be told apart."""
    if min(sizes) < domain.FEWEST:
        raise ValueError(
            f"`a` and `b` must have at least {domain.FEWEST} rows each, "
            f"received: {sizes[0]} and {sizes[1]}. To mend it, collect more."
        )


def told_apart(
    inputs: list[Column], sizes: tuple[int, int], confidence: float, seed: int
) -> domain.Told:
    """How well a classifier tells the rows apart.

    Where there are many columns and components of them, by the components.
    """
    few = [each for each in inputs if not each.tested]
    shown = inputs
    if len(inputs) > len(few) + columns_lib.WIDE and few:
        shown = few
    if not shown:
        return domain.Told(0.5, (0.5, 0.5), 1.0)
    features = np.stack([each.values for each in shown], axis=1)
    side = np.repeat([0, 1], sizes)
    told = domain.told_apart(features, side, confidence, seed)
    if DOUBTFUL < told.p_value < 1 - confidence:
        # What one choice of folds makes, another does not: the lesser counts.
        again = domain.told_apart(features, side, confidence, seed + 1)
        told = min(told, again, key=lambda each: each.auc)
    return told


def notes(
    rows: tuple[int, int], sizes: tuple[int, int], targets: int
) -> tuple[str, ...]:
    """What limits the result."""
    found = []
    if rows != sizes:
        found.append(
            f"{sizes[0]:,} of {rows[0]:,} and {sizes[1]:,} of {rows[1]:,} "
            "rows were looked at, drawn at random; `rows=` sets how many."
        )
    if not targets:
        found.append("Targets were not compared, as they were not given.")
    return tuple(found)
