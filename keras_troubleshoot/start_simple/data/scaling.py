"""How one input is brought to unit scale, as layers of Keras."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.start_simple.data import compressing

# float32 holds 24 binary digits. Beyond this ratio of mean to standard
# deviation a rounded mean is off by more than a thousandth of the deviation.
ROUNDED = 2.0**14
# Beyond this ratio the numbers themselves are rounded to a quarter of it.
COARSE = 2.0**22
# `Normalization` adds nothing to a deviation, but takes at least 1e-7, and
# squares it: outside of this range numbers are brought near one first.
SMALLEST, LARGEST = 1e-5, 1e15


@dataclasses.dataclass(frozen=True)
class Scaling:
    """What is done to one input.

    Attributes:
        kind: of the input: "image", "sequence", "tokens", "tabular".
        mean: of each feature, subtracted; empty for images and tokens.
        std: standard deviation of each feature, by which is divided; 1 for
            a feature that never changes.
        scale: by which pixels are multiplied.
        offset: added to pixels then.
        fill: whether NaN becomes the mean.
        rank: axes of the input, rows included.
        unit: of each feature that is compressed before all else, 0 for
            others (see `compressing`); empty where none is.
    """

    kind: str
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    scale: float = 1.0
    offset: float = 0.0
    fill: bool = False
    rank: int = 2
    unit: tuple[float, ...] = ()

    def layers(self) -> list[Any]:
        """The layers that do it, one after the other; none for tokens.

        They belong to Keras itself, so that a saved model needs nothing
        else, and stay in float32 under every policy.
        """
        if self.kind == Input.IMAGE.value:
            untouched = (self.scale, self.offset) == (1.0, 0.0)
            return [] if untouched else [rescaling(self.scale, self.offset)]
        if not self.mean:
            return []
        steps = self.apart()
        mean, std = np.array(self.mean), np.array(self.std)
        if np.any(np.abs(mean) > ROUNDED * std):
            # Subtracting the rounded mean first is exact.
            near = mean.astype("float32").astype("float64")
            mean = mean - near
            steps.append(rescaling(1.0, (-near).tolist()))
        if std.min() < SMALLEST or std.max() > LARGEST:
            steps.append(rescaling((1 / std).tolist(), 0.0))
            mean, std = mean / std, np.ones_like(std)
        return [*steps, standardizing(mean, std, self.rank)]

    def apart(self) -> list[Any]:
        """Layers of the features that are kept, and of those in their units."""
        if not self.unit:
            return []
        unit = np.array(self.unit)
        there = unit > 0
        shrunk = np.where(there, 1 / np.where(there, unit, 1.0), 0.0)
        kept = np.where(there, 0.0, 1.0)
        return [rescaling(kept.tolist(), 0.0), rescaling(shrunk.tolist(), 0.0)]

    def apply(self, layers: list[Any], tensor: Any) -> Any:
        """The scaled tensor, in the graph of a functional model or eagerly.

        Args:
            layers: what `layers` has made.
            tensor: the input.
        """
        import keras

        if not layers:
            return tensor
        # A column alone may come as (rows,), as `fit` takes it.
        flat = len(tensor.shape) < self.rank
        tensor = keras.ops.expand_dims(tensor, -1) if flat else tensor
        if self.unit:
            kept, shrunk, *layers = layers
            tensor = kept(tensor) + keras.ops.arcsinh(shrunk(tensor))
        for layer in layers:
            tensor = layer(tensor)
        tensor = keras.ops.nan_to_num(tensor) if self.fill else tensor
        return keras.ops.squeeze(tensor, -1) if flat else tensor

    def inverse(self, values: np.ndarray) -> np.ndarray:
        """Numbers in the units that the data came in, in float64."""
        values = np.asarray(values, "float64")
        if self.mean:
            values = values * np.array(self.std) + np.array(self.mean)
            unit = np.array(self.unit)
            return compressing.restored(values, unit) if self.unit else values
        return (values - self.offset) / self.scale


def revived(config: Any) -> Any:
    """Scalings in their structure, from what `get_config` made of them."""
    if isinstance(config, Mapping):
        if set(config) == {"scaling"}:
            given = dict(config["scaling"])
            given["mean"] = tuple(given["mean"])
            given["std"] = tuple(given["std"])
            given["unit"] = tuple(given.get("unit", ()))
            return Scaling(**given)
        return {name: revived(part) for name, part in config.items()}
    return [revived(part) for part in config]


def rescaling(scale: Any, offset: Any) -> Any:
    """A Rescaling layer; numbers for all features, or one for each."""
    import keras

    return keras.layers.Rescaling(scale, offset, dtype="float32")


def standardizing(mean: np.ndarray, std: np.ndarray, rank: int) -> Any:
    """A Normalization layer, with its constants outside of any graph."""
    import keras

    layer = keras.layers.Normalization(
        mean=mean.tolist(), variance=(std**2).tolist(), dtype="float32"
    )
    layer.build((*[None] * (rank - 1), len(mean)))
    return layer
