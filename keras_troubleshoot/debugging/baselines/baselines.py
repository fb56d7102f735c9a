"""`baselines`: what simple models reach on the same data."""

import time
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.baselines import estimators
from keras_troubleshoot.debugging.baselines import fitting
from keras_troubleshoot.debugging.baselines import persistence
from keras_troubleshoot.debugging.baselines import problem as problems
from keras_troubleshoot.debugging.baselines import scoring
from keras_troubleshoot.debugging.baselines.table import Baseline
from keras_troubleshoot.debugging.baselines.table import Baselines
from keras_troubleshoot.report import progress

METRICS = {
    "binary": "accuracy",
    "multiclass": "accuracy",
    "multilabel": "share of right labels",
    "regression": "mean squared error",
}


def baselines(
    x: Any,
    y: Any = None,
    validation: Any = None,
    task: str | None = None,
    kinds: Any = None,
    seed: int = 0,
    *,
    seconds: float = 60.0,
    verbose: bool = True,
) -> Baselines:
    """Measures what simple models reach, as the least a network must beat.

    The lecture's last resort to compare with, and the first to have: where a
    network is no better than the mean of the outputs or a linear model, it
    has a bug (Full Stack Deep Learning, "Troubleshooting Deep Neural
    Networks"). From scikit-learn: majority or mean, logistic or ridge
    regression, nearest neighbours, gradient boosting; for series also the
    last value.

    Images are flattened; sequences are flattened, with mean, spread, ends
    and extremes beside; token ids become a bag of words (tf-idf). Neighbours
    and trees see 64 principal components of these where there are more than
    256 columns. NaN in inputs is allowed.

    Args:
        x: what `fit` takes: arrays, nested structures of them, a
            `tf.data.Dataset`, a `keras.utils.PyDataset`, or a generator that
            was not started. Up to 50,000 rows are read.
        y: one target, where `x` does not bring it.
        validation: `(x, y)`, or a dataset, to judge by; by default a fifth
            of the rows, stratified by class; of sequences with numbers as
            targets the last fifth, as windows overlap.
        task: "binary", "multiclass", "multilabel" or "regression", where the
            targets do not tell.
        kinds: what inputs are, where it cannot be told from them: "image",
            "sequence", "tokens" or "tabular"; by name for several.
        seed: of the split and the models.
        seconds: that all of them may take, about. Each learns from 4,000
            rows first, and from more while there is time; the table says
            from how many.
        verbose: whether to say on standard error how far it has come, where
            it takes longer than some seconds.

    Returns:
        The table: `rows`, `best`, `metric`; `print` says which one to beat.
        Interrupted with Ctrl-C it holds what is known so far.

    Raises:
        ValueError: the data cannot be read or used, there is one class
            only, or an argument is out of range.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> x = rng.normal(size=(500, 4))
        >>> found = baselines(x, (x[:, 0] + x[:, 1] > 0).astype(int))
        >>> found.best.name, found["majority"].value < 0.65
        ('logistic regression', True)
    """
    require_seconds(seconds)
    problem = problems.problem(
        x, y, validation, task, kinds, require_seed(seed)
    )
    tell = progress.Progress("Baselines", verbose)
    end = time.perf_counter() + seconds
    outputs = int(np.prod(problem.train.y.shape[1:], dtype=int))
    waiting = estimators.estimators(problem.task, outputs)
    rows, stopped = of_series(problem, seed), False
    try:
        for place, estimator in enumerate(waiting):
            tell(estimator.name)
            left = max(0.0, end - time.perf_counter())
            each = left / (len(waiting) - place)
            rows.append(one(problem, estimator, each, seed))
    except KeyboardInterrupt:
        stopped = True
    return Baselines(
        *(tuple(rows), METRICS[problem.task], problem.task),
        *(len(problem.held.y), notes(problem, rows), stopped),
    )


def one(problem, estimator, seconds: float, seed: int) -> Baseline:
    """Fits and judges one model."""
    import threadpoolctl

    begin = time.perf_counter()
    with threadpoolctl.threadpool_limits(fitting.threads()):
        made, rows = fitting.fitted(problem, estimator, seconds, seed)
    score = scoring.score(made, problem.held.y, problem.task, seed)
    took = time.perf_counter() - begin
    return Baseline(
        *(estimator.name, score.value, score.low, score.high, rows, took),
        not estimator.view,
    )


def of_series(problem, seed: int) -> list[Baseline]:
    """The last value as a forecast, where there is a series."""
    made = persistence.persistence(problem)
    if made is None or not np.isfinite(made).all():
        return []
    score = scoring.score(made, problem.held.y, problem.task, seed)
    ends = (score.value, score.low, score.high)
    return [Baseline(persistence.NAME, *ends, len(problem.train.y), 0.0)]


def notes(problem, rows: list[Baseline]) -> tuple[str, ...]:
    """What was done to the data."""
    kinds = ", ".join(f"{n}: {k.value}" for n, k in problem.kinds.items())
    found = [f"Judged by {problem.split}. Inputs taken for {kinds}."]
    read = len(problem.train.y)
    if problem.given is not None and problem.given > problems.ROWS:
        found.append(
            f"Of {problem.given:,} rows, {problems.ROWS:,} were read at random."
        )
    if any(row.rows < read for row in rows):
        found.append(
            f"Where fewer than {read:,} rows are told, time was short: "
            "`seconds=` gives more."
        )
    return tuple(found)


def require_seconds(seconds: Any) -> None:
    """Raises unless it is a number above 0.

    Raises:
        ValueError: it is something else.
    """
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not number or not seconds > 0:
        raise ValueError(
            "`seconds` must be a number above 0, received: "
            f"seconds={seconds!r}. To mend it, leave it out."
        )


def require_seed(seed: Any) -> int:
    """The seed.

    Raises:
        ValueError: it is no whole number of at least 0.
    """
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or not 0 <= seed < 2**32:
        raise ValueError(
            "`seed` must be a whole number of at least 0, received: "
            f"seed={seed!r}. To mend it, leave it out."
        )
    return int(seed)
