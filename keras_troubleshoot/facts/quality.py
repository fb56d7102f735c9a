"""How good predictions are, on a scale that any loss and output share."""

import numpy as np

from keras_troubleshoot.facts.targets import Target

# Rows below which nothing is judged.
FEWEST = 40


def quality(head, predictions: np.ndarray, true: np.ndarray) -> float | None:
    """How far predictions go from a guess without knowledge to perfection.

    Accuracy for classes with a unit each, rescaled so that the most frequent
    class has 0; for one unit of two classes `2 AUC - 1`, which needs no
    threshold (negative if upside down); for numbers the explained variance,
    cut off at -1.

    Args:
        head: the output, which says what its target is.
        predictions: shape (rows, ...).
        true: targets, shape (rows, ...).

    Returns:
        A number of at most 1; None where it cannot be judged.
    """
    if not comparable(head):
        return None
    made = np.asarray(predictions, "float64")
    true = np.asarray(true, "float64")
    rows = len(true)
    if len(made) == rows and rows:
        known = np.isfinite(true.reshape(rows, -1)).all(axis=1)
        made, true, rows = made[known], true[known], int(known.sum())
    if rows < FEWEST or len(made) != rows:
        return None
    if not np.isfinite(made).all():
        return -1.0
    made = made.reshape(rows, -1, made.shape[-1] if made.ndim > 1 else 1)
    units = made.shape[-1]
    counted = head.loss is not None and head.loss.kind in (
        "regression",
        "count",
    )
    kind = head.kind
    if kind is Target.CLASSES and counted:
        kind = Target.REAL
    if kind is Target.ONE_HOT and true.shape[-1] == units:
        labels = true.reshape(-1, units).argmax(axis=1)
        return of_classes(made.reshape(-1, units), labels)
    if kind in (Target.CLASSES, Target.BINARY) and units > 1:
        if true.size == rows * made.shape[1]:
            return of_classes(made.reshape(-1, units), true.ravel())
    if head.loss is not None and head.loss.kind == "sparse" and units > 1:
        if true.size == rows * made.shape[1]:
            return of_classes(made.reshape(-1, units), true.ravel())
    if true.size != made.size:
        return None
    made, true = made.reshape(-1, units), true.reshape(-1, units)
    if kind is Target.BINARY or np.isin(true, (0, 1)).all():
        found = [of_ranks(m, t) for m, t in zip(made.T, true.T, strict=True)]
    else:
        found = [of_numbers(m, t) for m, t in zip(made.T, true.T, strict=True)]
    known = [value for value in found if value is not None]
    return float(np.mean(known)) if known else None


def comparable(head) -> bool:
    """Whether an output is meant to be like its target.

    Of a loss of the user's own nobody knows: the output may be a distance or
    a quantile. One that ends in softmax or sigmoid is taken for probabilities.
    """
    if head.activation.name in ("softmax", "sigmoid"):
        return True
    known = "sparse categorical binary regression count hinge".split()
    return head.loss is None or head.loss.kind in known


def of_classes(made: np.ndarray, labels: np.ndarray) -> float | None:
    """Rescaled accuracy."""
    counts = np.unique(labels, return_counts=True)[1]
    trivial = counts.max() / counts.sum()
    if trivial == 1:
        return None
    found = made.argmax(axis=1)
    return float(((found == labels).mean() - trivial) / (1 - trivial))


def of_ranks(made: np.ndarray, true: np.ndarray) -> float | None:
    """`2 AUC - 1`, ties counted half."""
    from scipy.stats import rankdata

    ones = true > true.min()
    positive, negative = int(ones.sum()), int((~ones).sum())
    if not positive or not negative:
        return None
    above = rankdata(made)[ones].sum() - positive * (positive + 1) / 2
    return float(2 * above / (positive * negative) - 1)


def of_numbers(made: np.ndarray, true: np.ndarray) -> float | None:
    """Explained variance, cut off at -1."""
    spread = float(true.var())
    if spread == 0:
        return None
    return max(-1.0, 1 - float(np.mean((made - true) ** 2)) / spread)
