"""Predictions for each row by a model that was not trained on it."""

import contextlib
import dataclasses
import time
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import predictions
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.improvement.labels import features

# Passes over the data of a Keras model, unless `fit` says otherwise.
FIT = {"epochs": 10, "verbose": 0}


@dataclasses.dataclass(frozen=True, eq=False)
class Judge:
    """Who predicts, and how long that may take.

    Attributes:
        model: a function that builds a compiled Keras model, an estimator of
            scikit-learn, a function that builds one, or None for a default.
        folds: parts that the rows are split into.
        seed: of the split and of the models.
        fit: arguments of `fit` of a Keras model.
        seconds: that all may take, about; None for any.
        tell: is told how far it has come.
    """

    model: Any
    folds: int
    seed: int
    fit: Mapping[str, Any]
    seconds: float | None
    tell: Callable[[str], None]


def predict(
    judge: Judge, x: Any, y: Any, values: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Out-of-fold predictions.

    Args:
        judge: who predicts.
        x: arrays, nested or not.
        y: targets as the user has them, which a Keras model is trained on.
        values: class ids, or numbers, shape (rows,).
        classes: how many there are; 0 for numbers.

    Returns:
        Shape (rows, classes), or (rows,) of numbers; and whether each row
        was judged, which is not so of all where the time was up or it was
        interrupted.
    """
    made = np.zeros((len(values), classes) if classes else len(values))
    judged = np.zeros(len(values), bool)
    begin = time.perf_counter()
    flat: dict = {}
    for number, (train, test) in enumerate(splits(judge, values, classes)):
        spent = time.perf_counter() - begin
        late = judge.seconds is not None and number
        # One more fold takes as long as those before did.
        if late and spent * (number + 1) / number > judge.seconds:
            break
        try:
            with randomness.preserved():
                found = one(judge, x, y, values, classes, train, test, flat)
        except KeyboardInterrupt:
            break
        made[test], judged[test] = found, True
        judge.tell(f"{number + 1} of {judge.folds} folds")
    return made, judged


def splits(judge: Judge, values: np.ndarray, classes: int) -> list:
    """Rows to train on and to predict, by fold; stratified by class."""
    from sklearn import model_selection

    if classes and np.bincount(values)[np.unique(values)].min() > 1:
        kind = model_selection.StratifiedKFold
    else:
        kind = model_selection.KFold
    parts = kind(judge.folds, shuffle=True, random_state=judge.seed)
    with contextlib.ExitStack() as stack:
        import warnings

        stack.enter_context(warnings.catch_warnings())
        # A class of fewer rows than folds is missing in some of them.
        warnings.simplefilter("ignore", UserWarning)
        return list(parts.split(np.zeros(len(values)), values))


def one(judge, x, y, values, classes, train, test, flat) -> np.ndarray:
    """Predictions of one fold."""
    model = judge.model
    if model is None:
        if not flat:
            flat["x"], flat["kind"] = features.flattened(x)
        model = features.default(flat["kind"], bool(classes), judge.seed)
        with features.threads(flat["x"]):
            return of_estimator(model, flat["x"], values, classes, train, test)
    if is_estimator(model):
        from sklearn import base

        model = base.clone(model)
    else:
        import keras

        keras.utils.set_random_seed(judge.seed)
        model = model()
    if is_estimator(model):
        rows = features.flattened(x)[0] if np.ndim(x) != 2 else np.asarray(x)
        return of_estimator(model, rows, values, classes, train, test)
    return of_keras(judge, model, x, y, classes, train, test)


def is_estimator(model: Any) -> bool:
    """Whether it is an estimator as scikit-learn has them, not a class."""
    return (
        not isinstance(model, type)
        and hasattr(model, "fit")
        and hasattr(model, "get_params")
    )


def of_estimator(model, x, values, classes, train, test) -> np.ndarray:
    """Predictions of an estimator for the rows of one fold."""

    def some(rows):
        return [x[row] for row in rows] if isinstance(x, list) else x[rows]

    model.fit(some(train), values[train])
    if not classes:
        return np.asarray(model.predict(some(test)), "float64").reshape(-1)
    # Classes that the fold lacks have no column.
    made = np.zeros((len(test), classes))
    made[:, model.classes_] = model.predict_proba(some(test))
    return made


@private.all_reduces_forgotten()
def of_keras(judge, model, x, y, classes, train, test) -> np.ndarray:
    """Predictions of a Keras model for the rows of one fold."""

    def some(part, rows):
        return nests.transform(lambda a: np.asarray(a)[rows], part)

    options = {**FIT, **judge.fit}
    if judge.seconds is not None:
        share = judge.seconds / judge.folds
        more = options.get("callbacks") or []
        options["callbacks"] = [*more, until(share)]
    model.fit(some(x, train), some(y, train), **options)
    task = None if classes else "regression"
    found = predictions.predict(
        model, (some(x, test), some(y, test)), name="fold", task=task
    ).outputs
    if not classes:
        return found.reshape(len(test), -1)[:, 0]
    return np.stack([1 - found, found], 1) if found.ndim == 1 else found


def until(seconds: float) -> Any:
    """A callback that ends the training when the time is up."""
    import keras

    begin = time.perf_counter()

    class Until(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if time.perf_counter() - begin > seconds:
                self.model.stop_training = True

    return Until()
