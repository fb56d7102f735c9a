"""What a finished run says of its learning rate and its length.

Healthy runs may end like this too: all of it is suspicion, which a trial of
the remedy settles.
"""

from keras_troubleshoot.facts.outcome import reachable
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

# Quality below which a run is poor whatever the data; see `quality`.
POOR = 0.5
# How far below what a simple method reaches, as a share of that.
BEHIND = 0.25
# Share of the fall of the loss that the last epoch of a settled run brings.
SETTLED = 0.04


# Steps below which a run tells nothing: it was to see whether it runs.
FEWEST = 5


def poor(facts) -> bool:
    """Whether a run came to less than the data allow, as far as one knows."""
    done = facts.outcome
    best = reachable(facts.get("signal"))
    if (done.steps or 0) < FEWEST:
        return False
    if done.diverged:
        return True
    if done.quality is None:
        return False
    if best is not None and best > 0.1:
        return done.quality < best * (1 - BEHIND)
    return best is None and done.quality < POOR


def stuck(facts) -> bool:
    """Whether a finished run is far from what a simple method reaches.

    With steps that could not carry the weights far, two facts that know
    nothing of each other say the same.
    """
    done = facts.get("outcome")
    known = reachable(facts.get("signal"))
    if done is None or known is None or done.diverged:
        return False
    return poor(facts)


def ended(facts) -> str:
    """How the run ended, in words."""
    done = facts.outcome
    said = "The loss ended at " + number(done.losses[-1])
    if done.start is not None:
        said += f" from {number(done.start)} before the training"
    if done.quality is not None:
        said += f", the quality of the predictions at {number(done.quality)}"
    return said + " (0 is a guess, 1 is perfect)."


def evidence(facts) -> dict:
    """The numbers of the run."""
    done = facts.outcome
    return {
        "last_loss": done.losses[-1],
        "start_loss": done.start,
        "quality": done.quality,
        "reachable": reachable(facts.get("signal")),
        "updates": done.steps,
        "rate": rate(facts),
    }


def rate(facts) -> float | None:
    """The rate of the run: its largest, where it changed."""
    known = [r for r in facts.outcome.rates if r == r and r > 0]
    found = facts.model.optimizer
    compiled = found.learning_rate if found is not None else None
    return max(known) if known else compiled


def too_high_after(facts, usual: float, swing=0.3):
    """The run went nowhere, or up and down, at a rate that is not low."""
    done, used = facts.outcome, rate(facts)
    if not done.losses or used is None or used < usual / 10:
        return
    if not (done.diverged or done.swing > swing or poor(facts)):
        return
    if done.diverged or done.swing > swing or (done.fall or 0) < SETTLED:
        yield suspicion(
            "optimizer",
            f"{ended(facts)} The rate is {number(used)}.",
            f"Try a tenth of the rate, {number(used / 10)}.",
            **evidence(facts),
            tenth=used / 10,
        )


def too_low_after(facts, usual: float):
    """The loss fell slowly and steadily, and was not done."""
    done, used = facts.outcome, rate(facts)
    if not done.losses or used is None or done.diverged or used > 3 * usual:
        return
    if len(done.losses) > 1 and not (done.fall or 0) > 0:
        return
    slow = done.fall is not None and done.fall > 2 * SETTLED
    if not (poor(facts) or (slow and (done.quality or 0) < 0.7)):
        return
    yield suspicion(
        "optimizer",
        f"{ended(facts)} It fell slowly at a rate of {number(used)}.",
        f"Try ten times the rate, {number(10 * used)}.",
        **evidence(facts),
        tenfold=10 * used,
    )


def too_few_after(facts):
    """The loss was still falling fast when the run ended."""
    done = facts.outcome
    if not done.losses or done.diverged or (done.steps or 0) < FEWEST:
        return
    falling = done.fall is None or done.fall > 2 * SETTLED
    if not falling or done.quality is None or done.quality > 0.7:
        return
    share = (
        ""
        if done.fall is None
        else (
            f" The last of {len(done.losses)} epochs brought "
            f"{percent(done.fall)} of the fall."
        )
    )
    yield suspicion(
        "epochs",
        f"{ended(facts)}{share}",
        "Train longer: more epochs, or a larger learning rate.",
        **evidence(facts),
        epochs=len(done.losses),
        fall=done.fall,
    )
