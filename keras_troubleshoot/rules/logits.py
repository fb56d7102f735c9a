"""Diagnoses of probabilities and logits: softmax, sigmoid, from_logits."""

import numpy as np

from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.rules.heads import activation
from keras_troubleshoot.rules.heads import probabilities
from keras_troubleshoot.rules.heads import supervised
from keras_troubleshoot.rules.heads import through
from keras_troubleshoot.rules.references import CROSS_ENTROPY
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STILL
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import number


@rule(
    "softmax-on-single-unit",
    "softmax over one unit: the output is always 1",
    reference=CROSS_ENTROPY,
    family="loss",
    explains=WILD + STILL + " output-activation-mismatch wrong-loss-for-task "
    "probabilities-with-from-logits double-softmax output-units-mismatch "
    "target-not-normalized",
)
def softmax_on_single_unit(facts):
    """Softmax divides by the sum over the units; of one unit that is 1.

    Every prediction is 1.0. Keras trains on the logits behind it, so the
    loss may fall while the metric stays where it was.
    """
    for head in facts.heads:
        alone = head.units == 1 and head.activation.axis == -1
        if head.activation.name != "softmax" or not alone:
            continue
        real = head.kind is Target.REAL
        say = '`activation="sigmoid"`' if not real else "no activation"
        yield error(
            head.where,
            f"The output has one unit and a {through(head)}: every "
            "prediction is 1.",
            f"Give the last layer {say}"
            + (
                " and train with a regression loss."
                if real
                else ' and the loss `"binary_crossentropy"`.'
            ),
            units=head.units,
            layer=head.activation.layer,
            predictions=head.predictions.ravel()[:5].tolist(),
        )


@rule(
    "logits-without-from-logits",
    "linear output into a loss that expects probabilities",
    reference=CROSS_ENTROPY,
    family="loss",
    explains=WILD + STILL + " output-activation-mismatch "
    "learning-rate-too-high",
)
def logits_without_from_logits(facts):
    """The loss takes probabilities, the output is linear.

    Keras clips it to between 0 and 1 (and divides by the sum of a row):
    most gradients are zero or wrong, and the loss is large or NaN.
    """
    for head in supervised(facts):
        if not head.loss.cross_entropy or head.loss.from_logits is not False:
            continue
        if head.activation.name != "linear" or probabilities(head):
            continue
        if head.units == 1 and head.loss.kind != "binary":
            continue
        end = "sigmoid" if head.loss.kind == "binary" else "softmax"
        low = float(np.nanmin(head.predictions))
        high = float(np.nanmax(head.predictions))
        yield error(
            head.where,
            f"The output is linear (from {number(low)} to {number(high)} at "
            "the start), but "
            f"{head.loss.name} expects probabilities.",
            "Say so to the loss: `from_logits=True` (more exact); or end with "
            f'`activation="{end}"`.',
            low=low,
            high=high,
            loss=head.loss.name,
            from_logits=False,
        )


@rule(
    "probabilities-with-from-logits",
    "softmax or sigmoid into a loss that expects logits",
    reference=CROSS_ENTROPY,
    family="loss",
    explains=STILL + " vanishing-gradients learning-rate-too-low "
    "too-few-epochs initial-loss-unexpected",
)
def probabilities_with_from_logits(facts):
    """The loss applies softmax (or sigmoid) to what went through it already.

    Probabilities differ by one at the most, so that a second softmax cannot
    come near 0 or 1: gradients are small and the loss ends far from zero.
    Keras mends it where it finds its own activation directly before the
    loss, not where it is written by hand or another layer comes after it.
    """
    for head in supervised(facts):
        name = activation(head)
        if head.loss.from_logits is not True or name not in (
            "softmax",
            "sigmoid",
            "hard_sigmoid",
        ):
            continue
        if head.units == 1 and name == "softmax":
            continue
        undone = head.activation.keeps_logits
        say = warning if undone else error
        yield say(
            head.where,
            f"The output goes through {through(head)}, but "
            f"{head.loss.name} has from_logits=True and would apply it again"
            + (
                "; Keras finds the logits behind it and takes these instead, "
                "as long as nothing comes between."
                if undone
                else "."
            ),
            "Take one of them away: `from_logits=False`, or a linear output "
            "(more exact).",
            activation=name,
            layer=head.activation.layer,
            loss=head.loss.name,
            from_logits=True,
            logits_found=undone,
        )


@rule(
    "double-softmax",
    "softmax applied twice",
    reference=CROSS_ENTROPY,
    family="loss",
    explains=STILL + " probabilities-with-from-logits softmax-in-hidden-layer "
    "vanishing-gradients learning-rate-too-low too-few-epochs",
)
def double_softmax(facts):
    """One softmax directly after another.

    The second is given numbers between 0 and 1, and can make of them no
    more than e : 1. With ten classes no probability exceeds 0.24, whatever
    the network learns.
    """
    for head in facts.heads:
        if head.activation.softmaxes < 2 or head.units < 2:
            continue
        most = np.e / (np.e + head.units - 1)
        yield error(
            head.where,
            f"Softmax is applied {head.activation.softmaxes} times, the last "
            f"in {head.activation.layer or 'the model'}: no probability of "
            f"{head.units} classes can exceed {number(most)}.",
            "Take one away: a Dense layer with `activation='softmax'` needs "
            "no Softmax layer behind it.",
            softmaxes=head.activation.softmaxes,
            units=head.units,
            most=float(most),
        )
