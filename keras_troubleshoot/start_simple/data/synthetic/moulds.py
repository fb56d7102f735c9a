"""The shape, type and range of inputs, to be given to others."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.start_simple.data.synthetic import making
from keras_troubleshoot.start_simple.data.synthetic.pictures import Picture
from keras_troubleshoot.start_simple.data.synthetic.series import Series
from keras_troubleshoot.start_simple.data.synthetic.tables import Table
from keras_troubleshoot.start_simple.data.synthetic.texts import Text

# Whole numbers between the ends of a range, from which on rounding costs next
# to nothing: 0.001 of the variance of numbers that are uniform in the range.
FINE = 32
# Shares of the numbers of a feature below and above its range: outliers.
ENDS = 0.01, 0.99


@dataclasses.dataclass(frozen=True, eq=False)
class Mould:
    """The shape, type and range of an input.

    Attributes:
        factory: makes inputs of this kind, in a range of their own.
        array: the sample whose rows give shape, type and range.
        low: lower end of the range of each feature that varies, or of all.
        high: upper end of it.
        own: ends of the range of what the factory makes; None for those of
            each feature in the training part.
        carriers: which features vary; the others are filled with values of
            the sample, from rows at random, and tell nothing. None for all.
    """

    factory: making.Factory
    array: Array
    low: np.ndarray
    high: np.ndarray
    own: tuple[float, float] | None = None
    carriers: np.ndarray | None = None

    def fill(
        self, x: np.ndarray, training: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Inputs in this shape, type and range.

        Args:
            x: what the factory made.
            training: the part of it that is trained on; beyond its range, as
                after a shift, floats go on, and whole numbers end.
            rng: of the features that tell nothing.

        Returns:
            Shape (rows, *shape of the sample).
        """
        axes = tuple(range(training.ndim - 1))
        start, end = self.own or (training.min(axes), training.max(axes))
        share = (x - start) / (end - start)
        values = self.low + share * (self.high - self.low)
        if self.array.dtype.kind != "f":
            values = np.rint(values.clip(self.low, self.high))
        if self.carriers is not None:
            rows = rng.integers(0, len(self.array.values), len(x))
            filled = in_columns(self.array)[rows]
            filled[..., self.carriers] = values
            values = filled
        shape = len(x), *self.array.values.shape[1:]
        return values.reshape(shape).astype(self.array.dtype)


def of(array: Array, kind: Input | None) -> Mould:
    """The mould of an input.

    Args:
        array: a sample.
        kind: what it is.

    Returns:
        The mould.

    Raises:
        ValueError: it is of no kind, or has no range to show anything in.
    """
    if not array.numeric or array.values.ndim not in RANKS.get(kind, ()):
        raise ValueError(
            f"`{array.name}` must be an image, a sequence, tokens or a table "
            f"of numbers, received: an array of shape {array.shape} and type "
            f"{array.dtype}. To mend it, bring it into such a shape."
        )
    return MOULDS[kind](array)


def picture(array: Array) -> Mould:
    """Images of the same size and range of pixels."""
    finite = array.values[np.isfinite(array.values)]
    low, high = (finite.min(), finite.max()) if len(finite) else (0, 0)
    low, high = float(low), float(high)
    if not is_fine(array, low, high):
        raise too_coarse(array)
    shape = array.values.shape[1:]
    shape = shape if len(shape) == 3 else (*shape, 1)
    return Mould(
        lambda needed, rng: Picture(shape, needed, rng),
        array,
        np.asarray(low),
        np.asarray(high),
        (0.0, 1.0),
    )


def text(array: Array) -> Mould:
    """Texts of the same length from the same vocabulary, without padding."""
    low, high = max(1, int(array.values.min())), int(array.values.max())
    words, steps = range(low, high + 1), array.values.shape[1]
    ends = np.asarray(low), np.asarray(high)
    return Mould(
        lambda needed, rng: Text(steps, words, needed, rng),
        *(array, *ends),
        (low, high),
    )


def features(array: Array) -> Mould:
    """Sequences or rows of the same features, each in its range.

    Raises:
        ValueError: none of them has a range.
    """
    columns = in_columns(array)
    flat = columns.reshape(-1, columns.shape[-1]).astype("float64")
    flat = np.where(np.isfinite(flat), flat, np.nan)
    known = ~np.isnan(flat).all(axis=0)
    flat[:, ~known] = 0
    low, high = np.nanquantile(flat, ENDS, axis=0)
    # Of a feature that is rarely anything else than 0, all of the range.
    narrow = low == high
    low[narrow] = np.nanmin(flat, axis=0)[narrow]
    high[narrow] = np.nanmax(flat, axis=0)[narrow]
    carriers = is_fine(array, low, high)
    if not carriers.any():
        raise too_coarse(array)
    count, steps = int(carriers.sum()), columns.shape[1]

    def factory(needed, rng):
        if columns.ndim == 3:
            return Series(steps, count, needed, rng)
        return Table(count, needed, rng)

    return Mould(factory, array, low[carriers], high[carriers], None, carriers)


def in_columns(array: Array) -> np.ndarray:
    """The sample with an axis for features, even if there is one only."""
    values = array.values
    return values if values.ndim > 1 else values[:, None]


def is_fine(array: Array, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Whether a range is wide enough to show something in its type."""
    least = 0 if array.dtype.kind == "f" else FINE - 1
    return high - low > least


def too_coarse(array: Array) -> ValueError:
    """The error for inputs in which nothing can be shown."""
    return ValueError(
        f"`{array.name}` must have a feature of different values, of whole "
        f"numbers at least {FINE}, received: a sample of type {array.dtype} "
        "without one. To mend it, pass "
        f"`{array.name}.astype('float32')`, or rows that differ."
    )


RANKS = {
    Input.IMAGE: (3, 4),
    Input.SEQUENCE: (3,),
    Input.TOKENS: (2,),
    Input.TABULAR: (1, 2),
}

MOULDS = {
    Input.IMAGE: picture,
    Input.SEQUENCE: features,
    Input.TOKENS: text,
    Input.TABULAR: features,
}
