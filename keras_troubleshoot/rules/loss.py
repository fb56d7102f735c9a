"""Diagnoses of the loss: what it rewards, meets and weighs."""

import numpy as np

from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.rules.heads import activation
from keras_troubleshoot.rules.heads import supervised
from keras_troubleshoot.rules.heads import with_loss
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STILL
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number


@rule(
    "loss-sign-flipped",
    "a loss that rewards worse predictions",
    family="loss",
    explains=WILD + STILL + " initial-loss-unexpected",
)
def loss_sign_flipped(facts):
    """The loss falls when predictions get worse.

    A minus too many, or one that is missing before a log-likelihood. Tried
    with predictions that are ever more wrong: the targets themselves, then
    moved away from them (labels: towards their opposite).

    Fires where the loss falls without end below zero on that way, or falls
    at all where the output is a probability. A distance, which is to be
    small for pairs labelled 1, is bounded and no probability: left alone.
    """
    for head in supervised(facts):
        if head.loss.weight is not None and head.loss.weight < 0:
            yield error(
                head.where,
                f"The loss weight of {head.where} is "
                f"{number(head.loss.weight)}: worse predictions are rewarded.",
                "Loss weights must be above zero.",
                weight=head.loss.weight,
            )
            continue
        ladder = head.behaviour.ladder if head.behaviour else ()
        if len(ladder) < 3 or not np.isfinite(ladder).all():
            continue
        steps = np.diff(ladder)
        falls = bool((steps < 0).all())
        if not falls or not (
            ladder[-1] < min(0.0, ladder[0]) - abs(ladder[0])
            or activation(head) in ("sigmoid", "softmax")
        ):
            continue
        yield error(
            head.where,
            f"The loss {head.loss.name} is {number(ladder[0])} for perfect "
            f"predictions and falls to {number(ladder[-1])} as they get "
            "worse: training makes the model worse.",
            "Turn its sign around: `return -value`.",
            ladder=list(ladder),
            figures=[
                Figure(
                    "lines",
                    "Loss of ever worse predictions (perfect first)",
                    (head.loss.name,),
                    (tuple(ladder),),
                    "loss",
                )
            ],
        )


@rule(
    "loss-broadcasts",
    "loss of shapes that meet by broadcasting",
    family="loss",
    explains=STILL + " labels-misaligned labels-noisy output-units-mismatch",
)
def loss_broadcasts(facts):
    """Targets and predictions of unlike shapes meet each with every other.

    Of (n,) against (n, 1) NumPy and TensorFlow make n x n: each prediction
    is compared with the targets of all rows, and the best it can do is to
    predict their mean. Keras's own losses match the ranks first; your own
    `Loss` class, metric or `train_step` does not.
    """
    for head in with_loss(facts):
        evidence = {
            "target": ["n", *head.target.values.shape[1:]],
            "output": ["n", *head.shape],
            "loss": head.loss.name,
        }
        tried = head.behaviour
        crossed = tried is not None and tried.matched is not None
        if crossed and tried.broadcasts:
            yield rows_crossed(head, evidence)
        elif one_against_many(head):
            yield error(
                head.where,
                f"Each target is one number, but {head.where} has "
                f"{head.units} units: {head.loss.name} compares the one with "
                "all of them.",
                "Give the last layer one unit; or, if they stand for "
                "classes, a cross-entropy.",
                **evidence,
            )
        yield from metrics_crossed(head, evidence)
    step = facts.get("own_step")
    if step is not None and step.crossings:
        operation, _, shapes = step.crossings[0]
        yield error(
            "train_step",
            f"In `train_step`, {operation} meets tensors of shapes "
            f"{listed(shapes)}: each row with every other.",
            "Give targets and predictions one shape, such as `y = tf.reshape("
            "y, tf.shape(y_pred))`.",
            operation=operation,
            shapes=[list(s) for s in shapes],
        )


def rows_crossed(head, evidence):
    """A loss of the user's that meets each row with every other."""
    rows = len(head.predictions)
    return error(
        head.where,
        f"{head.loss.name} meets targets of shape "
        f"{said(head.target.values.shape[1:])} with predictions of shape "
        f"{said(head.shape)}: each row with every other ({rows} x {rows} "
        f"values for {rows} rows).",
        f"Give both one shape: `y = y.reshape(-1, {head.units})`, or "
        "`y_true = keras.ops.reshape(y_true, keras.ops.shape(y_pred))` in "
        "the loss.",
        rows=rows,
        value=head.behaviour.start,
        value_of_matching_shapes=head.behaviour.matched,
        **evidence,
    )


def metrics_crossed(head, evidence):
    """Metrics of the user's that meet each row with every other."""
    for metric in head.metrics:
        if metric.broadcasts:
            yield warning(
                f"metric {metric.name!r}",
                f"The metric {metric.name} meets targets of shape "
                f"{said(head.target.values.shape[1:])} with predictions of "
                f"shape {said(head.shape)}: each row with every other.",
                f"Give both one shape: `y = y.reshape(-1, {head.units})`.",
                made=[list(shape) for shape in metric.broadcasts],
                **evidence,
            )


