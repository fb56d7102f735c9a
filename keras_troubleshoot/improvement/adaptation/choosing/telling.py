"""A linear classifier of the domain that a row is of."""

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

# Strengths of regularization (`C` of scikit-learn) that are tried, for
# standardized columns and for the weights of words (heuristic).
COLUMNS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
WORDS = (0.1, 1.0, 10.0)
# Steps of the optimizer, and columns from which on principal components are
# taken instead, and how many of them (for time).
STEPS = 200
WIDE, COMPONENTS = 512, 256
# Share of the rows by which the strength is chosen.
HELD = 0.25
# Deviation below which a component says nothing.
SMALLEST = 1e-12


@contextlib.contextmanager
def calmly() -> Iterator[None]:
    """One thread, and no warnings of optimizers that stop early."""
    import threadpoolctl

    # Threads wait for each other longer than so few rows take.
    with warnings.catch_warnings(), threadpoolctl.threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield


def prepared(features: Any, seed: int) -> Any:
    """Columns of one scale; principal components where there are too many.

    The scale and the components are those of both domains together, which no
    label of a domain has any part in, so that held-out rows stay held out.
    Components keep their sizes beside each other: the domains often differ
    along a large one, which many small ones must not outweigh.

    Args:
        features: rows of both domains, dense, or sparse weights of words,
            which are left as they are.
        seed: of the components.
    """
    from scipy import sparse
    from sklearn import decomposition
    from sklearn import preprocessing

    if sparse.issparse(features):
        return features
    scaled = preprocessing.StandardScaler().fit_transform(
        np.asarray(features, "float32")
    )
    if scaled.shape[1] <= WIDE:
        return scaled
    count = min(COMPONENTS, len(scaled) - 1)
    made = decomposition.PCA(count, svd_solver="randomized", random_state=seed)
    with calmly():
        parts = made.fit_transform(scaled)
    return parts / max(float(parts[:, 0].std()), SMALLEST)


def line(strength: float) -> Any:
    """Logistic regression; domains weigh the same whatever their rows."""
    from sklearn import linear_model

    return linear_model.LogisticRegression(
        C=strength, max_iter=STEPS, class_weight="balanced"
    )


def fitted(features: Any, side: np.ndarray, seed: int) -> Any:
    """A classifier, of the strength that predicts held-out rows best.

    Args:
        features: shape (rows, columns), as `prepared` makes them.
        side: 0 or 1, the domain of each row.
        seed: of the rows that are held out meanwhile.
    """
    from scipy import sparse
    from sklearn import metrics
    from sklearn import model_selection
    from sklearn.utils import class_weight

    strengths = WORDS if sparse.issparse(features) else COLUMNS
    train, test = model_selection.train_test_split(
        np.arange(len(side)), test_size=HELD, stratify=side, random_state=seed
    )
    weight = class_weight.compute_sample_weight("balanced", side[test])
    lost = {}
    for strength in strengths:
        model = line(strength).fit(features[train], side[train])
        made = model.predict_proba(features[test])
        lost[strength] = metrics.log_loss(
            side[test], made, sample_weight=weight
        )
    best = min(lost, key=lost.get)
    return line(best).fit(features, side)
