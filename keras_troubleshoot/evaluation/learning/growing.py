"""Measures the error against the number of examples."""

import time
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.evaluation import arguments
from keras_troubleshoot.evaluation.learning import preparing
from keras_troubleshoot.evaluation.learning import subsets
from keras_troubleshoot.evaluation.learning import training
from keras_troubleshoot.evaluation.learning.curve import LearningCurve
from keras_troubleshoot.facts import predictions
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.report import progress


def learning_curve(
    build: Callable[[], Any],
    x: Any,
    y: Any,
    validation: tuple[Any, Any] | None = None,
    sizes: Any = None,
    seeds: int = 3,
    fit: Mapping[str, Any] | Callable[[Any, Any, Any], Any] | None = None,
    seconds: float | None = None,
    *,
    task: str | None = None,
    output: str | None = None,
    confidence: float = 0.95,
    seed: int = 0,
    verbose: bool = True,
) -> LearningCurve:
    """Says how the error falls with the data, and what twice as many bring.

    Ask before data are collected, where the largest term of the error is
    variance. Fresh models are trained on growing subsets: nested, so that each
    holds the ones before, and stratified by class. A power law error(n) = a +
    b * n ** -c is laid through the errors (see
    `keras_troubleshoot.evaluation.learning.power_law` for the papers), and
    carried on to twice the examples; its interval is a bootstrap over runs,
    to which the chance of the validation rows is added. Where the law is not
    to be trusted, the result says why. Everything random is left as it was.

    Args:
        build: returns a fresh model at each call: a compiled Keras model, or
            an estimator as of scikit-learn.
        x: training inputs: an array, or a nested structure of arrays.
        y: training targets.
        validation: `(x, y)`; None holds out a fifth of the rows.
        sizes: numbers of training rows, or shares of them up to 1; by default
            up to six, each twice the one before, up to all rows.
        seeds: runs of each size, each with subsets and weights of its own.
        fit: arguments of the model's `fit`, such as `{"epochs": 10}`; or a
            function `(model, x, y)` that trains it. A Keras model without
            `epochs` is trained until its validation loss has not fallen for
            200 steps, and keeps the weights of the best epoch.
        seconds: after which no further model is trained; at least one run of
            each of three sizes is made.
        task: "binary", "multiclass", "multilabel" or "regression"; None
            tells it from model and targets.
        output: name of one of several outputs.
        confidence: of the intervals.
        seed: of subsets, weights and bootstrap.
        verbose: whether to say on standard error how far it has come.

    Returns:
        The curve. Ctrl-C ends it early; what is measured by then is kept.

    Raises:
        TypeError: if `build` returns no model, or an argument is of another
            type.
        ValueError: if data or sizes do not fit, or a training raises.
        KeyboardInterrupt: if interrupted before three sizes are measured.

    Example:
        >>> from sklearn.linear_model import LogisticRegression
        >>> rng = np.random.default_rng(0)
        >>> x = rng.normal(size=(2000, 30))
        >>> y = (x[:, 0] + 0.5 * rng.normal(size=2000) > 0).astype(int)
        >>> curve = learning_curve(LogisticRegression, x, y, verbose=False)
        >>> curve.sizes
        (50, 100, 200, 400, 800, 1600)
        >>> bool(curve.doubled.error < curve.means[-1])
        True
    """
    arguments.require_count(seeds, "seeds")
    arguments.require_count(seed, "seed", 0)
    arguments.require_between(confidence, "confidence", 0, 1)
    if seconds is not None:
        arguments.require_between(seconds, "seconds", 0, np.inf)
    require_fit(build, fit)
    data = preparing.prepared(x, y, validation, sizes, seed)
    runs = Runs(build, data, fit, seeds, task, output, seed)
    runs.measure(seconds, progress.Progress("Learning curve", verbose))
    return runs.curve(confidence, seed)