def said(shape) -> str:
    """A shape with n for the rows.

    Example:
        >>> said(()), said((3,))
        ('(n,)', '(n, 3)')
    """
    inner = ", ".join(map(str, shape))
    return f"(n, {inner})" if inner else "(n,)"


def one_against_many(head) -> bool:
    """One number a row against several units, by one of Keras's losses."""
    if head.loss.kind not in ("regression", "hinge"):
        return False
    width = head.target.values.shape[-1] if head.target.values.ndim > 1 else 1
    same_rank = head.target.values.ndim in (1, head.predictions.ndim)
    return (
        width == 1
        and same_rank
        and head.units > 1
        and head.predictions.ndim == 2
        and activation(head) != "softmax"
    )


@rule(
    "loss-not-averaged",
    "a loss summed over the batch",
    family="loss",
    explains=WILD + " learning-rate-too-high",
)
def loss_not_averaged(facts, large=0.3):
    """The loss is a sum over the batch, so steps grow with its size.

    The gradient of a sum over 100 rows is 100 times that of their mean. An
    optimizer that scales its steps (Adam) hardly minds; plain SGD then
    steps 100 times as far.

    Warns for such an optimizer where learning rate times batch size,
    divided by one less the momentum, exceeds 0.3 (heuristic); else advice.
    """
    for head in supervised(facts):
        tried = head.behaviour
        double = (
            tried is not None
            and tried.twice is not None
            and abs(tried.start) > 1e-9
            and 1.9 < tried.twice / tried.start < 2.1
        )
        if head.loss.reduction != "sum" and not double:
            continue
        optimizer, fit = facts.model.optimizer, facts.get("fit")
        batch = facts.data.full_batch or (fit.batch_size if fit else 0) or 32
        rate = optimizer.learning_rate if optimizer else None
        plain = optimizer is not None and not optimizer.scale_free
        momentum = optimizer.momentum if optimizer else 0.0
        step = (rate or 0) * batch / max(1 - momentum, 0.01)
        say = warning if plain and step > large else advice
        yield say(
            head.where,
            f"{head.loss.name} is summed over the batch, not averaged: with "
            f"batches of {batch} rows and a rate of {number(rate or 0)} each "
            f"step is as if the rate were {number((rate or 0) * batch)}.",
            'Leave `reduction="sum_over_batch_size"` (the default), or use '
            "`keras.ops.mean` in your own loss.",
            reduction=head.loss.reduction,
            batch=batch,
            learning_rate=rate,
            rate_of_a_mean=(rate or 0) * batch,
            optimizer=optimizer.class_name if optimizer else "",
        )


@rule(
    "loss-weights-misconfigured",
    "one output of several drowns the others",
    family="loss",
    explains="underfitting loss-plateaued",
)
def loss_weights_misconfigured(facts, apart=100.0):
    """The weighted losses of several outputs are of very unlike size.

    The gradient then belongs to the largest alone; the others are learned
    late or never. Fires where the largest weighted loss at the start is
    over 100 times the smallest, or an output has a weight of zero.
    """
    parts = {}
    for head in supervised(facts):
        if head.behaviour is None:
            continue
        weight = 1.0 if head.loss.weight is None else head.loss.weight
        parts[head.name] = (weight, abs(weight * head.behaviour.start))
    if len(parts) < 2:
        return
    mend = (
        "Weigh them so that they are alike at the start: `loss_weights={name: "
        "1 / loss of a trivial prediction}`; scale regression targets."
    )
    mute = [name for name, (weight, _) in parts.items() if weight == 0]
    shares = {name: value for name, (_, value) in parts.items()}
    if mute:
        yield warning(
            f"output {mute[0]!r}",
            f"Nothing is learned of {listed(mute)}: its loss has a weight of "
            "zero.",
            mend,
            weights={n: w for n, (w, _) in parts.items()},
        )
        return
    known = {n: v for n, v in shares.items() if np.isfinite(v) and v > 0}
    if len(known) < 2:
        return
    loud, quiet = max(known, key=known.get), min(known, key=known.get)
    if known[loud] / known[quiet] < apart:
        return
    yield warning(
        f"output {quiet!r}",
        f"At the start the weighted loss of {loud!r} is "
        f"{number(shares[loud])}, that of {quiet!r} {number(shares[quiet])}: "
        f"{number(shares[loud] / shares[quiet])} times as much.",
        mend,
        weighted_losses=shares,
        weights={n: w for n, (w, _) in parts.items()},
        figures=[
            Figure(
                "bars",
                "Weighted loss of each output at the start",
                tuple(shares),
                tuple(shares.values()),
                "loss",
            )
        ],
    )
