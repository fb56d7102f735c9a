"""What the numbers of an output mean beside its targets."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import recorded
from keras_troubleshoot.facts import targets as targets_lib
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.predictions import Predictions
from keras_troubleshoot.facts.targets import Target

# What targets without a loss say that a bare output is.
AMOUNTS = (Target.REAL, Target.SHARES, Target.TWO_VALUED)


def predictions(head, outputs, targets, task, weight, name) -> Predictions:
    """The predictions of one output, as its head and the targets say."""
    targets = recorded.numbers(targets, "y")
    task = task or task_of(head, outputs, targets)
    if task == "regression":
        values = outputs
    elif head.threshold is None and head.axis is None:
        values = outputs
    else:
        by_class = task == "multiclass" and head.axis is None
        head = dataclasses.replace(head, axis=-1) if by_class else head
        values = head.probabilities(outputs)
    values = recorded.numbers(values, "outputs")
    return recorded.predictions(targets, values, task, weight, name)


def task_of(head, outputs: np.ndarray, targets: np.ndarray) -> str:
    """What an output is for: its loss says it, or else the targets."""
    if head.regression:
        return "regression"
    array = Array("targets", targets, len(targets))
    if not head.told and targets_lib.kind(array) in AMOUNTS:
        return "regression"
    if head.axis is not None or head.threshold is None:
        return "multiclass"
    width = outputs.shape[-1] if outputs.ndim > 1 else 1
    if width == 1 or outputs.ndim > 2:
        return "binary"
    return "multilabel"
