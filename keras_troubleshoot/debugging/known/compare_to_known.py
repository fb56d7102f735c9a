"""`compare_to_known`: a test result beside what others have reached."""

from keras_troubleshoot.debugging.known import arguments
from keras_troubleshoot.debugging.known import known_results
from keras_troubleshoot.debugging.known import table
from keras_troubleshoot.debugging.known.comparison import MEANING
from keras_troubleshoot.debugging.known.comparison import KnownComparison
from keras_troubleshoot.debugging.known.known_result import SIMPLE
from keras_troubleshoot.debugging.known.standing import Standing
from keras_troubleshoot.debugging.known.standing import standing
from keras_troubleshoot.facts import wilson

# How many times as many errors are far more than published (heuristic).
FAR = 2.0
# Share of the published rows of training that is as good as all.
ENOUGH = 0.9


def compare_to_known(
    value: float,
    dataset: str,
    metric: str | None = None,
    architecture: str | None = None,
    rows: int | None = None,
    train_rows: int | None = None,
) -> KnownComparison:
    """Says where a test result stands beside published ones.

    Far below means: worse than a simple baseline, or twice the errors that
    the same architecture was published with; a bug is likelier than bad
    luck. Far above means: half the errors of the best published model, or of
    the same architecture; leakage is likelier than progress. Both factors
    are heuristic. The interval of an accuracy is that of Wilson (1927) for
    the rows of the test set; other metrics get 5% to each side.

    Args:
        value: what your model reaches on the test set; accuracies and error
            rates as shares of 1.
        dataset: name of the data set, as `known_results` has it.
        metric: the metric of the data set where None; of accuracies, an
            `"error rate"` is taken, too.
        architecture: compares with this model, or part of its name; all
            where None.
        rows: of your test set; those of the published one where None.
        train_rows: of your training set; where they are fewer than
            published, no more than "below" is said, and why.

    Returns:
        The comparison: `verdict`, `standings`, `interval`, `meaning`.

    Raises:
        ValueError: a name is not known, the value is out of range, or rows
            are not positive.
        TypeError: an argument is of another type.

    Example:
        >>> result = compare_to_known(0.91, "MNIST", architecture="LeNet-5")
        >>> result.verdict
        'far below'
    """
    name = known_results.find_dataset(dataset)
    everything = known_results.known_results(name)
    chosen = known_results.known_results(name, architecture)
    kind = everything[0].metric
    value = arguments.in_units(value, metric, kind)
    train, test = table.SIZES[name]
    rows = arguments.count("rows", rows, test)
    train_rows = arguments.count("train_rows", train_rows, train)
    interval = None
    if kind == "accuracy" and rows:
        interval = wilson.interval(round(value * rows) / rows, rows)
    verdict = judge(value, interval, everything, chosen if architecture else ())
    fewer = train_rows < ENOUGH * train and verdict.endswith("below")
    if fewer:
        verdict = "below"
    return KnownComparison(
        value,
        kind,
        name,
        verdict,
        MEANING[verdict],
        tuple(standing(row, value, interval) for row in chosen),
        interval,
        rows if interval else None,
        caution(train_rows, train) if fewer else "",
    )


def judge(value, interval, everything, same) -> str:
    """The verdict on a value.

    Args:
        value: of the metric.
        interval: its uncertainty, or None.
        everything: all results on the data set.
        same: those of the same architecture; empty where none was named.
    """
    stands = [standing(row, value, interval) for row in everything]
    simple = [s for s in stands if s.known.trust == SIMPLE]
    models = [standing(row, value, interval) for row in same] or [
        s for s in stands if s.known.trust != SIMPLE
    ]
    models = models or stands
    places = {s.place for s in models}
    if places == {"below"}:
        beaten = not of_simple(same) and some_better(simple)
        far = same and all(times(s, value) > FAR for s in models)
        return "far below" if beaten or far else "below"
    if places == {"above"}:
        far = all(times(s, value) < 1 / FAR for s in models)
        return "far above" if far else "above"
    return "within"


def of_simple(same) -> bool:
    """Whether it is itself a simple baseline that is compared."""
    return any(row.trust == SIMPLE for row in same)


def some_better(simple: list[Standing]) -> bool:
    """Whether some simple baseline is clearly better."""
    return any(stand.place == "below" for stand in simple)


def times(stand: Standing, value: float) -> float:
    """How many times the errors of a published result."""
    known = stand.known
    best = known.high if stand.gap > 0 else known.low
    if not known.more_is_better:
        best = known.low if stand.gap > 0 else known.high
        return value / best
    return (1 - value) / max(1 - best, 1e-9)


def caution(train_rows: int, published: int) -> str:
    """What fewer rows of training mean for the comparison."""
    return (
        f"Trained on {train_rows:,} rows where {published:,} were published: "
        "to be below is to be expected, and no sign of a bug by itself. What "
        "simple models reach on your rows: `kts.baselines(x, y)`."
    )
