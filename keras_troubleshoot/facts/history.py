"""What a training run logged, epoch by epoch."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class History:
    """Losses and metrics by epoch.

    Attributes:
        epochs: what `fit` logged: by name one value for each epoch.
    """

    epochs: dict[str, list[float]] = dataclasses.field(default_factory=dict)

    def values(self, name: str) -> np.ndarray:
        """One value for each epoch; empty where nothing was logged."""
        return np.asarray(self.epochs.get(name, ()), "float64")

    @property
    def loss(self) -> np.ndarray:
        """The training loss by epoch."""
        return self.values("loss")
