"""Symptoms in the layers: gradients that vanish or explode, dead units.

Healthy models have all of them now and then: a warning needs a run that came
to little; without one, or where it learned, it is advice.
"""

import math

from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.rules import learning
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


def grave(facts):
    """How to say it: a warning where the run came to little."""
    ran = facts.get("outcome") is not None
    return warning if ran and learning.poor(facts) else advice


def norms(facts) -> list[tuple[str, float]]:
    """Gradient norms of the layers with weights, in their order.

    Raises:
        Unavailable: if no gradient is known.
    """
    found = [
        (x.layer, x.gradient)
        for x in facts.layers
        if x.gradient and math.isfinite(x.gradient)
    ]
    if len(found) < 2:
        raise Unavailable("no gradients of several layers")
    return found


def bars(found) -> list[Figure]:
    """The gradient norms as a picture."""
    names, values = zip(*found[:30], strict=True)
    return [Figure("bars", "Norm of the gradient", names, values, "norm")]


@rule(
    "vanishing-gradients",
    "the first layers hardly get a gradient",
    family="numerics",
    kind=Kind.SYMPTOM,
)
def vanishing_gradients(facts, ratio=1e-4):
    """The gradient shrinks on its way from the loss to the first layers.

    Fires where the gradient of the first layer with weights, on one batch
    before training, has less than a ten-thousandth of the norm of the
    largest one of any layer. Others take 1e-3 (AUTOTRAINER) with an absolute
    limit; some healthy models with many layers lie below that.
    """
    found = norms(facts)
    (first, least), largest = found[0], max(n for _, n in found)
    if least > ratio * largest:
        return
    yield grave(facts)(
        f"layer {first!r}",
        f"The gradient of the first layer has a norm of {number(least)}, the "
        f"largest of all layers {number(largest)}.",
        "ReLU instead of tanh or sigmoid, He or Glorot initialization, "
        "residual connections or normalization layers.",
        first=least,
        largest=largest,
        limit=ratio,
        figures=bars(found),
    )


@rule(
    "exploding-gradients",
    "gradients far larger than the weights",
    family="numerics",
    kind=Kind.SYMPTOM,
)
def exploding_gradients(facts, limit=1000.0):
    """The gradient of a layer is huge.

    Fires where the norm of a gradient on one batch before training is above
    1000, for optimizers whose step grows with the gradient (plain gradient
    descent without clipping). Heuristic: summed losses of healthy models,
    as of a VAE, reach some hundreds.
    """
    found = norms(facts)
    optimizer = facts.model.optimizer
    if optimizer is None or optimizer.scale_free or optimizer.clipped:
        return
    name, largest = max(found, key=lambda pair: pair[1])
    if largest < limit:
        return
    yield grave(facts)(
        f"layer {name!r}",
        f"The gradient of layer {name!r} has a norm of {number(largest)} on "
        "one batch before training, and the step of plain gradient descent "
        "grows with it.",
        "Scale inputs and targets; clip the gradients: "
        "`keras.optimizers.SGD(..., global_clipnorm=1.0)`.",
        largest=largest,
        limit=limit,
        figures=bars(found),
    )


@rule(
    "dead-relu",
    "units that give zero whatever comes in",
    family="numerics",
    kind=Kind.SYMPTOM,
)
def dead_relu(facts, share=0.9):
    """Most units of a layer with ReLU are zero for every row of a batch.

    Such units get no gradient and stay as they are. Judged after the
    training where there was one. Fires for 90% of the units of a layer
    (TheDeepChecker: 50% of neurons; healthy models reach 70%).
    """
    for state in facts.units:
        if state.dead < share or state.units < 4:
            continue
        yield grave(facts)(
            f"layer {state.layer!r}",
            f"{percent(state.dead)} of the {state.units} units of layer "
            f"{state.layer!r} are zero for every row that was tried.",
            "A smaller learning rate, scaled inputs, He initialization; or "
            "`leaky_relu`, which keeps a gradient.",
            dead=state.dead,
            units=state.units,
        )
        return


@rule(
    "saturated-activations",
    "units that sit where their activation is flat",
    family="numerics",
    kind=Kind.SYMPTOM,
)
def saturated_activations(facts, share=0.8):
    """Most numbers of a hidden layer lie at the ends of its activation.

    There the slope is below a twentieth of the steepest one, and hardly any
    gradient passes. Judged after the training where there was one. Outputs
    and gates are left out: they are meant to be sure.
    """
    ends = {head.activation.layer for head in facts.get("heads") or ()}
    for state in facts.units:
        if state.saturated < share or state.layer in ends or state.units < 4:
            continue
        yield grave(facts)(
            f"layer {state.layer!r}",
            f"{percent(state.saturated)} of the numbers of layer "
            f"{state.layer!r} lie where {state.activation} is flat.",
            "Scale the inputs and the initial weights; or take ReLU in the "
            "hidden layers.",
            saturated=state.saturated,
            units=state.units,
        )
        return
