"""One published result, and how far it can be trusted."""

import dataclasses

# What a source is, the most trusted first: the order in which the lecture
# compares (Full Stack Deep Learning, "Troubleshooting Deep Neural Networks").
TRUST = (
    "official implementation on similar data",
    "official implementation on a benchmark",
    "unofficial implementation",
    "paper without code",
    "same model on a benchmark",
    "similar model on similar data",
    "simple baseline",
)
SIMPLE = TRUST[-1]
# Metrics of which more is better.
MORE = ("accuracy",)


@dataclasses.dataclass(frozen=True)
class KnownResult:
    """A published result on the test set of a data set.

    Attributes:
        dataset: its name.
        architecture: the model.
        metric: `"accuracy"` (a share of 1), `"RMSE"`, `"MSE"` or `"MAE"`.
        low: the least value that was published.
        high: the greatest; the same as `low` where there is one value only.
        trust: what the source is, one of `TRUST`.
        source: who published it, and where.
        url: of the source.
        note: what the value holds for: augmentation, units, horizon.
    """

    dataset: str
    architecture: str
    metric: str
    low: float
    high: float
    trust: str
    source: str
    url: str
    note: str = ""

    @property
    def more_is_better(self) -> bool:
        """Whether a greater value is the better one."""
        return self.metric in MORE

    @property
    def rank(self) -> int:
        """Place in the order of trust; 0 is the most trusted."""
        return TRUST.index(self.trust)

    @property
    def told(self) -> str:
        """The value or the range, for a sentence."""
        low, high = (written(v, self.metric) for v in (self.low, self.high))
        return low if low == high else f"{low} to {high}"

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return (
            f"{self.dataset}, {self.architecture}: {self.metric} "
            f"{self.told}{note}; {self.trust}; {self.source}, {self.url}"
        )


def written(value: float, metric: str) -> str:
    """A value as a reader of papers expects it.

    Example:
        >>> written(0.9905, "accuracy"), written(0.499, "RMSE")
        ('99.05%', '0.499')
    """
    return f"{100 * value:.4g}%" if metric == "accuracy" else f"{value:.4g}"
