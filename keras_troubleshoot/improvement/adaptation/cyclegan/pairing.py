"""Two sets of images of unequal size as batches of pairs."""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_troubleshoot.improvement.adaptation.cyclegan import ranges
from keras_troubleshoot.improvement.adaptation.cyclegan import requirements


def unpaired(
    source: np.ndarray, target: np.ndarray, batch_size: int
) -> tf.data.Dataset:
    """Batches of both, each shuffled and repeated without end by itself."""
    parts = [forever(images, batch_size) for images in (source, target)]
    return tf.data.Dataset.zip(*parts).prefetch(tf.data.AUTOTUNE)


def forever(images: np.ndarray, batch_size: int) -> tf.data.Dataset:
    """Full batches of images, shuffled anew in each pass."""
    held = tf.constant(images)
    rows = tf.data.Dataset.range(len(images))
    rows = rows.shuffle(len(images)).repeat()
    return rows.batch(batch_size, drop_remainder=True).map(
        lambda places: tf.gather(held, places)
    )


def stream_ranges(dataset: tf.data.Dataset, shapes: tuple) -> list:
    """The ranges of both domains, by the type and the first batch.

    Args:
        dataset: of pairs.
        shapes: of the images of the source and of the target.

    Raises:
        ValueError: if it is empty, or what it gives are no pairs of images.
    """
    first = next(iter(dataset.take(1)), None)
    if not isinstance(first, tuple) or len(first) != 2:
        got = "nothing" if first is None else f"{type(first).__name__}"
        got += f" of {len(first)}" if isinstance(first, tuple) else ""
        raise ValueError(
            "`source` must give batches (source images, target images), "
            f"received: {got}. To mend it, use `tf.data.Dataset.zip(source, "
            "target)` of two datasets without labels."
        )
    made = []
    for name, part, shape in zip(
        ("source", "target"), first, shapes, strict=True
    ):
        images = requirements.images(name, part, shape)
        made.append(ranges.noted(images, name))
    return made


def steps(source: np.ndarray, target: np.ndarray, batch_size: int) -> int:
    """Steps of an epoch: one pass over the larger of both."""
    return -(-max(len(source), len(target)) // batch_size)


def validation(given: Any, shapes: tuple) -> Any:
    """Pairs as `fit` of Keras takes them; arrays are cut to the shorter.

    Raises:
        ValueError: if arrays are no images of these shapes.
    """
    if not isinstance(given, tuple | list):
        return given
    if len(given) != 2:
        raise ValueError(
            "`validation_data` must be (source images, target images), "
            f"received: {len(given)} parts. To mend it, leave out labels."
        )
    arrays = [
        requirements.images("validation_data", part, shape)
        for part, shape in zip(given, shapes, strict=True)
    ]
    rows = min(map(len, arrays))
    return tuple(array[:rows] for array in arrays)
