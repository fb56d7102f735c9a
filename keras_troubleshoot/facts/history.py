"""What a training run did, told from its history and a look afterwards."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class History:
    """Losses and metrics by epoch, and predictions before and after.

    Attributes:
        epochs: what `fit` logged: by name one value for each epoch.
        before: predictions by output for the sampled rows, untrained.
        after: the same rows after the training.
        raised: whether `fit` ended with an exception.
    """

    epochs: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    before: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    after: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    raised: bool = False

    def values(self, name: str) -> np.ndarray:
        """One value for each epoch; empty where nothing was logged."""
        return np.asarray(self.epochs.get(name, ()), "float64")

    @property
    def loss(self) -> np.ndarray:
        """The training loss by epoch."""
        return self.values("loss")
