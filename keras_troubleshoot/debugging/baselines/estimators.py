"""The simple models, and how each of them sees the columns."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

# Labels, or numbers to predict at once, for which trees are grown.
MOST_OUTPUTS = 10
# Steps of the optimizer of a linear model.
STEPS = 200
# Inverse strengths of its regularization.
STRENGTHS = (0.01, 0.1, 1.0, 10.0)
NEIGHBOURS = 5


@dataclasses.dataclass(frozen=True)
class Estimator:
    """One simple model.

    Attributes:
        name: in words.
        make: `make(seed)`: a fresh one of scikit-learn.
        view: the columns that it takes, a method of `Columns`; empty for one
            that does not look at the inputs.
    """

    name: str
    make: Callable[[int], Any]
    view: str


def estimators(task: str, outputs: int) -> list[Estimator]:
    """The simple models for a task, the simplest first.

    Args:
        task: as `telling.TASKS` has it.
        outputs: numbers or labels of a row.
    """
    if task == "regression":
        return regressors(outputs)
    return classifiers(outputs)


def regressors(outputs: int) -> list[Estimator]:
    """For numbers."""
    from sklearn import dummy
    from sklearn import ensemble
    from sklearn import linear_model
    from sklearn import multioutput
    from sklearn import neighbors

    def trees(seed):
        one = ensemble.HistGradientBoostingRegressor(random_state=seed)
        return one if outputs == 1 else multioutput.MultiOutputRegressor(one)

    found = [
        Estimator("mean", lambda seed: dummy.DummyRegressor(), view=""),
        Estimator(
            "linear regression",
            lambda seed: linear_model.RidgeCV(np.geomspace(0.01, 1e4, 13)),
            view="scaled",
        ),
        Estimator(
            f"{NEIGHBOURS} nearest neighbours",
            lambda seed: neighbors.KNeighborsRegressor(NEIGHBOURS),
            view="few",
        ),
        Estimator("gradient boosting", trees, view="shallow"),
    ]
    return found if outputs <= MOST_OUTPUTS else found[:-1]


def classifiers(outputs: int) -> list[Estimator]:
    """For classes, or for several labels at once."""
    from sklearn import dummy
    from sklearn import ensemble
    from sklearn import multioutput
    from sklearn import neighbors

    def each(one):
        return one if outputs == 1 else multioutput.MultiOutputClassifier(one)

    def trees(seed):
        # Where rows of a class are few, early stopping cannot hold some out.
        kind = ensemble.HistGradientBoostingClassifier
        return each(kind(early_stopping=False, random_state=seed))

    found = [
        Estimator(
            "majority",
            lambda seed: dummy.DummyClassifier(strategy="most_frequent"),
            view="",
        ),
        Estimator(
            "logistic regression", lambda seed: each(logistic()), "scaled"
        ),
        Estimator(
            f"{NEIGHBOURS} nearest neighbours",
            lambda seed: neighbors.KNeighborsClassifier(NEIGHBOURS),
            view="few",
        ),
        Estimator("gradient boosting", trees, view="shallow"),
    ]
    return found if outputs <= MOST_OUTPUTS else found[:-1]


def logistic():
    """Logistic regression, its regularization chosen on two halves."""
    from sklearn import linear_model
    from sklearn import model_selection

    one = linear_model.LogisticRegression(max_iter=STEPS)
    return model_selection.GridSearchCV(one, {"C": STRENGTHS}, cv=2)
