"""Diagnoses of outputs: activation, units, and what the loss expects."""

import numpy as np

from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.rules.inputs import WILD
from keras_troubleshoot.rules.labels import supervised
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
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
STILL = (
    " predictions-constant loss-plateaued loss-metric-disagree underfitting "
    "metric-mismatch"
)


def activation(head) -> str:
    """The activation of an output; `softmax` too where rows sum to one.

    A softmax that is written in a way of its own still gives rows that are
    not negative and sum to one.
    """
    if head.activation.name != "unknown" or head.units < 2:
        return head.activation.name
    rows = head.predictions.reshape(-1, head.units).astype("float64")
    if len(rows) >= 5 and rows.min() >= 0 and np.ptp(rows) > 0:
        if np.allclose(rows.sum(axis=1), 1, atol=1e-4):
            return "softmax"
    return "unknown"


def through(head) -> str:
    """The activation of an output, and the layer that applies it."""
    layer = head.activation.layer
    return activation(head) + (f" ({layer})" if layer else "")


def probabilities(head) -> bool:
    """Whether the outputs seen are such as a probability loss expects."""
    seen = head.predictions[np.isfinite(head.predictions)]
    if not seen.size or seen.min() < -1e-6 or seen.max() > 1 + 1e-6:
        return False
    if head.loss.kind == "binary":
        return True
    rows = head.predictions.reshape(-1, head.units).astype("float64")
    return bool(np.allclose(rows.sum(axis=1), 1, atol=1e-2))


