"""A problem of amounts: real values, to be told from the inputs."""

import dataclasses

import numpy as np

from keras_troubleshoot.start_simple.data.synthetic.problem import Needed
from keras_troubleshoot.start_simple.data.synthetic.problem import Scene


@dataclasses.dataclass(frozen=True)
class Amounts:
    """Each row has one or several real values, which its inputs determine.

    An input shows amounts `u`, uniform from 0 to 1. The signal of a column is
    `sqrt(12) * (u - 1/2)`, of mean 0 and variance 1; with `m` inputs the sum
    of these over the inputs, over `sqrt(m)`. Of an input that can show `L`
    amounts only, `u` is one of the middles of `L` equal parts, of variance
    `(1 - 1 / L^2) / 12`. Columns beyond those that an input can show use its
    amounts again, with the other sign.

    Scores, with noise of a standard deviation of `n` signals:

    * The targets have the variance `1 + n^2`, of which a perfect model leaves
      `n^2`: `reachable = 1 - n^2 / (1 + n^2) = 1 / (1 + n^2)`.
    * The mean leaves all of it: `chance = 0`.
    * One of `m` inputs explains `1 / m` of the signal's variance:
      `alone = 1 / (m * (1 + n^2))`.

    Attributes:
        columns: how many values.
        noise: standard deviation of the noise, in those of the signal.

    Example:
        >>> problem = Amounts(1, noise=0.5)
        >>> problem.reachable, problem.alone(0, inputs=2)
        (0.8, 0.4)
    """

    columns: int = 1
    noise: float = 0.0
    metric = "r2"
    chance = 0.0

    @property
    def reachable(self) -> float:
        """R2 of a perfect model."""
        return 1 / (1 + self.noise**2)

    @property
    def needed(self) -> Needed:
        """An amount for each column."""
        return Needed(self.columns, amounts=True)

    @property
    def described(self) -> str:
        """The problem in words."""
        told = f"with {self.columns:,} real target"
        told += "s" if self.columns > 1 else ""
        if self.noise:
            told += f", noise of {self.noise:g} of the signal"
        return told

    def alone(self, index: int, inputs: int) -> float:
        """R2 of a perfect model that sees one of the inputs only."""
        del index
        return self.reachable / inputs

    def draw(
        self, rows: int, scenes: list[Scene], rng: np.random.Generator
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """The amounts that each input shows, and the signal of each row."""
        shown, signal = [], np.zeros((rows, self.columns))
        place = np.arange(self.columns)
        for scene in scenes:
            count = min(scene.capacity, self.columns)
            amounts = rng.uniform(size=(rows, count))
            variance = 1.0
            if np.isfinite(scene.levels):
                # The middles of as many equal parts.
                amounts = (amounts * scene.levels // 1 + 0.5) / scene.levels
                variance -= scene.levels**-2
            sign = 1 - 2 * (place // count % 2)
            part = sign * (amounts[:, place % count] - 0.5)
            signal += part * np.sqrt(12 / variance)
            shown.append(amounts)
        return shown, signal / np.sqrt(len(scenes))

    def disturb(
        self, targets: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Adds the noise."""
        return targets + self.noise * rng.normal(size=targets.shape)
