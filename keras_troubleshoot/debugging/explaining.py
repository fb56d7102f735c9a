"""Explains an exception that `fit` raised in one finding."""

from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.passes import Failure
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.rules import engine
from keras_troubleshoot.rules import shapes
from keras_troubleshoot.rules.catalogue import RULES
from keras_troubleshoot.rules.registry import told

# Rules about what `fit` raised; the first that knows it tells it.
OF_ERRORS = ("out-of-memory", "call-failed")


def explain(error: Exception, look, problem, rules) -> list[Finding]:
    """What an exception of `fit` comes down to.

    Args:
        error: what was raised.
        look: what was found before; None where nothing could be.
        problem: why the data could not be read; None where they could.
        rules: ids of the rules in use.

    Returns:
        Nothing where an error found before explains it; else one finding.
    """
    before = look.findings if look is not None else []
    if any(
        f.severity is Severity.ERROR and "call-failed" in f.explains
        for f in before
    ):
        return []
    if problem is not None and problem.rule in rules:
        note = {
            "severity": Severity.ERROR,
            "where": problem.where,
            "summary": str(problem).split(" To mend it, ")[0],
            "fix": problem.fix[:1].upper() + problem.fix[1:] + ".",
        }
        return [told(RULES[problem.rule], note)]
    failure = look.facts.get("forward").failure if has_run(look) else None
    raised = failure or Failure("fit", error)
    facts = Facts(raised=raised)
    if has_run(look):
        facts.add(memory=look.facts.get("memory"))
    chosen = [RULES[name] for name in OF_ERRORS if name in rules]
    found, _, _ = engine.conclude(facts, chosen)
    known = [f for f in found if "call-failed" in f.explains]
    if known or not found:
        return known
    about = shapes.ABOUT_SHAPES.search(raised.message)
    if about and "shape-mismatch" in rules and generic(found):
        return [told(RULES["shape-mismatch"], as_note(found[0]))]
    return found


def has_run(look) -> bool:
    """Whether the model was run before `fit`."""
    return look is not None and look.facts.get("forward") is not None


def generic(found) -> bool:
    """Whether no known exception was recognized."""
    return bool(found) and found[0].summary.startswith("`fit` raised ")


def as_note(finding: Finding) -> dict:
    """What a finding says, without its rule."""
    return {
        "severity": finding.severity,
        "where": finding.where,
        "summary": finding.summary,
        "fix": finding.fix,
        "evidence": finding.evidence,
    }
