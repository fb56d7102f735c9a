"""`InputNormalizer`: brings inputs of any structure to unit scale."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.start_simple.data import scaling as scaling_lib
from keras_troubleshoot.start_simple.data import standardizing
from keras_troubleshoot.start_simple.data import survey as survey_lib
from keras_troubleshoot.start_simple.data.scaling import Scaling
from keras_troubleshoot.start_simple.data.survey import Seen


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class InputNormalizer(keras.Layer):
    """Standardizes inputs of any structure with statistics of the data.

    Features of tables and sequences: the mean is subtracted and the result
    divided by the standard deviation. (The text of the lecture says variance;
    its slide says standard deviation, which is what gives unit scale.) Images
    come into `image_range`; tokens stay as they are.

    The statistics are taken in one pass, in float64, by the formula of Chan,
    Golub & LeVeque (1979), so that the size of the data and the size of a
    mean beside its deviation do not matter. Reading changes nothing: a
    shuffled `tf.data.Dataset` gives `fit` afterwards what it would have given.

    A feature that has one value in all rows is only centred, with a warning
    that says which.

    Args:
        kinds: what the inputs are, by name where there are several: "image",
            "sequence", "tokens" or "tabular"; by default told from the data.
        image_range: (0.0, 1.0) or (-0.5, 0.5), where pixels go.
        missing: "error" refuses NaN; "mean" leaves it out of the statistics
            and puts the mean in its place.
        mask_value: value of all features of the steps with which sequences
            are filled up; such steps do not count.
        skewed: what is done to features of tables that have a long tail,
            such as incomes and counts: "keep", or "compress", which takes
            `arcsinh(x / unit)` of them first; the unit is the median of the
            absolute values that are not 0, in a sample of the data. They
            are those with a skewness above 2, if this halves it.
        **kwargs: arguments of `keras.Layer`.

    Raises:
        ValueError: an argument is not one of these.

    Example:
        >>> import numpy as np
        >>> normalizer = InputNormalizer()
        >>> x = {"size": np.array([[1.0], [3.0]])}
        >>> np.asarray(normalizer.adapt(x)(x)["size"]).ravel().tolist()
        [-1.0, 1.0]
    """

    def __init__(
        self,
        kinds: Any = None,
        image_range: tuple[float, float] = (0.0, 1.0),
        missing: str = "error",
        mask_value: float | None = None,
        skewed: str = "keep",
        scalings: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**{"dtype": "float32", **kwargs})
        require_options(image_range, missing, skewed)
        self.kinds, self.missing = kinds, missing
        self.image_range = tuple(image_range)
        self.mask_value, self.skewed = mask_value, skewed
        self.supports_masking = True
        self.scalings, self.parts = None, []
        if scalings is not None:
            self.set(scaling_lib.revived(scalings))

    def adapt(self, x: Any, steps: int | None = None) -> "InputNormalizer":
        """Takes the statistics of the data.

        Args:
            x: what `fit` takes: arrays, nested structures of them, a
                `tf.data.Dataset` (with or without targets), a
                `keras.utils.PyDataset`, a generator that was not started.
            steps: of a stream, how many batches to read; by default all, or
                1000 of one that never ends.

        Returns:
            The layer itself.

        Raises:
            ValueError: the data are not numbers, have NaN (unless `missing`
                is "mean") or inf, or a shape that no kind of input has.
        """
        seen, _, _ = survey_lib.survey(
            x,
            kinds=self.kinds,
            mask=self.mask_value,
            compress=self.skewed == "compress",
            limit=steps,
        )
        return self.fit_to(seen)

    def fit_to(self, seen: Any) -> "InputNormalizer":
        """Takes the statistics from a survey of the data."""
        self.set(nests.transform(self.scaling, seen))
        return self

    def set(self, scalings: Any) -> None:
        """Makes the layers that do the work."""
        self.scalings = scalings
        self.parts = [scaling.layers() for scaling in nests.arrays(scalings)]
        self.built = True

    def scaling(self, seen: Seen) -> Scaling:
        """What is done to one input."""
        if seen.kind is Input.TOKENS:
            return Scaling(seen.kind.value)
        if seen.kind is Input.IMAGE:
            return self.of_pixels(seen)
        return standardizing.of_features(seen, self.missing)

    def of_pixels(self, seen: Seen) -> Scaling:
        """Brings pixels into the range: bytes by 255, others by their own."""
        low, high = seen.low, seen.high
        if 0 <= low and high <= 1:
            low, high = 0.0, 1.0
        elif 0 <= low and high <= 255 and (seen.integral or high > 128):
            low, high = 0.0, 255.0
        start, end = self.image_range
        scale = (end - start) / ((high - low) or 1.0)
        return Scaling(seen.kind.value, scale=scale, offset=start - low * scale)

    def build(self, input_shape: Any) -> None:
        """Nothing is made: the statistics came with `adapt`."""
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The scaled inputs, in their structure."""
        self.require_adapted()
        parts = iter(self.parts)
        return nests.transform(
            lambda scaling, tensor: scaling.apply(next(parts), tensor),
            self.scalings,
            inputs,
        )

    def unrolled(self, inputs: Any) -> Any:
        """The same as layers of Keras alone, in a functional model.

        A model that is saved with these can be loaded where this library is
        not installed.

        Args:
            inputs: `keras.Input`s in the structure of the data.

        Returns:
            The scaled tensors, in their structure.
        """
        return self.call(inputs)

    def inverse(self, values: Any) -> Any:
        """Scaled numbers in the units that the data came in.

        Args:
            values: arrays in the structure of the data.

        Returns:
            Arrays of float64.
        """
        self.require_adapted()
        return nests.transform(Scaling.inverse, self.scalings, values)

    def require_adapted(self) -> None:
        """Raises ValueError before `adapt`."""
        if self.scalings is None:
            raise ValueError(
                f"{self.name!r} must see data before it is used, received: "
                "none so far. To mend it, call `adapt(x)` first."
            )

    def compute_output_spec(self, inputs: Any) -> Any:
        """Shapes stay; all but tokens become float32."""
        self.require_adapted()

        def spec(scaling, tensor):
            kept = scaling.kind == Input.TOKENS.value
            dtype = tensor.dtype if kept else "float32"
            return keras.KerasTensor(tensor.shape, dtype)

        return nests.transform(spec, self.scalings, inputs)

    def get_config(self) -> dict[str, Any]:
        """All arguments, and the statistics."""
        config = super().get_config()
        config |= {
            "kinds": plain(self.kinds),
            "image_range": list(self.image_range),
            "missing": self.missing,
            "mask_value": self.mask_value,
            "skewed": self.skewed,
        }
        if self.scalings is not None:
            config["scalings"] = nests.transform(
                lambda scaling: {"scaling": dataclasses.asdict(scaling)},
                self.scalings,
            )
        return config


def plain(kinds: Any) -> Any:
    """The argument as it was given; Keras keeps dictionaries wrapped."""
    return dict(kinds) if isinstance(kinds, Mapping) else kinds


def require_options(image_range: Any, missing: str, skewed: str) -> None:
    """Refuses arguments that are none.

    Raises:
        ValueError: naming the argument.
    """
    if tuple(image_range) not in ((0.0, 1.0), (-0.5, 0.5)):
        raise ValueError(
            "`image_range` must be (0.0, 1.0) or (-0.5, 0.5), received: "
            f"{image_range}. To mend it, leave it out."
        )
    if missing not in ("error", "mean"):
        raise ValueError(
            "`missing` must be 'error' or 'mean', received: "
            f"{missing!r}. To mend it, leave it out, or pass 'mean' to put "
            "the mean in the place of NaN."
        )
    if skewed not in ("keep", "compress"):
        raise ValueError(
            f"`skewed` must be 'keep' or 'compress', received: {skewed!r}. To "
            "mend it, leave it out, or pass 'compress' to compress features "
            "that have a long tail."
        )
