"""Splits the test error of a model into terms that have remedies."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.evaluation import arguments
from keras_troubleshoot.evaluation import reuse
from keras_troubleshoot.evaluation.decomposition import floor
from keras_troubleshoot.evaluation.decomposition import intervals
from keras_troubleshoot.evaluation.decomposition import parts as parts_lib
from keras_troubleshoot.evaluation.decomposition.intervals import Estimate
from keras_troubleshoot.evaluation.decomposition.intervals import Options
from keras_troubleshoot.facts import error_terms
from keras_troubleshoot.facts.error_terms import ErrorDecomposition

SAMPLING = (
    "Intervals are for new rows and the same trained model; another training "
    "would move the errors as well."
)


def decompose_error(
    model: Any,
    train: Any,
    validation: Any = None,
    test_validation: Any = None,
    test: Any = None,
    irreducible: Any = None,
    *,
    task: str | None = None,
    output: str | None = None,
    metric: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
    trials: int | None = None,
) -> ErrorDecomposition:
    """Says where the test error comes from, term by term.

    Ask when the model is free of bugs, and before anything is improved: each
    term has remedies of its own. Test error = irreducible error + avoidable
    bias + variance + distribution shift + validation overfitting (the lecture
    of Full Stack Deep Learning, after A. Ng, Machine Learning Yearning). Where
    parts are missing, terms merge:

    * no `irreducible`: `bias` stands for it and for the avoidable bias;
    * no `test_validation`: `validation_overfitting` is test - validation,
      and holds a shift of the distribution, if there is one;
    * no `validation`: `variance_and_distribution_shift` is test validation -
      train;
    * neither of both: `variance` is test - train, with a shift, if any;
    * no `test`: no `validation_overfitting`.

    Parts must hold different rows; their errors are then independent given
    the model. Error rates have Wilson's intervals and Newcombe's for their
    differences, other errors those of a studentized bootstrap; see
    `keras_troubleshoot.evaluation.decomposition.intervals` for the papers,
    and `benchmarks/interval_coverage.py` for how often they hold. Looking
    changes nothing.

    Args:
        model: a trained Keras model, or an estimator as of scikit-learn.
        train: training data, `(x, y)` or `(x, y, sample_weight)`, or of a
            Keras model a `tf.data.Dataset` or a `keras.utils.PyDataset`.
            Without augmentation, if there is some.
        validation: data of the training distribution, held out.
        test_validation: held-out data of the test distribution, where that
            is another one.
        test: data that nothing was chosen by.
        irreducible: the least error that can be reached: a number; labels
            that a person gave to the rows of `test` (or of the last part
            that is there); or labels of several persons, shape (rows,
            annotators) with -1 or NaN where one is missing, from which
            `irreducible_error` estimates it.
        task: "binary", "multiclass", "multilabel" or "regression"; None
            tells it from model and targets.
        output: name of one of several outputs.
        metric: `(targets, outputs) -> error of each row`, shape (n,), lower
            is better; None takes wrong classes or squared errors.
        confidence: of all intervals.
        resamples: of the bootstrap.
        seed: of the bootstrap.
        trials: models that were compared by `validation` (or by
            `test_validation`) to find this one; notes how much the choice
            alone flatters it.

    Returns:
        The decomposition: errors, terms and intervals, a table as text, and a
        waterfall figure for the report.

    Raises:
        TypeError: if `model` cannot predict, or an argument is of another
            type.
        ValueError: if data cannot be read or predicted, in one sentence.

    Example:
        >>> import keras_troubleshoot as kts
        >>> from sklearn.linear_model import LogisticRegression
        >>> rng = np.random.default_rng(0)
        >>> x = rng.normal(size=(3000, 20))
        >>> y = (x[:, 0] + rng.normal(size=3000) > 0).astype(int)
        >>> train, test = (x[:40], y[:40]), (x[40:], y[40:])
        >>> model = LogisticRegression(C=1e6).fit(*train)
        >>> found = decompose_error(model, train, test=test, irreducible=0.25)
        >>> found.largest().name
        'variance'
    """
    options = intervals.checked(Options(confidence, resamples, seed))
    if trials is not None:
        arguments.require_count(trials, "trials")
    given = {
        "train": train,
        "validation": validation,
        "test_validation": test_validation,
        "test": test,
    }
    given = {part: data for part, data in given.items() if data is not None}
    parts_lib.require_parts(given, irreducible)
    read = parts_lib.measured(model, given, task, output, metric)
    estimates = {
        part: one.estimate(options.of(place))
        for place, (part, one) in enumerate(read.items())
    }
    least, how = floor.estimate(irreducible, read, metric, options)
    if least is not None:
        estimates = {"irreducible": least} | estimates
    measure = next(iter(read.values())).measure
    notes = [*how, *notes_on(estimates), SAMPLING]
    if trials is not None:
        notes += notes_on_trials(trials, read)
    return assembled(estimates, measure, confidence, tuple(notes))


def assembled(
    estimates: Mapping[str, Estimate],
    measure: str,
    confidence: float,
    notes: tuple[str, ...],
) -> ErrorDecomposition:
    """The decomposition of errors with their intervals."""
    errors = {part: one.value for part, one in estimates.items()}
    nothing = Estimate(0.0, (0.0, 0.0))
    terms = {
        term.name: intervals.of_difference(
            nothing if term.start is None else estimates[term.start],
            estimates[term.end],
        )
        for term in error_terms.terms_of(errors, {})
    }
    known = {
        part: one.interval if one.rows else None
        for part, one in estimates.items()
    }
    return ErrorDecomposition.from_errors(
        **errors,
        intervals=terms,
        error_intervals=known,
        rows={part: one.rows for part, one in estimates.items() if one.rows},
        measure=measure,
        confidence=confidence,
        notes=notes,
    )


def notes_on(estimates: Mapping[str, Estimate]) -> list[str]:
    """What makes the result doubtful."""
    notes = []
    heavy = [part for part, one in estimates.items() if one.heavy]
    if heavy:
        notes.append(
            f"A few rows make most of the error on {' and '.join(heavy)}: "
            "intervals may be too narrow; look at these rows."
        )
    blind = [part for part, one in estimates.items() if one.interval is None]
    if blind:
        notes.append(
            f"No interval is known for {' and '.join(blind)}: there are too "
            "few rows, or all errors are the same."
        )
    least = estimates.get("irreducible")
    if least is not None and estimates["train"].value < least.value:
        notes.append(
            "The training error is below the irreducible error: the model "
            "has learned the training rows by heart, or the irreducible error "
            "is estimated too high."
        )
    return notes


def notes_on_trials(trials: int, read: Mapping[str, Any]) -> list[str]:
    """How much the choice by validation data flatters the model."""
    part = next(
        (p for p in ("validation", "test_validation") if p in read), None
    )
    if part is None:
        return []
    errors, rows = read[part].errors, len(read[part].errors)
    if not errors.std() > 0:
        return []
    rate = errors.mean() if read[part].rate else None
    spread = None if read[part].rate else float(errors.std())
    found = reuse.validation_reuse(
        trials, rows, rate, spread=spread, at_most=float(errors.mean()) / 10
    )
    return [str(found)]
