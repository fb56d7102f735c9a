"""Keeps rows of the source back, to judge the candidates by."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.improvement.adaptation.models import balancing

SHARE = 0.2  # Of the source's rows.
MOST = 5000  # Rows: beyond that, they tell no more of interest (heuristic).


def split(x: Any, y: Any, seed: int) -> tuple[tuple, tuple]:
    """`(x, y)` to train on and `(x, y)` to judge by, stratified by class.

    Raises:
        ValueError: there are too few rows to keep one back.

    Example:
        >>> train, held = split(np.zeros((10, 2)), np.arange(10) % 2, seed=0)
        >>> len(train[1]), sorted(held[1].tolist())
        (8, [0, 1])
    """
    from sklearn.model_selection import train_test_split

    rows = len(nests.arrays(y)[0])
    count = min(max(1, int(rows * SHARE)), MOST)
    if rows < 4:
        raise ValueError(
            "The source must hold at least 4 rows, so that some can be kept "
            f"back, received: {rows}. To mend it, give `validation=(x, y)`."
        )
    ids = balancing.class_ids(y)
    numbers = np.unique(ids, return_counts=True)[1] if ids is not None else [1]
    if min(numbers) < 2 or count < len(numbers):
        ids = None
    train, held = train_test_split(
        np.arange(rows), test_size=count, random_state=seed, stratify=ids
    )
    train, held = np.sort(train), np.sort(held)
    return part((x, y), train), part((x, y), held)


def part(structure: Any, rows: np.ndarray) -> Any:
    """Some rows of nested arrays."""
    return nests.transform(lambda one: rows_lib.take(one, rows), structure)
