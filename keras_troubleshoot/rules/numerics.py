"""Diagnoses of numerics: NaN, infinity, and where they come from."""

import math

import numpy as np

from keras_troubleshoot.facts.unsafe import POSSIBLE
from keras_troubleshoot.facts.unsafe import SEEN
from keras_troubleshoot.report.finding import Location
from keras_troubleshoot.rules.references import CUSTOM_GRADIENT
from keras_troubleshoot.rules.references import MIXED_PRECISION
from keras_troubleshoot.rules.references import NUMERICS
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number

# What to write instead, by operation.
GUARDS = {
    "log": "Write `ops.log(ops.maximum(x, 1e-7))`, or take Keras's own loss "
    "of logits, which needs no logarithm of a probability",
    "log1p": "Keep its argument above -1: `ops.log1p(ops.maximum(x, -1 + "
    "1e-7))`",
    "division": "Keep the denominator away from 0: `x / ops.maximum(d, "
    "1e-7)` where it is never negative, else `ops.divide_no_nan(x, d)`",
    "reciprocal": "Keep its argument away from 0: `1 / ops.maximum(d, 1e-7)`",
    "rsqrt": "Keep its argument above 0: `ops.rsqrt(ops.maximum(x, 1e-7))`",
    "sqrt": "The slope of a root is infinite at 0: write "
    "`ops.sqrt(ops.maximum(x, 1e-7))`",
    "norm": "The slope of a norm is undefined at 0: write "
    "`ops.sqrt(ops.maximum(ops.sum(x**2, -1), 1e-7))`",
    "power": "Keep the base above 0: `ops.maximum(x, 1e-7) ** p`",
    "arccos": "Stay inside: `ops.arccos(ops.clip(x, -1 + 1e-6, 1 - 1e-6))`",
    "arcsin": "Stay inside: `ops.arcsin(ops.clip(x, -1 + 1e-6, 1 - 1e-6))`",
    "arctanh": "Stay inside: `ops.arctanh(ops.clip(x, -1 + 1e-6, 1 - 1e-6))`",
}
GROWS = (
    "Bound what goes in, `ops.exp(ops.minimum(x, 20.0))`, subtract the "
    "largest value first (`ops.softmax`, `ops.logsumexp` do), or scale the "
    "inputs"
)


@rule(
    "unsafe-operation",
    "log, division, root, power or exp without a guard",
    reference=NUMERICS,
    family="numerics",
    explains=WILD,
)
def unsafe_operation(facts):
    """An operation of the user's meets numbers at which it breaks down.

    A logarithm or a denominator of zero, the slope of a root at zero, an
    exponential that overflows: one row makes the loss NaN, and the next
    update all weights. A `where` around it guards the value, but not the
    gradient, which becomes zero times infinity.

    An error where it happens on rows of the sample. A warning where the
    range of its argument ends there and training gets to that end by
    rounding or cutting off: in float32 a sigmoid is 1 from 17 on. Ranges
    follow by interval arithmetic from what was seen of the data; weights
    may take any value. Advice where nothing seen comes near. Operations
    inside of Keras's layers and losses are not judged.
    """
    for found in facts.unsafe:
        say = error if found.certainty == SEEN else warning
        if found.certainty == POSSIBLE:
            say = advice
        at = f", {found.place}" if found.place else ""
        note = say(
            found.where,
            f"The {found.operation} in {found.where}{at} {breaks(found)}",
            guard(found),
            operation=found.operation,
            place=found.place,
            low=found.low,
            high=found.high,
            seen_low=found.seen_low,
            seen_high=found.seen_high,
            limit=found.limit,
            harm=found.harm,
            certainty=found.certainty,
            rows=list(found.rows[:20]),
            count=len(found.rows),
        )
        if found.line:
            note["location"] = Location(found.path, found.line)
        yield note


