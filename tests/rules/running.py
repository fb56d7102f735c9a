"""Facts of a run that is about to start, made by hand."""

import numpy as np

from keras_troubleshoot.facts.architecture import Layer
from keras_troubleshoot.facts.architecture import Model
from keras_troubleshoot.facts.architecture import Optimizer
from keras_troubleshoot.facts.callbacks import Callback
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.fit_call import FitCall
from keras_troubleshoot.facts.forward import Step
from keras_troubleshoot.facts.keras_logs import Logged
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.rates import Rates
from keras_troubleshoot.facts.run_length import RunLength

LOGGED = (
    Logged("loss", "", "min", "min"),
    Logged("accuracy", "CategoricalAccuracy", "max", "max"),
)
HIDDEN = (
    Layer("one", "one", "Dense", weights=50),
    Layer("two", "two", "Dense", weights=50),
)


def model(name="Adam", rate=1e-3, layers=HIDDEN, weights=10_000, **known):
    """A model whose two weights hold so many numbers."""
    momentum = known.pop("momentum", 0.0)
    scheduled = known.pop("scheduled", False)
    optimizer = Optimizer(
        name,
        rate,
        momentum,
        scheduled,
        clipped=any("clip" in option for option in known),
        options=known,
    )
    return Model(
        "model",
        "Functional",
        "Functional",
        layers,
        optimizer=optimizer,
        parameters=2 * weights,
        sizes={"a": weights, "b": weights},
    )


def constant(rate, total=1000):
    """A rate that never changes."""
    values = np.array([rate], "float64")
    return Rates("constant", values, np.zeros(1, int), "", total)


def schedule(function, total=1000, name="Own", source="schedule", **options):
    """The rates that a function of the step gives, and those after it."""
    steps = np.unique(np.linspace(0, total - 1, 65).round().astype(int))
    values = np.array([function(step) for step in steps], "float64")
    after = {total * n: float(function(total * n)) for n in (1, 2, 5, 10, 100)}
    return Rates(source, values, steps, name, total, options, after)


def facts(
    *callbacks,
    optimizer="Adam",
    rate=1e-3,
    rates=None,
    epochs=10,
    steps=100,
    batch=32,
    rows=None,
    chosen=False,
    gradient=1.0,
    loss=2.0,
    fresh=True,
    validated=True,
    logged=LOGGED,
    heads=(),
    layers=HIDDEN,
    weights=10_000,
    **options,
):
    """Facts of a run of ten epochs of a hundred steps.

    Args:
        *callbacks: of the run.
        gradient: norm of the gradient of each of the two weights.
        **options: of the optimizer.
    """
    rows = steps * batch if rows is None else rows
    given = model(optimizer, rate, layers, weights, **options)
    gradients = {"a": gradient, "b": gradient}
    return Facts(
        model=given,
        rates=constant(rate, epochs * steps) if rates is None else rates,
        length=RunLength(epochs, batch, rows, -(-rows // batch), steps, chosen),
        fit=FitCall(
            epochs, batch, validated=validated, callbacks=tuple(callbacks)
        ),
        training=Step(Pass(None), loss, gradients=gradients),
        fresh=fresh,
        logged=logged,
        heads=heads,
    )


def callback(base, monitor="val_loss", mode="auto", fields=(), **options):
    """A callback of Keras."""
    return Callback(base, base, monitor, mode, options, fields)
