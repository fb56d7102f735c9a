"""Diagnoses of outputs: what their activation and units can reach."""

import numpy as np

from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.rules.heads import activation
from keras_troubleshoot.rules.heads import probabilities
from keras_troubleshoot.rules.heads import supervised
from keras_troubleshoot.rules.heads import through
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.symptoms import STILL
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

CUT_BELOW = ("relu", "relu6", "exponential", "softplus")


NO_PROBABILITY = (
    "linear relu relu6 leaky_relu elu selu tanh softsign softplus "
    "exponential gelu silu swish mish"
).split()


# What each activation can reach, lowest and highest.
REACH = {
    "relu": (0, np.inf),
    "softplus": (0, np.inf),
    "exponential": (0, np.inf),
    "relu6": (0, 6),
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "softmax": (0, 1),
    "tanh": (-1, 1),
    "softsign": (-1, 1),
}


@rule(
    "output-activation-mismatch",
    "an output that cannot reach the targets",
    family="loss",
    explains=WILD + STILL + " target-not-normalized",
)
def output_activation_mismatch(facts):
    """The last activation does not fit the targets or the loss.

    ReLU for targets below zero, sigmoid or tanh for numbers beyond one,
    ReLU or tanh into a cross-entropy, sigmoid for classes that exclude each
    other, softmax for labels that do not, or over the wrong axis.
    """
    for head in supervised(facts):
        for check in (out_of_reach, no_probability, exclusive, wrong_axis):
            found = check(head)
            if found:
                say, summary, fix, evidence = found
                yield say(head.where, summary, fix, **evidence)
                break


def out_of_reach(head, most=0.02):
    """Targets that the activation can never come to."""
    name = activation(head)
    if name not in REACH or head.loss.cross_entropy:
        return None
    if head.loss.kind in ("other", "overlap"):
        return None
    if name == "softmax" and head.units > 1 and head.kind is Target.CLASSES:
        # Class ids: the loss is the wrong one, not the softmax.
        return None
    low, high = REACH[name]
    true = head.target.flat[head.target.finite]
    span = float(np.ptp(true)) or 1.0
    outside = (true < low - 0.01 * span) | (true > high + 0.01 * span)
    share = float(outside.mean())
    if head.loss.kind == "hinge" and name in CUT_BELOW + ("sigmoid",):
        share = max(share, float((true <= 0).mean()))
    if share < most:
        return None
    said = f"{number(low)} to {number(high)}" if high < np.inf else "0 upwards"
    return (
        error,
        f"The output goes through {through(head)} and can "
        f"only reach {said}, but {percent(share)} of the targets lie outside "
        f"(from {number(true.min())} to {number(true.max())}).",
        "Give the last layer no activation; or scale the targets into that "
        "range.",
        {
            "activation": name,
            "layer": head.activation.layer,
            "share": share,
            "low": float(true.min()),
            "high": float(true.max()),
        },
    )


def no_probability(head):
    """An activation that makes neither probabilities nor free logits."""
    name = head.activation.name
    if not head.loss.cross_entropy or name not in NO_PROBABILITY:
        return None
    bounded = CUT_BELOW + ("tanh", "softsign")
    if name == "linear" or head.loss.from_logits and name not in bounded:
        return None
    if (
        head.loss.from_logits is False
        and probabilities(head)
        and (name not in bounded)
    ):
        return None
    end = "sigmoid" if head.loss.kind == "binary" else "softmax"
    what = "logits" if head.loss.from_logits else "probabilities"
    return (
        error,
        f"The output goes through {through(head)}, but "
        f"{head.loss.name} expects {what}.",
        f'End with `activation="{end}"`, or with none and '
        "`from_logits=True` in the loss.",
        {
            "activation": name,
            "layer": head.activation.layer,
            "loss": head.loss.name,
            "from_logits": bool(head.loss.from_logits),
        },
    )


