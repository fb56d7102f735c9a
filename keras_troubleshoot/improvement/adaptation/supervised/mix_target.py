"""`mix_target`: batches of the source with a few rows of the target."""

import math
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.improvement.adaptation.models import orders
from keras_troubleshoot.improvement.adaptation.supervised import mixture
from keras_troubleshoot.improvement.adaptation.supervised import wishes
from keras_troubleshoot.improvement.rows import options


def mix_target(
    source: Any,
    target: Any,
    batch_size: int = 64,
    *,
    share: float = 0.5,
    weight: float = 1.0,
    steps: int | None = None,
    seed: int = 0,
) -> Any:
    """Adds a few labelled rows of the target to each batch of the source.

    Trained on all rows together, 50 of the target among 2,000 of the source
    hardly count. Here each batch has the same share of them, half and half
    by default, as in the supervised baseline of K. Saito et al.,
    "Semi-supervised Domain Adaptation via Minimax Entropy" (ICCV 2019). By
    S. Ben-David et al., "A theory of learning from different domains"
    (Machine Learning, 2010), section 5, what is minimized is a mixture of
    the errors on both domains, in which the target counts `share * weight /
    (share * weight + 1 - share)`: more of it where the domains are far apart
    or the target has many rows, less where it has few, which would be
    learned by heart.

    The two are shuffled and repeated each for itself; a row of the target
    comes up again long before the source is through.

    Args:
        source: `(x, y)` or `(x, y, sample_weight)`, arrays or nested
            structures of them; or a dataset of batches of these, which is
            read into memory.
        target: the same, the few rows with labels.
        batch_size: rows of a batch, of both domains together.
        share: of a batch that is the target's, between 0 and 1; at least one
            row of each domain is in a batch.
        weight: by which the sample weights of the target are multiplied, at
            least 0. Without sample weights, those of the source are 1.
        steps: batches of an epoch; by default as many as it takes to see
            each row of the source once.
        seed: of both orders; they are other ones in each epoch.

    Returns:
        A `tf.data.Dataset` of `(x, y, sample_weight)`, batches with the rows
        of the source first. It ends after `steps` batches.

    Raises:
        ValueError: the data do not go together, one of them is empty or has
            values that are not finite, or an argument is out of range.

    Example:
        >>> source = np.zeros((100, 4)), np.arange(100) % 2
        >>> target = np.ones((6, 4)), np.arange(6) % 2
        >>> mixed = mix_target(source, target, 8, share=0.25, weight=3)
        >>> len(mixed)
        17
        >>> x, y, weight = next(iter(mixed))
        >>> weight.numpy().astype(int).tolist()
        [1, 1, 1, 1, 1, 1, 3, 3]
    """
    import tensorflow as tf

    check(batch_size, share, weight, steps)
    seed = options.seed(seed)
    own, few = mixture.read(source, "source"), mixture.read(target, "target")
    mixture.alike(own, few)
    own, few = mixture.common(own, few)
    rows = min(max(round(batch_size * share), 1), batch_size - 1)
    if steps is None:
        steps = math.ceil(len(own) / (batch_size - rows))
    held = [weighted(own, 1.0), weighted(few, float(weight))]
    held = tf.nest.map_structure(tf.constant, held)

    def epoch(drawn):
        sizes = batch_size - rows, rows
        parts = [
            batches(held[place], sizes[place], drawn, place)
            for place in range(2)
        ]
        return tf.data.Dataset.zip(*parts).map(stacked).take(steps)

    # One number for each epoch, from which all orders in it follow.
    numbers = tf.data.Dataset.random(seed, rerandomize_each_iteration=True)
    mixed = numbers.take(1).flat_map(epoch)
    counted = tf.data.experimental.assert_cardinality(steps)
    return mixed.apply(counted).prefetch(tf.data.AUTOTUNE)


def check(batch_size: Any, share: Any, weight: Any, steps: Any) -> None:
    """Refuses what is out of range.

    Raises:
        ValueError: something is.
    """
    if not wishes.is_count(batch_size) or batch_size < 2:
        must = "a whole number of at least 2, a row of each domain"
        raise wishes.wrong("batch_size", must, batch_size)
    if not wishes.is_number(share) or not 0 < share < 1:
        raise wishes.wrong("share", "a number between 0 and 1", share)
    if not wishes.is_number(weight) or not 0 <= weight < math.inf:
        raise wishes.wrong("weight", "a finite number of at least 0", weight)
    if steps is not None and not wishes.is_count(steps):
        raise wishes.wrong("steps", "a whole number of at least 1", steps)


def weighted(rows: mixture.Rows, weight: float) -> tuple:
    """The rows with their sample weights, multiplied."""
    own = rows.weight
    if own is None:
        own = np.ones(len(rows), "float32")
    own = nests.transform(lambda a: np.float32(weight) * np.float32(a), own)
    return rows.x, rows.y, own


def batches(rows: tuple, size: int, seed: Any, place: int) -> Any:
    """Batches of one domain without end, each pass in a new order.

    Args:
        rows: tensors.
        size: of a batch.
        seed: of the epoch.
        place: of the domain: two have orders of their own.
    """
    import tensorflow as tf

    count = tf.shape(tf.nest.flatten(rows)[0])[0]
    places = orders.passes(tf.range(count), seed + place)

    def gathered(chosen):
        return tf.nest.map_structure(lambda a: tf.gather(a, chosen), rows)

    return places.batch(size, drop_remainder=True).map(gathered)


def stacked(source: Any, target: Any) -> Any:
    """The rows of both in one batch."""
    import tensorflow as tf

    return tf.nest.map_structure(
        lambda *both: tf.concat(both, axis=0), source, target
    )
