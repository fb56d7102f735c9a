"""The diagnosis of a loss made for another kind of target."""

import numpy as np

from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.rules.heads import activation
from keras_troubleshoot.rules.heads import supervised
from keras_troubleshoot.rules.references import CROSS_ENTROPY
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STILL
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@rule(
    "wrong-loss-for-task",
    "a loss made for another kind of target",
    reference=CROSS_ENTROPY,
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
            negative=share(head, below_zero),
            zero=share(head, near_zero),
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
    if (
        activation(head) == "softmax"
        and head.units > 2
        and (kind is Target.ONE_HOT)
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
    one_hot = (
        head.loss.kind == "categorical"
        and ((head.target.clean != 0).sum(axis=1) == 1).all()
    )
    return not (bytes_ or (one_hot and head.units > 1))


def beyond_domain(head, many=0.02):
    """Targets for which a relative or logarithmic loss is not made."""
    name = head.loss.name
    below, zero = share(head, below_zero), share(head, near_zero)
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


def share(head, condition) -> float:
    """The share of the targets that meet a condition."""
    return float(condition(head.target.flat[head.target.finite]).mean())


def below_zero(values):
    """Which numbers are negative."""
    return values < 0


def near_zero(values):
    """Which numbers are zero, or hardly anything beside the others."""
    size = np.abs(values)
    return size < 1e-3 * (size.mean() + 1e-12)


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
    if (
        head.kind is Target.BINARY
        and head.target.features == 1
        and (end in ("sigmoid", "hard_sigmoid") and head.units == 1)
    ):
        return (
            warning,
            f"{name} is made for real numbers, but {head.target.name} holds "
            "labels of 0 and 1: its gradient vanishes where the network is "
            "sure and wrong.",
            'Use `"binary_crossentropy"` with the sigmoid.',
        )
    ids = head.kind in (Target.CLASSES, Target.BINARY)
    if (
        ids
        and head.units > 1
        and end == "softmax"
        and (head.target.features == 1)
    ):
        return (
            error,
            f"{name} compares the class id itself with each of {head.units} "
            "probabilities.",
            'Use `"sparse_categorical_crossentropy"`.',
        )
    return None
