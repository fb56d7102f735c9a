"""Images that were generated some steps ago, for the discriminators."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class ImagePool(keras.Layer):
    """Shows a discriminator older generated images beside the newest.

    A. Shrivastava et al., "Learning from Simulated and Unsupervised Images
    through Adversarial Training" (2017), section 2.3, as Zhu et al. (2017)
    use it: until it is full, the pool keeps and returns what comes. Then each
    image is with probability 1/2 exchanged for one of the pool, else returned
    as it is.

    It is a layer whose images and count are weights, so that it works inside
    of a compiled graph, with XLA too, and is saved with the model.

    Args:
        shape: (height, width, channels) of the images.
        capacity: how many images it holds; 50 in the paper, 0 for none.
        **kwargs: arguments of `keras.Layer`.

    Example:
        >>> import numpy as np
        >>> pool = ImagePool((1, 1, 1), capacity=2)
        >>> first = np.array([1.0, 2.0]).reshape(2, 1, 1, 1)
        >>> np.asarray(pool(first)).ravel().tolist()  # Kept, and returned.
        [1.0, 2.0]
        >>> later = np.asarray(pool(first + 2)).ravel()  # Exchanged, or not.
        >>> held = np.asarray(pool.images).ravel()
        >>> sorted([*later.tolist(), *held.tolist()])
        [1.0, 2.0, 3.0, 4.0]
    """

    def __init__(self, shape: Any, capacity: int = 50, **kwargs: Any):
        kwargs.setdefault("dtype", "float32")
        kwargs["trainable"] = False
        super().__init__(**kwargs)
        self.shape, self.capacity = tuple(shape), capacity
        self.draws = keras.random.SeedGenerator()
        self.images = self.add_weight(
            shape=(capacity, *self.shape), initializer="zeros", name="images"
        )
        self.count = self.add_weight(
            shape=(), dtype="int32", initializer="zeros", name="count"
        )
        self.built = True

    def call(self, images: Any) -> Any:
        """Exchanges some images, shape (rows, height, width, channels)."""
        if not self.capacity:
            return images
        slots, swapped = self.slots(ops.shape(images)[0])
        held = ops.take(self.images, ops.maximum(slots, 0), axis=0)
        returned = ops.where(swapped[:, None, None, None], held, images)
        # Which row of the batch each slot takes; no slot is taken twice.
        takes = slots[None, :] == ops.arange(self.capacity)[:, None]
        row = ops.argmax(ops.cast(takes, "int32"), axis=1)
        taken = ops.any(takes, axis=1)[:, None, None, None]
        coming = ops.take(images, row, axis=0)
        self.images.assign(ops.where(taken, coming, self.images))
        kept = ops.sum(ops.cast((slots >= 0) & ~swapped, "int32"))
        self.count.assign(self.count + kept)
        return returned

    def slots(self, rows: Any) -> tuple[Any, Any]:
        """Where each row goes, -1 for nowhere; and what is swapped."""
        place = self.count + ops.arange(rows, dtype="int32")
        free = place < self.capacity
        draws = keras.random.uniform((self.capacity,), seed=self.draws)
        order = ops.cast(ops.argsort(draws), "int32")
        position = ops.arange(rows, dtype="int32")
        drawn = ops.take(order, ops.minimum(position, self.capacity - 1))
        coin = keras.random.uniform((rows,), seed=self.draws) < 0.5
        # Each slot once; none that this very batch fills.
        usable = (position < self.capacity) & (drawn < self.count)
        swapped = ~free & coin & usable
        return ops.where(free, place, ops.where(swapped, drawn, -1)), swapped

    def get_config(self) -> dict:
        """The arguments, for `from_config`."""
        return {
            **super().get_config(),
            "shape": self.shape,
            "capacity": self.capacity,
        }
