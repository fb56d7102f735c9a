"""Causes in the activation: another function, or another form of it."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.causes.case import Hypothesis
from keras_troubleshoot.debugging.comparing.causes.replica import Replica

# Layers that are an activation and nothing else.
ALONE = ("Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax")


def functions() -> dict[str, Any]:
    """The usual activations, and the forms of them that are mixed up.

    Slopes of LeakyReLU: 0.01 in PyTorch, 0.2 in `keras.activations`, 0.3 in
    the layer of Keras 3. GELU: exact in PyTorch, tanh in GPT-2 and as the
    default of JAX; `x * sigmoid(1.702 x)` in CLIP.
    """
    from keras import activations
    from keras import ops

    def leaky(slope):
        return lambda x: activations.leaky_relu(x, negative_slope=slope)

    return {
        "none": lambda x: x,
        "relu": activations.relu,
        "leaky_relu with slope 0.01": leaky(0.01),
        "leaky_relu with slope 0.1": leaky(0.1),
        "leaky_relu with slope 0.2": leaky(0.2),
        "leaky_relu with slope 0.3": leaky(0.3),
        "relu6": activations.relu6,
        "gelu, exact": lambda x: activations.gelu(x, approximate=False),
        "gelu, tanh": lambda x: activations.gelu(x, approximate=True),
        "gelu, x * sigmoid(1.702 x)": lambda x: x * ops.sigmoid(1.702 * x),
        "silu": activations.silu,
        "elu": activations.elu,
        "selu": activations.selu,
        "celu": activations.celu,
        "tanh": activations.tanh,
        "sigmoid": activations.sigmoid,
        "hard_sigmoid": activations.hard_sigmoid,
        "hard_sigmoid, 0.2 x + 0.5": lambda x: ops.clip(0.2 * x + 0.5, 0, 1),
        "hard_silu": activations.hard_silu,
        "softplus": activations.softplus,
        "softsign": activations.softsign,
        "mish": activations.mish,
        "exponential": activations.exponential,
        "softmax": activations.softmax,
        "softmax over axis 1": lambda x: activations.softmax(x, axis=1),
        "log_softmax": activations.log_softmax,
    }


def before(case: Case, replica: Replica) -> np.ndarray | None:
    """What the activation was applied to; None where it is not known."""
    if case.ours.kind in ALONE:
        return case.ours.inputs[0] if case.ours.inputs else None
    if "activation" not in replica.config or replica.opaque:
        return None
    return replica.run(activation=None)


def hypotheses(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """Other activations in the place of ours."""
    try:
        given = before(case, replica)
    except Exception:
        given = None
    if given is None:
        return
    known = functions()
    ours = name_of(given, own_output(case, replica, given), known)
    for name, function in known.items():
        both = ours.startswith("gelu") and name.startswith("gelu")
        kind = "gelu variant" if both else "activation"
        told = f"{ours or 'its own'} in a, {name} in b"
        if name != ours:
            yield Hypothesis(kind, told, applied(function, given))


def own_output(case: Case, replica: Replica, given: np.ndarray) -> np.ndarray:
    """What our own activation makes of it."""
    own = replica.config.get("activation")
    if case.ours.kind in ALONE or not callable(own):
        return case.ours.output
    return np.asarray(own(np.asarray(given, "float32")))


def after(case: Case) -> Iterator[Hypothesis]:
    """Activations that `b` applies to what `a` gives, or the reverse."""
    for name, function in functions().items():
        if name == "none":
            continue
        told = f"b applies {name} to what this layer gives, a does not"
        yield Hypothesis(
            "activation", told, applied(function, case.ours.output)
        )


def applied(function: Any, given: np.ndarray) -> Any:
    """What a function makes of an array, when it is asked for."""
    return lambda: np.asarray(function(np.asarray(given, "float32")))


def name_of(given: np.ndarray, made: np.ndarray, known: dict) -> str:
    """Which activation made this; empty for none of the usual."""
    for name, function in known.items():
        found = np.asarray(function(given))
        size = np.abs(made).max() + np.finfo("float32").tiny
        if found.shape == made.shape and np.abs(found - made).max() < (
            1e-6 * size
        ):
            return name
    return ""
