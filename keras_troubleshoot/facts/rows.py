"""Rows of one array of any kind that `fit` takes, as a NumPy array."""

import sys
from typing import Any

import numpy as np

from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import sample


def count(array: Any, name: str) -> int:
    """How many rows an array has, without reading it.

    Args:
        array: array, tensor or table.
        name: as the user would write it.

    Returns:
        The length of its first axis.

    Raises:
        sample.UnreadableData: it is not an array, a number, or empty.
    """
    if not is_array(array):
        raise refuse(array, name)
    shape = shape_of(array)
    if len(shape) == 0:
        raise sample.unreadable(
            f"`{name}` must have one row per example, received: a single "
            f"value of type {type(array).__name__}.",
            "pass an array with at least one axis",
            where=name,
        )
    rows = int(shape[0])
    if rows == 0:
        raise sample.unreadable(
            f"`{name}` must have at least one row, received: an empty array "
            f"of shape {tuple(shape)}.",
            "check how the data were loaded or filtered",
            where=name,
        )
    return rows


def shape_of(array: Any) -> tuple:
    """Shape of an array, without converting it where it tells."""
    return tuple(array.shape if hasattr(array, "shape") else np.shape(array))


def refuse(value: Any, name: str) -> sample.UnreadableData:
    """The error for what is no array: says which mistake it probably is."""
    if value is None:
        return sample.unreadable(
            f"`{name}` must be an array, received: None.",
            "pass the data, and check that the function that loads them "
            "returns them",
            where=name,
        )
    if isinstance(value, (bool, int, float, complex, str, bytes)):
        outer = name.rpartition("[")[0]
        if outer:
            return sample.unreadable(
                f"`{outer}` is a list of plain values, which `fit` takes for "
                "one input per value.",
                f"pass `np.asarray({outer})`, with rows of equal length",
                where=outer,
            )
    return sample.unreadable(
        f"`{name}` must be an array, a tensor, a tf.data.Dataset, a "
        f"PyDataset or a generator, received: a {type(value).__name__}.",
        "convert it with `np.asarray`",
        where=name,
    )


def is_array(value: Any) -> bool:
    """Whether Keras would take rows of it: array, tensor or table."""
    if isinstance(value, (np.ndarray, np.generic)):
        return True
    return (
        hasattr(value, "__array__")
        or is_scipy_sparse(value)
        or (is_tensorflow(value))
    )


def is_scipy_sparse(value: Any) -> bool:
    """Whether it is a sparse matrix of SciPy, as Keras tells them."""
    return type(value).__module__.startswith("scipy.sparse") and hasattr(
        value, "tocsr"
    )


def is_tensorflow(value: Any) -> bool:
    """Whether it is a tensor of TensorFlow: dense, sparse or ragged."""
    tf = private.tensorflow()
    return tf is not None and (
        tf.is_tensor(value)
        or isinstance(value, (tf.SparseTensor, tf.RaggedTensor))
    )


def take(array: Any, indices: np.ndarray | None) -> np.ndarray:
    """Some rows of an array; only these are read or copied.

    Args:
        array: of any kind for which `is_array` holds.
        indices: which rows, sorted; None for all.

    Returns:
        A dense NumPy array, read-only where it is the user's own memory.
        Ragged rows are filled up with zeros.
    """
    if isinstance(array, np.ndarray):
        part = array if indices is None else array[indices]
        return read_only(np.asarray(part))
    if hasattr(array, "iloc"):
        part = array if indices is None else array.iloc[indices]
        return np.asarray(part.to_numpy())
    if is_scipy_sparse(array):
        table = array.tocsr()
        return (table if indices is None else table[indices]).toarray()
    if is_tensorflow(array):
        return take_tensor(array, indices)
    if not hasattr(array, "shape"):
        array = np.asarray(array)
    part = array if indices is None else array[indices]
    if "torch" in sys.modules and hasattr(part, "detach"):
        part = part.detach().cpu()
    return read_only(np.asarray(part))


def take_tensor(tensor: Any, indices: np.ndarray | None) -> np.ndarray:
    """Some rows of a tensor of TensorFlow."""
    import tensorflow as tf

    if isinstance(tensor, tf.SparseTensor):
        return take_sparse(tensor, indices)
    if indices is not None:
        tensor = tf.gather(tensor, indices)
    if isinstance(tensor, tf.RaggedTensor):
        tensor = tensor.to_tensor()
    return read_only(np.asarray(tensor))


def take_sparse(tensor: Any, indices: np.ndarray | None) -> np.ndarray:
    """Some rows of a sparse tensor: looks at each stored value once."""
    where, values = tensor.indices.numpy(), tensor.values.numpy()
    shape = tuple(int(n) for n in tensor.shape)
    indices = np.arange(shape[0]) if indices is None else indices
    position = np.searchsorted(indices, where[:, 0])
    position = np.minimum(position, len(indices) - 1)
    kept = indices[position] == where[:, 0]
    dense = np.zeros((len(indices), *shape[1:]), values.dtype)
    dense[(position[kept], *where[kept, 1:].T)] = values[kept]
    return dense


def read_only(array: np.ndarray) -> np.ndarray:
    """A view that nobody can write through: it may be the user's array."""
    view = array.view()
    view.flags.writeable = False
    return view


def row_bytes(array: Any) -> int:
    """Bytes of one dense row, as far as the shape says."""
    shape = getattr(array, "shape", ())[1:]
    items = int(np.prod([n or 1 for n in shape], dtype=float))
    size = getattr(getattr(array, "dtype", None), "itemsize", None)
    return max(1, items * (size or 8))
