"""The data of a `fit`, changed in place of the user by a remedy.

Arrays, `tf.data.Dataset`s and `PyDataset`s are changed alike: functions that
a remedy gives work row by row on whole batches, with `keras.ops`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests

# Rows of a stream that are shuffled at once.
BUFFER = 10_000

Change = Callable[[Any], Any]


class CannotFeed(ValueError):
    """Data that cannot be read a second time; the message says why."""


class Arrays:
    """Inputs, targets and weights as arrays, rows first.

    Args:
        x: inputs, nested; `fit` takes them as they are.
        y: targets.
        weight: weights of rows, or None.
    """

    def __init__(self, x: Any, y: Any = None, weight: Any = None):
        self.x, self.y, self.weight = x, y, weight

    @property
    def arguments(self) -> dict[str, Any]:
        """What `fit` and `evaluate` take."""
        return {"x": self.x, "y": self.y, "sample_weight": self.weight}

    def changed(self, x: Change | None = None, y: Change | None = None):
        """Other inputs, other targets."""
        return Arrays(applied(x, self.x), applied(y, self.y), self.weight)

    def kept(self, keep: Callable[[Any, Any], Any]) -> "Arrays":
        """Only the rows of which `keep(x, y)` says so."""
        rows = np.asarray(keep(self.x, self.y), bool)
        cut = [self.x, self.y, self.weight]
        return Arrays(*[nests.transform(lambda a: a[rows], p) for p in cut])

    def cut(self) -> "Arrays":
        """As many rows of each as the shortest has."""
        parts = [self.x, self.y, self.weight]
        rows = min(len(a) for part in parts for a in nests.arrays(part))
        return Arrays(*[nests.transform(lambda a: a[:rows], p) for p in parts])

    def weighted(self, weight: None) -> "Arrays":
        """Without weights."""
        return Arrays(self.x, self.y, weight)

    def shuffled(self) -> "Arrays":
        """As they are: `fit` shuffles arrays."""
        return self


def joined(one: Arrays, other: Arrays) -> Arrays:
    """The rows of two, one after the other.

    Raises:
        CannotFeed: if only one of them has targets, or weights.
    """
    parts = zip(
        (one.x, one.y, one.weight),
        (other.x, other.y, other.weight),
        strict=True,
    )
    whole = []
    for first, second in parts:
        if (first is None) != (second is None):
            raise CannotFeed("training and validation data differ in kind")
        rows = iter(nests.arrays(second))
        whole.append(
            nests.transform(
                lambda a, rows=rows: np.concatenate([a, next(rows)]), first
            )
        )
    return Arrays(*whole)


class Stream:
    """A `tf.data.Dataset` of batches."""

    def __init__(self, dataset: Any):
        self.dataset = dataset

    @property
    def arguments(self) -> dict[str, Any]:
        """What `fit` and `evaluate` take."""
        return {"x": self.dataset}

    def changed(self, x: Change | None = None, y: Change | None = None):
        """Other inputs, other targets."""

        def change(*batch):
            first, rest = batch[0], batch[1:]
            first = first if x is None else x(first)
            if rest and y is not None:
                rest = (y(rest[0]), *rest[1:])
            return (first, *rest) if rest else first

        return Stream(self.dataset.map(change))

    def kept(self, keep: Callable[[Any, Any], Any]) -> "Stream":
        """Only the rows of which `keep(x, y)` says so."""
        import tensorflow as tf

        def cut(*batch):
            rows = keep(batch[0], batch[1])
            return tf.nest.map_structure(
                lambda part: tf.boolean_mask(part, rows), batch
            )

        # No batch is left out: `fit` counts on the number that it knows.
        return Stream(self.dataset.map(cut))

    def weighted(self, weight: None) -> "Stream":
        """Without weights."""
        return Stream(self.dataset.map(lambda *batch: batch[:2]))

    def batched(self, rows: int) -> "Stream":
        """The same rows in batches of another size."""
        import tensorflow as tf

        cut = self.dataset.unbatch().batch(rows)
        return Stream(cut.prefetch(tf.data.AUTOTUNE))

    def shuffled(self) -> "Stream":
        """The same rows in another order."""
        import tensorflow as tf

        first = next(iter(self.dataset.take(1)))
        rows = int(tf.nest.flatten(first)[0].shape[0])
        mixed = self.dataset.unbatch().shuffle(BUFFER)
        return Stream(mixed.batch(rows).prefetch(tf.data.AUTOTUNE))


class Batches:
    """A `keras.utils.PyDataset`."""

    def __init__(self, dataset: Any):
        self.dataset = dataset

    @property
    def arguments(self) -> dict[str, Any]:
        """What `fit` and `evaluate` take."""
        return {"x": self.dataset}

    def changed(self, x: Change | None = None, y: Change | None = None):
        """Other inputs, other targets."""

        def change(batch):
            first, *rest = batch
            if rest and y is not None:
                rest = [applied(y, rest[0]), *rest[1:]]
            return (applied(x, first), *rest)

        return Batches(through(self.dataset, change))

    def kept(self, keep: Callable[[Any, Any], Any]) -> "Batches":
        """Only the rows of which `keep(x, y)` says so."""

        def cut(batch):
            rows = np.asarray(keep(batch[0], batch[1]), bool)
            return tuple(nests.transform(lambda a: a[rows], p) for p in batch)

        return Batches(through(self.dataset, cut))

    def weighted(self, weight: None) -> "Batches":
        """Without weights."""
        return Batches(through(self.dataset, lambda batch: batch[:2]))

    def shuffled(self) -> "Batches":
        """The batches in another order; `fit` shuffles those."""
        return self


def through(dataset: Any, change: Callable) -> Any:
    """A `PyDataset` whose batches are changed on the way."""
    import keras

    class Through(keras.utils.PyDataset):
        """Hands on the batches of another one."""

        def __len__(self):
            return len(dataset)

        def __getitem__(self, index):
            return change(dataset[index])

        def on_epoch_end(self):
            dataset.on_epoch_end()

    return Through()


def applied(change: Change | None, part: Any) -> Any:
    """A part of arrays, changed; arrays of NumPy again."""
    if change is None or part is None:
        return part
    return nests.transform(np.asarray, change(part))


def feeding(x: Any, y: Any = None, weight: Any = None):
    """What `fit` was given, so that remedies can change it.

    Raises:
        CannotFeed: if it cannot be read again, as a generator.
    """
    import keras
    import tensorflow as tf

    if isinstance(x, tf.data.Dataset):
        return Stream(x)
    if isinstance(x, keras.utils.PyDataset):
        return Batches(x)
    if hasattr(x, "__next__"):
        raise CannotFeed(
            "the data came from a generator, which has been read. To mend "
            "it, pass a `tf.data.Dataset`, a `keras.utils.PyDataset` or "
            "arrays to `fit`"
        )
    return Arrays(x, y, weight)
