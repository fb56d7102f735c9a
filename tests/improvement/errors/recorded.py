"""Models of which the predictions are known, and data with known errors."""

import numpy as np


class Recorded:
    """Predicts what stands in the first column of its inputs."""

    def __init__(self, classes):
        self.classes_ = np.arange(classes)

    def predict(self, x):
        return np.asarray(x)[:, 0].astype(int)


class RecordedNumbers:
    """The same, of numbers."""

    def predict(self, x):
        return np.asarray(x)[:, 0]


def with_errors(wrong, classes=2, seed=0):
    """Inputs and targets: each wrong row is taken for another class."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, len(wrong))
    other = (y + rng.integers(1, classes, len(wrong))) % classes
    return np.where(wrong, other, y)[:, None].astype(float), y
