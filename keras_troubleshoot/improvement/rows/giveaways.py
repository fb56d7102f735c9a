"""Columns that give the target away: each by itself foretells it."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import data as data_lib
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import targets
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.targets import Target

# Rows that are looked at, and columns.
ROWS = 10_000
COLUMNS = 500
# Rows that a judgement needs at least.
LEAST = 100
# Share of the way from chance to all right, or R squared, on rows that the
# tree has not seen, from which on a column is suspected (heuristic; the best
# single column of adult reaches 0.18, of california_housing 0.46, of
# boston_housing 0.55, of breast_cancer 0.79, of iris 0.92).
NEARLY_ALL = 0.99
# Leaves of a tree for numbers; R squared of a copy is then above 0.998.
LEAVES = 64
CLASSES = 100


def find(x: Any, y: Any) -> list[tuple[str, float]]:
    """Columns from which alone a small tree foretells the target.

    Args:
        x: what `fit` takes; inputs of one number or row of a table each.
        y: targets, where `x` does not bring them.

    Returns:
        Their names with the balanced accuracy, or R squared, on unseen rows,
        largest first; empty where there is no target of one column.
    """
    sample = reading.read(x, y, limit=ROWS)
    data = data_lib.profile(sample)
    if len(data.targets) != 1 or data.sampled < LEAST:
        return []
    labels, classes = target(data.targets[0])
    if labels is None:
        return []
    found = []
    for array in data.inputs:
        if not array.numeric or array.values.ndim > 2:
            continue
        for column in range(array.features)[:COLUMNS]:
            score = foretold(array.flat[:, column], labels, classes)
            if score >= NEARLY_ALL:
                name = f"{array.name}[:, {column}]"
                name = name if array.features > 1 else array.name
                found.append((named(x, array.name, column) or name, score))
    return sorted(found, key=lambda each: -each[1])


def target(array: Array) -> tuple[np.ndarray | None, int]:
    """One class id or number of each row, and how many classes there are."""
    kind = targets.kind(array)
    if kind is Target.OTHER and array.features == 1:
        made = np.unique(array.values.astype(str), return_inverse=True)[1]
        made = made.ravel()
    elif kind is Target.ONE_HOT and array.values.ndim == 2:
        made = array.flat.argmax(axis=1)
    elif array.numeric and array.features == 1 and array.finite.all():
        made = array.flat[:, 0]
        if kind in (Target.REAL, Target.SHARES):
            return made, 0
        made = np.unique(made, return_inverse=True)[1]
    else:
        return None, 0
    classes = int(made.max()) + 1
    return (made, classes) if 1 < classes <= CLASSES else (None, 0)


def foretold(column: np.ndarray, labels: np.ndarray, classes: int) -> float:
    """How well a tree of this column does on rows that it has not seen."""
    from sklearn import metrics
    from sklearn import tree

    finite = np.isfinite(column)
    if len(np.unique(column[finite])) < 2:
        return 0.0
    # A tree takes NaN, but no infinity.
    column = np.where(finite, column, np.nan)[:, None].astype("float32")
    half = np.arange(len(labels)) % 2 == 0
    kind = (
        tree.DecisionTreeClassifier if classes else tree.DecisionTreeRegressor
    )
    leaves = 2 * classes if classes else LEAVES
    model = kind(max_leaf_nodes=leaves, random_state=0)
    made = model.fit(column[half], labels[half]).predict(column[~half])
    if not classes:
        return float(metrics.r2_score(labels[~half], made))
    shares = [
        np.mean(made[labels[~half] == each] == each)
        for each in np.unique(labels[~half])
    ]
    # Chance is at 0, as of R squared.
    chance = 1 / len(shares)
    return float((np.mean(shares) - chance) / max(1 - chance, 1e-9))


def named(x: Any, name: str, column: int) -> str:
    """The name of a column of a table with names; else empty."""
    for leaf, array in nests.leaves(x, "x"):
        if leaf == name and hasattr(array, "columns"):
            return f"{name}[{array.columns[column]!r}]"
    return ""
