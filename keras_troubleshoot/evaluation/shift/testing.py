"""Tests of single columns, corrected for their number."""

import dataclasses

import numpy as np

from keras_troubleshoot.evaluation.shift.columns import Column

# Rows that a category must have on each side to be expected, below which it
# is counted with others (W. G. Cochran, Biometrics 10, 1954).
EXPECTED = 5


@dataclasses.dataclass(frozen=True)
class Moved:
    """How one column differs between both data sets.

    Attributes:
        name: of the column.
        p_value: chance of such a difference without a shift, after Holm's
            correction for the number of columns.
        moved: whether the difference is beyond chance.
        distance: largest difference of the two distribution functions
            (Kolmogorov-Smirnov) of amounts; half the sum of the differences
            of shares of categories. From 0 to 1.
        before: mean in the first data set, or the share there of the
            category that moves most.
        after: the same in the second.
        spreads: distance of the means in standard deviations of the first
            data set; None for categories.
        category: that moves most; None for amounts.
        test: "Kolmogorov-Smirnov" or "chi-squared".
    """

    name: str
    p_value: float
    moved: bool
    distance: float
    before: float
    after: float
    spreads: float | None
    category: str | None
    test: str

    def __str__(self) -> str:
        chance = f"p = {self.p_value:.2g}, distance {self.distance:.2g}"
        if self.category is not None:
            return (
                f"{self.name}: {self.category!r} from {100 * self.before:.3g}% "
                f"to {100 * self.after:.3g}% of rows ({chance})"
            )
        return (
            f"{self.name}: mean from {self.before:.4g} to {self.after:.4g}, "
            f"{self.spreads:+.2g} standard deviations ({chance})"
        )


def columns(found: list[Column], rows: int, level: float) -> tuple[Moved, ...]:
    """Tests each column; those that differ most come first.

    Args:
        found: the columns; only those that mean something are tested.
        rows: of the first data set.
        level: chance that any is found where none has moved (S. Holm,
            Scandinavian Journal of Statistics 6, 1979).
    """
    tested = [each for each in found if each.tested]
    done = [compare(each, rows) for each in tested]
    # A column of which values are missing may move in that alone.
    done += [
        compare(missing(each), rows)
        for each in tested
        if np.isnan(each.values).any()
    ]
    adjusted = holm(np.array([each.p_value for each in done]))
    moved = [
        dataclasses.replace(each, p_value=float(p), moved=bool(p < level))
        for each, p in zip(done, adjusted, strict=True)
    ]
    return tuple(sorted(moved, key=lambda m: (not m.moved, -m.distance)))


def missing(column: Column) -> Column:
    """Whether values of a column are missing."""
    gone = np.isnan(column.values).astype("float64")
    return Column(f"{column.name} missing", gone, ("no", "yes"))


def compare(column: Column, rows: int) -> Moved:
    """Compares one column; the p-value is not corrected yet."""
    a, b = column.values[:rows], column.values[rows:]
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    if column.words:
        return of_categories(column, a, b)
    return of_amounts(column.name, a, b)


def of_amounts(name: str, a: np.ndarray, b: np.ndarray) -> Moved:
    """The Kolmogorov-Smirnov test of two samples."""
    from scipy import stats

    test = "Kolmogorov-Smirnov"
    if not len(a) or not len(b):
        return Moved(name, 1.0, False, 0.0, 0.0, 0.0, 0.0, None, test)
    exact = "exact" if len(a) * len(b) <= 10_000 else "asymp"
    found = stats.ks_2samp(a, b, method=exact)
    spread = a.std() or b.std()
    step = (b.mean() - a.mean()) / spread if spread > 0 else 0.0
    return Moved(
        name,
        float(found.pvalue),
        False,
        float(found.statistic),
        float(a.mean()),
        float(b.mean()),
        float(step),
        None,
        test,
    )


def of_categories(column: Column, a: np.ndarray, b: np.ndarray) -> Moved:
    """The chi-squared test of two samples; rare categories together."""
    from scipy import stats

    count = len(column.words)
    table = np.stack(
        [np.bincount(v.astype(int), minlength=count) for v in (a, b)]
    )
    sizes = np.maximum(table.sum(axis=1, keepdims=True), 1)
    shares = table / sizes
    steps = shares[1] - shares[0]
    most = int(np.abs(steps).argmax())
    pooled = together(table)
    p_value = 1.0
    if pooled.shape[1] > 1 and table.sum(axis=1).all():
        p_value = float(stats.chi2_contingency(pooled, correction=True).pvalue)
    return Moved(
        column.name,
        p_value,
        False,
        float(np.abs(steps).sum() / 2),
        float(shares[0, most]),
        float(shares[1, most]),
        None,
        column.words[most],
        "chi-squared",
    )


def together(table: np.ndarray) -> np.ndarray:
    """Counts, those of rare categories added up."""
    expected = table.sum(axis=1).min() * table.sum(axis=0) / table.sum()
    rare = expected < EXPECTED
    rest = table[:, rare].sum(axis=1, keepdims=True)
    kept = table[:, ~rare]
    return np.hstack([kept, rest]) if rest.any() else kept


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's correction.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03]))
        array([0.03, 0.06, 0.06])
    """
    count = len(p_values)
    order = np.argsort(p_values)
    raised = p_values[order] * np.arange(count, 0, -1)
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return adjusted
