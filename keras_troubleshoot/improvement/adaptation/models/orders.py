"""Orders of rows that hang on a seed and on the epoch, on nothing else.

`Dataset.shuffle(...).repeat()` draws a seed for each time through. Where
`tf.data` fetches ahead of what an epoch takes, which is a matter of chance, the
next epoch has another order than in the run before.
"""

from typing import Any

import tensorflow as tf


def shuffled_forever(rows: Any, seed: int | None) -> Any:
    """Rows without end, each time through in another order.

    Args:
        rows: a tensor.
        seed: of all orders; None follows Keras' own.

    Returns:
        A `tf.data.Dataset` of scalars; each time that it is iterated over,
        once an epoch, its orders are others.
    """
    # One number for each epoch, from which all orders in it follow.
    drawn = tf.data.Dataset.random(seed, rerandomize_each_iteration=True)
    made = drawn.take(1).flat_map(lambda number: passes(rows, number))
    return made.apply(endless)


def passes(rows: Any, drawn: Any) -> Any:
    """Rows without end, each time through in an order of its own.

    Args:
        rows: a tensor.
        drawn: a number, a tensor.
    """
    turns = tf.data.Dataset.counter()
    return turns.map(lambda turn: shuffled(rows, drawn, turn)).unbatch()


def shuffled(rows: Any, seed: Any, turn: Any) -> Any:
    """Rows in an order that hangs on the seed and the turn alone.

    `Dataset.shuffle` takes no seed that is a tensor where Keras' own is 0.
    """
    return tf.random.experimental.stateless_shuffle(
        rows, tf.stack([seed, turn])
    )


def endless(dataset: Any) -> Any:
    """Tells that it has no end, which Keras asks for and `tf.data` cannot see.

    For `Dataset.apply`.
    """
    told = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
    return dataset.apply(told)
