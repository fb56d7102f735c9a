"""What validators compute, as pure functions of arrays."""

import numpy as np

# Numbers of a block of similarities (32 MB in float64).
BLOCK = 2**22
# Shortest vector that has a direction.
SHORTEST = 1e-12


def entropies(shares: np.ndarray) -> np.ndarray:
    """The entropy of each distribution over the last axis, in nats.

    Example:
        >>> entropies(np.array([[0.5, 0.5], [1.0, 0.0]])).round(4)
        array([0.6931, 0.    ])
    """
    from scipy import special

    return special.entr(shares).sum(axis=-1)


def information(shares: np.ndarray) -> float:
    """The entropy of the mean distribution minus the mean entropy, in nats.

    Between 0 and log(classes). Of several labels, the mean over them.

    Example:
        >>> round(information(np.eye(4)), 4), round(float(np.log(4)), 4)
        (1.3863, 1.3863)
    """
    mean = entropies(shares.mean(axis=0))
    return float(np.mean(mean) - entropies(shares).mean())


def density(vectors: np.ndarray, temperature: float) -> float:
    """Soft neighbourhood density, in nats; 0 to log(rows - 1).

    With `s_ij` the cosine of rows i and j, the neighbours of row i are
    weighted by `p_ij = exp(s_ij / temperature) / sum_{k != i} exp(s_ik /
    temperature)`, without row i itself; the density is the mean of the
    entropies of these.

    Args:
        vectors: shape (rows, numbers), at least two rows.
        temperature: above 0.

    Example:
        >>> round(density(np.ones((5, 2)), 0.05), 4)  # All alike: log(4).
        1.3863
    """
    rows = len(vectors)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.maximum(length, SHORTEST)
    height, total = max(1, BLOCK // rows), 0.0
    for start in range(0, rows, height):
        part = unit[start : start + height] @ unit.T / temperature
        own = np.arange(len(part))
        part[own, start + own] = -np.inf
        total += float(neighbour_entropies(part).sum())
    return total / rows


def neighbour_entropies(logits: np.ndarray) -> np.ndarray:
    """The entropy of the softmax of each row; minus infinity is left out."""
    logits = logits - logits.max(axis=1, keepdims=True)
    weight = np.exp(logits)
    total = weight.sum(axis=1)
    # -sum p log p = log(total) - sum p * logit, where 0 * -inf counts as 0.
    logits[np.isneginf(logits)] = 0.0
    return np.log(total) - (weight * logits).sum(axis=1) / total


def controlled_risk(losses: np.ndarray, weights: np.ndarray) -> float:
    """The weighted mean loss with a control variate.

    `mean(w l) + eta mean(w) - eta` with `eta = -cov(w l, w) / var(w)`: as the
    mean of density ratios is 1, the last two terms vanish on average, and
    take away what the sampling of the weights adds.

    Args:
        losses: of rows of the source, shape (rows,).
        weights: their density ratios, target to source.

    Example:
        >>> controlled_risk(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
        1.0
    """
    weighted = losses * weights
    variance = weights.var()
    if variance == 0:
        return float(weighted.mean())
    together = np.mean(
        (weighted - weighted.mean()) * (weights - weights.mean())
    )
    eta = -together / variance
    return float(weighted.mean() + eta * weights.mean() - eta)
