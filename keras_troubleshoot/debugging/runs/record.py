"""What was recorded of one training run, by name."""

import dataclasses
import re

import numpy as np

# Kinds of columns that belong to a layer.
OF_LAYERS = ("gradient", "update", "weight", "dead", "saturated")


@dataclasses.dataclass(frozen=True, eq=False)
class RunRecord:
    """One training run.

    Attributes:
        name: of the file, or what it was read from.
        steps: numbers of the recorded steps, rising, shape (n,).
        columns: what was recorded at these steps: `loss`, and for each layer
            such as `gradient/dense`, each of shape (n,).
        history: what was logged, by name one value for each epoch.
        seconds: of a step, the mean of each epoch; empty where not known.
    """

    name: str
    steps: np.ndarray
    columns: dict[str, np.ndarray]
    history: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    seconds: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))

    def layers(self, kind: str) -> list[str]:
        """Names of the layers of which a kind was recorded, in order."""
        start = f"{kind}/"
        return [n[len(start) :] for n in self.columns if n.startswith(start)]

    def named_as(self, other: "RunRecord") -> "RunRecord":
        """The same run with the names of layers that another one has.

        Keras numbers layers through a process: what is `dense` in one run is
        `dense_3` in the next. Layers are renamed where the same kinds follow
        each other, and left as they are otherwise.
        """
        new = {}
        for kind in OF_LAYERS:
            own, theirs = self.layers(kind), other.layers(kind)
            if list(map(base, own)) == list(map(base, theirs)):
                for name, known in zip(own, theirs, strict=True):
                    new[f"{kind}/{name}"] = f"{kind}/{known}"
        columns = {new.get(n, n): values for n, values in self.columns.items()}
        return dataclasses.replace(self, columns=columns)


def base(name: str) -> str:
    """The name of a layer without the number that Keras gave it.

    Example:
        >>> base("conv2d_12"), base("head")
        ('conv2d', 'head')
    """
    return re.sub(r"_\d+$", "", name)
