"""Sequences that show curves of steps up and down."""

from typing import Any

import numpy as np

from keras_troubleshoot.start_simple.data.checks import require_whole
from keras_troubleshoot.start_simple.data.synthetic import making
from keras_troubleshoot.start_simple.data.synthetic import stamps
from keras_troubleshoot.start_simple.data.synthetic.common import settings
from keras_troubleshoot.start_simple.data.synthetic.problem import Needed
from keras_troubleshoot.start_simple.data.synthetic.toy import Toy

# Standard deviation of the noise of a step, at most, where a curve goes from
# -1 to 1.
NOISE = 0.3
# Steps at the end that a curve may cover: an LSTM learned longer ones only at
# times (5 classes of 100 and 200 steps, 1000 rows, 20 epochs).
LONGEST = 50
# Amounts that features show side by side, at most.
CAPACITY = 4


class Series:
    """Sequences from about -1 to 1, the curve near their end.

    Args:
        steps: of a sequence.
        features: of a step.
        needed: what they are to show.
        rng: of the curves.
    """

    levels = np.inf

    def __init__(
        self,
        steps: int,
        features: int,
        needed: Needed,
        rng: np.random.Generator,
    ):
        self.steps, self.features = steps, features
        self.capacity = min(needed.patterns, features, CAPACITY)
        self.area = min(steps, LONGEST)
        count = 1 if needed.amounts else needed.patterns
        self.stamps = stamps.Stamps(
            (self.area, 1), features, count, 8, 0.8, rng
        )
        self.up = stamps.either(features, rng)
        self.described = f"sequences of {steps:,} steps and {features} features"

    def show_classes(
        self, ids: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Sequences with the curve of a class, or its negative; -1: none.

        A curve and its negative are as frequent, so that a linear model
        cannot tell classes: see `tables.Table.show_classes`.
        """
        noise = min(NOISE, self.stamps.distance / (2 * stamps.APART))
        heights = stamps.either(len(ids), rng) * (ids >= 0)
        return self.show(ids, heights[:, None], noise, rng)

    def show_amounts(
        self, amounts: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Sequences where amounts are the heights of the curves."""
        noise = min(NOISE, np.sqrt(self.stamps.size[0]) * stamps.BLUR)
        place = np.arange(self.features) % amounts.shape[1]
        signs = rng.choice([-1.0, 1.0], (len(amounts), self.features))
        which = np.zeros(len(amounts), int)
        return self.show(which, signs * amounts[:, place], noise, rng)

    def show(
        self,
        which: np.ndarray,
        heights: np.ndarray,
        noise: float,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Sequences with curves of these heights."""
        shape = len(which), self.steps, 1, self.features
        canvas = noise * rng.normal(size=shape)
        corner = self.steps - self.area, 0
        self.stamps.put(canvas, which, heights, corner, rng)
        return canvas[:, :, 0].astype("float32")

    def move(
        self,
        x: np.ndarray,
        training: np.ndarray,
        shift: float,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Each feature higher or lower."""
        del rng
        spread = training.std(axis=(0, 1))
        return x + (shift * self.up * spread).astype("float32")


def sequences(
    rows: int = 1000, steps: int = 50, features: int = 3, **common: Any
) -> Toy:
    """Sequences, each with a curve that tells its class.

    The curve, of steps up and down, begins sooner or later within the last 50
    steps, and may be turned upside down. A linear model reaches
    `(C + 1) / (2 * C)` of `C` balanced classes at most, and an R2 of 0. The
    noise leaves a perfect model a chance of less than 1e-5 to take a curve
    for another one (`stamps.APART`); it costs 0.002 of the R2
    (`stamps.BLUR`).

    Args:
        rows: of the training part.
        steps: of a sequence.
        features: of a step.
        **common: `classes`, `task`, `noise`, `imbalance`, `shift`,
            `test_rows` and `seed`; see `Common`.

    Returns:
        The problem, with inputs of unit scale of type float32.

    Raises:
        ValueError: an argument is out of range.
        TypeError: an argument is of another type.

    Example:
        >>> toy = sequences(100, steps=20, features=2, task="regression")
        >>> toy.x.shape, toy.y.shape, toy.reachable
        ((100, 20, 2), (100, 1), 1.0)
    """
    require_whole("steps", steps, 1)
    require_whole("features", features, 1)
    return making.single(
        lambda needed, rng: Series(steps, features, needed, rng),
        settings(rows, common),
    )
