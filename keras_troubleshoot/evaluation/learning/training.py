"""Trains a fresh model on some rows."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import private

# Where nothing is said of epochs: steps without progress after which training
# ends, epochs it is given, and steps between two looks at the validation loss,
# at least (heuristic).
PATIENCE, EPOCHS, STEPS = 200, 100, 20


def trained(
    build: Callable[[], Any],
    x: Any,
    y: Any,
    validation: tuple[Any, Any],
    fit: Mapping[str, Any] | Callable | None,
) -> Any:
    """A model that `build` made, trained on `x` and `y`.

    Args:
        build: returns a compiled Keras model, or an estimator.
        x: inputs.
        y: targets.
        validation: inputs and targets, by which a Keras model ends training
            where `fit` does not say for how long.
        fit: arguments of `fit`; or a function of model, inputs and targets.

    Raises:
        TypeError: if `build` returns something else.
        ValueError: if the training raises.
    """
    model = build()
    if not hasattr(model, "fit"):
        raise TypeError(
            "`build` must return a model that can be fitted, received: "
            f"{type(model).__name__}. To mend it, return a compiled Keras "
            "model, or an estimator."
        )
    try:
        if callable(fit):
            fit(model, x, y)
        elif hasattr(model, "compile"):
            train_keras(model, x, y, validation, dict(fit or {}))
        else:
            model.fit(x, y, **dict(fit or {}))
    except Exception as error:
        raise ValueError(
            f"The model must train on {len(leaf(y)):,} rows, but "
            f"{type(error).__name__} was raised: "
            f"{str(error).rstrip('.'):.300}. To mend it, try "
            "`build().fit(x, y)` by itself."
        ) from error
    return model


@private.all_reduces_forgotten()
def train_keras(
    model: Any, x: Any, y: Any, validation: tuple[Any, Any], given: dict
) -> None:
    """Trains a Keras model; for how long, the validation loss says.

    Without `epochs`, until it has not fallen for some time; the weights of
    the best epoch are taken. An epoch then holds the rows several times where
    they are few, so that a small subset is neither trained for fewer steps
    than it needs, nor looked at after each of them.

    Raises:
        ValueError: if the model has no loss.
    """
    import keras

    if not model.compiled:
        raise ValueError("it is not compiled")
    given = {"verbose": 0} | given
    if "epochs" in given:
        model.fit(x, y, **given)
        return
    rows = len(leaf(y))
    steps = int(np.ceil(rows / (given.get("batch_size") or 32)))
    times = int(np.ceil(STEPS / steps))
    patience = max(5, int(np.ceil(PATIENCE / (steps * times))))
    stop = keras.callbacks.EarlyStopping(
        "val_loss", patience=patience, restore_best_weights=True
    )
    given = {"validation_data": validation, "epochs": EPOCHS} | given
    given["callbacks"] = [*(given.get("callbacks") or []), stop]
    again = np.tile(np.arange(rows), times)
    x, y = (nests.transform(lambda a: a[again], part) for part in (x, y))
    model.fit(x, y, **given)


def leaf(y: Any) -> Any:
    """One of the arrays of the targets."""
    return nests.arrays(y)[0]
