"""`label_errors`: which labels are likely wrong."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.improvement.labels import confident
from keras_troubleshoot.improvement.labels import folds as folds_lib
from keras_troubleshoot.improvement.labels import given
from keras_troubleshoot.improvement.labels import peer
from keras_troubleshoot.improvement.labels import requirements
from keras_troubleshoot.improvement.labels import residuals
from keras_troubleshoot.improvement.labels.result import LabelErrors
from keras_troubleshoot.improvement.rows import options
from keras_troubleshoot.report import progress


def label_errors(
    x: Any,
    y: Any = None,
    *,
    model: Any = None,
    probabilities: Any = None,
    folds: int = 5,
    seed: int = 0,
    fit: Mapping[str, Any] | None = None,
    seconds: float | None = None,
    method: str = "auto",
    verbose: bool = True,
) -> LabelErrors:
    """Finds labels that are likely wrong, the surest first.

    Each row is predicted by a model that was trained on other rows. Where
    such models are as sure of another class as they usually are of rows that
    are rightly of it, the label is suspected: confident learning, of C.
    Northcutt, L. Jiang and I. Chuang (JAIR 2021), with their pruning by
    noise rate, ranked by the probability of the given label. cleanlab does
    it where it is installed, else the same estimator of this library.

    Look at what it finds before you change labels: rare but right rows are
    suspected too. Numbers to be predicted are suspected where their
    out-of-fold residual is an outlier, by the median and the median absolute
    deviation (heuristic).

    Args:
        x: arrays as `fit` takes them, or a stream that brings `y`; or a list
            of texts.
        y: one label of each row: class ids, one-hot, words, or numbers.
        model: a function that returns a fresh compiled Keras model; or an
            estimator of scikit-learn. By default boosted trees for tables, a
            forest for pictures and wide rows, a linear model for texts.
        probabilities: out-of-fold ones that you have, shape (rows, classes),
            or (rows,) of class 1; then nothing is trained. Of numbers, the
            out-of-fold predictions.
        folds: parts into which the rows are split.
        seed: of the split and the models.
        fit: arguments of `fit` of a Keras model; 10 epochs by default.
        seconds: that all may take, about. Where they are up, the folds that
            are done are judged.
        method: "auto", "own" or "cleanlab".
        verbose: whether to say on standard error how far it has come, where
            it takes longer than some seconds.

    Returns:
        The suspects, with what the label should be, and the estimated noise.
        Interrupted with Ctrl-C, what is known so far.

    Raises:
        TypeError: `model` is a Keras model, not a function that builds one.
        ValueError: the data or an argument will not do.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> y = np.arange(300) % 3
        >>> x = rng.normal(size=(300, 2)) + 8 * y[:, None]
        >>> wrong = y.copy()
        >>> wrong[[5, 60]] = 0, 1
        >>> found = label_errors(x, wrong)
        >>> sorted(found.indices.tolist()), found.suggested.tolist()
        ([5, 60], [2, 0])
    """
    requirements.check(model, folds, fit, seconds, method)
    seed = options.seed(seed)
    x, y = requirements.arrays(x, y)
    if probabilities is not None:
        probabilities = requirements.shares(
            probabilities, len(nests.arrays(y)[0])
        )
    columns = probabilities.shape[1] if np.ndim(probabilities) == 2 else None
    labels = given.read(y, columns)
    requirements.lengths(x, labels, folds)
    classes = 0 if labels.classes is None else len(labels.classes)
    if probabilities is None:
        tell = progress.Progress("Looking for label errors", verbose)
        judge = folds_lib.Judge(model, folds, seed, fit or {}, seconds, tell)
        made, judged = folds_lib.predict(judge, x, y, labels.values, classes)
    else:
        made, judged = probabilities, np.ones(len(labels.values), bool)
    if not judged.any():
        raise KeyboardInterrupt
    conclude = of_classes if classes else residuals.conclude
    return conclude(labels, made, judged, method, x)


def of_classes(labels, shares, judged, method: str, x: Any) -> LabelErrors:
    """The suspects among class labels."""
    if shares.ndim == 1:
        shares = np.stack([1 - shares, shares], axis=1)
    rows = np.flatnonzero(judged)
    ids, own = labels.values[rows], shares[rows]
    cleanlab = method == "cleanlab" or (method == "auto" and peer.installed())
    if cleanlab:
        joint, wrong = peer.joint_and_wrong(ids, own)
    else:
        joint = confident.joint_counts(ids, own)
        wrong = confident.prune(ids, own, joint)
    confidence = np.full(len(labels.values), np.nan)
    confidence[rows] = confident.self_confidence(ids, own)
    found = rows[wrong]
    found = found[np.argsort(confidence[found], kind="stable")]
    return LabelErrors(
        rows=len(labels.values),
        judged=len(rows),
        indices=found,
        given=labels.classes[labels.values[found]],
        suggested=labels.classes[shares[found].argmax(axis=1)],
        confidence=confidence,
        classes=labels.classes,
        joint=joint / joint.sum(),
        estimator="cleanlab" if cleanlab else "own",
        inputs=x,
    )
