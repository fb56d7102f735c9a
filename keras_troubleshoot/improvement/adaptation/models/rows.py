"""The rows of one domain, as an endless stream of batches."""

import dataclasses
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_troubleshoot.facts import nests
from keras_troubleshoot.improvement.adaptation.models import balancing
from keras_troubleshoot.improvement.adaptation.models import orders

# Rows of a stream that are shuffled among each other (heuristic).
BUFFER = 1024


@dataclasses.dataclass(frozen=True)
class Rows:
    """Labelled rows of a source, or inputs of a target.

    Attributes:
        name: such as "source".
        values: nested arrays, or a batched `tf.data.Dataset`.
        count: rows; None where a stream does not tell.
        spec: `tf.TensorSpec` of each tensor of one row, in the structure of
            the values.
        classes: of the rows, where each is to be equally frequent in a batch.
    """

    name: str
    values: Any
    count: int | None
    spec: Any
    classes: np.ndarray | None = None

    def balanced(self) -> "Rows":
        """The same rows, of which each class is equally frequent.

        Raises:
            ValueError: they have no classes, or are a stream.
        """
        ids = balancing.required_ids(self.values, self.name)
        return dataclasses.replace(self, classes=ids)

    def batches(self, size: int, shuffle: bool, seed: int | None) -> Any:
        """Full batches without end, shuffled anew each time through."""
        if isinstance(self.values, tf.data.Dataset):
            rows = self.values.unbatch()
            if shuffle:
                rows = rows.shuffle(BUFFER, seed=seed)
            return rows.repeat().batch(size, drop_remainder=True)
        tensors = keras.tree.map_structure(tf.convert_to_tensor, self.values)
        return (
            self.places(size, shuffle, seed)
            .batch(size, drop_remainder=True)
            .map(lambda chosen: gathered(tensors, chosen))
        )

    def places(self, size: int, shuffle: bool, seed: int | None) -> Any:
        """Places of rows without end."""
        if self.classes is not None:
            return balancing.places(self.classes, size, shuffle, seed)
        if shuffle:
            every = tf.range(self.count, dtype="int64")
            return orders.shuffled_forever(every, seed)
        return tf.data.Dataset.range(self.count).repeat()


def gathered(tensors: Any, places: Any) -> Any:
    """The chosen rows of nested tensors."""
    return keras.tree.map_structure(lambda one: tf.gather(one, places), tensors)


def read(values: Any, name: str) -> Rows:
    """The rows of a domain.

    Args:
        values: nested arrays, or a batched `tf.data.Dataset`.
        name: such as "source", for messages.

    Returns:
        The rows; nothing of a stream was kept.

    Raises:
        ValueError: there are no rows, as many of one array as of another, or
            one holds NaN or infinity.
    """
    if isinstance(values, tf.data.Dataset):
        return of_dataset(values, name)
    values = keras.tree.lists_to_tuples(  # A `tf.data` map returns no list.
        keras.tree.map_structure(np.asarray, values)
    )
    arrays = list(nests.leaves(values, name))
    counts = {told: len(one) if one.ndim else 0 for told, one in arrays}
    if not counts or min(counts.values()) == 0:
        raise ValueError(
            f"The {name} must hold at least one row, received: {counts}."
        )
    if len(set(counts.values())) > 1:
        raise ValueError(
            f"All arrays of the {name} must have the same number of rows, "
            f"received: {counts}."
        )
    for told, one in arrays:
        require_finite(one, told)
    spec = keras.tree.map_structure(
        lambda one: tf.TensorSpec(one.shape[1:], one.dtype), values
    )
    return Rows(name, values, len(arrays[0][1]), spec)


def of_dataset(values: Any, name: str) -> Rows:
    """The rows of a batched stream, whose first batch is read."""
    first = next(iter(values.take(1)), None)
    if first is None:
        raise ValueError(
            f"The {name} must hold at least one row, received: a dataset that "
            "is empty."
        )
    size = len(keras.tree.flatten(first)[0])
    batches = int(values.cardinality())
    spec = keras.tree.map_structure(
        lambda one: tf.TensorSpec(one.shape[1:], one.dtype),
        values.element_spec,
    )
    return Rows(name, values, batches * size if batches > 0 else None, spec)


def require_finite(values: np.ndarray, name: str) -> None:
    """Raises where numbers are missing.

    Raises:
        ValueError: NaN or infinity.
    """
    if values.dtype.kind != "f":
        return
    bad = np.count_nonzero(~np.isfinite(values))
    if bad:
        raise ValueError(
            f"`{name}` must hold finite numbers, received: {bad:,} of "
            f"{values.size:,} are NaN or infinite. To mend it, fill or drop "
            "these rows."
        )
