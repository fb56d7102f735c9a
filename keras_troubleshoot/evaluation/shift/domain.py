"""Whether a classifier can tell two data sets apart.

D. Lopez-Paz and M. Oquab, "Revisiting Classifier Two-Sample Tests" (ICLR 2017,
https://arxiv.org/abs/1610.06545); the area under the ROC curve instead of the
accuracy, as it does not depend on how many rows each data set has.
"""

import dataclasses

import numpy as np

FOLDS = 5
# Fewest rows of each data set that folds can be made of.
FEWEST = 20


@dataclasses.dataclass(frozen=True)
class Told:
    """How well the data sets are told apart.

    Attributes:
        auc: area under the ROC curve: the share of pairs of rows, one of each
            data set, that are put in the right order; 0.5 is chance.
        interval: where it lies.
        p_value: chance of such an area, or a larger one, without a shift.
    """

    auc: float
    interval: tuple[float, float]
    p_value: float


def told_apart(
    features: np.ndarray, side: np.ndarray, confidence: float, seed: int
) -> Told:
    """Cross-validates a classifier of the data set that a row is of.

    The mean of the scores of gradient boosting and of logistic regression.
    Folds share training rows, so that the variance of their mean is enlarged
    as by C. Nadeau and Y. Bengio, "Inference for the Generalization Error"
    (Machine Learning 52, 2003): by 1 + folds * test rows / training rows. The
    p-value has the variance that the area has over all permutations of the
    held-out labels (Mann and Whitney, 1947); the interval that of J. Hanley
    and B. McNeil, Radiology 143, 1982, on the scale of log odds.

    Args:
        features: of the rows of both, NaN where one is missing.
        side: 0 or 1, the data set of each row.
        confidence: of the interval.
        seed: of the folds.
    """
    import threadpoolctl
    from scipy import stats
    from sklearn import model_selection

    folds = model_selection.StratifiedKFold(
        FOLDS, shuffle=True, random_state=seed
    )
    areas, variances = [], []
    for train, test in folds.split(features, side):
        # Threads wait for each other longer than so few rows take.
        with threadpoolctl.threadpool_limits(1):
            found = scores(features[train], side[train], features[test])
        areas.append(area(found, side[test]))
        ones = int(side[test].sum())
        variances.append(permuted(len(test) - ones, ones))
    auc = float(np.mean(areas))
    grown = 1 + FOLDS / (FOLDS - 1)
    error = np.sqrt(grown * np.mean(variances) / FOLDS)
    p_value = float(stats.norm.sf((auc - 0.5) / error))
    counts = np.bincount(side, minlength=2)
    return Told(auc, between(auc, counts, grown, confidence), p_value)


def scores(
    features: np.ndarray, side: np.ndarray, others: np.ndarray
) -> np.ndarray:
    """How likely other rows are of the second data set, by two models."""
    from sklearn import ensemble
    from sklearn import impute
    from sklearn import linear_model
    from sklearn import pipeline
    from sklearn import preprocessing

    trees = ensemble.HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=15, early_stopping=False, random_state=0
    )
    line = pipeline.make_pipeline(
        impute.SimpleImputer(keep_empty_features=True),
        preprocessing.StandardScaler(),
        linear_model.LogisticRegression(C=0.1, max_iter=300),
    )
    return sum(
        model.fit(features, side).predict_proba(others)[:, 1]
        for model in (trees, line)
    )


def area(found: np.ndarray, side: np.ndarray) -> float:
    """The area under the ROC curve, from ranks.

    Example:
        >>> area(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
        0.75
    """
    from scipy import stats

    ranks = stats.rankdata(found)
    ones = int(side.sum())
    above = ranks[side == 1].sum() - ones * (ones + 1) / 2
    return float(above / (ones * (len(side) - ones)))


def permuted(zeros: int, ones: int) -> float:
    """Variance of the area over all permutations of the labels."""
    return (zeros + ones + 1) / (12 * zeros * ones)


def between(
    auc: float, counts: np.ndarray, grown: float, confidence: float
) -> tuple[float, float]:
    """The interval of an area."""
    from scipy import special
    from scipy import stats

    zeros, ones = counts
    # An area of exactly 1 has no variance, but is no certainty.
    auc_in = float(np.clip(auc, 0.5 / min(counts), 1 - 0.5 / min(counts)))
    q_one, q_two = auc_in / (2 - auc_in), 2 * auc_in**2 / (1 + auc_in)
    variance = auc_in * (1 - auc_in) + (ones - 1) * (q_one - auc_in**2)
    variance += (zeros - 1) * (q_two - auc_in**2)
    variance *= grown / (zeros * ones)
    half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance)
    half /= auc_in * (1 - auc_in)
    low, high = special.expit(special.logit(auc_in) + np.array([-half, half]))
    return float(min(low, auc)), float(max(high, auc))
