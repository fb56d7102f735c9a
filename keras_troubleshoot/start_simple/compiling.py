"""Loss, metrics and first bias that go with a task."""

from typing import Any

import keras
import numpy as np

from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import whole
from keras_troubleshoot.start_simple import heads
from keras_troubleshoot.start_simple import targets
from keras_troubleshoot.start_simple.tasks import Task

# What the output of a task may end with, the one with logits first.
ENDS = {
    "regression": ("linear", "sigmoid", "softplus", "relu", "exponential"),
    "binary": ("linear", "sigmoid"),
    "multilabel": ("linear", "sigmoid"),
    "multiclass": ("linear", "softmax"),
}


def loss(task: Task, from_logits: bool = True) -> Any:
    """The loss of a task.

    Args:
        task: what is predicted.
        from_logits: whether the output is linear, which is more precise
            than the loss of probabilities; of no meaning for regression.
    """
    losses = keras.losses
    if task.name == "regression":
        return losses.MeanSquaredError()
    if task.name != "multiclass":
        return losses.BinaryCrossentropy(from_logits=from_logits)
    if task.sparse:
        return losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    return losses.CategoricalCrossentropy(from_logits=from_logits)


def metrics(task: Task, from_logits: bool = True) -> list[Any]:
    """The metrics of a task.

    Accuracy and the area under the ROC curve; for regression the root mean
    squared and the mean absolute error, in the units of the target.

    Args:
        task: what is predicted.
        from_logits: whether the output is linear.
    """
    known = keras.metrics
    if task.name == "regression":
        return [
            known.RootMeanSquaredError(name="rmse"),
            known.MeanAbsoluteError(name="mae"),
        ]
    if task.name == "multiclass":
        if task.sparse:
            return [known.SparseCategoricalAccuracy(name="accuracy")]
        return [known.CategoricalAccuracy(name="accuracy")]
    threshold = 0.0 if from_logits else 0.5
    accuracy = known.BinaryAccuracy(name="accuracy", threshold=threshold)
    several = task.name == "multilabel"
    labels = {"multi_label": True, "num_labels": task.units} if several else {}
    area = known.AUC(name="auc", from_logits=from_logits, **labels)
    return [accuracy, area]


def require_end(head: heads.Head, task: Task) -> None:
    """Refuses outputs that cannot give what the task asks for.

    Raises:
        ValueError: with the layer to end with.
    """
    ends = ENDS[task.name]
    units = task.units if task.known else head.units
    if head.activation in ends and head.units == units:
        if task.name != "multiclass" or units > 1:
            return
    units = max(units, 2 if task.name == "multiclass" else 1)
    received = f"{head.units} unit{'s' * (head.units != 1)}"
    raise ValueError(
        f"`model` must end with {units} unit{'s' * (units != 1)} that are "
        f"{' or '.join(ends[:2])} for {task.describe()}, received: "
        f"{received} that are {head.activation}. To mend it, end it with "
        f"`keras.layers.Dense({units})`."
    )


def set_bias(head: heads.Head, task: Task) -> None:
    """Makes the output start at the best constant prediction."""
    linear = head.activation == "linear"
    if not task.known or head.bias is None:
        return
    if task.name == "regression" and not linear:
        return
    bias = np.ravel(task.bias())
    if head.bias.shape == bias.shape:
        head.bias.assign(bias.astype("float32"))


def as_task(name: str | None, y: Any, head: heads.Head) -> Task:
    """The task by its name, and by the targets where they are given."""
    targets.require_name(name)
    if y is None:
        if name is None:
            raise ValueError(
                "`task` or `y` must be given, received: neither. To mend it, "
                "pass the targets, or one of " + f"{targets.NAMES}."
            )
        return Task(name, (head.units,))
    # A dataset of `(x, y)` brings its targets, an array is them.
    stream = reading.stream_reader(y) is not None
    data = (y, None) if stream else (y, y)
    steps = head.steps
    read = reading.read(*data)
    many = head.units if head.units > 1 else None
    if name is None and many == 2 and is_yes_or_no(read):
        name = "multiclass"
    counter = targets.counter(read, name, many, steps)
    counter.exact = False
    for _, outputs in whole.parts(*data):
        counter.update(outputs)
    return counter.result()


def is_yes_or_no(read: Any) -> bool:
    """Whether targets are 0 or 1, which two units take as two classes."""
    values = np.asarray(read.y)
    single = values.ndim == 1 or values.shape[1:] == (1,)
    return single and bool(np.isin(values, (0, 1)).all())
