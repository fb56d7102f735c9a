"""How far two right implementations may be apart.

Floating-point sums depend on their order. A sum of n terms is off by about
`u * sqrt(n)` of their size, where u is the unit roundoff (N. J. Higham and T.
Mary, "A New Approach to Probabilistic Rounding Error Analysis", SIAM J. Sci.
Comput. 41(5), 2019, theorem 2.4); what later layers make of it depends on
the model. So the model itself is asked, as in Monte Carlo arithmetic (D. S.
Parker, UCLA CSD-970002, 1997): it is run again, every layer's output moved at
random by that much, and what arrives at each layer is measured.
"""

import contextlib
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_scopes

# How many times what was measured two implementations may be apart.
# Heuristic: of 80 healthy pairs (benchmarks/planted_differences.py) the
# largest ratio was 1.7.
TIMES = 8.0
# Terms of a sum, at least: layers without weights sum too.
FEWEST = 16


class Noise:
    """Moves the output of each layer by what rounding may.

    Args:
        unit: unit roundoff of the coarser of both sides.
        seed: of the random numbers.
    """

    def __init__(self, unit: float, seed: int):
        self.unit = unit
        self.rng = np.random.default_rng(seed)

    @contextlib.contextmanager
    def listening(self):
        """Moves what layers return, within this context."""
        with keras_scopes.watched_calls(after=self.after):
            yield

    def after(self, layer: Any, args: Any, kwargs: Any, outputs: Any) -> Any:
        """The outputs of a layer, moved; called when it returned."""
        import keras

        size = self.unit * np.sqrt(terms(layer))
        return keras.tree.map_structure(lambda t: self.moved(t, size), outputs)

    def moved(self, tensor: Any, size: float) -> Any:
        """A tensor, each number moved in proportion to its feature's size."""
        import tensorflow as tf

        floating = tf.is_tensor(tensor) and tensor.dtype.is_floating
        if not floating or tf.is_symbolic_tensor(tensor):
            return tensor
        scale = feature_sizes(np.asarray(tensor))
        drawn = self.rng.standard_normal(tensor.shape) * scale * size
        # In a wider type: else half precision would swallow it.
        wide = tf.cast(tensor, tf.float32) + tf.constant(drawn, tf.float32)
        return tf.cast(wide, tensor.dtype)


def terms(layer: Any) -> int:
    """About how many numbers a layer sums for one of its output."""
    most = FEWEST
    for weight in layer.trainable_variables:
        if len(weight.shape) > 1:
            most = max(most, int(np.prod(weight.shape[:-1])))
    return most


def tidy(array: np.ndarray) -> np.ndarray:
    """Numbers by feature, in float64; all as one feature where rows are few.

    Example:
        >>> tidy(np.zeros((32, 3))).shape, tidy(np.zeros((4, 3))).shape
        ((32, 3), (12, 1))
    """
    wide = np.asarray(array, "float64")
    few = wide.ndim < 2 or wide.size < FEWEST * wide.shape[-1]
    return wide.reshape(-1, 1) if few else wide


def feature_sizes(array: np.ndarray) -> np.ndarray:
    """The root mean square of each feature (the last axis).

    Example:
        >>> feature_sizes(np.array([[3.0, 0.0], [4.0, 0.0]])).round(2)
        array([3.54, 0.  ])
    """
    wide = np.asarray(array, "float64")
    axes = tuple(range(wide.ndim - 1))
    finite = np.where(np.isfinite(wide), wide, 0.0)
    return np.sqrt((finite**2).mean(axis=axes))


def allowed(output: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """By how much each feature of an output may differ (root mean square).

    A feature that hardly moved may still differ by a tenth of what all did:
    which small numbers rounding hits is chance.

    Args:
        output: of a layer.
        moved: of the same layer, where all layers were moved.
    """
    if output.shape != moved.shape:
        return np.full(1, np.inf)
    apart = feature_sizes(tidy(moved) - tidy(output))
    least = 0.1 * np.sqrt((apart**2).mean())
    return TIMES * np.maximum(apart, least)


def whole(plain: np.ndarray, moved: np.ndarray, unit: float) -> float:
    """By how much a weight, a gradient or a loss may differ, as a whole.

    Args:
        plain: as computed.
        moved: where all layers were moved.
        unit: unit roundoff; 16 of it are always granted.
    """
    plain, moved = np.asarray(plain, "float64"), np.asarray(moved, "float64")
    apart = np.sqrt(((moved - plain) ** 2).mean())
    size = np.sqrt((plain**2).mean())
    return float(TIMES * max(apart, 2 * FEWEST * unit / TIMES * size))
