"""`assert_batch_independent`: a row is predicted as if it were alone."""

from typing import Any

from keras_troubleshoot.facts import nests
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.testing import arguments
from keras_troubleshoot.testing import comparing
from keras_troubleshoot.testing import determinism
from keras_troubleshoot.testing import rounding
from keras_troubleshoot.testing import row_influence
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import looked_at


def assert_batch_independent(
    model: Any, x: Any, *, rtol: float | None = None, atol: float = 0.0
) -> None:
    """Asserts that inference on a row does not heed the rows beside it.

    Some rows are run together; then with other rows in the place of the
    rest, for several ways to split them, such that each pair is told apart;
    then in reverse order; then some of them alone. At last the gradients of
    the outputs of some rows by the inputs of the others must be zero, which
    finds what mixes rows on the way back only, as a gradient of one's own
    may.

    Args:
        model: a `keras.Model` of any kind, compiled or not.
        x: what `predict` takes; two rows at least, which differ.
        rtol: how far an output may be apart, relative to the largest value
            of that output. None: 1e-4 for models in float32, 0.01 in
            float16 and on GPUs with TensorFloat-32, 0.08 in bfloat16 (see
            `comparing` for why); more for rows alone where a model magnifies
            roundings, which is measured by moving all weights by one (see
            `rounding`).
        atol: how far it may be apart beyond that, in its own units;
            gradients are compared by `rtol` only.

    Raises:
        AssertionError: if an output of a row changes; names the rows, how
            much, and the layer in which it begins.
        TypeError: if `model` is no Keras model.
        ValueError: if the data cannot be read, rows do not differ, or the
            model cannot be run or has no output for each row.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> assert_batch_independent(net, np.eye(2))
    """
    __tracebackhide__ = True
    arguments.require_tolerances(rtol=rtol, atol=atol)
    with looked_at(model, x) as look:
        require_different_rows(look)
        determinism.require_repeats(look, look.runner.x())
        allowed = comparing.tolerance(model, rtol, atol)
        loose = allowed if rtol is not None else rounding.of(look, allowed)
        found = row_influence.RowInfluence(look, allowed, loose)
        problem = found.problem()
    if problem:
        raise AssertionError(problem)


def require_different_rows(look: Look) -> None:
    """Raises unless rows can take the place of each other.

    Raises:
        ValueError: if there is one row, or all are the same.
    """
    arrays = nests.arrays(look.sample.x)
    if look.rows < 2 or all((a == a[:1]).all() for a in arrays):
        raise ValueError(
            "`x` must have rows that differ, received: "
            f"{counted(len(arrays[0]), 'row')}, all the same. To mend it, "
            "pass such as `np.random.default_rng(0).normal(size=(8, ...))`."
        )
