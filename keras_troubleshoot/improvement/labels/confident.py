"""Confident learning: which labels are wrong, from out-of-fold probabilities.

C. Northcutt, L. Jiang, I. Chuang, "Confident Learning: Estimating Uncertainty
in Dataset Labels" (Journal of Artificial Intelligence Research 70, 2021), as
cleanlab 2 computes it.
"""

import numpy as np

# Probabilities are compared with thresholds up to this much (cleanlab's).
ROUNDING = 1e-6


def thresholds(ids: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Mean probability of each class over the rows that are labelled so.

    Equation 2 of the paper. Infinite for a class that no row is labelled.

    Args:
        ids: shape (rows,), class ids.
        shares: shape (rows, classes), out-of-fold probabilities.
    """
    made = np.full(shares.shape[1], np.inf)
    for each in np.unique(ids):
        made[each] = shares[ids == each, each].mean()
    return made


def joint_counts(ids: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The confident joint, scaled to the counts of the labels.

    Counts rows by their label and the class above whose threshold their
    probability lies (the likeliest, where there are several); equations 1
    and 3 of the paper.

    Args:
        ids: shape (rows,), class ids.
        shares: shape (rows, classes), out-of-fold probabilities.

    Returns:
        Shape (classes, classes): rows by given label, columns by the class
        that is estimated to be true; whole numbers.

    Example:
        >>> shares = np.array([[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.1, 0.9]])
        >>> joint_counts(np.array([0, 0, 1, 1]), shares)
        array([[2, 0],
               [1, 1]])
    """
    classes = shares.shape[1]
    above = shares >= thresholds(ids, shares) - ROUNDING
    sure = above.any(axis=1)
    likeliest = np.where(above, shares, -np.inf).argmax(axis=1)
    likeliest = np.where(above.sum(1) > 1, shares.argmax(1), likeliest)
    counts = np.zeros((classes, classes))
    np.add.at(counts, (ids[sure], likeliest[sure]), 1)
    # At least one row of each class is right.
    np.fill_diagonal(counts, np.maximum(counts.diagonal(), 1))
    labelled = np.bincount(ids, minlength=classes)
    scaled = counts / counts.sum(axis=1, keepdims=True) * labelled[:, None]
    return rounded(scaled)


def rounded(counts: np.ndarray) -> np.ndarray:
    """Whole numbers with the sums of the rows.

    Each is rounded; where the sum is off by some, as many are moved by one,
    those first that were rounded the most (as cleanlab does).
    """
    whole = np.rint(counts)
    for exact, made in zip(counts, whole, strict=True):
        off = int(np.rint(exact.sum()) - made.sum())
        order = np.argsort(exact - made)
        moved = order[::-1][:off] if off > 0 else order[:-off]
        made[moved] += np.sign(off)
    return whole.astype("int64")


def prune(ids: np.ndarray, shares: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """Which rows are taken for wrong: as many of each pair as the joint says.

    "Prune by noise rate" of the paper: of the rows labelled i, those whose
    probability of class j is the most above that of i, as many as the joint
    counts. A row whose own label is the likeliest is never among them.

    Args:
        ids: shape (rows,), class ids.
        shares: shape (rows, classes).
        joint: shape (classes, classes), as `joint_counts` has it.

    Returns:
        Shape (rows,), boolean.
    """
    wrong = np.zeros(len(ids), bool)
    for given in range(len(joint)):
        rows = np.flatnonzero(ids == given)
        for true in np.flatnonzero(joint[given]):
            if true == given:
                continue
            margin = shares[rows, true] - shares[rows, given]
            order = np.argsort(-margin, kind="stable")
            wrong[rows[order[: joint[given, true]]]] = True
    own = shares[np.arange(len(ids)), ids]
    return wrong & (own < shares.max(axis=1))


def self_confidence(ids: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The probability of the given label of each row, by which it is ranked."""
    return shares[np.arange(len(ids)), ids]
