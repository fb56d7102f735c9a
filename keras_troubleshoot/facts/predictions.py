"""What a model predicts for all rows of its data, beside what is true."""

import dataclasses
from typing import Any

import numpy as np

TASKS = ("binary", "multiclass", "multilabel", "regression")
MEASURES = {"multilabel": "share of wrong labels"}
# Probabilities below are taken for this one where a logarithm is needed: the
# smallest that Keras's own losses take.
LEAST = 1e-7


@dataclasses.dataclass(frozen=True, eq=False)
class Predictions:
    """Predictions for rows of data, and their targets.

    Attributes:
        task: "binary", "multiclass", "multilabel" or "regression".
        targets: class ids, shape (n,), or (n, steps) where each step has
            one; 0 or 1, shape (n, labels); numbers, shape (n,) or (n, k).
        outputs: probabilities, shape (n,) of a yes, (n, classes) or (n,
            labels), with steps behind the rows where there are some; numbers
            in the shape of the targets.
        weight: of each row, shape (n,); None where all count the same.
        name: of the data, for messages.
    """

    task: str
    targets: np.ndarray
    outputs: np.ndarray
    weight: np.ndarray | None = None
    name: str = "data"

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def measure(self) -> str:
        """What `errors` are, in words."""
        if self.task == "regression":
            return "mean squared error"
        return MEASURES.get(self.task, "error rate")

    def decided(self) -> np.ndarray:
        """Class ids, or 0 and 1, in the shape of the targets.

        Of a regression, the numbers themselves.
        """
        if self.task == "multiclass":
            return self.outputs.argmax(axis=-1)
        if self.task == "regression":
            return self.outputs
        return (self.outputs > 0.5).astype("int64")

    def errors(self) -> np.ndarray:
        """The error of each row, shape (n,), float64.

        1 where a class is wrong and 0 where it is right; of several labels
        or steps, the share that is wrong; the squared error of numbers, the
        mean over several.

        Example:
            >>> made = of(np.array([0, 1, 1]), np.array([0.2, 0.9, 0.4]))
            >>> made.errors()
            array([0., 0., 1.])
        """
        if self.task == "regression":
            wrong = (self.outputs - self.targets) ** 2
        else:
            wrong = (self.decided() != self.targets).astype("float64")
        return wrong.reshape(len(wrong), -1).mean(axis=1)

    def losses(self) -> np.ndarray:
        """How surprising each target is, shape (n,), float64.

        Minus the logarithm of the probability of what is true, its mean over
        labels or steps; the squared error of numbers.
        """
        if self.task == "regression":
            return self.errors()
        if self.task == "multiclass":
            true = self.targets[..., None]
            share = np.take_along_axis(self.outputs, true, axis=-1)
        else:
            share = np.where(self.targets, self.outputs, 1 - self.outputs)
        lost = -np.log(np.maximum(share, LEAST))
        return lost.reshape(len(lost), -1).mean(axis=1)

    def error(self) -> float:
        """The mean of `errors`, weighted where the rows have weights."""
        return float(np.average(self.errors(), weights=self.weight))

    def take(self, rows: Any) -> "Predictions":
        """Those of some rows, by number or by a mask."""
        weight = None if self.weight is None else self.weight[rows]
        return dataclasses.replace(
            self,
            targets=self.targets[rows],
            outputs=self.outputs[rows],
            weight=weight,
        )


def predict(
    model: Any,
    data: Any,
    *,
    name: str = "data",
    task: str | None = None,
    output: str | None = None,
) -> Predictions:
    """Predicts in inference for all rows, and changes nothing.

    Args:
        model: a Keras model; or an estimator with `predict_proba` or
            `predict`, as those of scikit-learn.
        data: `(x, y)` or `(x, y, sample_weight)`; of a Keras model also a
            `tf.data.Dataset`, a `keras.utils.PyDataset`, or a generator that
            was not started.
        name: of the data, for messages.
        task: one of `TASKS`; None tells it from the model and the targets.
        output: name of one of several outputs.

    Returns:
        The predictions, with probabilities where there are classes, whether
        or not the model ends with logits.

    Raises:
        TypeError: if `model` is neither.
        ValueError: if the data cannot be read or predicted, in one sentence
            that says how to mend it.
    """
    from keras_troubleshoot.facts import estimators
    from keras_troubleshoot.facts import predicting

    require_task(task)
    if estimators.is_estimator(model):
        return estimators.predict(model, data, name, task)
    return predicting.predict(model, data, name, task, output)


def of(
    targets: Any,
    outputs: Any,
    *,
    task: str | None = None,
    weight: Any = None,
    name: str = "data",
) -> Predictions:
    """Predictions that were recorded.

    Args:
        targets: class ids, 0 and 1, or numbers; one-hot rows will do.
        outputs: probabilities, or numbers; class ids of `task` "multiclass"
            or "binary" will do, without knowing how sure they were.
        task: one of `TASKS`; None tells it from the values.
        weight: of each row.
        name: of the data, for messages.

    Raises:
        ValueError: if they do not go together.

    Example:
        >>> of(np.array([2.5, 1.0]), np.array([2.0, 1.0])).error()
        0.125
    """
    from keras_troubleshoot.facts import recorded

    require_task(task)
    return recorded.predictions(targets, outputs, task, weight, name)


def require_task(task: Any) -> None:
    """Raises ValueError where there is no such task."""
    if task is not None and task not in TASKS:
        raise ValueError(
            f"`task` must be one of {', '.join(map(repr, TASKS))}, received: "
            f"{task!r}. To mend it, correct the word, or leave it out to have "
            "it told from the data."
        )