def breaks(found) -> str:
    """How an operation breaks down, in words."""
    what = "denominator" if found.operation == "division" else "argument"
    one = "a denominator" if found.operation == "division" else "an argument"
    harm = "NaN or infinity"
    if found.harm == "gradient":
        harm = "a gradient that is NaN or infinite"
    seen = f"{number(found.seen_low)} to {number(found.seen_high)}"
    if found.certainty == SEEN:
        rows = counted(len(found.rows), "row")
        rows = f" ({rows} of the sample)" if found.rows else ""
        return f"gets {one} of {seen}{rows}, and gives {harm}."
    if found.harm == "overflow":
        return (
            f"got {one} of up to {number(found.seen_high)}; it overflows "
            f"from {number(found.limit)} on."
        )
    if found.guarded:
        return (
            "is guarded by `where`, but its gradient is not: it becomes NaN "
            f"once the {what} reaches {number(found.limit)} (seen so far: "
            f"{seen})."
        )
    return (
        f"has no guard: its {what} can be {reachable(found)}, which gives "
        f"{harm} (seen so far: {seen})."
    )


def reachable(found) -> str:
    """The bad numbers that an argument can take, in words."""
    limit = number(found.limit)
    if found.operation in ("division", "reciprocal", "sqrt", "norm"):
        return limit
    if found.operation.startswith("arc"):
        return f"{limit} or beyond"
    below = found.low < found.limit
    return f"{limit} or less" if below else limit


def guard(found) -> str:
    """How to guard an operation."""
    mend = GUARDS.get(found.operation, GROWS)
    if found.guarded:
        mend += ". A `where` must guard what goes in, not what comes out"
    return mend + "."


@rule(
    "non-finite-values",
    "loss, gradients or weights are NaN or infinite",
    reference=NUMERICS,
    family="numerics",
    explains=WILD.replace("non-finite-values ", ""),
)
def non_finite_values(facts):
    """NaN or infinity in a training step, or in the weights after it.

    Before training: the loss or the gradients of a batch are not finite,
    although inputs and targets are. After training: weights hold NaN or
    infinity, also where a ReLU hides it behind a finite loss, or the loss
    became NaN. From then on nothing is learned.

    Names the operation where it began, its layer and the user's line.
    """
    found = facts.non_finite
    if found is not None:
        yield broken_step(found)
        return
    history = facts.get("history")
    if history is None:
        return
    weights = facts.weights_finite
    epoch = broken_epoch(history.loss)
    if weights.bad:
        yield broken_weights(weights, epoch)
    elif epoch is not None:
        yield error(
            "loss",
            f"The loss became NaN or infinite in epoch {epoch}; the weights "
            "are finite still.",
            LATER,
            epoch=epoch,
        )


LATER = (
    "Train with `keras_troubleshoot.callbacks.NumericsGuard()`: it stops "
    "before the first bad update and names the operation and the rows. "
    "Smaller steps (`clipnorm=1.0`, a tenth of the learning rate) help "
    "where the loss rose before."
)


def broken_epoch(loss) -> int | None:
    """The first epoch, from 1, whose loss was not finite; None for none."""
    bad = np.flatnonzero(~np.isfinite(np.asarray(loss, "float64")))
    return int(bad[0]) + 1 if len(bad) else None


def broken_weights(weights, epoch) -> dict:
    """Weights that are not finite after training."""
    when = (
        f" The loss was so from epoch {epoch} on."
        if epoch
        else (" The loss does not show it.")
    )
    return error(
        f"weight {weights.bad[0]!r}",
        f"After training, {len(weights.bad)} of {weights.count} weights "
        f"{agreeing(len(weights.bad), 'holds', 'hold')} NaN or "
        f"infinity.{when}",
        LATER,
        bad=list(weights.bad[:20]),
        bad_count=len(weights.bad),
        count=weights.count,
        epoch=epoch,
    )


