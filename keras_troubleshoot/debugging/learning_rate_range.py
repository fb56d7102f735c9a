"""What a learning-rate range test came to."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.remedies import rate_suggestions
from keras_troubleshoot.remedies.rate_range import Sweep
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number

# Passes that differ by more than that power of ten do not agree (heuristic:
# half a power of ten is the accuracy at which rates are tuned).
AGREED = 0.5


@dataclasses.dataclass(frozen=True, eq=False)
class LearningRateRange:
    """The losses over a range of learning rates, and what they suggest.

    Attributes:
        passes: one sweep over the rates for each order of the batches.
        current: the rate of the model; None where it is not known.
        stopped: whether the user interrupted it.
    """

    passes: tuple[Sweep, ...]
    current: float | None = None
    stopped: bool = False

    @property
    def rates(self) -> np.ndarray:
        """The rates that all passes came to, rising, shape (steps,)."""
        count = min((len(p.rates) for p in self.passes), default=0)
        return self.passes[0].rates[:count] if count else np.zeros(0)

    @property
    def losses(self) -> np.ndarray:
        """The mean loss of the passes at each rate, shape (steps,).

        Without what is due to the batches, some of which are harder.
        """
        count = len(self.rates)
        if not count:
            return np.zeros(0)
        return np.mean([p.evened[:count] for p in self.passes], axis=0)

    @property
    def smoothed(self) -> np.ndarray:
        """The losses, smoothed without lag, see `rate_suggestions`."""
        losses = self.losses
        return rate_suggestions.centred(losses) if len(losses) else losses

    @property
    def by_pass(self) -> tuple[float | None, ...]:
        """The suggestion of each pass; None where its loss does not fall."""
        return tuple(
            rate_suggestions.combined(
                rate_suggestions.suggestions(p.rates, p.evened).values()
            )
            for p in self.passes
        )

    @property
    def suggestions(self) -> dict[str, float | None]:
        """What each rule suggests: the median over the passes, or None."""
        made = [
            rate_suggestions.suggestions(p.rates, p.evened) for p in self.passes
        ]
        return {
            name: rate_suggestions.combined(m[name] for m in made)
            for name in rate_suggestions.RULES
        }

    @property
    def suggestion(self) -> float | None:
        """The rate to take: the median over the passes, on a log scale.

        None where the loss falls at no rate, in most of the passes.
        """
        known = [rate for rate in self.by_pass if rate]
        if 2 * len(known) <= len(self.passes):
            return None
        return rate_suggestions.combined(known)

    @property
    def agreement(self) -> float | None:
        """How far the passes are apart, in powers of ten.

        0.3 means that the highest suggestion is twice the lowest. None with
        fewer than two suggestions.
        """
        known = [np.log10(rate) for rate in self.by_pass if rate]
        return float(np.ptp(known)) if len(known) > 1 else None

    def apply(self, model: Any) -> float:
        """Gives a model the suggested rate.

        Args:
            model: compiled with a constant learning rate.

        Returns:
            The rate.

        Raises:
            ValueError: if there is no suggestion, or the model follows a
                schedule.
        """
        rate = self.suggestion
        if rate is None:
            raise ValueError(
                "There must be a suggestion to apply, received: none, since "
                "the loss falls at no rate. To mend it, see "
                "`kts.check(model, x, y)`."
            )
        optimizer = getattr(model, "optimizer", None)
        inner = keras_internals.inner_optimizer(optimizer)
        if inner is None:
            raise ValueError(
                "`model` must be compiled, received: a model without an "
                "optimizer. To mend it, call `model.compile` first."
            )
        if keras_internals.learning_rate(inner)[1]:
            raise ValueError(
                "`model` must have a constant learning rate, received: a "
                "schedule. To mend it, compile with `keras.optimizers."
                f"{type(inner).__name__}({rate:.3g})`, or give the schedule "
                "this rate as its peak."
            )
        optimizer.learning_rate = rate
        return rate

    def plot(self, axes: Any = None) -> Any:
        """Draws the losses over the rates.

        Args:
            axes: of Matplotlib, to draw in; None makes a figure of its own
                that no window shows.

        Returns:
            The axes; `axes.figure.savefig(path)` writes the picture.
        """
        from matplotlib.figure import Figure

        if axes is None:
            axes = Figure(figsize=(7, 4), layout="constrained").subplots()
        top = 1.2 * np.max(self.losses[:5], initial=0) or None
        for sweep in self.passes:
            axes.plot(sweep.rates, sweep.evened, color="0.8", linewidth=1)
        axes.plot(self.rates, self.smoothed, color="C0", label="smoothed")
        for place, (name, rate) in enumerate(self.suggestions.items(), 1):
            if rate:
                axes.axvline(rate, color=f"C{place}", ls=":", label=name)
        if self.suggestion:
            told = f"suggested: {self.suggestion:.2g}"
            axes.axvline(self.suggestion, color="black", label=told)
        axes.set(xscale="log", xlabel="learning rate", ylabel="loss")
        if top and np.min(self.losses) > 0:
            axes.set_ylim(0, 2 * top)
        axes.legend()
        return axes

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The summary, line by line."""
        tried = f"{counted(len(self.passes), 'pass')}"
        if len(self.rates):
            low, high = self.rates[0], self.rates[-1]
            tried += f" over rates from {low:.1e} to {high:.1e}"
        first = f"Learning-rate range test: {tried}."
        if self.stopped:
            first += " Interrupted: this is what was known by then."
        if self.suggestion is None:
            return [first, "No suggestion: the loss clearly falls at no rate."]
        told = [
            f"{name} {rate:.2g}" if rate else f"{name} none"
            for name, rate in self.suggestions.items()
        ]
        return [
            first,
            f"Suggested rate: {self.suggestion:.2g} ({', '.join(told)}).",
            *self.trust(),
            *self.beside(),
        ]

    def trust(self) -> list[str]:
        """How far the passes agree."""
        spread = self.agreement
        if spread is None:
            return []
        factor = f"a factor of {number(10**spread)}"
        if spread <= AGREED:
            return [f"The passes agree within {factor}."]
        return [
            f"The passes differ by {factor}: take the suggestion for a rough "
            "one, or pass more `passes`."
        ]

    def beside(self) -> list[str]:
        """How the rate of the model compares."""
        if not self.current or self.current <= 0:
            return []
        ratio = self.suggestion / self.current
        if 1 / 3 < ratio < 3:
            return [f"The model's own rate, {self.current:.2g}, is near it."]
        times = ratio if ratio > 1 else 1 / ratio
        which = "lower" if ratio > 1 else "higher"
        return [
            f"The model's own rate, {self.current:.2g}, is {number(times)} "
            f"times {which}."
        ]
