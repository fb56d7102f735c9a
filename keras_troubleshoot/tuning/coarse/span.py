"""What a round draws of one hyperparameter: a range, or chances of values."""

import dataclasses
from typing import Any

from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent
from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.scale import HyperParameter


@dataclasses.dataclass(frozen=True)
class Span:
    """A part of the unit interval, or the chances of categories.

    Attributes:
        low: lower end, from 0 to 1 on the own scale of the hyperparameter.
        high: upper end.
        chances: of each value of a category; None of what has an order.
        change: "wide", "narrowed", "grew", "kept" against the round before.
        edges: ends of the search space, "lower" and "upper", at which the
            best lie: it may be too small there.
    """

    low: float = 0.0
    high: float = 1.0
    chances: tuple[float, ...] | None = None
    change: str = "wide"
    edges: tuple[str, ...] = ()

    @property
    def width(self) -> float:
        """The share of the whole range."""
        return self.high - self.low

    def get_config(self) -> dict[str, Any]:
        """For a file."""
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Span":
        """From a file; JSON knows no tuples."""
        chances = config["chances"]
        return cls(
            **{
                **config,
                "chances": None if chances is None else tuple(chances),
                "edges": tuple(config["edges"]),
            }
        )


def whole(hp: HyperParameter) -> Span:
    """All of a hyperparameter."""
    if scale.is_category(hp):
        count = scale.parts(hp)
        return Span(chances=(1 / count,) * count)
    return Span()


def told(hp: HyperParameter, span: Span) -> str:
    """The values of a span in words."""
    if span.chances is not None:
        values = [
            scale.part(hp, at, len(span.chances))
            for at in range(len(span.chances))
        ]
        pairs = zip(values, span.chances, strict=True)
        return ", ".join(f"{value} {percent(share)}" for value, share in pairs)
    low, high = ends(hp, span)
    if low == high:
        return word(low)
    return f"{word(low)} to {word(high)}"


def ends(hp: HyperParameter, span: Span) -> tuple[Any, Any]:
    """The lowest and the highest value of a span."""
    low = scale.from_unit(hp, span.low)
    # An end that belongs to the next part is not in the span.
    return low, scale.from_unit(hp, max(span.low, span.high - scale.ROUNDING))


def word(value: Any) -> str:
    """A value in words."""
    return number(value) if isinstance(value, float) else str(value)