def broken_step(found) -> dict:
    """A training step that is not finite."""
    verb = "is" if found.what == "loss" else "are"
    at = f", {found.place}" if found.place else ""
    if found.weight:
        began = f"Weight {found.weight!r} is so before the step."
    elif found.operation:
        which = "the gradient of " if found.backward else ""
        began = (
            f"It begins in {which}operation `{found.operation}` in "
            f"{found.where}{at}{given(found)}."
        )
    else:
        began = "Where it begins could not be told."
    return error(
        found.where,
        f"Before any training, the {found.what} of a batch {verb} NaN or "
        f"infinite, though inputs and targets are finite. {began}",
        "Guard this operation (a logarithm, a denominator or a root of 0, "
        "an exponential of large numbers), scale its inputs, or compute it "
        "in float32.",
        what=found.what,
        operation=found.operation,
        place=found.place,
        low=found.low,
        high=found.high,
        dtype=found.dtype,
        weight=found.weight,
    )


def given(found) -> str:
    """The numbers that went into an operation, in words."""
    if math.isnan(found.low):
        return ""
    return f", which was given {number(found.low)} to {number(found.high)}"


@rule(
    "custom-gradient-wrong",
    "a custom gradient that disagrees with finite differences",
    reference=CUSTOM_GRADIENT,
    family="numerics",
    explains=WILD + " learning-rate-too-low learning-rate-too-high",
)
def custom_gradient_wrong(facts, tolerance=0.05):
    """A `tf.custom_gradient` is not the derivative of its function.

    Slopes along random directions are compared with central differences.
    Left alone is what is meant to differ: functions that pass their input
    on (gradient reversal, scaling, clipping) and those that are flat almost
    everywhere (straight-through estimators).

    Fires where a slope is off by more than 5% (heuristic; differences in
    float64 agree to 1e-6).
    """
    for found in facts.custom_gradients:
        if found.error <= tolerance or found.deliberate in (
            "identity",
            "steps",
        ):
            continue
        opposed = found.given * found.true < 0
        say = error if opposed else warning
        if found.deliberate == "stopped":
            say = advice
        layer = f" in layer {found.layer!r}" if found.layer else ""
        note = say(
            f"function {found.name!r}",
            f"The custom gradient of `{found.name}`{layer} says a slope of "
            f"{number(found.given)} where the function has "
            f"{number(found.true)}.",
            "Derive it again, and compare with "
            "`tf.test.compute_gradient(f, [x])`; or drop "
            "`tf.custom_gradient`, and let TensorFlow derive it.",
            given=found.given,
            true=found.true,
            error=found.error,
            tolerance=tolerance,
        )
        yield note | {"location": Location(found.path, found.line)}


@rule(
    "mixed-precision-unscaled",
    "float16 gradients without a scaled loss",
    reference=MIXED_PRECISION,
    family="numerics",
    explains=WILD + " learning-rate-too-low too-few-epochs",
)
def mixed_precision_unscaled(facts):
    """Under mixed_float16, the loss is not scaled.

    Float16 has no numbers below 6e-8: small gradients become zero. Keras's
    `LossScaleOptimizer` divides gradients by a scale (32768 at first) that
    the loss must be multiplied with. A `train_step` of one's own that
    forgets it learns almost nothing.
    """
    found = facts.loss_scaling
    if found is None:
        return
    if found.optimizer and not found.called:
        yield error(
            "`train_step`",
            f"{counted(found.half, 'layer')} compute in float16, and the "
            f"optimizer divides gradients by {number(found.scale)}, but "
            "`train_step` never multiplied the loss with it: updates are "
            "that much too small.",
            "In `train_step`, take the gradient of "
            "`self.optimizer.scale_loss(loss)`.",
            layers=found.half,
            scale=found.scale,
        )
    elif not found.optimizer:
        yield advice(
            "optimizer",
            f"{counted(found.half, 'layer')} compute in float16, and "
            "nothing scales the loss: small gradients become zero.",
            "Wrap the optimizer: `keras.optimizers.LossScaleOptimizer("
            "optimizer)`, or compute in 'mixed_bfloat16'.",
            layers=found.half,
        )
