"""Density ratios of two domains, by a classifier of the domain."""

import numpy as np

from keras_troubleshoot.improvement.adaptation.choosing import telling

# Parts of the held-out source, each weighed by a classifier trained on the
# others.
FOLDS = 5
# Rows of a domain that a classifier needs.
FEWEST = 10


def of_source(
    held: np.ndarray,
    target: np.ndarray,
    train: np.ndarray | None = None,
    seed: int = 0,
) -> np.ndarray:
    """How much denser the target is than the source, at rows of the source.

    `p(target | f) / p(source | f)` of logistic regression that weighs both
    domains the same, on the features f.

    Args:
        held: features of the rows to be weighed, shape (rows, features).
        target: of rows of the target.
        train: of other rows of the source, by which the classifier is
            trained. None trains it on the parts of `held` that are not
            weighed by it.
        seed: of the parts.

    Returns:
        Shape (rows,); their mean is near 1 where the domains overlap.

    Raises:
        ValueError: if there are too few rows.
    """
    for name, part in (("source", held), ("target", target)):
        if len(part) < FEWEST:
            raise ValueError(
                f"`{name}` must have at least {FEWEST} rows for "
                f"`deep_embedded_validation`, received: {len(part)}. To mend "
                "it, pass more."
            )
    parts = [part for part in (held, target, train) if part is not None]
    ends = np.cumsum([len(part) for part in parts])[:-1]
    scaled = telling.prepared(np.concatenate(parts), seed)
    held, target, *others = np.split(scaled, ends)
    with telling.calmly():
        if others:
            return weighed(others[0], target, held, seed)
        return crossfitted(held, target, seed)


def crossfitted(held: np.ndarray, target: np.ndarray, seed: int) -> np.ndarray:
    """Each row weighed by a classifier that had not seen it."""
    from sklearn import model_selection

    made = np.zeros(len(held))
    folds = model_selection.KFold(FOLDS, shuffle=True, random_state=seed)
    for others, part in folds.split(held):
        made[part] = weighed(held[others], target, held[part], seed)
    return made


def weighed(
    source: np.ndarray, target: np.ndarray, at: np.ndarray, seed: int
) -> np.ndarray:
    """The ratios at some rows, by a classifier of two domains."""
    side = np.repeat([0, 1], [len(source), len(target)])
    model = telling.fitted(np.concatenate([source, target]), side, seed)
    return np.exp(model.decision_function(at).astype("float64"))
