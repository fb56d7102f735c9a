"""Translates images of the user, and sets of them with their labels."""

from typing import Any

import keras
import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.improvement.adaptation.cyclegan import ranges
from keras_troubleshoot.improvement.adaptation.cyclegan import requirements


def both(model: Any, source: Any, target: Any) -> tuple[list, list]:
    """Arrays of both domains, and what `fit` remembers of their ranges.

    Raises:
        TypeError: if labels are passed with the images.
        ValueError: if the images will not do.
    """
    arrays = [
        requirements.images("source", source, model.source_shape),
        requirements.images("target", target, model.target_shape),
    ]
    names = ("source", "target")
    told = [
        ranges.noted(images, name)
        for images, name in zip(arrays, names, strict=True)
    ]
    return arrays, told


def direction(model: Any, back: bool) -> tuple[Any, tuple, Any]:
    """The generator, the shape that it takes and the remembered range."""
    if back:
        return model.to_source, model.target_shape, model.target_range
    return model.to_target, model.source_shape, model.source_range


def limits(images: np.ndarray, fitted: Any, pixel_range: Any) -> tuple:
    """The range of images: what the user says, else what can be told."""
    if pixel_range is not None:
        return ranges.required(pixel_range)
    return ranges.told(images, ranges.remembered(fitted))


def translate(
    model: Any, images: Any, back: bool, batch_size: int, pixel_range: Any
) -> np.ndarray:
    """The images in the style of the other domain, in their own range."""
    requirements.whole(batch_size=batch_size)
    net, shape, fitted = direction(model, back)
    given = requirements.images("images", images, shape)
    ends = limits(given, fitted, pixel_range)
    made = np.concatenate(
        [
            np.asarray(net(part(given, start, batch_size, ends)))
            for start in range(0, len(given), batch_size)
        ]
    )
    made = ranges.typed(ranges.unscaled(made, ends), given.dtype)
    grey = np.ndim(images) == 3 and made.shape[-1] == 1
    return made[..., 0] if grey else made


def part(images: np.ndarray, start: int, rows: int, ends: tuple) -> np.ndarray:
    """Some images as the networks take them."""
    chosen = images[start : start + rows].astype("float32")
    return ranges.scaled(chosen, ends).astype("float32")


def adapt_dataset(
    model: Any, x: Any, y: Any, back: bool, batch_size: int, pixel_range: Any
) -> Any:
    """Translated images beside their labels, arrays or a dataset."""
    import tensorflow as tf

    if isinstance(x, tf.data.Dataset):
        return streamed(model, x, back, pixel_range)
    if y is None:
        raise ValueError(
            "`y` must hold the labels of the images, received: None. To mend "
            "it, pass them, or call `translate` for images alone."
        )
    for labels in nests.arrays(y):
        if len(labels) != len(x):
            raise ValueError(
                "`y` must have as many rows as `x`, received: "
                f"{len(labels)} and {len(x)}. To mend it, pass the labels of "
                "these images."
            )
    return translate(model, x, back, batch_size, pixel_range), y


def streamed(model: Any, dataset: Any, back: bool, pixel_range: Any) -> Any:
    """A dataset whose first part is translated, batch by batch."""
    import tensorflow as tf

    net, shape, fitted = direction(model, back)
    first = next(iter(dataset.take(1)), None)
    if not isinstance(first, tuple) or len(first) < 2:
        raise ValueError(
            "`x` must give batches (images, labels), received: "
            f"{type(first).__name__}. To mend it, zip the images with their "
            "labels."
        )
    seen = requirements.images("x", first[0], shape)
    ends = limits(seen, fitted, pixel_range)
    whole = seen.dtype.kind in "iu"

    def translated(images, *rest):
        images = tf.reshape(tf.cast(images, "float32"), (-1, *shape))
        made = ranges.unscaled(net(ranges.scaled(images, ends)), ends)
        if whole:
            made = keras.ops.clip(keras.ops.round(made), 0, 255)
            made = tf.cast(made, seen.dtype)
        return (made, *rest)

    return dataset.map(translated, num_parallel_calls=tf.data.AUTOTUNE)
