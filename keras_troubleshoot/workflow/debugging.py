"""Stage 2, debug: what is wrong, one batch by heart, simple baselines."""

from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.debugging import look as looking
from keras_troubleshoot.debugging import pages
from keras_troubleshoot.debugging import repair
from keras_troubleshoot.debugging.check import chosen
from keras_troubleshoot.debugging.overfit.overfit_batch import overfit_batch
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.remedies import workshop
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.workflow import comparing
from keras_troubleshoot.workflow.case import Case
from keras_troubleshoot.workflow.stage import Stage

# Diagnoses that compare training data with others.
COMPARING = ("train-validation-leakage", "train-validation-shift")
# Share of the seconds for one batch, and at most that many.
SHARE, MOST = 0.3, 20.0
# Below, nothing is trained.
LEAST = 2.0


def walk(case: Case, try_fixes: bool) -> Stage:
    """Looks for bugs; an error, or a model that only guesses, ends the walk."""
    found, findings = examined(case)
    case.known["look"] = found
    if try_fixes:
        shop = workshop.Workshop(
            case.model, None, (*case.train, case.validation), {}, found.facts
        )
        with case.training():
            findings, tried = repair.try_fixes(shop, findings, case.left(0.7))
        case.known["repair"] = tried
    findings += list(of_test(case))
    shown = [page for page in [training(case.model)] if page is not None]
    if not grave(findings, Severity.ERROR):
        batch, more = one_batch(case)
        shown += batch
        findings += more
    simple = comparing.Comparison()
    if not grave(findings, Severity.ERROR):
        simple = comparing.compare(case)
        shown += simple.pages
    ended = bool(grave(findings, Severity.ERROR)) or simple.guesses
    return Stage(
        "debug",
        told(findings, simple),
        tuple(shown),
        tuple(findings),
        ended,
    )


def examined(case: Case) -> tuple[Any, list[Finding]]:
    """The look at model and data, and what it found."""
    found = looking.look(
        case.model, *case.train, case.validation, rules=chosen(())
    )
    return found, list(found.findings)


def of_test(case: Case) -> Iterator[Finding]:
    """Findings about test data, told as such."""
    import dataclasses

    for data, name in (
        (case.test_validation, "test validation"),
        (case.test, "test"),
    ):
        if data is None:
            continue
        other = looking.look(case.model, *case.train, data, rules=COMPARING)
        for finding in other.findings:
            where = finding.where.replace("validation_data", name)
            said = finding.summary.replace("validation", name)
            said = said.replace("Validation", name.capitalize())
            yield dataclasses.replace(finding, where=where, summary=said)


def training(model: Any) -> Page | None:
    """The learning curves of the last `fit`; None where there was none."""
    import keras

    last = getattr(model, "history", None)
    if not isinstance(last, keras.callbacks.History) or not last.history:
        return None
    try:
        return pages.training_page(History(last.history))
    except ValueError:
        return None


def one_batch(case: Case) -> tuple[list[Page], list[Finding]]:
    """One batch by heart, on a copy; its page, and a finding if it fails."""
    seconds = min(MOST, case.left(SHARE))
    if seconds < LEAST or not case.model.compiled:
        return [], []
    try:
        with case.training():
            made = overfit_batch(
                case.model, *case.train, seconds=seconds, verbose=False
            )
    except ValueError:  # It cannot be copied; the look goes on without.
        return [], []
    losses = tuple(float(loss) for loss in made.losses)
    figure = Figure("lines", "Loss on one batch", ("loss",), (losses,), "loss")
    first, *rest = made.lines()
    page = Page(
        "debug",
        "One batch by heart",
        f"{first} {' '.join(rest[:1])}",
        (figure,),
    )
    return [page], list(made.report.findings)


def grave(findings: list[Finding], severity: Severity) -> list[Finding]:
    """The findings of a severity or a graver one."""
    return [f for f in findings if f.severity.rank <= severity.rank]


def told(findings: list[Finding], simple: comparing.Comparison) -> str:
    """What came of it, in a sentence."""
    errors = len(grave(findings, Severity.ERROR))
    warnings = len(grave(findings, Severity.WARNING))
    if errors:
        return f"{warnings} to mend first, {errors} of them errors"
    if simple.guesses:
        return f"nothing learned: {simple.told}"
    came = f"{warnings} to mend first" if warnings else "nothing to mend"
    return f"{came}; {simple.told}" if simple.told else came
