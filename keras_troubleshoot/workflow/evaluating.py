"""Stage 3, evaluate: where the error comes from."""

from keras_troubleshoot import evaluation
from keras_troubleshoot.facts import error_table
from keras_troubleshoot.facts.error_terms import ErrorDecomposition
from keras_troubleshoot.facts.predicting import unpacked
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.workflow.case import Case
from keras_troubleshoot.workflow.stage import Stage
from keras_troubleshoot.workflow.stage import page

NAME = "evaluate"


def walk(case: Case) -> Stage:
    """Splits the error into its terms; a target that is reached ends it."""
    if case.held_out is None:
        return Stage(
            NAME,
            "needs data that the model was not trained on: pass `validation=` "
            "or `test=`",
            ended=True,
        )
    found = evaluation.decompose_error(
        case.model,
        case.given,
        case.validation,
        case.test_validation,
        case.test,
        case.irreducible,
    )
    case.known["decomposition"] = found
    summary = error_table.summary(found)
    pages = [
        page(NAME, "Where the error comes from", found.page_blocks(), summary),
        *shift(case),
        *curve(case),
    ]
    met = reached(case.target, found)
    if met:
        summary = f"{met} {summary}"
    return Stage(NAME, summary, tuple(pages), ended=bool(met))


def shift(case: Case) -> list[Page]:
    """Whether test data are distributed otherwise than training data."""
    other = case.test if case.test_validation is None else case.test_validation
    if other is None:
        return []
    x, y, _ = case.train
    x_other, y_other, _ = unpacked(other, "test")
    try:
        found = evaluation.distribution_shift(x, x_other, y_a=y, y_b=y_other)
    except ValueError:  # Data that it does not know; the rest goes on.
        return []
    case.known["shift"] = found
    return [page(NAME, "Training data (a), test data (b)", found.page_blocks())]


def curve(case: Case) -> list[Page]:
    """The learning curve over the data, where a model can be built anew."""
    x, y, _ = case.train
    if case.build is None or y is None:
        return []
    with case.training():
        found = evaluation.learning_curve(
            case.build,
            x,
            y,
            case.validation,
            seconds=max(1.0, case.left()),
            verbose=False,
        )
    case.known["curve"] = found
    return [page(NAME, "More data", found.page_blocks())]


def reached(target: float | None, found: ErrorDecomposition) -> str:
    """That the target is reached, in a sentence; else empty.

    The target of classes is an accuracy, that of numbers a squared error.
    """
    if target is None:
        return ""
    *_, last = found.errors
    rate = found.measure != "mean squared error"
    limit = 1 - target if rate else target
    if found.errors[last] > limit:
        return ""
    error = error_table.shown(found, found.errors[last])
    allowed = error_table.shown(found, limit)
    return (
        f"The target is reached: {error_table.WORDS[last]} {error}, allowed "
        f"{allowed}."
    )