@rule(
    "softmax-on-single-unit",
    "softmax over one unit: the output is always 1",
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
        yield error(
            head.where,
            f"The output goes through {through(head)}, but "
            f"{head.loss.name} has from_logits=True and applies it again.",
            "Take one of them away: `from_logits=False`, or a linear output "
            "(more exact).",
            activation=name,
            layer=head.activation.layer,
            loss=head.loss.name,
            from_logits=True,
        )


@rule(
    "double-softmax",
    "softmax applied twice",
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


@rule(
    "output-activation-mismatch",
    "an output that cannot reach the targets",
    family="loss",
    explains=WILD + STILL + " target-not-normalized wrong-loss-for-task",
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
    if head.loss.from_logits is False and probabilities(head) and (
        name not in bounded
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
        width = columns[-1] if columns else 1
        evidence = {
            "units": head.units,
            "columns": width,
            "loss": head.loss.name,
        }
        if head.loss.kind == "sparse" and head.units == 1:
            classes = len(head.target.distinct)
            yield error(
                head.where,
                f"{head.loss.name} over one unit is always zero; there are "
                f"{classes} classes.",
                f"Give the last layer {classes} units with softmax"
                + (
                    ', or keep one unit with sigmoid and `"binary_'
                    'crossentropy"`.'
                    if classes == 2
                    else "."
                ),
                classes=classes,
                **evidence,
            )
        elif 1 < width != head.units > 1 and head.loss.kind != "sparse":
            if head.loss.kind == "custom" and not head.refused:
                continue
            yield error(
                head.where,
                f"The output has {head.units} units, the targets have "
                f"{width} columns.",
                f"Give the last layer {width} units.",
                **evidence,
            )
        elif width > 1 and head.units == 1 and head.loss.kind in (
            "regression",
            "binary",
        ):
            yield error(
                head.where,
                f"The output has one unit, the targets have {width} columns: "
                "one number is to meet them all.",
                f"Give the last layer {width} units.",
                **evidence,
            )
        elif head.loss.kind == "sparse" and head.target.rows:
            high = head.target.distinct[-1] if len(head.target.distinct) else 0
            if head.units > 2 * (high + 1) + 1 and head.units < 100:
                yield advice(
                    head.where,
                    f"The output has {head.units} units, the largest class "
                    f"id seen is {number(high)}.",
                    "Units without a class do little harm; check that no "
                    "class is missing.",
                    largest=float(high),
                    **evidence,
                )


@rule(
    "wrong-loss-for-task",
    "a loss made for another kind of target",
    family="loss",
    explains=STILL + " vanishing-gradients output-activation-mismatch "
    "output-units-mismatch learning-rate-too-low too-few-epochs "
    "loss-broadcasts target-not-normalized shape-mismatch call-failed",
)
def wrong_loss_for_task(facts):
    """The loss does not fit what is to be predicted.

    Squared error for classes (its gradient vanishes where softmax is sure
    and wrong), cross-entropy for real numbers, binary cross-entropy for
    many classes, categorical cross-entropy over a single unit.
    """
    for head in supervised(facts):
        found = task_mismatch(head)
        if found is None:
            continue
        say, summary, fix = found
        yield say(
            head.where,
            summary,
            fix,
            loss=head.loss.name,
            target=head.kind.value,
            units=head.units,
            values=[float(v) for v in head.target.distinct[:6]],
            different=len(head.target.distinct),
            low=float(head.target.distinct[0]),
            high=float(head.target.distinct[-1]),
        )


def task_mismatch(head):
    """What does not fit, or None."""
    kind, name = head.kind, head.loss.name
    if head.loss.kind in ("regression", "count"):
        return classes_by_regression(head) or beyond_domain(head)
    if head.loss.kind == "hinge" and (
        kind is Target.ONE_HOT
        or (kind is Target.CLASSES and len(head.target.distinct) > 2)
    ):
        return (
            error,
            f"{name} tells two classes apart, labelled -1 and 1; "
            f"{head.target.name} holds more.",
            'Use `"sparse_categorical_crossentropy"` (ids) or '
            '`"categorical_crossentropy"` (one-hot) with softmax.',
        )
    if head.loss.kind == "categorical" and head.units == 1:
        return (
            error,
            f"{name} over a single unit is always zero: nothing is learned.",
            'Use `"binary_crossentropy"` with a sigmoid unit; for real '
            "numbers a regression loss and no activation.",
        )
    if not head.loss.cross_entropy:
        return None
    if kind is Target.REAL and real_numbers(head):
        return (
            error,
            f"{name} compares probabilities, but {head.target.name} holds "
            f"real numbers from {number(head.target.distinct[0])} to "
            f"{number(head.target.distinct[-1])}.",
            'Use a regression loss, such as `"mse"`, and a last layer '
            "without activation.",
        )
    if head.loss.kind != "binary":
        return None
    classes = len(head.target.distinct)
    if kind is Target.CLASSES:
        return (
            error,
            f"{name} tells two classes apart, but {head.target.name} holds "
            f"{classes} class ids.",
            f"Give the last layer {classes} units with softmax and use "
            '`"sparse_categorical_crossentropy"`.',
        )
    if activation(head) == "softmax" and head.units > 2 and (
        kind is Target.ONE_HOT
    ):
        return (
            warning,
            f"{name} judges each of {head.units} units by itself, but they "
            "share one softmax for classes that exclude each other.",
            'Use `"categorical_crossentropy"`.',
        )
    return None


def real_numbers(head) -> bool:
    """Whether a target beyond 0 and 1 is an amount, not an encoding."""
    if head.loss.kind == "sparse":
        return head.units == 1
    bytes_ = head.target.features > 16 and head.target.distinct[0] >= 0
    one_hot = head.loss.kind == "categorical" and (
        (head.target.clean != 0).sum(axis=1) == 1
    ).all()
    return not (bytes_ or (one_hot and head.units > 1))


def beyond_domain(head, many=0.02):
    """Targets for which a relative or logarithmic loss is not made."""
    true, name = head.target.flat[head.target.finite], head.loss.name
    below = float((true < 0).mean())
    zero = float((np.abs(true) < 1e-3 * (np.abs(true).mean() + 1e-12)).mean())
    if name in ("mean_squared_logarithmic_error", "poisson") and below > many:
        return (
            error,
            f"{name} is made for targets from 0 upwards; {percent(below)} of "
            f"{head.target.name} are negative.",
            'Use `"mse"` or `"mae"`.',
        )
    if name == "mean_absolute_percentage_error" and zero > many:
        return (
            warning,
            f"{name} divides by the target; {percent(zero)} of "
            f"{head.target.name} are zero, or nearly so.",
            'Use `"mae"`.',
        )
    return None


def classes_by_regression(head):
    """A regression loss on classes."""
    name, end = head.loss.name, activation(head)
    single = head.target.values.ndim <= 2
    if head.kind is Target.ONE_HOT and single and head.units > 1:
        return (
            warning,
            f"{name} is made for real numbers, but {head.target.name} holds "
            f"one-hot classes: its gradient vanishes where the network is "
            "sure and wrong.",
            'Use `"categorical_crossentropy"` with softmax.',
        )
    if head.kind is Target.BINARY and head.target.features == 1 and (
        end in ("sigmoid", "hard_sigmoid") and head.units == 1
    ):
        return (
            warning,
            f"{name} is made for real numbers, but {head.target.name} holds "
            "labels of 0 and 1: its gradient vanishes where the network is "
            "sure and wrong.",
            'Use `"binary_crossentropy"` with the sigmoid.',
        )
    ids = head.kind in (Target.CLASSES, Target.BINARY)
    if ids and head.units > 1 and end == "softmax" and (
        head.target.features == 1
    ):
        return (
            error,
            f"{name} compares the class id itself with each of {head.units} "
            "probabilities.",
            'Use `"sparse_categorical_crossentropy"`.',
        )
    return None
