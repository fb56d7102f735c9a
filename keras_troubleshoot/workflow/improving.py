"""Stage 4, improve: what to do next, and what the errors have in common."""

from keras_troubleshoot import improvement
from keras_troubleshoot.facts.predicting import unpacked
from keras_troubleshoot.workflow.case import Case
from keras_troubleshoot.workflow.stage import Stage
from keras_troubleshoot.workflow.stage import page

NAME = "improve"


def walk(case: Case) -> Stage:
    """Looks at the errors, and ranks what to do next."""
    found = case.known["decomposition"]
    analysis = improvement.analyze_errors(
        case.model,
        *unpacked(case.held_out),
        test_validation=test_validation(case),
        **case.shown,
    )
    advice = improvement.recommend(
        found,
        model=case.model,
        learning_curve=case.known.get("curve"),
        analysis=analysis,
    )
    case.known |= {"analysis": analysis, "recommendation": advice}
    step = advice.first
    told = "nothing asks for a step" if step is None else step.action
    pages = (
        page(NAME, "What to do next", advice.page_blocks(), advice.summary),
        page(NAME, "Which errors there are", analysis.page_blocks()),
    )
    return Stage(NAME, told, pages)


def test_validation(case: Case):
    """The second data set of the error analysis; None where it is the first."""
    second = case.test_validation
    return None if second is case.held_out else second
