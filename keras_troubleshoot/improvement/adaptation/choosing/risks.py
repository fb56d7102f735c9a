"""The loss of each row of the source."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import passes


def of_rows(
    model: Any,
    outputs: dict[str, np.ndarray],
    y: Any,
    loss: str | Callable | None = None,
) -> np.ndarray:
    """The compiled loss of each row, without penalties of weights.

    Args:
        model: compiled, unless `loss` is given.
        outputs: of the rows, by name.
        y: their targets, in the structure of the outputs.
        loss: to take instead: its name, a Keras loss, or a function of
            targets and outputs. With several outputs, it is not taken.

    Returns:
        Shape (rows,), float64; of several outputs the weighted sum.

    Raises:
        ValueError: if there is no loss, or targets do not fit it.
    """
    import tensorflow as tf

    true = nests.transform(passes.as_fed, y)
    try:
        parts = paired(model, outputs, true, loss)
        values = [weight * each(one, a, b) for one, weight, a, b in parts]
    except KeyError as error:
        raise refused(f"no target named {error}") from error
    except (ValueError, TypeError, tf.errors.OpError) as error:
        raise refused(passes.first_lines(error)) from error
    if not values:
        raise ValueError(
            "`model` must be compiled with a loss, or `loss` be given, "
            "received: neither. To mend it, pass "
            "`loss='sparse_categorical_crossentropy'` or compile the model."
        )
    return np.sum(values, axis=0)


def refused(said: str) -> ValueError:
    """The error for targets that a loss does not take."""
    return ValueError(
        f"The loss must take the targets of the source, but raised: "
        f"{said.rstrip('.')}. To mend it, pass targets as `fit` takes them."
    )


def paired(model, outputs, true, loss) -> list[tuple]:
    """(loss, weight, target, output) of each output.

    Raises:
        ValueError: if a loss is given for several outputs.
    """
    import keras

    made = [passes.as_fed(np.asarray(o, "float32")) for o in outputs.values()]
    if loss is not None:
        if len(made) > 1:
            raise ValueError(
                "`loss` must not be given for several outputs. To mend it, "
                "compile the model with a loss for each"
            )
        return [(keras.losses.get(loss), 1.0, true, made[0])]
    if not model.compiled:
        return []
    by_name = dict(zip(outputs, made, strict=True))
    structure = made[0]
    if len(made) > 1:
        structure = by_name if isinstance(true, dict) else made
    return [
        (part, 1.0 if weight is None else float(weight), a, b)
        for part, weight, a, b in keras_internals.loss_parts(
            model, true, structure
        )
    ]


def each(loss: Any, true: Any, output: Any) -> np.ndarray:
    """The values of one loss, the mean over all but the rows."""
    import keras

    if isinstance(loss, keras.losses.Loss):
        # As `Loss.__call__` does before it reduces.
        true, output = (
            keras.ops.convert_to_tensor(part, dtype=loss.dtype)
            for part in (true, output)
        )
        values = loss.call(true, output)
    else:
        values = loss(true, output)
    values = np.asarray(values, "float64")
    if not values.ndim or len(values) != len(output):
        raise ValueError(
            f"a value for each row was expected, not the shape {values.shape}"
        )
    return values.reshape(len(values), -1).mean(axis=1)
