"""The diagnosis of moving averages that do not fit the data."""

from keras_troubleshoot.facts.modes import NORMALIZATION
from keras_troubleshoot.rules.references import BATCH_NORMALIZATION
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@rule(
    "batch-normalization-statistics",
    "moving averages that lag behind",
    reference=BATCH_NORMALIZATION,
    family="training-mode",
    explains="high-variance overfitting validation-overfit "
    "distribution-shift loss-metric-disagree loss-oscillating "
    "predictions-constant worse-than-baseline",
)
def batch_normalization_statistics(
    facts,
    usual=0.99,
    left=0.5,
    apart=0.5,
    worse=2.0,
    part=0.25,
    most=0.5,
    harm=1.2,
):
    """The moving averages of BatchNormalization do not fit the data.

    Training normalizes by the batch, `evaluate` and `predict` by moving
    averages: where these lag behind, the model is good while it trains and
    useless after.

    Before training: after n steps a share of momentum^n of the starting
    values (0 and 1) is left. A warning where that is more than a half,
    for a momentum above the usual 0.99 and batches that are far from 0 and
    1 (half a standard deviation, or a variance beyond a factor of two).
    After training: told where the loss of the same training rows is twice as
    high with the averages as with their own statistics, and the difference is
    more than a quarter of the loss of a constant prediction. A warning where
    more than half is lost of what was learned, that is of the difference to
    a constant prediction; short runs of healthy models lose up to 30%. What
    was foreseen is taken back where the losses differ by less than a fifth.
    """
    seen = facts.modes
    if any(m.inference and m.kind == NORMALIZATION for m in seen.layers):
        # The averages are never used.
        return
    trained = None
    if facts.get("history") is not None:
        trained = facts.get("trained_statistics")
    if trained is None:
        yield from will_lag(facts, seen, usual, left, apart)
    elif trained.moving > worse * trained.batch and (
        trained.moving - trained.batch > part * trained.blind
    ):
        lost = trained.moving - trained.batch
        grave = lost > most * (trained.blind - trained.batch)
        yield lagged(trained, warning if grave else advice)
    elif trained.moving > harm * trained.batch:
        yield from will_lag(facts, seen, usual, left, apart)


def will_lag(facts, seen, usual, left, apart, fewest=20):
    """What can be told before training."""
    length = facts.get("length")
    steps = None if length is None else length.total
    # Who makes a few steps only wants to see whether it runs.
    if not steps or steps < fewest:
        return
    slow = [
        m
        for m in seen.layers
        if m.kind == NORMALIZATION
        and m.training
        and not m.pretrained
        and m.momentum**steps > left
        and (m.shift > apart or not 0.5 < m.spread < 2)
    ]
    if not slow:
        return
    worst = max(slow, key=lambda m: m.momentum)
    remains = worst.momentum**steps
    say = warning if worst.momentum > usual else suspicion
    yield say(
        f"layer {worst.layer!r}",
        f"With a momentum of {worst.momentum:g}, the averages of "
        f"BatchNormalization {worst.layer!r} still are {percent(remains)} "
        f"what they started with after {counted(steps, 'step')} of training: "
        "predictions will not fit what was trained.",
        f"`keras.layers.BatchNormalization(momentum={fitting(steps)})`: the "
        "averages must see their time several times over.",
        momentum=worst.momentum,
        steps=steps,
        left=remains,
        layers=[m.layer for m in slow],
        shift=worst.shift,
        spread=worst.spread,
    )


def fitting(steps: int) -> str:
    """A momentum whose averages settle ten times over in a run."""
    return "0.9" if steps < 1000 else "0.99"


def lagged(seen, say) -> dict:
    """What came of it."""
    return say(
        f"layer {seen.layers[0]!r}",
        f"On the same {seen.rows} training rows the loss is "
        f"{number(seen.moving)} with the moving averages of "
        "BatchNormalization, as in `predict`, and "
        f"{number(seen.batch)} with the statistics of the rows, as in "
        "training: the averages do not fit.",
        "Lower the momentum (`keras.layers.BatchNormalization(momentum=0.9)`)"
        ", train for more steps, or use larger batches; after training, the "
        "averages can be refreshed by calling the model on training data "
        "with `training=True`.",
        moving=seen.moving,
        batch=seen.batch,
        blind=seen.blind,
        rows=seen.rows,
        layers=list(seen.layers),
    )