def require_fit(build: Any, fit: Any) -> None:
    """Raises TypeError where a model cannot be built or trained."""
    if not callable(build) or hasattr(build, "get_weights"):
        raise TypeError(
            "`build` must be a function that returns a fresh model, received: "
            f"{type(build).__name__}. To mend it, pass the function that "
            "builds and compiles the model."
        )
    if fit is not None and not isinstance(fit, Mapping) and not callable(fit):
        raise TypeError(
            "`fit` must be a dictionary of arguments of `fit`, or a function "
            f"of model, x and y, received: {fit!r}. To mend it, pass one such "
            "as {'epochs': 10}."
        )


class Runs:
    """The runs of a learning curve, made one after the other."""

    def __init__(self, build, data, fit, seeds, task, output, seed):
        self.build, self.data, self.fit = build, data, fit
        self.task, self.output, self.seed = task, output, seed
        shape = len(data.sizes), seeds
        self.errors = np.full(shape, np.nan)
        self.training = np.full(shape, np.nan)
        self.measure_words, self.spread, self.rows = "error", 0.0, 0
        self.notes: list[str] = []

    def measure(self, seconds: float | None, tell) -> None:
        """Trains all models, until time is up or the user interrupts."""
        begin, rate = time.perf_counter(), 0.0
        sizes, runs = self.errors.shape
        try:
            for run in range(runs):
                for place, size in enumerate(self.data.sizes):
                    left = np.inf
                    if seconds is not None:
                        left = seconds - (time.perf_counter() - begin)
                    if left < rate * size and (run or place >= 3):
                        self.ended(f"{seconds:g} seconds were used up")
                        return
                    tell(
                        f"run {run + 1} of {runs}, {size:,} examples, size "
                        f"{place + 1} of {sizes}"
                    )
                    start = time.perf_counter()
                    self.train(place, run)
                    rate = (time.perf_counter() - start) / size
        except KeyboardInterrupt:
            if np.isfinite(self.errors).any(axis=1).sum() < 3:
                raise
            self.ended("it was interrupted")

    def ended(self, why: str) -> None:
        """Notes that not all runs were made."""
        made = int(np.isfinite(self.errors).sum())
        self.notes.append(
            f"{made} of {self.errors.size} runs were made, as {why}."
        )

    def train(self, place: int, run: int) -> None:
        """Trains and measures one model, and puts all that is random back."""
        seed = self.seed + 1 + run
        data = self.data
        order = subsets.order(
            data.ids, len(data.rows), np.random.default_rng(seed)
        )
        chosen = data.rows[order[: data.sizes[place]]]
        x, y = preparing.part(data.x, chosen), preparing.part(data.y, chosen)
        with randomness.preserved():
            seed_everything(seed)
            model = training.trained(
                self.build, x, y, data.validation, self.fit
            )
        found = self.predicted(model, data.validation, "validation")
        self.task = found.task
        self.errors[place, run] = found.error()
        self.training[place, run] = self.predicted(
            model, (x, y), "the training rows"
        ).error()
        self.measure_words, self.rows = found.measure, len(found)
        self.spread = float(found.errors().std())

    def predicted(self, model: Any, data: Any, name: str):
        """Predictions of a model that was trained."""
        return predictions.predict(
            model, data, name=name, task=self.task, output=self.output
        )

    def curve(self, confidence: float, seed: int) -> LearningCurve:
        """The curve of what was measured."""
        known = np.isfinite(self.errors).any(axis=1)
        return LearningCurve.from_errors(
            self.data.sizes[known],
            self.errors[known],
            training=self.training[known],
            measure=self.measure_words,
            rows=self.rows,
            spread=self.spread,
            confidence=confidence,
            seed=seed,
            notes=tuple(self.notes),
        )


def seed_everything(seed: int) -> None:
    """Seeds Python, NumPy and, where it is loaded, Keras."""
    import random
    import sys

    random.seed(seed)
    np.random.seed(seed)
    if "keras" in sys.modules:
        import keras

        keras.utils.set_random_seed(seed)
