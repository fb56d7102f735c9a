"""Outputs as one number, for gradients."""

from typing import Any

from keras_troubleshoot.facts.influence import weighted
from keras_troubleshoot.facts.recorder import tensors


def projection(outputs: Any, rows: Any = None) -> Any:
    """The sum of all outputs, each number times an uneven weight.

    The weights are fixed, and so uneven that nothing cancels: rows of a
    softmax sum to a constant.

    Args:
        outputs: tensors in any structure; those that are no floats are left
            out.
        rows: which rows of each, as truth values; None for all.

    Returns:
        A scalar tensor; None where nothing can be summed.
    """
    import tensorflow as tf

    total = None
    for output in tensors(outputs):
        if not output.dtype.is_floating:
            continue
        values = tf.cast(output, "float32")
        values = values if rows is None else tf.boolean_mask(values, rows)
        part = tf.reduce_sum(weighted(values))
        total = part if total is None else total + part
    return total
