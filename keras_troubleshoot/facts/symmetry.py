"""Units that start alike, and are taught alike: they never come apart."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.forward import Step
from keras_troubleshoot.facts.forward import total_loss
from keras_troubleshoot.facts.passes import Runner

# Differences below this share of the largest number are rounding.
ROUNDING = 1e-5


@dataclasses.dataclass(frozen=True)
class Alike:
    """A weight whose units all have the same values.

    Attributes:
        path: of the weight, such as `dense/kernel`.
        layer: name of the layer.
        units: how many units are alike.
        value: the values, where all of them are the same; else None.
        taught: whether the gradient differs from unit to unit; None where
            the loss gives none.
        still: whether the gradient is zero everywhere.
    """

    path: str
    layer: str
    units: int
    value: float | None
    taught: bool | None
    still: bool = False


def symmetry(runner: Runner) -> tuple[Alike, ...]:
    """Looks for such weights, and at the gradients that they are given.

    The gradient is taken in inference mode, so that dropout does not hide
    what is alike; where it is zero there, in training mode: what samples only
    then, as the code of a variational autoencoder, has none in inference.
    """
    products = [w for w in runner.model.trainable_weights if is_product(w)]
    same = [alike(np.asarray(w), groups(w)) for w in products]
    # A cell whose recurrent weights differ has units that come apart.
    apart = {
        parent(weight)
        for weight, one in zip(products, same, strict=True)
        if not one
    }
    suspects = [w for w in products if parent(w) not in apart]
    if not suspects:
        return ()
    given = gradients(runner, suspects)
    if not all(map(moving, given)):
        trained = gradients(runner, suspects, training=True)
        given = [
            other if moving(other) else one
            for one, other in zip(given, trained, strict=True)
        ]
    return tuple(map(describe, suspects, given))


def moving(gradient) -> bool:
    """Whether there is a gradient that is not zero everywhere."""
    return gradient is not None and bool(gradient.any())


def is_product(weight) -> bool:
    """Whether a weight is multiplied with inputs; a bias is not."""
    return len(weight.shape) > 1 and "bias" not in weight.path.split("/")[-1]


def parent(weight) -> str:
    """The path of the layer that holds a weight."""
    return weight.path.rpartition("/")[0]


def describe(weight, gradient) -> Alike:
    """What is known of one weight whose units are alike."""
    values = np.asarray(weight, "float64")
    taught, still = None, False
    if gradient is not None:
        taught = not alike(gradient, groups(weight))
        still = not gradient.any()
    constant = np.ptp(values) == 0
    return Alike(
        path=weight.path,
        layer=weight.path.split("/")[-2] if "/" in weight.path else "",
        units=values.shape[-1] // groups(weight),
        value=float(values.flat[0]) if constant else None,
        taught=taught,
        still=still,
    )


def groups(weight) -> int:
    """How many gates stand side by side on the last axis of a weight."""
    name = weight.path
    if "lstm" in name:
        return 4
    return 3 if "gru" in name else 1


def alike(values: np.ndarray, parts: int) -> bool:
    """Whether the units (last axis, in equal parts) are all the same.

    Example:
        >>> alike(np.ones((3, 2)), 1), alike(np.eye(2), 1)
        (True, False)
    """
    values = np.asarray(values, "float64")
    if values.ndim < 2 or values.shape[-1] < 2 * parts or not values.size:
        return False
    flat = values.reshape(-1, values.shape[-1])
    if len(flat) < 2 and parts == 1 and values.shape[-1] < 3:
        return False
    limit = ROUNDING * np.abs(flat).max()
    return all(
        np.ptp(part, axis=1).max() <= limit
        for part in np.array_split(flat, parts, axis=1)
    )


def gradients(runner: Runner, weights, training: bool = False) -> list:
    """Gradients of the loss, as arrays or None."""
    import tensorflow as tf

    with runner.quiet(), tf.GradientTape() as tape:
        outputs = runner.call(runner.x(), training=training)
        done = Step(None)
        loss = total_loss(runner.model, runner.y(), outputs, done)
    if loss is None:
        return [None] * len(weights)
    found = tape.gradient(loss, [weight.value for weight in weights])
    return [
        None if g is None else np.asarray(tf.convert_to_tensor(g), "float64")
        for g in found
    ]
