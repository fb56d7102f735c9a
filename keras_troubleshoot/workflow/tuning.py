"""Stage 5, tune: which hyperparameters to search, and by which call."""

from keras_troubleshoot import tuning
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.workflow.case import Case
from keras_troubleshoot.workflow.stage import Stage
from keras_troubleshoot.workflow.stage import page

NAME = "tune"
# Trials that the table is made for: a first search over what matters most.
TRIALS = 30
CALL = (
    "To search them, coarse to fine, with the best judged anew at the end:"
    f"\n\n    kts.tune(model, train, validation, max_trials={TRIALS})"
)
BUILDER = (
    "Write a function of `hp` that returns the compiled model; `kts.tune` "
    "takes it in place of the model."
)


def walk(case: Case) -> Stage:
    """Ranks what to tune; the search itself takes longer than a walk."""
    try:
        space = tuning.search_space(case.model, budget=TRIALS)
    except (TypeError, ValueError) as error:
        told = f"This model cannot be tuned as it is: {error} {BUILDER}"
        made = page(NAME, "What to tune", (Paragraph(told),))
        return Stage(NAME, "asks for a builder: see its page", (made,))
    blocks = (*space.page_blocks(), Paragraph(CALL))
    made = page(NAME, "What to tune", blocks, space.summary())
    names = ", ".join(space.names)
    return Stage(NAME, f"tune {names} by `kts.tune`", (made,))
