"""The diagnosis of labels in another form than the loss takes."""

import numpy as np

from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.rules.heads import supervised
from keras_troubleshoot.rules.references import CROSS_ENTROPY
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number


@rule(
    "labels-wrong-encoding",
    "labels in a form that the loss does not take",
    reference=CROSS_ENTROPY,
    family="data",
    explains=WILD + " labels-single-class wrong-loss-for-task "
    "output-activation-mismatch output-units-mismatch output-rank-mismatch "
    "shape-mismatch call-failed metric-mismatch loss-broadcasts",
)
def labels_wrong_encoding(facts):
    """Labels are encoded in another way than the loss expects.

    One-hot rows with a sparse loss, ids with a categorical one, -1 and 1 (or
    1 and 2, or 0 and 255) with binary cross-entropy, real numbers that a
    sparse loss cuts down to whole ids. Much of it raises nothing and trains
    towards something else.
    """
    for array in facts.data.targets:
        if array.numeric or not facts.model.compiled:
            continue
        sample = [str(v) for v in array.values.ravel()[:3]]
        yield error(
            array.name,
            f"{array.name} holds text or objects (such as {listed(sample)}), "
            "no numbers.",
            "Number the classes: `names, y = np.unique(y, "
            "return_inverse=True)`.",
            dtype=str(array.dtype),
            sample=sample,
        )
    for head in supervised(facts):
        found = ENCODINGS.get(head.loss.kind, lambda head: None)(head)
        if found is None:
            continue
        summary, fix = found
        values = head.target.distinct
        yield error(
            head.target.name,
            summary,
            fix,
            loss=head.loss.name,
            units=head.units,
            values=[float(v) for v in values[:6]],
            different=len(values),
            shape=[n for n in head.target.values.shape[1:]],
        )


def sparse_encoding(head):
    """What is wrong with the labels of a sparse cross-entropy."""
    columns = head.target.values.shape[1:]
    vectors = (Target.ONE_HOT, Target.SOFT)
    if head.kind in vectors and columns[-1] == head.units:
        return (
            f"{head.loss.name} takes one class id a row, but "
            f"{head.target.name} holds {head.kind.value} of length "
            f"{columns[-1]}.",
            'Use `"categorical_crossentropy"`, or turn the rows into ids: '
            "`y.argmax(axis=-1)`.",
        )
    values = head.target.distinct
    if head.units > 1 and (values != np.floor(values)).any():
        return (
            f"{head.loss.name} takes whole class ids, but "
            f"{head.target.name} holds real numbers from "
            f"{number(values[0])} to {number(values[-1])}, which are cut "
            "down to whole ones.",
            "Leave the labels as they are when you scale the inputs; they "
            "must be whole ids from 0.",
        )
    return None


def categorical_encoding(head):
    """What is wrong with the labels of a categorical cross-entropy."""
    if head.units < 2:
        return None
    one_each = head.target.values.shape[1:] == head.shape[:-1]
    if (head.target.features == 1 or one_each) and head.target.integral:
        return (
            f"{head.loss.name} takes one-hot rows of length {head.units}, "
            f"but {head.target.name} holds one class id a row.",
            'Use `"sparse_categorical_crossentropy"`, or '
            "`keras.utils.to_categorical(y)`.",
        )
    flat = head.target.clean.reshape(-1, head.target.values.shape[-1])
    one = (flat != 0).sum(axis=1) == 1
    largest = flat.max()
    if one.all() and largest != 1 and head.kind is Target.REAL:
        return (
            f"{head.target.name} holds one-hot rows whose one is a "
            f"{number(largest)}.",
            "Do not scale one-hot labels.",
        )
    return None


def binary_encoding(head):
    """What is wrong with the labels of a binary cross-entropy."""
    values = head.target.distinct
    low, high = values[0], values[-1]
    if low >= 0 and high <= 1:
        return None
    if len(values) == 2:
        return (
            f"{head.loss.name} takes labels of 0 and 1, but "
            f"{head.target.name} holds {number(low)} and {number(high)}.",
            f"`y = (y == {number(high)}).astype('float32')`.",
        )
    if head.target.features > 16 and low >= 0 and high <= 255:
        return (
            f"{head.loss.name} takes targets from 0 to 1, but "
            f"{head.target.name} reaches {number(high)}.",
            "Divide the targets by 255.",
        )
    return None


def hinge_encoding(head):
    """What is wrong with the labels of a hinge loss."""
    values = head.target.distinct
    if np.isin(values, (-1, 1)).all() or np.isin(values, (0, 1)).all():
        return None
    if len(values) != 2:
        return None
    return (
        f"{head.loss.name} takes labels of -1 and 1, but {head.target.name} "
        f"holds {number(values[0])} and {number(values[1])}.",
        f"`y = np.where(y == {number(values[1])}, 1, -1)`.",
    )


ENCODINGS = {
    "sparse": sparse_encoding,
    "categorical": categorical_encoding,
    "binary": binary_encoding,
    "hinge": hinge_encoding,
}
