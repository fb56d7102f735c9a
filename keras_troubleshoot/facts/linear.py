"""How well a linear model foretells targets that it has not seen."""

import numpy as np

# Strength of the ridge, as a share of the mean variance of a column.
RIDGE = 0.1


def foretold(x, targets, discrete: bool) -> list[float]:
    """Scores of ridge regression, fitted on one half and tried on the other.

    Args:
        x: centred columns, shape (rows, columns).
        targets: several targets for the same rows, each of shape (rows,).
        discrete: whether targets are classes (scored by the mean over the
            classes of right guesses) or numbers (by rank correlation).

    Returns:
        One score for each target.
    """
    blocks = [columns(y, discrete) for y in targets]
    stacked = np.hstack([block for block, _ in blocks])
    guesses = np.zeros_like(stacked)
    halves = np.arange(len(x)) % 2 == 0
    for known in (halves, ~halves):
        guesses[~known] = x[~known] @ solve(x[known], stacked[known])
    scores, start = [], 0
    for (block, classes), y in zip(blocks, targets, strict=True):
        guess = guesses[:, start : start + block.shape[1]]
        start += block.shape[1]
        if discrete:
            scores.append(balanced(classes[guess.argmax(1)], y))
        else:
            scores.append(rank_correlation(guess[:, 0], y))
    return scores


def columns(y, discrete):
    """A target as columns around zero, and its classes."""
    if not discrete:
        return (y - y.mean())[:, None], None
    classes = np.unique(y)
    if len(classes) > 100:
        classes = classes[:100]
    block = (y[:, None] == classes[None]).astype("float64")
    return block - block.mean(0), classes


def solve(x, y):
    """Weights of ridge regression."""
    x = x.astype("float64")
    gram = x.T @ x
    strength = RIDGE * np.trace(gram) / len(gram) + 1e-9
    return np.linalg.solve(gram + strength * np.eye(len(gram)), x.T @ y)


def balanced(guess, y) -> float:
    """Mean over the classes of the share of right guesses."""
    right = guess == y
    return float(np.mean([right[y == c].mean() for c in np.unique(y)]))


def rank_correlation(guess, y) -> float:
    """Correlation of the ranks, so that a few huge numbers do not decide."""
    if guess.std() == 0 or y.std() == 0:
        return 0.0
    a, b = (np.argsort(np.argsort(v)) for v in (guess, y))
    return float(np.corrcoef(a, b)[0, 1])
