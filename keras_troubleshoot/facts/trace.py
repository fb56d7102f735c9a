"""What was recorded inside the training steps of a `fit`."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Trace:
    """Some steps of a training run, as the compiled step saw them.

    One row for each step that was recorded: all of the first hundred, then
    every fiftieth or so. Norms are Euclidean.

    Attributes:
        steps: numbers of the steps, from 0, shape (n,).
        loss: the loss that was minimized; NaN where it is not known, (n,).
        layers: names of the layers with trainable weights.
        gradient: norm of the gradient of each layer, (n, layers).
        update: norm of the step that the optimizer took, over the norm of
            the weights before it, (n, layers).
        weight: norm of the weights before the step, (n, layers).
        units: names of the layers whose units were watched.
        activations: of each of these `"relu"`, `"tanh"` or `"sigmoid"`, ...
        dead: share of the units that were zero for the whole batch,
            (n, units).
        saturated: share of the values close to the ends of the range of a
            saturating activation, (n, units).
    """

    steps: np.ndarray
    loss: np.ndarray
    layers: tuple[str, ...] = ()
    gradient: np.ndarray | None = None
    update: np.ndarray | None = None
    weight: np.ndarray | None = None
    units: tuple[str, ...] = ()
    activations: tuple[str, ...] = ()
    dead: np.ndarray | None = None
    saturated: np.ndarray | None = None
