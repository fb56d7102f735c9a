"""Batches of a domain in which its classes are equally frequent."""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_troubleshoot.facts import nests
from keras_troubleshoot.improvement.adaptation.models import orders


def class_ids(y: Any) -> np.ndarray | None:
    """Class ids of the rows; None of numbers and of several labels a row.

    Args:
        y: class ids or one-hot rows, as an array or a structure of one.

    Returns:
        Shape (rows,).

    Example:
        >>> class_ids(np.eye(3)[[2, 0]]).tolist(), class_ids([[0.5], [1.0]])
        ([2, 0], None)
    """
    arrays = [np.asarray(one) for one in nests.arrays(y)]
    if len(arrays) != 1:
        return None
    labels = arrays[0].reshape(len(arrays[0]), -1)
    if labels.shape[1] > 1:
        one_hot = np.all(labels.sum(axis=1) == 1) and np.all(labels >= 0)
        return labels.argmax(axis=1) if one_hot else None
    whole = labels.dtype.kind in "iubUS" or np.all(labels == np.rint(labels))
    return labels[:, 0] if whole else None


def required_ids(values: Any, name: str) -> np.ndarray:
    """Class ids of a source whose batches shall be balanced.

    Args:
        values: `(inputs, labels, ...)`, or a stream of them.
        name: such as "source".

    Raises:
        ValueError: the labels are no classes, or are not known beforehand.
    """
    if isinstance(values, tf.data.Dataset):
        raise ValueError(
            "`balanced=True` needs all labels beforehand, received: the "
            f"{name} as a stream. To mend it, give arrays, or leave "
            "`balanced` out and mix a stream of each class with "
            "`tf.data.Dataset.sample_from_datasets`."
        )
    ids = class_ids(values[1])
    if ids is None:
        told = [one.shape for one in nests.arrays(values[1])]
        raise ValueError(
            "`balanced=True` needs one class a row, as class ids or one-hot, "
            f"received: the {name} with labels of shape "
            f"{', '.join(map(str, told))} that are numbers or several. To "
            "mend it, leave `balanced` out."
        )
    return ids


def places(ids: np.ndarray, size: int, shuffle: bool, seed: Any) -> Any:
    """Places of rows without end, one of each class by turns.

    Each class is shuffled and repeated for itself. Of as many classes as fit
    into a batch, none is in one more than once more often than another; where
    there are more, their order is drawn anew in each turn.

    Args:
        ids: the class of each row, shape (rows,).
        size: rows of a batch.
        shuffle: whether to shuffle.
        seed: of the shuffling; None follows Keras' own.

    Returns:
        A `tf.data.Dataset` of int64 scalars.
    """
    _, classes, counts = np.unique(ids, return_inverse=True, return_counts=True)
    order = tf.constant(np.argsort(classes, kind="stable"), "int64")
    ends = tf.constant(np.cumsum(counts), "int64")
    counts = tf.constant(counts, "int64")

    def of_class(number, drawn):
        rows = order[ends[number] - counts[number] : ends[number]]
        if not shuffle:
            return tf.data.Dataset.from_tensor_slices(rows).repeat()
        return orders.passes(rows, drawn)

    # Seeds that are drawn, so that the next epoch has another order.
    seeds = tf.data.Dataset.random(seed, rerandomize_each_iteration=shuffle)
    numbers = tf.data.Dataset.range(len(counts))
    turns = tf.data.Dataset.zip(numbers, seeds).interleave(
        of_class, cycle_length=len(counts)
    )
    if shuffle and len(counts) > size:
        rounds = tf.data.Dataset.zip(turns.batch(len(counts)), seeds)
        turns = rounds.map(
            lambda one, drawn: orders.shuffled(one, drawn, 0)
        ).unbatch()
    return turns.apply(orders.endless)
