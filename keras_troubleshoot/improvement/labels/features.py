"""Inputs of any kind as scikit-learn takes them, and a model for them."""

import contextlib
from typing import Any

import numpy as np

from keras_troubleshoot.facts import data as data_lib
from keras_troubleshoot.facts import kinds as kinds_lib
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import sample as sample_lib
from keras_troubleshoot.facts.kinds import Input

# Columns of a table up to which boosted trees are used.
NARROW = 100
# Numbers of a table that one thread learns in seconds.
SMALL = 2**20
# Trees of the forest.
TREES = 200
# Leaves of boosted trees: small ones do not learn wrong labels by heart (of
# 5% flipped labels of adult, the average precision of the ranking is 0.63,
# with scikit-learn's 31 leaves and twice the rate about 0.50).
LEAVES = 8


def flattened(x: Any) -> tuple[Any, str]:
    """One matrix of all inputs, and its kind.

    Args:
        x: array or nested structure of arrays.

    Returns:
        Numbers of shape (rows, columns), "table" or "wide"; or a list of
        texts, "text". Columns of words become their numbers.
    """
    inputs = data_lib.profile(sample_lib.Sample(x)).inputs
    first = inputs[0]
    if len(inputs) == 1:
        if not first.numeric and first.features == 1:
            return [str(value) for value in first.values.ravel()], "text"
        if first.numeric and kinds_lib.kind(first) is Input.TOKENS:
            rows = [" ".join(f"w{i}" for i in row if i) for row in first.values]
            return rows, "text"
    columns = [
        column
        for array in nests.arrays(x)
        for column in numbers(np.asarray(array).reshape(len(array), -1))
    ]
    flat = np.stack(columns, axis=1)
    # Trees take NaN, but no infinity, and no column of nothing else.
    flat = np.where(np.isfinite(flat), flat, np.float32(np.nan))
    flat[:, np.isnan(flat).all(axis=0)] = 0.0
    return flat, "table" if flat.shape[1] <= NARROW else "wide"


def numbers(flat: np.ndarray) -> list[np.ndarray]:
    """Columns as numbers: words by their place among those of the column."""
    if flat.dtype.kind not in "OUS":
        return list(flat.astype("float32").T)
    made = []
    for column in flat.T:
        try:
            made.append(column.astype("float32"))
        except (TypeError, ValueError):
            ids = np.unique(column.astype(str), return_inverse=True)[1]
            made.append(ids.astype("float32"))
    return made


@contextlib.contextmanager
def threads(x: Any):
    """One thread of OpenMP for small tables.

    Boosting waits for all threads after each split: on a busy machine that
    takes many times as long as the work.
    """
    import threadpoolctl

    small = isinstance(x, np.ndarray) and x.size < SMALL
    with threadpoolctl.threadpool_limits(1 if small else None, "openmp"):
        yield


def default(kind: str, classes: bool, seed: int) -> Any:
    """A model of scikit-learn that learns such rows well without tuning.

    Boosted trees for tables; a forest of extremely randomized trees for
    pictures and other wide rows, whose votes wrong labels hardly move; a
    linear model of words for texts.

    Args:
        kind: "table", "wide" or "text".
        classes: whether classes are predicted, not numbers.
        seed: of the model.
    """
    from sklearn import ensemble
    from sklearn import linear_model
    from sklearn import pipeline
    from sklearn.feature_extraction.text import TfidfVectorizer

    if kind == "text":
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        last = (
            linear_model.LogisticRegression(C=10.0, max_iter=1000)
            if classes
            else linear_model.Ridge()
        )
        return pipeline.make_pipeline(words, last)
    if kind == "wide":
        forest = (
            ensemble.ExtraTreesClassifier
            if classes
            else ensemble.ExtraTreesRegressor
        )
        return forest(TREES, n_jobs=-1, random_state=seed)
    boosted = (
        ensemble.HistGradientBoostingClassifier
        if classes
        else ensemble.HistGradientBoostingRegressor
    )
    return boosted(
        learning_rate=0.05,
        max_leaf_nodes=LEAVES,
        early_stopping=False,
        random_state=seed,
    )
