"""How strongly regularization pulls at the weights, beside the data."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.batch_statistics import chosen
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.forward import Step
from keras_troubleshoot.facts.forward import norm
from keras_troubleshoot.facts.forward import total_loss
from keras_troubleshoot.facts.passes import Runner


@dataclasses.dataclass(frozen=True)
class Penalty:
    """The regularizer of one weight.

    Attributes:
        path: of the weight.
        kind: its class, such as `L2`.
        value: what it adds to the loss.
        pull: norm of its gradient.
        push: norm of the gradient of the loss of the data.
        scale: root mean square of the weight.
    """

    path: str
    kind: str
    value: float
    pull: float
    push: float
    scale: float


@dataclasses.dataclass(frozen=True)
class Penalties:
    """All regularizers of a model.

    Attributes:
        weights: the regularized weights.
        data: the loss without any penalty.
        activity: what activity regularizers add; 0 without any.
    """

    weights: tuple[Penalty, ...]
    data: float
    activity: float = 0.0

    @property
    def value(self) -> float:
        """What the penalties of weights add to the loss."""
        return sum(w.value for w in self.weights)

    @property
    def pull(self) -> float:
        """Norm of the gradient of all of them."""
        return float(np.sqrt(sum(w.pull**2 for w in self.weights)))

    @property
    def push(self) -> float:
        """Norm of the gradient of the data for the same weights."""
        return float(np.sqrt(sum(w.push**2 for w in self.weights)))


def penalties(runner: Runner) -> Penalties:
    """Measures penalties and gradients on a few hundred rows.

    Raises:
        Unavailable: if there is no loss.
    """
    import tensorflow as tf

    model = runner.model
    active = any(
        getattr(layer, "activity_regularizer", None) is not None
        for layer in keras_internals.all_layers(model)
    )
    held = [w for w in model.trainable_weights if w.regularizer is not None]
    if not held and not active:
        return Penalties((), 0.0)
    rows = chosen(runner)
    with runner.quiet(), tf.GradientTape(persistent=True) as tape:
        outputs = runner.call(runner.x(rows), training=True)
        done = Step(None)
        total = total_loss(model, runner.y(rows), outputs, done)
        own = [tf.cast(w.regularizer(w.value), "float32") for w in held]
        added = sum(own) if own else tf.constant(0.0)
    if total is None or done.loss is None:
        raise Unavailable("no loss to compare")
    values = [w.value for w in held]
    both = tape.gradient(total, values)
    alone = tape.gradient(added, values) if held else []
    found = [
        describe(*parts) for parts in zip(held, own, both, alone, strict=True)
    ]
    rest = done.penalty - float(added)
    return Penalties(
        tuple(found), done.loss - done.penalty, rest if active else 0.0
    )


def describe(weight, value, both, alone) -> Penalty:
    """What is known of the regularizer of one weight."""
    import tensorflow as tf

    pull = np.zeros(1) if alone is None else np.asarray(alone, "float64")
    dense = None if both is None else tf.convert_to_tensor(both)
    push = 0.0 if dense is None else norm(np.asarray(dense, "float64") - pull)
    numbers = np.asarray(weight, "float64")
    return Penalty(
        weight.path,
        type(weight.regularizer).__name__,
        float(value),
        norm(pull),
        push,
        float(np.sqrt((numbers**2).mean())),
    )
