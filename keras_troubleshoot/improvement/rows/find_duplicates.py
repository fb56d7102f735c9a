"""`find_duplicates`: rows that come up again, exactly or nearly."""

from typing import Any

import numpy as np

from keras_troubleshoot.improvement.rows import alike
from keras_troubleshoot.improvement.rows import gathering
from keras_troubleshoot.improvement.rows import options
from keras_troubleshoot.improvement.rows.duplicates import Duplicates
from keras_troubleshoot.report import progress


def find_duplicates(
    x: Any,
    y: Any = None,
    *,
    near: str | float | None = "auto",
    seed: int = 0,
    verbose: bool = True,
) -> Duplicates:
    """Finds rows that are the same, or nearly, at millions of rows.

    Copies make a model learn some rows by heart, and where they fall on both
    sides of a split they make the validation error too low. Copies with
    different labels show that labels are noisy.

    Equal rows are found by a hash of their bits; NaN equals NaN. Near rows
    are those at a distance of no more than 0.13 times the median distance
    to the nearest row (the threshold of cleanlab's Datalab, on scaled
    columns), and so near that chance would hardly bring any pair of the data
    as near, given how dense rows lie there. Columns of tables are compared
    in standard deviations; pictures without their brightness and contrast;
    texts and rows of tokens by the short pieces that they share (Jaccard
    similarity of at least 0.8). Columns of text among others must be equal.

    In tables of few different values rows are equal by chance; these are
    counted apart.

    Args:
        x: what `fit` takes: arrays and nested structures of them, a
            `tf.data.Dataset`, a `keras.utils.PyDataset`, a generator that
            was not started; or a list of texts. Row numbers of streams count
            in the order in which they came.
        y: targets, to find copies with different ones.
        near: "auto"; or a number to set the share of the median distance
            (of texts, the share of pieces that need not be shared), without
            the look at chance; or None for equal rows alone.
        seed: of random projections.
        verbose: whether to say on standard error how far it has come, where
            it takes longer than some seconds.

    Returns:
        The groups of rows, and what they come to.

    Raises:
        ValueError: the data cannot be read, or `near` is out of range.

    Example:
        >>> x = np.random.default_rng(0).normal(size=(1000, 5))
        >>> x[7], x[8] = x[3], x[4] + 1e-4
        >>> found = find_duplicates(x, np.arange(1000) % 2)
        >>> [group.tolist() for group in found.groups]
        [[3, 7], [4, 8]]
        >>> print(found)
        4 of 1,000 rows (0.4%) have a copy: 1 group of 2 equal rows, 1 group
        of 2 near ones. Without the copies 998 rows are left (`keep`).
        Near: up to a distance of ..., in standard deviations.
    """
    near = options.near(near)
    x, y = gathering.as_data(x), gathering.as_data(y)
    sample = gathering.sampled(x, y)
    tell = progress.Progress("Looking for duplicates", verbose)
    reader = gathering.Reader(sample, near is not None, options.seed(seed))
    rows = reader.read(x, y, verbose)
    return result(rows, alike.find(rows, near, seed, tell))


def result(rows: gathering.Rows, found: alike.Alike) -> Duplicates:
    """The groups; rows that are the same by chance are in none."""
    group = np.where(found.by_chance, -1, found.near)
    _, place, counts = np.unique(group, return_inverse=True, return_counts=True)
    group = np.where(counts[place] > 1, group, -1)
    conflicts = None
    if rows.labels is not None:
        conflicts = int(conflicting(group, rows.labels).sum())
    return Duplicates(
        rows=len(rows),
        group=group,
        exact=found.exact,
        by_chance=int(found.by_chance.sum()),
        conflicts=conflicts,
        threshold=found.threshold,
        recall=found.recall,
        told=found.told,
        texts=rows.words is not None,
    )


def conflicting(group: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Whether each row stands in a group whose targets differ."""
    order = np.lexsort((labels, group))
    same = group[order][1:] == group[order][:-1]
    other = labels[order][1:] != labels[order][:-1]
    differ = np.unique(group[order][1:][same & other])
    return np.isin(group, differ) & (group >= 0)
