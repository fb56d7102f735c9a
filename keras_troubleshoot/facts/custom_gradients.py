"""Gradients written by hand, beside finite differences."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import ownership

# The step of the differences, relative to the size of the input. Its error
# is about the square of it; rounding in float64 adds 1e-16 over it.
STEP = 1e-5
# In float32, where a function takes nothing wider: cube root of its epsilon.
COARSE = 5e-3


@dataclasses.dataclass(frozen=True)
class CustomGradient:
    """One function of the user's with a gradient of its own.

    Attributes:
        name: of the function.
        layer: that it ran in; empty outside of all.
        path: the file that it stands in.
        line: the line that it starts at.
        error: the largest difference of slopes, over the larger slope.
        given: the slope that its gradient says, where they differ most.
        true: the slope by differences, there.
        deliberate: why the gradient is meant to differ; empty where it is
            not: `identity` (reversed or scaled gradients), `steps` (a
            straight-through estimator), `stopped` (no gradient at all).
    """

    name: str
    layer: str
    path: str
    line: int
    error: float
    given: float
    true: float
    deliberate: str = ""


def noting(calls: dict):
    """A callback that notes each function of the user's, once."""

    def note(function, args, kwargs):
        if not ownership.is_foreign(function) and not kwargs:
            calls.setdefault(function.__code__, (function, args))

    return note


def tried_all(calls: dict, recorder) -> tuple[CustomGradient, ...]:
    """Tries the functions that were noted.

    Args:
        calls: what `noting` noted.
        recorder: of the step in which they ran.
    """
    layers: dict[int, str] = {}
    for operation in recorder.operations if calls else ():
        for tensor in operation.inputs:
            layers.setdefault(id(tensor), operation.layer)
    found = []
    for function, args in calls.values():
        layer = next((layers[id(a)] for a in args if id(a) in layers), "")
        found.append(tried(function, args, layer))
    return tuple(one for one in found if one is not None)


def tried(function, args, layer: str = "") -> CustomGradient | None:
    """Compares a gradient with differences; None where it cannot be.

    Args:
        function: returns a value and its gradient function.
        args: tensors that it was called with.
        layer: that it ran in.
    """
    for dtype, step in (("float64", STEP), (None, COARSE)):
        try:
            wide = [as_tensor(a, dtype) for a in args]
            worst, deliberate = compared(function, wide, step)
            break
        except Exception:
            # It may insist on its own type, or on weights beside.
            continue
    else:
        return None
    code = function.__code__
    return CustomGradient(
        function.__name__,
        layer,
        code.co_filename,
        code.co_firstlineno,
        *worst,
        deliberate,
    )


def as_tensor(value, dtype):
    """A tensor of a wider type; what holds no real numbers as it is."""
    import tensorflow as tf

    if not tf.is_tensor(value) and not isinstance(value, tf.Variable):
        return value
    tensor = tf.convert_to_tensor(value)
    if dtype is None or not tensor.dtype.is_floating:
        return tensor
    return tf.cast(tensor, dtype)


def compared(function, args, step: float) -> tuple[tuple, str]:
    """((error, given, true) where they differ most, why it is meant).

    Slopes along random directions, of a random mixture of the outputs.
    """
    value, gradient = function(*args)
    rng = np.random.default_rng(0)
    mixture = rng.normal(size=value.shape)
    back = flat(gradient(like(mixture, value)))
    real = [i for i, a in enumerate(args) if is_real(a)]
    if any(np.array_equal(args[i], value) for i in real):
        return (0.0, 0.0, 0.0), "identity"
    worst, deliberate = (0.0, 0.0, 0.0), ""
    for i in real:
        for _ in range(3):
            given, true = slopes(function, args, i, mixture, back[i], step, rng)
            if true is None:
                continue
            if true == 0 and given != 0:
                return (0.0, 0.0, 0.0), "steps"
            if given == 0 and true != 0:
                deliberate = "stopped"
            error = abs(given - true) / max(abs(given), abs(true), 1e-12)
            worst = max(worst, (error, given, true))
    return worst, deliberate


def slopes(function, args, i: int, mixture, back, step, rng) -> tuple:
    """(slope that the gradient says, slope by differences or None).

    None where differences of two widths disagree: at a kink.
    """
    x = np.asarray(args[i])
    direction = rng.normal(size=x.shape)
    given = float((np.asarray(back, "float64") * direction).sum())
    found = []
    for width in (step, step / 2):
        ends = []
        for sign in (1, -1):
            size = width * max(float(np.abs(x).mean()), 1e-3)
            moved = list(args)
            moved[i] = like(x + sign * size * direction, args[i])
            value = np.asarray(function(*moved)[0], "float64")
            ends.append((value * mixture).sum())
        found.append(float((ends[0] - ends[1]) / (2 * size)))
    scale = max(abs(found[0]), abs(found[1]))
    if not np.isfinite(scale) or abs(found[0] - found[1]) > 0.02 * scale:
        return given, None
    return given, found[1]


def like(array, tensor):
    """A tensor of an array, of the type of another one."""
    import tensorflow as tf

    return tf.cast(tf.convert_to_tensor(np.asarray(array)), tensor.dtype)


def is_real(value) -> bool:
    """Whether it is a tensor of real numbers."""
    dtype = getattr(value, "dtype", None)
    return bool(getattr(dtype, "is_floating", False))


def flat(structure) -> list:
    """Gradients as a list."""
    if isinstance(structure, list | tuple):
        return list(structure)
    return [structure]
