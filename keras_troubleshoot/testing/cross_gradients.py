"""Gradients that go from the outputs of some rows to the inputs of others."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.testing.comparing import wide
from keras_troubleshoot.testing.projecting import projection


@dataclasses.dataclass(frozen=True)
class Crossing:
    """A gradient of outputs of other rows.

    Attributes:
        input: name of the input.
        row: whose input it is.
        size: its largest number.
        own: the largest one by the inputs of those rows themselves.
    """

    input: str
    row: int
    size: float
    own: float


def crossing(runner: Runner, kept: np.ndarray, rtol: float) -> Crossing | None:
    """The largest gradient by inputs of rows that are not kept.

    Args:
        runner: of the model.
        kept: which rows to take the outputs of, as truth values.
        rtol: what counts as zero, relative to the largest gradient by the
            inputs of the rows that are kept.

    Returns:
        None where all are zero, or where there are no gradients.
    """
    for name, gradient in by_inputs(runner, kept):
        size = np.nan_to_num(np.abs(gradient.reshape(len(kept), -1)))
        size = size.max(axis=1, initial=0.0)
        own, others = size[kept].max(), np.where(kept, 0.0, size)
        row = int(np.argmax(others))
        if others[row] > rtol * own:
            return Crossing(name, row, float(others[row]), float(own))
    return None


def by_inputs(
    runner: Runner, kept: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Gradients of the outputs of some rows, by the numbers of each input."""
    import tensorflow as tf

    x = runner.x()
    inputs = {
        name: tensor
        for name, tensor in nests.leaves(x, "x")
        if tensor.dtype.is_floating
    }
    with tf.GradientTape() as tape:
        tape.watch(list(inputs.values()))
        total = projection(runner.run(x), tf.constant(kept))
    if total is None:
        return
    try:
        found = tape.gradient(total, inputs)
    except LookupError:
        # An operation without a gradient.
        return
    for name, gradient in found.items():
        if gradient is not None:
            yield name, wide(tf.convert_to_tensor(gradient))
