"""Predictions of an estimator as scikit-learn has them."""

import sys
from typing import Any

import numpy as np

from keras_troubleshoot.facts import recorded
from keras_troubleshoot.facts.predictions import Predictions


def is_estimator(model: Any) -> bool:
    """Whether something predicts, and is no Keras model."""
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(model, keras.Model):
        return False
    return hasattr(model, "predict") and not hasattr(model, "compile")


def predict(model: Any, data: Any, name: str, task: str | None) -> Predictions:
    """Predictions for the rows of `(x, y)` or `(x, y, sample_weight)`.

    Raises:
        ValueError: if the data are something else, or the estimator refuses
            them.
    """
    if not isinstance(data, tuple | list) or len(data) not in (2, 3):
        raise ValueError(
            f"`{name}` must be `(x, y)` or `(x, y, sample_weight)` for an "
            f"estimator, received: {type(data).__name__}. To mend it, pass "
            "arrays."
        )
    x, y, weight = (*data, None)[:3]
    y = np.asarray(y)
    classes = getattr(model, "classes_", None)
    if classes is None or task == "regression":
        outputs = asked(model, "predict", x, name)
        return recorded.predictions(y, outputs, task, weight, name)
    y = places(y, np.asarray(classes), name)
    if hasattr(model, "predict_proba"):
        outputs = asked(model, "predict_proba", x, name)
    else:
        chosen = np.searchsorted(classes, asked(model, "predict", x, name))
        outputs = np.eye(len(classes))[chosen]
    if len(classes) == 2:
        return recorded.predictions(y, outputs[:, 1], "binary", weight, name)
    return recorded.predictions(y, outputs, "multiclass", weight, name)


def places(y: np.ndarray, classes: np.ndarray, name: str) -> np.ndarray:
    """The places of targets among the classes that an estimator knows.

    Raises:
        ValueError: if it does not know one.
    """
    if y.ndim > 1:
        y = recorded.as_ids(recorded.numbers(y, "y"), name)
    unknown = ~np.isin(y, classes)
    if unknown.any():
        raise ValueError(
            f"The targets of {name} must be classes that the model knows, "
            f"received: {y[unknown][0]!r}, which is not among "
            f"{list(classes[:5])}. To mend it, train it with all classes."
        )
    return np.searchsorted(classes, y)


def asked(model: Any, method: str, x: Any, name: str) -> np.ndarray:
    """What a method of the estimator returns for some rows.

    Raises:
        ValueError: if it raises.
    """
    try:
        return np.asarray(getattr(model, method)(x))
    except Exception as error:
        raise ValueError(
            f"The model must predict for {name}, but {type(model).__name__}."
            f"{method} raised {type(error).__name__}: "
            f"{str(error).rstrip('.'):.200}. To mend it, call it yourself."
        ) from error
