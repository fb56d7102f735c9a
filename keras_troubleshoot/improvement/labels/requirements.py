"""What `label_errors` must be given, said before any work starts."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import whole
from keras_troubleshoot.improvement.labels import folds as folds_lib
from keras_troubleshoot.improvement.labels import peer

METHODS = ("auto", "own", "cleanlab")


def check(model, folds, fit, seconds, method) -> None:
    """Checks what does not depend on the data.

    Raises:
        TypeError: if the model or `fit` is of another type.
        ValueError: if a number or a word is out of range.
    """
    keras = private.keras()
    if keras is not None and isinstance(model, keras.Model):
        raise TypeError(
            "`model` must be a function that builds a fresh compiled model "
            f"for each fold, received: the model {model.name!r}. To mend it, "
            "pass `build_model`, not `build_model()`."
        )
    known = model is None or callable(model) or folds_lib.is_estimator(model)
    if not known:
        raise TypeError(
            "`model` must be a function that builds a compiled Keras model, "
            "or an estimator of scikit-learn, received: "
            f"{type(model).__name__}. To mend it, pass one, or leave it out."
        )
    if fit is not None and not isinstance(fit, Mapping):
        raise TypeError(
            "`fit` must be a dictionary of arguments of `fit`, received: "
            f"{type(fit).__name__}. To mend it, pass `fit={{'epochs': 5}}`."
        )
    whole_number = isinstance(folds, int) and not isinstance(folds, bool)
    if not whole_number or folds < 2:
        raise wrong("folds", "a whole number of at least 2", folds)
    timed = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if seconds is not None and not (timed and seconds > 0):
        raise wrong("seconds", "a number above 0, or None", seconds)
    if method not in METHODS:
        raise wrong("method", f"one of {METHODS}", method)
    if method == "cleanlab" and not peer.installed():
        raise ValueError(
            "`method` may be 'cleanlab' only where cleanlab is installed, "
            "which it is not. To mend it, run `pip install cleanlab`, or leave "
            "`method` out, for the same estimator."
        )


def wrong(name: str, must: str, value: Any) -> ValueError:
    """The error for an argument that is out of range."""
    return ValueError(
        f"`{name}` must be {must}, received: {name}={value!r}. To mend it, "
        "leave it out."
    )


def arrays(x: Any, y: Any) -> tuple[Any, Any]:
    """The data as NumPy arrays; streams are read to their end.

    Raises:
        ValueError: if they cannot be read, or `y` is missing.
    """
    if isinstance(x, list) and x and isinstance(x[0], str):
        x = np.asarray(x, object)
    stream = reading.stream_reader(x)
    if stream is not None:
        reading.read(x, y, limit=1)
        parts = list(whole.parts(x))
        x, y = (
            nests.transform(lambda *same: np.concatenate(same), *each)
            for each in zip(*parts, strict=True)
        )
    else:
        reading.read(x, limit=1)
        x = nests.transform(lambda leaf: rows_lib.take(leaf, None), x)
    if y is None:
        raise ValueError(
            "`y` must hold the labels that are to be judged, received: None. "
            "To mend it, pass one label for each row."
        )
    plain = isinstance(y, list) and not any(
        rows_lib.is_array(leaf) for leaf in nests.arrays(y)
    )
    return x, np.asarray(y) if plain else y


def shares(probabilities: Any, rows: int) -> np.ndarray:
    """Out-of-fold predictions that were recorded.

    Raises:
        ValueError: if they are not finite, or of another length.
    """
    made = np.asarray(probabilities)
    good = made.dtype.kind in "biuf" and made.ndim in (1, 2)
    good = good and len(made) == rows and np.isfinite(made).all()
    if good and made.ndim == 2 and made.shape[1] == 1:
        made = made[:, 0]
    if not good:
        raise ValueError(
            f"`probabilities` must be finite numbers of shape ({rows}, "
            f"classes), received: {made.dtype} of shape {made.shape}. To mend "
            "it, pass one row of out-of-fold probabilities for each label."
        )
    off = made.ndim == 2 and np.abs(made.sum(axis=1) - 1).max() > 0.01
    if off or (made.ndim == 2 and made.min() < 0):
        raise ValueError(
            "`probabilities` must sum to 1 in each row, received: sums from "
            f"{made.sum(axis=1).min():.3g} to {made.sum(axis=1).max():.3g}. To "
            "mend it, apply a softmax to logits first."
        )
    return made.astype("float64")


def lengths(x: Any, labels: Any, folds: int) -> None:
    """Checks that the data go together.

    Raises:
        ValueError: if they differ in length, or are too few.
    """
    rows = len(labels.values)
    for name, array in nests.leaves(x, "x"):
        if len(array) != rows:
            raise ValueError(
                "All arrays must have the same number of rows, received: "
                f"{name} has {len(array)}, y has {rows}. To mend it, pass one "
                "label for each row."
            )
    if rows < 2 * folds:
        raise ValueError(
            f"`x` must have at least {2 * folds} rows, two for each fold, "
            f"received: {rows}. To mend it, pass more rows, or fewer `folds`."
        )
