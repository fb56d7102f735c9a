"""Diagnoses of too much regularization, or at the wrong place."""

import numpy as np

from keras_troubleshoot.rules.heads import with_loss
from keras_troubleshoot.rules.references import DROPOUT
from keras_troubleshoot.rules.references import REGULARIZERS
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@rule(
    "excessive-dropout",
    "dropout that leaves hardly anything",
    reference=DROPOUT,
    family="architecture",
    explains=STUCK + " high-bias loss-oscillating model-too-small",
)
def excessive_dropout(facts, high=0.8, few=32, doubtful=0.6, narrow=8):
    """Dropout leaves too few numbers to learn from.

    `Dropout(rate)` drops the share `rate`: 0.9 leaves a tenth. Often the
    share to keep is given by mistake. Half is usual for wide layers.

    A warning for a rate from 0.8 that leaves fewer than 32 numbers on
    average (wide layers bear more: networks of 4096 units were trained at
    0.9), or that leaves fewer than one. A suspicion for rates above 0.6, and
    for layers of which fewer than 8 numbers are left at a half or more.
    """
    worst = sorted(facts.dropping, key=lambda d: (-d.rate, d.left))
    hard = [d for d in worst if d.rate >= high and d.left < few]
    hard += [d for d in worst if d.left < 1 and d.rate > 0.5 and d.width > 1]
    soft = [
        d
        for d in worst
        if d.rate > doubtful or (d.rate >= 0.5 and d.left < narrow)
    ]
    if not hard and not soft:
        return
    one = (hard or soft)[0]
    say = warning if hard else suspicion
    yield say(
        f"layer {one.layer!r}",
        f"Dropout layer {one.layer!r} drops {percent(one.rate)} of "
        f"{counted(one.width, 'number')}: {number(one.left)} are left on "
        "average.",
        "The argument is the share that is dropped: "
        f"`Dropout({number(1 - one.rate)})` keeps {percent(one.rate)}. "
        "0.1 to 0.5 is usual."
        if one.rate > 0.5
        else "Less, or a wider layer: 0.1 to 0.3 is enough.",
        rate=one.rate,
        width=one.width,
        left=one.left,
        layers=[d.layer for d in hard or soft],
    )


@rule(
    "dropout-misplaced",
    "dropout on outputs or ids",
    reference=DROPOUT,
    family="architecture",
    explains=STUCK + " high-bias loss-oscillating embedding-index-out-of-range",
)
def dropout_misplaced(facts):
    """Dropout stands where it destroys what it acts on.

    On the outputs of a model it sets predictions or logits to zero at
    random while training, whatever the targets are. On ids, before an
    Embedding, it makes other ids of them. Directly before
    BatchNormalization it changes the variance that is averaged, which then
    does not fit predictions: advice.
    """
    for one in facts.dropping:
        if not one.rate:
            continue
        where = f"layer {one.layer!r}"
        if one.last and with_loss(facts):
            yield warning(
                where,
                f"Dropout layer {one.layer!r} stands after the last layer "
                f"with weights: it sets {percent(one.rate)} of the outputs "
                "to zero while training.",
                "Put it before the last layer, or take it away.",
                rate=one.rate,
            )
        elif one.ids:
            yield error(
                where,
                f"Dropout layer {one.layer!r} acts on ids before an "
                f"Embedding: {percent(one.rate)} become 0, the others are "
                "scaled.",
                "Put it after the Embedding.",
                rate=one.rate,
            )
        elif one.before_norm:
            yield advice(
                where,
                f"Dropout layer {one.layer!r} stands directly before "
                f"BatchNormalization {one.before_norm!r}, which averages a "
                "variance that predictions do not have.",
                "Put it after the normalization.",
                rate=one.rate,
            )


@rule(
    "over-regularized",
    "a penalty of the weights that drowns the data",
    reference=REGULARIZERS,
    family="architecture",
    explains=WILD + " high-bias model-too-small learning-rate-too-low "
    "learning-rate-too-high too-few-epochs",
)
def over_regularized(
    facts, strong=3.0, much=5.0, firm=1.5, most=10.0, gone=0.05, little=0.2
):
    """Regularization pulls harder at the weights than the data do.

    Compared on rows of the training data: what the penalties add to the
    loss, and the norms of both gradients, for the regularized weights. A
    warning where the penalty is 5 times the loss of the data and pulls 3
    times as hard (or 10 times and 1.5 times as hard); a suspicion for a
    pull of 1.5 times alone. L2 of 0.0001 to 0.01 comes to 0.001 to 0.4.
    After training, a warning where all regularized weights have shrunk to
    less than a twentieth, or, without normalization, most of them to less
    than a fifth where the penalty was 5 times the loss of the data.
    """
    seen = facts.penalties
    after = facts.get("history") and facts.get("trained_penalties")
    if after and seen.weights:
        shrunk = [
            b.scale / a.scale
            for a, b in zip(seen.weights, after.weights, strict=True)
            if a.scale
        ]
        heavy = seen.value > much * abs(seen.data) > 0
        if shrunk and max(shrunk) < gone:
            yield shrank(seen, after, max(shrunk))
            return
        if shrunk and heavy and not normalized(facts.model):
            if np.median(shrunk) < little:
                yield shrank(seen, after, float(np.median(shrunk)))
                return
    if seen.activity > most * abs(seen.data) > 0:
        yield suspicion(
            "activity_regularizer",
            f"Activity regularizers add {number(seen.activity)} to a loss of "
            f"{number(seen.data)}.",
            "Lower them until they add less than the data do.",
            activity=seen.activity,
            data=seen.data,
        )
    pull = seen.pull / seen.push if seen.push else 0.0
    if not seen.weights or pull < firm:
        return
    ratio = seen.value / abs(seen.data) if seen.data else 0.0
    sure = (pull > strong and ratio > much) or ratio > most
    say = warning if sure else suspicion
    worst = max(seen.weights, key=lambda w: w.value)
    yield say(
        f"weight {worst.path!r}",
        f"Penalties of {counted(len(seen.weights), 'weight')} add "
        f"{number(seen.value)} to a loss of {number(seen.data)}, and pull "
        f"{number(pull)} times as hard as the data (norms of the gradients "
        f"{number(seen.pull)} and {number(seen.push)}).",
        f"Lower the regularization: L2 of 1e-4 to 1e-3 is usual; here "
        f"{number(1 / (10 * pull))} of what it is.",
        value=seen.value,
        data=seen.data,
        pull=seen.pull,
        push=seen.push,
        kind=worst.kind,
    )


def normalized(model) -> bool:
    """Whether layers undo the scale of weights, so that it costs nothing."""
    return any("Normalization" in layer.class_name for layer in model.layers)


def shrank(seen, after, most) -> dict:
    """What is said where nothing is left of the weights."""
    worst = max(seen.weights, key=lambda w: w.value)
    return warning(
        f"weight {worst.path!r}",
        f"After training, {percent(most)} is left of the size of "
        f"{counted(len(seen.weights), 'regularized weight')} or less, of most "
        "or all; the penalties "
        f"started at {number(seen.value)} beside a loss of "
        f"{number(seen.data)}.",
        "Lower the regularization a hundredfold: L2 of 1e-4 to 1e-3 is usual.",
        left=most,
        value=seen.value,
        data=seen.data,
        count=len(after.weights),
        kind=worst.kind,
    )