def exclusive(head):
    """Sigmoid for classes that exclude each other, softmax for labels."""
    name = activation(head)
    evidence = {"activation": name, "loss": head.loss.name}
    if head.units < 2:
        return None
    if name in ("sigmoid", "hard_sigmoid") and head.loss.kind in (
        "sparse",
        "categorical",
    ):
        return (
            error,
            f"{head.units} units with {through(head)} do "
            f"not make one distribution, which {head.loss.name} expects.",
            'End with `activation="softmax"`; or, if several labels can be '
            'true at once, keep sigmoid and use `"binary_crossentropy"`.',
            evidence | {"units": head.units},
        )
    if head.kind is not Target.MULTI_HOT:
        return None
    softmax = name == "softmax" or head.loss.kind == "categorical"
    if not softmax or head.loss.kind == "custom":
        return None
    rows = head.target.clean.reshape(-1, head.target.values.shape[-1])
    count = float(rows.sum(axis=1).mean())
    # Rows without any label among one-hot ones may be padding.
    say = error if rows.sum(axis=1).max() > 1 else advice
    return (
        say,
        f"A softmax shares one probability among {head.units} labels, but a "
        f"row has {number(count)} of them on average, not exactly one.",
        'End with `activation="sigmoid"` and use `"binary_crossentropy"`.',
        evidence | {"units": head.units, "labels_a_row": count},
    )


def wrong_axis(head):
    """Softmax over another axis than the last."""
    found = head.activation
    if found.name != "softmax" or found.axis == -1 or head.units < 2:
        return None
    rank = head.predictions.ndim
    what = "the batch" if found.axis == -rank else f"axis {found.axis}"
    return (
        error,
        f"The softmax in {found.layer} runs over {what}, not over the "
        f"{head.units} units: the probabilities of a row do not sum to 1.",
        "Use `axis=-1` (the default).",
        {"axis": found.axis, "units": head.units},
    )


@rule(
    "output-units-mismatch",
    "units that do not match classes or targets",
    family="loss",
    explains=STILL + " shape-mismatch call-failed output-activation-mismatch",
)
def output_units_mismatch(facts):
    """The last layer has another number of units than there are targets.

    One unit with a categorical loss, whose value is then always zero; two
    columns of targets for three units. Units beyond the classes seen are
    advice only: a class may not have come up.
    """
    for head in supervised(facts):
        columns = head.target.values.shape[1:]
        evidence = {
            "units": head.units,
            "columns": columns[-1] if columns else 1,
            "loss": head.loss.name,
        }
        if head.loss.kind == "sparse":
            found = units_for_classes(head, evidence)
        else:
            found = units_for_columns(head, evidence)
        if found:
            yield found


def units_for_classes(head, evidence):
    """What a sparse loss has against the number of units."""
    if head.units == 1:
        classes = len(head.target.distinct)
        end = "."
        if classes == 2:
            end = ', or keep one unit with sigmoid and `"binary_crossentropy"`.'
        return error(
            head.where,
            f"{head.loss.name} over one unit is always zero; there are "
            f"{classes} classes.",
            f"Give the last layer {classes} units with softmax" + end,
            classes=classes,
            **evidence,
        )
    high = head.target.distinct[-1] if len(head.target.distinct) else 0
    many = head.units > 2 * (high + 1) + 1 and head.units < 100
    if not head.target.rows or not many:
        return None
    return advice(
        head.where,
        f"The output has {head.units} units, the largest class id seen is "
        f"{number(high)}.",
        "Units without a class do little harm; check that no class is missing.",
        **evidence | {"largest": float(high)},
    )


def units_for_columns(head, evidence):
    """What targets of several columns have against the number of units."""
    width, loss = evidence["columns"], head.loss.kind
    # (n, steps) meets (n, steps, 1): the last axis is dropped.
    same_rank = head.target.values.ndim == head.predictions.ndim
    if width < 2 or width == head.units or not same_rank:
        return None
    mend = f"Give the last layer {width} units."
    if head.units > 1 and (loss != "custom" or head.refused):
        return error(
            head.where,
            f"The output has {head.units} units, the targets have {width} "
            "columns.",
            mend,
            **evidence,
        )
    if head.units == 1 and loss in ("regression", "binary"):
        return error(
            head.where,
            f"The output has one unit, the targets have {width} columns: "
            "one number is to meet them all.",
            mend,
            **evidence,
        )
    return None
