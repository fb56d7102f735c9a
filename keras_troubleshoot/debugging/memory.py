"""`kts.debugging.memory`: what a step needs, and what batch size fits."""

import numbers
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.batch_sizes import BatchSizes as BatchSizes
from keras_troubleshoot.debugging.batch_sizes import (
    find_batch_size as find_batch_size,
)
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.facts.memory import Estimate
from keras_troubleshoot.facts.memory import estimate as measured
from keras_troubleshoot.facts.passes import as_fed
from keras_troubleshoot.facts.passes import first_lines

__all__ = ["BatchSizes", "estimate", "find_batch_size"]


def estimate(
    model: Any,
    batch_size: int,
    optimizer: Any = None,
    x: Any = None,
    y: Any = None,
) -> Estimate:
    """What one training step of a model needs of memory, layer by layer.

    Nothing is computed and nothing changed: forward pass, loss and backward
    pass are traced as a graph, on symbols. The tensors of the forward pass
    that the backward pass reads are those that are kept; the peak follows
    from when each tensor is made and last read.

    On a CPU it was within 15% of the measured peak for four kinds of models
    (`benchmarks/memory_estimate.py`). Not counted: what TensorFlow itself
    takes (some 500 MB), the data in memory, the workspace of GPU libraries;
    XLA may need less.

    Args:
        model: a `keras.Model`; one that is not built needs `x`.
        batch_size: rows of a batch.
        optimizer: name or `keras.optimizers.Optimizer`; by default the one
            that the model was compiled with, or none.
        x: arrays of inputs, any number of rows: for models that declare no
            inputs, or inputs with open axes.
        y: arrays of targets; by default such as fit the compiled loss.

    Returns:
        The estimate: `weights`, `gradients`, `slots` (of the optimizer),
        `activations` and `total` in bytes, `layers`, `sorted(by)`; `print`
        shows it as a table.

    Raises:
        TypeError: if `model` is no Keras model.
        ValueError: if `batch_size` is no positive integer, `optimizer` no
            optimizer, `x` is needed and not given, or the model does not
            run.
        RuntimeError: if Keras runs on another backend than TensorFlow.

    Example:
        ```python
        needed = kts.debugging.memory.estimate(model, 64)
        print(needed)
        print(needed.sorted("activations")[0])
        ```
    """
    subjects.require_model(model)
    batch_size = positive(batch_size)
    optimizer = resolved(optimizer, model)
    given = declared(model, batch_size) if x is None else specs(x, batch_size)
    wanted = None if y is None else specs(y, batch_size)
    try:
        if x is not None and not model.built:
            keras_internals.build(model, nests.transform(np.asarray, x))
        return measured(model, batch_size, given, wanted, optimizer)
    except Exception as error:
        raise ValueError(
            "`model` must be one whose forward pass and loss run in training, "
            f"received: model={model.name!r}: {first_lines(error)} To mend "
            "it, see `print(kts.debugging.step_through(model, x, y))`."
        ) from error


def positive(batch_size: Any) -> int:
    """The batch size, which must be a positive integer."""
    whole = isinstance(batch_size, numbers.Integral)
    if whole and not isinstance(batch_size, bool) and batch_size > 0:
        return int(batch_size)
    raise ValueError(
        "`batch_size` must be a positive integer, received: "
        f"batch_size={batch_size!r}. To mend it, give the number of rows of "
        "a batch, such as 32."
    )


def resolved(optimizer: Any, model: Any):
    """The optimizer that is meant; None for none."""
    import keras

    if optimizer is None:
        return getattr(model, "optimizer", None)
    try:
        return keras.optimizers.get(optimizer)
    except ValueError as error:
        raise ValueError(
            "`optimizer` must be a Keras optimizer or the name of one, "
            f'received: optimizer={optimizer!r}. To mend it, say "adam", or '
            "leave it out to take that of `compile`."
        ) from error


def declared(model: Any, batch_size: int):
    """Specs of the inputs that a model declares."""
    import keras
    import tensorflow as tf

    shapes = keras_internals.input_shapes(model)
    if not shapes or any(None in shape[1:] for shape in shapes.values()):
        why = "open axes" if shapes else "no inputs"
        raise ValueError(
            f"`x` must be given where a model declares {why}, received: "
            "x=None. To mend it, pass a few rows of the data: "
            "`estimate(model, batch_size, x=x_train[:8])`."
        )
    fixed = keras_internals.fixed_batch(model)
    if fixed not in (None, batch_size):
        raise ValueError(
            f"`batch_size` must be {fixed}, which the model insists on, "
            f"received: batch_size={batch_size}. To mend it, pass {fixed}, "
            "or build the model without a batch size."
        )
    return keras.tree.map_structure(
        lambda t: tf.TensorSpec((batch_size, *t.shape[1:]), t.dtype),
        structure(model),
    )


def structure(model: Any):
    """The inputs of a model in the structure in which it takes them."""
    known = keras_internals.input_structure(model)
    if known is not None:
        return known
    return model.inputs[0] if len(model.inputs) == 1 else model.inputs


def specs(arrays: Any, batch_size: int):
    """Specs of batches of arrays."""
    import tensorflow as tf

    def spec(array):
        row = as_fed(np.asarray(array)[:1])
        return tf.TensorSpec((batch_size, *row.shape[1:]), row.dtype)

    return nests.transform(spec, arrays)
