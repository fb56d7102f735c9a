"""A batch as plain tensors, whatever its structure."""

from typing import Any

import keras
import tensorflow as tf


def dense(data: Any, strategy: Any) -> tuple[list, Any]:
    """The tensors of a batch; whether there is one, in its structure."""
    leaves = []

    def take(leaf):
        if leaf is None or isinstance(leaf, tf.experimental.Optional):
            return False
        parts = [
            whole(part) for part in strategy.experimental_local_results(leaf)
        ]
        leaves.append(parts[0] if len(parts) == 1 else tf.concat(parts, 0))
        return True

    shell = keras.tree.map_structure(take, data)
    return leaves, shell


def whole(tensor: Any) -> tf.Tensor:
    """A tensor without gaps."""
    if isinstance(tensor, tf.SparseTensor):
        return tf.sparse.to_dense(tensor)
    if isinstance(tensor, tf.RaggedTensor):
        return tensor.to_tensor()
    return tf.convert_to_tensor(tensor)
