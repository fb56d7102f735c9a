"""Diagnoses of models that are too narrow, too small or too large."""

import numpy as np

from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.outcome import reachable
from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.rules.heads import supervised
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number


@rule(
    "bottleneck-layer",
    "a layer too narrow for what must pass through it",
    family="architecture",
    explains="loss-plateaued underfitting high-bias cannot-overfit-batch "
    "model-too-small predictions-constant worse-than-baseline dead-relu",
)
def bottleneck_layer(facts, few=4, drop=4):
    """All that the outputs get to know passes through very few numbers.

    One number can only order the classes along a line: three or more are
    hardly told apart behind it. Told from what ran: nothing else leads
    around the layer.

    A warning for one number before three or more classes or several target
    columns. A suspicion for fewer than 4 numbers and fewer than classes,
    where the layer before is more than 4 times as wide, and for one number
    before a single output. Models that give back their input (autoencoders)
    are left alone, and so are gates and branches: something leads around.
    """
    narrow = [n for n in facts.necks if n.width < few]
    if not narrow:
        return
    wanted = max((needs(head) for head in supervised(facts)), default=0)
    if not wanted or returns_input(facts):
        return
    worst = min(narrow, key=lambda n: n.width)
    before = worst.inputs
    if worst.width == 1 and wanted > 2:
        say = warning
    elif worst.width < wanted and before > drop * worst.width:
        say = suspicion
    elif worst.width == 1 and before > drop:
        say = suspicion
    else:
        return
    yield say(
        f"layer {worst.layer!r}",
        f"All that reaches the outputs passes through the "
        f"{counted(worst.width, 'number')} of layer {worst.layer!r} (it gets "
        f"{before}); {counted(wanted, 'number')} "
        f"{'is' if wanted == 1 else 'are'} to be foretold.",
        "Give the layer at least as many units as there are classes; 16 or "
        "more cost next to nothing.",
        width=worst.width,
        inputs=before,
        wanted=wanted,
    )


def needs(head) -> int:
    """How many independent numbers an output is to foretell."""
    if head.kind is Target.REAL:
        return int(np.prod(head.shape)) if head.shape else 1
    classes = {Target.CLASSES, Target.ONE_HOT}
    if head.kind in classes and head.units > 2:
        return head.units
    return 1


def returns_input(facts) -> bool:
    """Whether a target is as wide as an input, as of an autoencoder."""
    sizes = {array.features for array in facts.data.inputs}
    return any(
        t.features > 1 and t.features in sizes for t in facts.data.targets
    )


@rule(
    "model-too-small",
    "too few units for what the data hold",
    family="architecture",
    explains="underfitting high-bias loss-plateaued cannot-overfit-batch "
    "worse-than-baseline",
)
def model_too_small(facts, narrow=8, better=0.15, tiny=4, far=0.4):
    """The model stays behind what its nearest neighbours know.

    Told after training: the nearest neighbours of a row or a linear model
    foretell its target better (by 0.15 of `quality`) than the model does of
    rows that it was trained on, the loss no longer falls, and no hidden layer
    has more than 8 units (or there is none). A suspicion: a wider model must
    show that it does better. A warning where it stays behind by 0.4, and the
    widest hidden layer has no more than 4 units. Heuristic.
    """
    done, known = facts.outcome, reachable(facts.get("signal"))
    if known is None or done.quality is None:
        raise Unavailable("the predictions cannot be judged")
    widest = widest_hidden(facts)
    if widest > narrow or known - done.quality < better:
        return
    if done.diverged or falls(facts.history.loss):
        return
    sure = 0 < widest <= tiny and known - done.quality > far
    say = warning if sure else suspicion
    yield say(
        "the model",
        f"The model reaches a quality of {number(done.quality)} on its "
        "training rows (0 is a guess, 1 is perfect), where plain methods "
        f"reach {number(known)}; its widest hidden layer has "
        f"{counted(widest, 'unit')}.",
        "Widen the hidden layers to 32 or more units, or add one.",
        quality=done.quality,
        known=known,
        widest=widest,
    )


def widest_hidden(facts) -> int:
    """Units of the widest layer with weights but the last; 0 without any."""
    return max(
        (s.units for s in facts.starting_weights if not s.last), default=0
    )


def falls(loss, share=0.02) -> bool:
    """Whether a loss still fell in the last quarter of the epochs."""
    if len(loss) < 4:
        return True
    quarter = max(len(loss) // 4, 1)
    before, last = loss[-quarter - 1], loss[-1]
    return bool(before - last > share * abs(before))


@rule(
    "model-too-large",
    "more weights than the data can teach",
    family="architecture",
    explains="overfitting high-variance",
)
def model_too_large(facts, times=100, plenty=1000, gap=1.5):
    """The model has far more weights than rows to learn from, and it shows.

    Large models train well when they are regularized, pretrained or
    augmented, and a LeNet on 5,000 images has 100 weights a row: the numbers
    alone say little. Advice for more than 1000 trainable weights for each
    row. Told after training: a suspicion for more than 100, where the
    validation loss has also risen to 1.5 times its lowest while the training
    loss fell. Heuristic.
    """
    learning, rows = facts.learning, facts.data.rows
    if not rows:
        raise Unavailable("nobody knows how many rows there are")
    each = learning.trainable / rows
    if each <= times or facts.get("fresh") is False:
        return
    history = facts.get("history")
    rose = history is not None and rises(history, gap)
    if not rose and each <= plenty:
        return
    say = suspicion if rose else advice
    rest = ""
    told = {}
    if rose:
        low, end = (
            history.values("val_loss").min(),
            history.values("val_loss")[-1],
        )
        rest = f"; the validation loss rose from {number(low)} to {number(end)}"
        told = {"lowest": float(low), "end": float(end)}
    yield say(
        "the model",
        f"{learning.trainable} weights learn from {rows} rows: "
        f"{number(each)} for each{rest}.",
        "Take fewer units, add regularization (dropout, weight decay, "
        "augmentation), or start from a pretrained model.",
        weights=learning.trainable,
        rows=rows,
        **told,
    )


def rises(history, gap: float) -> bool:
    """Whether validation turned upwards while training went on down."""
    validation, loss = history.values("val_loss"), history.loss
    if len(validation) < 4 or len(loss) < 4:
        return False
    turned = validation[-1] > gap * validation.min() > 0
    return bool(turned and loss[-1] < loss[int(validation.argmin())])
