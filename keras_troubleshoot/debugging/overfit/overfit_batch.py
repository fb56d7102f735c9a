"""`overfit_batch`: drives the error on one batch towards zero, on a copy."""

import time
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import experiments
from keras_troubleshoot.debugging.overfit import trials
from keras_troubleshoot.debugging.overfit.attempt import Attempt
from keras_troubleshoot.debugging.overfit.result import OverfitResult
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.overfitting import Cause
from keras_troubleshoot.facts.overfitting import Overfit
from keras_troubleshoot.report import progress
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.rules import engine
from keras_troubleshoot.rules.catalogue import RULES

RULE = "cannot-overfit-batch"
# Rows of which the batch is drawn.
ROWS = 2000
# Share of the time for the unchanged model; the rest is for the causes.
FIRST = 0.4


def overfit_batch(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int = 32,
    steps: int = 1000,
    seconds: float = 60.0,
    causes: bool = True,
    seed: int = 0,
    verbose: bool = True,
) -> OverfitResult:
    """Trains a copy on one batch, and says why it cannot learn it.

    A model that cannot learn a few rows by heart has a bug. Where it
    cannot, the causes that the lecture names are tried one by one on
    further copies from the same weights: another learning rate, no
    regularization, no augmentation, the other sign, normalized inputs and
    targets, another pairing of output and loss; and as a control, targets
    that were shuffled.

    What counts is how far the loss comes from a guess (the best constant
    prediction) to the least that the targets allow: soft targets, smoothed
    labels and rows that contradict each other keep it above zero. Where
    that cannot be told (a loss of the user's own, an autoencoder with its
    own `train_step`), a loss that has come down and stays is no failure.

    The model itself, its optimizer, the random seeds and the data stay as
    they are, bit for bit.

    Args:
        model: a compiled `keras.Model` of any kind, also with a `train_step`
            of its own or in mixed precision.
        x: what `fit` takes. Of arrays a batch is drawn at random; of a
            stream the first one is taken.
        y: targets, where `x` does not bring them.
        sample_weight: weights of rows, where `x` does not bring them.
        batch_size: rows of the batch, of arrays.
        steps: at most; it ends earlier where all is learned.
        seconds: that all may take, about.
        causes: whether to try the causes where it fails.
        seed: of the batch, and of all that is random in the model.
        verbose: whether to say on standard error how far it has come, where
            it takes longer than some seconds.

    Returns:
        The result: `verdict`, `losses`, `causes`, `report`, `plot()`.
        Interrupted with Ctrl-C it holds what is known so far.

    Raises:
        TypeError: if `model` is no Keras model.
        ValueError: if it is not compiled, cannot be copied or trained, if
            the data cannot be read, or an argument is out of range.

    Example:
        ```python
        result = kts.overfit_batch(model, x_train, y_train)
        print(result)
        result.report.raise_if("warning")
        ```
    """
    require_positive(steps=steps, seconds=seconds)
    given = experiments.subject(model, x, y, sample_weight, batch_size, ROWS)
    tell = progress.Progress("Overfitting one batch", verbose)
    begin = time.perf_counter()
    with experiments.kept(model, seed):
        made = trials.Trials(given, chosen(given, seed), seed, tell)
        # Time is short where causes may follow.
        share = FIRST if causes else 1.0
        first = made.unchanged(steps, share * seconds)
        tried: tuple[Cause, ...] = ()
        if causes and not first.stopped and first.verdict != "converged":
            left = seconds - (time.perf_counter() - begin)
            tried = made.causes(first, left)
    return result(model, first, tried, made)


def result(model, first: Attempt, tried, made) -> OverfitResult:
    """The result, with the conclusion of the rule."""
    losses = first.losses
    measured = Overfit(
        first.verdict,
        rows=len(made.rows),
        steps=len(losses),
        start=float(losses[0]) if len(losses) else float("nan"),
        reached=first.reached,
        floor=first.reach.floor,
        guess=first.reach.guess,
        learned=first.learned,
        causes=tried,
    )
    findings, examined, skipped = engine.conclude(
        Facts(overfit=measured), [RULES[RULE]]
    )
    report = Report(
        findings,
        examined,
        skipped,
        title=f"One batch of {model.name!r}",
        context=subjects.context() | {"rows": measured.rows},
    )
    stopped = first.stopped or made.stopped
    return OverfitResult(
        first.verdict, losses, tried, report, measured, stopped
    )


def chosen(given: experiments.Subject, seed: int) -> np.ndarray:
    """The rows of the batch: the first ones of a stream, else drawn."""
    if given.sample.streamed:
        return np.arange(given.batch)
    rng = np.random.default_rng(seed)
    return np.sort(rng.permutation(given.rows)[: given.batch])


def require_positive(**given: Any) -> None:
    """Raises unless all of these are numbers above zero.

    Raises:
        ValueError: naming the first that is not.
    """
    for name, value in given.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not value > 0:
            raise ValueError(
                f"`{name}` must be a number above 0, received: "
                f"{name}={value!r}. To mend it, leave it out."
            )
