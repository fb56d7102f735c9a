"""What a training run really learned, judged on the sampled rows."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.heads import Head
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.facts.targets import Target


@dataclasses.dataclass(frozen=True)
class Learned:
    """The trained model against a guess without knowledge.

    Attributes:
        score: accuracy, or explained variance of numbers.
        trivial: the same for the most frequent class, or the mean.
        deviation: standard error of `score`.
        words: both in words.
    """

    score: float
    trivial: float
    deviation: float
    words: str

    @property
    def anything(self) -> bool:
        """Whether it is better than the guess by more than chance."""
        return self.score > self.trivial + 0.03 + 3 * self.deviation


def learned(
    history: History, head: Head, predictions: np.ndarray | None
) -> Learned | None:
    """Compares predictions after the training with the targets.

    Validation metrics come first where they were logged; else the sampled
    training rows are judged.

    Args:
        history: what was logged.
        head: the output that is judged.
        predictions: of the trained model for the first sampled rows.

    Returns:
        None where it cannot be judged.
    """
    target = head.target
    if predictions is None or target is None:
        return None
    rows = min(len(predictions), len(target.values))
    if rows < 50:
        return None
    amounts = head.kind in (Target.REAL, Target.SHARES)
    if head.loss is not None and head.loss.kind in ("regression", "count"):
        amounts = amounts or head.kind is Target.CLASSES
    if amounts and target.features == 1:
        return of_numbers(history, head, predictions[:rows], rows)
    one_each = target.features == 1 or head.kind is Target.ONE_HOT
    if target.values.ndim > 2 or not one_each:
        return None
    if head.kind in (Target.BINARY, Target.CLASSES, Target.ONE_HOT):
        return of_classes(history, head, predictions[:rows], rows)
    return None


def of_numbers(history, head, predictions, rows) -> Learned | None:
    """Explained variance; of validation, where its squared error is known."""
    true = head.target.flat[:rows, 0]
    made = np.asarray(predictions, "float64").reshape(rows, -1)
    if made.shape[1] != 1 or not np.isfinite(made).all():
        return None
    error = float(np.mean((made[:, 0] - true) ** 2))
    validation = history.values("val_loss")
    squared = head.loss is not None and head.loss.name == "mean_squared_error"
    if squared and len(validation) and np.isfinite(validation).all():
        error = float(validation.min())
    score = max(-1.0, 1 - error / max(float(true.var()), 1e-12))
    words = f"explained variance {score:.2g}"
    return Learned(score, 0.0, 0.5 * rows**-0.5, words)


def of_classes(history, head, predictions, rows) -> Learned | None:
    """Accuracy against the share of the most frequent class."""
    labels = head.target.labels()[:rows]
    trivial = np.unique(labels, return_counts=True)[1].max() / rows
    score = logged(history)
    if score is None:
        made = np.asarray(predictions, "float64").reshape(rows, -1)
        if made.shape[1] == 1:
            cut = 0.0 if made.min() < 0 else 0.5
            found = (made[:, 0] > cut).astype("float64")
        else:
            found = made.argmax(axis=1).astype("float64")
        if len(found) != len(labels):
            return None
        score = float((found == labels).mean())
    deviation = float(np.sqrt(trivial * (1 - trivial) / rows))
    words = f"accuracy {score:.3g}, the most frequent class {trivial:.3g}"
    return Learned(score, float(trivial), deviation, words)


def logged(history: History) -> float | None:
    """The best validation accuracy that was logged."""
    for name, values in history.epochs.items():
        if name.startswith("val_") and name.endswith(("accuracy", "acc")):
            return float(np.max(values))
    return None
