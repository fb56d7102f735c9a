"""A learning curve: error against the number of examples."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.evaluation.learning import points
from keras_troubleshoot.evaluation.learning import power_law
from keras_troubleshoot.evaluation.learning import resampling
from keras_troubleshoot.evaluation.learning import telling
from keras_troubleshoot.evaluation.learning import trust
from keras_troubleshoot.report.figure import Figure


@dataclasses.dataclass(frozen=True)
class Expected:
    """The error that a number of examples is expected to bring.

    Attributes:
        examples: how many.
        error: that the power law has there.
        interval: in which the mean error of such a model lies.
        gain: by how much this is below the error at all examples of today.
        gain_interval: where the gain lies.
    """

    examples: int
    error: float
    interval: tuple[float, float]
    gain: float
    gain_interval: tuple[float, float]


@dataclasses.dataclass(frozen=True, eq=False)
class LearningCurve:
    """The error against the number of examples, and where it leads.

    What `kts.learning_curve` returns; `from_errors` makes one of errors that
    were measured already.

    Attributes:
        sizes: numbers of training examples, rising.
        errors: validation error of each run, shape (sizes, runs); NaN where
            a run is missing.
        training: training error of each run, of the same shape; None where it
            is not known.
        law: the power law that fits best, error = floor + height * n **
            -exponent.
        laws: those of the resamples, from which intervals are taken.
        measure: what the errors are: "error rate", "mean squared error".
        rows: of the validation data; None where they are not known.
        confidence: of all intervals.
        doubts: why the law is not to be trusted, in sentences; empty where
            nothing speaks against it.
        notes: sentences on how the curve was measured.
    """

    sizes: tuple[int, ...]
    errors: np.ndarray
    training: np.ndarray | None
    law: power_law.PowerLaw
    laws: power_law.PowerLaw
    measure: str
    rows: int | None
    confidence: float
    doubts: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def from_errors(
        cls,
        sizes: Sequence[int],
        errors: Any,
        *,
        training: Any = None,
        measure: str = "error",
        rows: int | None = None,
        spread: float | None = None,
        confidence: float = 0.95,
        resamples: int = 1000,
        seed: int = 0,
        notes: tuple[str, ...] = (),
    ) -> "LearningCurve":
        """A curve of errors that were measured already.

        Args:
            sizes: numbers of training examples, at least three different
                ones.
            errors: validation errors, shape (sizes,), or (sizes, runs) with
                NaN where a run is missing.
            training: training errors in the same shape, where known.
            measure: what the errors are, in words; one that ends in "rate"
                is shown in percent.
            rows: of the validation data, for the part of chance that they
                have in a rate.
            spread: standard deviation of the error of a validation row, for
                errors that are no rates.
            confidence: of the intervals.
            resamples: of the bootstrap.
            seed: of the bootstrap.
            notes: sentences to be told with it.

        Returns:
            The curve.

        Raises:
            ValueError: if sizes and errors do not go together.

        Example:
            >>> sizes = [100, 200, 400, 800, 1600]
            >>> errors = [0.25, 0.19, 0.15, 0.12, 0.1]
            >>> curve = LearningCurve.from_errors(sizes, errors)
            >>> round(curve.doubled.error, 2)
            0.09
        """
        sizes, errors, training = points.checked(sizes, errors, training)
        noise = points.noise(errors, measure, rows, spread)
        law, laws = resampling.fitted(sizes, errors, noise, resamples, seed)
        doubts = trust.doubts(sizes, errors, law)
        return cls(
            tuple(sizes.tolist()),
            errors,
            training,
            law,
            laws,
            measure,
            rows,
            confidence,
            doubts,
            notes,
        )

    @property
    def trusted(self) -> bool:
        """Whether nothing speaks against the law."""
        return not self.doubts

    @property
    def means(self) -> np.ndarray:
        """Mean validation error at each size."""
        return np.nanmean(self.errors, axis=1)

    @property
    def doubled(self) -> Expected:
        """What twice the examples would bring."""
        return self.at(2 * self.sizes[-1])

    def at(self, examples: int) -> Expected:
        """The error to expect of a number of examples, with its interval."""
        tails = (1 - self.confidence) / 2, (1 + self.confidence) / 2
        now = float(self.sizes[-1])
        here, there = self.law.at([now, float(examples)])[0]
        drawn = self.laws.at([now, float(examples)])
        ends = np.quantile(drawn[:, 1], tails)
        gains = np.quantile(drawn[:, 0] - drawn[:, 1], tails)
        return Expected(
            int(examples),
            float(there),
            (float(ends[0]), float(ends[1])),
            float(here - there),
            (float(gains[0]), float(gains[1])),
        )

    def band(self, examples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the interval of the law at numbers of examples."""
        tails = (1 - self.confidence) / 2, (1 + self.confidence) / 2
        low, high = np.quantile(self.laws.at(examples), tails, axis=0)
        return low, high

    def __str__(self) -> str:
        return telling.text(self)

    def figure(self) -> Figure:
        """Errors and the law, up to twice the examples, with its band."""
        return telling.figure(self)

    def page_blocks(self) -> tuple:
        """What the report shows of it: a summary, the figure, the table."""
        return telling.page_blocks(self)

    def to_dict(self) -> dict:
        """Plain values, for JSON; a run that is missing is None."""
        return telling.plain(self)
