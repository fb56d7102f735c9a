"""cleanlab, where it is installed: the same estimator, by its authors."""

import importlib.util

import numpy as np


def installed() -> bool:
    """Whether cleanlab can be imported."""
    return importlib.util.find_spec("cleanlab") is not None


def joint_and_wrong(
    ids: np.ndarray, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The confident joint, and which rows are taken for wrong.

    Args:
        ids: shape (rows,), class ids.
        shares: shape (rows, classes), out-of-fold probabilities.

    Returns:
        Counts, shape (classes, classes), and booleans, shape (rows,).
    """
    from cleanlab import count
    from cleanlab import filter as filters

    # In one process: a pool of workers costs more than the work.
    wrong = filters.find_label_issues(
        ids, shares, filter_by="prune_by_noise_rate", n_jobs=1
    )
    return count.compute_confident_joint(ids, shares), wrong
