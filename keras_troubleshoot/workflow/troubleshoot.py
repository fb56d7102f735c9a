"""The decision tree of the lecture, stage by stage."""

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.facts import subjects
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.workflow import debugging
from keras_troubleshoot.workflow import evaluating
from keras_troubleshoot.workflow import improving
from keras_troubleshoot.workflow import starting
from keras_troubleshoot.workflow import tuning
from keras_troubleshoot.workflow.case import Case
from keras_troubleshoot.workflow.case import case as case_of
from keras_troubleshoot.workflow.stage import NAMES
from keras_troubleshoot.workflow.stage import Stage

# Stages that may fail without taking the report of the others with them.
OPTIONAL = ("start simple", "evaluate", "improve")


def troubleshoot(
    model: Any,
    train: Any,
    validation: Any = None,
    test: Any = None,
    target: float | None = None,
    try_fixes: bool = False,
    seconds: float = 60.0,
    *,
    test_validation: Any = None,
    irreducible: Any = None,
    build: Callable[[], Any] | None = None,
    names: Any = None,
    vocabulary: Any = None,
    metadata: Any = None,
    tags: Any = None,
    verbose: bool = True,
) -> Report:
    """Walks the decision tree for a trained model and its data.

    Start simple: what is there. Debug: model and data are checked as
    `kts.check` does, a copy learns one batch by heart, and the model is held
    against simple baselines. Evaluate: the test error is split into its
    terms. Improve: what the errors have in common, and what to do next. Tune:
    which hyperparameters to search first, and by which call. The walk stops
    where a stage fails (an error, a model that only guesses) or the target is
    reached, and the report says so; it has a page for each stage. The model
    and the data stay as they are, bit for bit; nothing but copies is trained.

    Args:
        model: a compiled `keras.Model`.
        train: `(x, y)`, `(x, y, sample_weight)`, or what brings its targets
            along: a `tf.data.Dataset`, a `keras.utils.PyDataset`.
        validation: the same, of the distribution of the training data; or
            None.
        test: the same, that nothing was chosen by; or None.
        target: what is aimed at: an accuracy, for numbers a mean squared
            error; where it is reached, nothing needs to be improved.
        try_fixes: also try the remedy of each root cause on a copy, for some
            hundred steps against the unchanged model with the same batches
            and seeds; `report.fixed_model()` and `report.patch()` then say
            what came of it.
        seconds: that trainings of copies may take, about; 0 for none.
        test_validation: validation data of the test distribution, where that
            is another one than that of the training data.
        irreducible: the least error that can be reached; see
            `kts.decompose_error`.
        build: a function that returns a fresh compiled model; with it the
            error is measured against the number of examples, as
            `kts.learning_curve` does.
        names: of the classes, for the error analysis.
        vocabulary: words by token id, likewise.
        metadata: columns that describe the rows of `validation` (or of a
            pair, also of `test_validation`), likewise.
        tags: types of errors that somebody has seen in them, likewise.
        verbose: whether to say on standard error how far it has come.

    Returns:
        The report; `report.context["stages"]` says what came of each stage.
        Interrupted with Ctrl-C, it holds what is known by then.

    Raises:
        TypeError: if `model` is no Keras model, or an argument is of another
            type.
        ValueError: if the training data cannot be read, or the model cannot
            be copied for trials.
        RuntimeError: if Keras runs on another backend than TensorFlow.
    """
    shown = {
        "names": names,
        "vocabulary": vocabulary,
        "metadata": metadata,
        "tags": tags,
    }
    case = case_of(
        model,
        train,
        target=target,
        seconds=seconds,
        validation=validation,
        test_validation=test_validation,
        test=test,
        irreducible=irreducible,
        build=build,
        shown=shown,
    )
    case.tell.verbose = verbose
    return report_of(case, list(walked(case, try_fixes)))


def walked(case: Case, try_fixes: bool) -> Iterator[Stage]:
    """What came of each stage, in order; those after an end are left out."""
    walks = {
        "start simple": lambda: starting.walk(case),
        "debug": lambda: debugging.walk(case, try_fixes),
        "evaluate": lambda: evaluating.walk(case),
        "improve": lambda: improving.walk(case),
        "tune": lambda: tuning.walk(case),
    }
    end = ""
    for name in NAMES:
        if end:
            yield Stage(name, f"not walked: {end}")
            continue
        case.tell(name)
        try:
            stage = walks[name]()
        except KeyboardInterrupt:
            stage = Stage(name, "interrupted", ended=True)
        except ValueError as error:
            if name not in OPTIONAL:
                raise
            stage = Stage(name, f"could not be walked: {error}", ended=True)
        yield stage
        if stage.ended:
            end = f"{name} comes first ({stage.told})"


def report_of(case: Case, stages: list[Stage]) -> Report:
    """The report of all stages."""
    found = case.known.get("look")
    context = subjects.context() | {"stages": {s.name: s.told for s in stages}}
    if case.target is not None:
        context["target"] = float(case.target)
    return Report(
        [finding for stage in stages for finding in stage.findings],
        found.examined if found else (),
        found.skipped if found else (),
        title=f"Troubleshooting of {case.model.name!r}",
        context=context,
        repair=case.known.get("repair"),
        pages=tuple(page for stage in stages for page in stage.pages),
    )
