"""The diagnosis of a model that cannot learn one batch by heart."""

from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

COURSE = {
    "rises": "rises",
    "explodes": "explodes",
    "oscillates": "swings up and down",
    "plateaus": "stays on a plateau",
    "falls": "falls slowly",
}
# What the lecture names as the causes of each, for where no trial helped.
CAUSES = {
    "rises": "a wrong sign of the loss or its gradient, too high a learning "
    "rate, a softmax over the wrong axis",
    "explodes": "too high a learning rate, a log, exp or division without a "
    "guard",
    "oscillates": "too high a learning rate, data or labels that are damaged "
    "or shuffled apart, augmentation that changes the label",
    "plateaus": "too low a learning rate, gradients that do not reach the "
    "weights, too much regularization, the wrong input to the loss, data or "
    "labels that are damaged",
    "falls": "too low a learning rate, too few steps",
}


@rule(
    "cannot-overfit-batch",
    "the error on one batch cannot be driven to zero",
    family="dynamics",
    kind=Kind.SYMPTOM,
)
def cannot_overfit_batch(facts, half=0.5):
    """A model cannot learn a single batch by heart.

    Any network that is right should: it has more weights than a batch has
    targets. Judged is how far the loss comes from the best constant
    prediction (a guess) to the least that the targets allow, so that soft
    targets and rows that contradict each other are no failure. A loss that
    still falls in the end is no failure, unless it has hardly begun: then
    it is advice, as is a model that comes more than half of the way.

    The lecture's causes are tried on copies; those that helped are named.
    """
    seen = facts.overfit
    learned = seen.learned
    slow = seen.verdict == "falls" and learned is not None and learned < half
    if not seen.failed and not slow:
        return
    partly = learned is not None and learned >= half
    mild = slow or (partly and seen.verdict in ("plateaus", "oscillates"))
    say = advice if mild else warning
    yield say(
        f"one batch of {counted(seen.rows, 'row')}",
        summary(seen),
        mend(seen),
        verdict=seen.verdict,
        rows=seen.rows,
        steps=seen.steps,
        start=seen.start,
        reached=seen.reached,
        floor=seen.floor,
        guess=seen.guess,
        learned=learned,
        helped=[
            {"change": cause.change, "score": cause.score}
            for cause in seen.helped
        ],
        tried=[cause.change for cause in seen.causes if cause.tried],
    )


def summary(seen) -> str:
    """What the loss did, in one or two sentences."""
    told = (
        f"Trained on one batch of {counted(seen.rows, 'row')} for "
        f"{counted(seen.steps, 'step')}, the loss {COURSE[seen.verdict]}, "
        f"from {number(seen.start)}"
    )
    if seen.reached == seen.reached:
        told += f" to {number(seen.reached)}"
    if seen.floor is not None:
        told += (
            f"; a guess has {number(seen.guess)}, and "
            f"{number(seen.floor)} could be reached"
        )
    told += "."
    for cause in seen.helped[:2]:
        told += f" With {cause.change} it comes further"
        if cause.score is not None:
            told += f" ({percent(max(cause.score, 0.0))} of the way)"
        told += "."
    return told


def mend(seen) -> str:
    """The causes that helped, or those that the lecture names."""
    if seen.helped:
        causes = "; ".join(cause.name for cause in seen.helped)
        return f"Look into what helped on a copy: {causes}."
    tried = "Nothing that was tried helped. " if seen.causes else ""
    return (
        f"{tried}Usual causes: {CAUSES[seen.verdict]}. "
        "`kts.check(model, x, y)` looks for these."
    )
