"""One training step run eagerly, every operation noted, without its update."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.facts import losses
from keras_troubleshoot.facts.origins import Origins
from keras_troubleshoot.facts.own_step import Held
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import tensors


@dataclasses.dataclass(eq=False)
class WholeStep:
    """What one training step did: forward, loss and backward.

    Attributes:
        recorder: every operation, with the user's lines.
        x: inputs, as tensors in their structure.
        y: targets likewise; None for none.
        outputs: what the model returned; None where it has a step of its
            own.
        loss: the total loss, a tensor; None where it is not known.
        gradients: (path of the weight, gradient) that the optimizer would
            get, those without a gradient left out.
        scaled: whether an own step had its loss scaled; None without one.
        failure: what it raised; None for nothing.
    """

    recorder: Origins
    x: Any
    y: Any
    outputs: Any = None
    loss: Any = None
    gradients: list[tuple[str, Any]] = dataclasses.field(default_factory=list)
    scaled: bool | None = None
    failure: Exception | None = None

    @property
    def results(self) -> list:
        """What must be finite: the loss, then the gradients, else outputs."""
        found = [] if self.loss is None else [self.loss]
        found += [values(g) for _, g in self.gradients]
        return found or list(tensors(self.outputs))

    @property
    def finite(self) -> bool:
        """Whether all results are finite."""
        return all(is_finite(tensor) for tensor in self.results)


def values(gradient):
    """The tensor of a gradient, dense or sparse."""
    return getattr(gradient, "values", gradient)


def is_finite(tensor) -> bool:
    """Whether all numbers of a tensor are finite; what is none counts."""
    dtype = getattr(tensor, "dtype", None)
    if dtype is None or not dtype.is_floating:
        return True
    array = np.asarray(tensor)
    if array.dtype.kind != "f":
        array = array.astype("float32")
    return bool(np.isfinite(array).all())


class Taking(Held):
    """Stands in for the optimizer, and notes what it is given."""

    def __init__(self, optimizer, done: WholeStep):
        super().__init__(optimizer)
        self.done = done

    def apply(self, grads, trainable_variables=None):
        """Takes gradients, and leaves the weights."""
        given = trainable_variables
        if given is None:
            given = getattr(self.own, "_trainable_variables", None) or grads
        pairs = zip(grads, given, strict=False)
        self.done.gradients += [
            (getattr(variable, "path", ""), gradient)
            for gradient, variable in pairs
            if gradient is not None
        ]

    def apply_gradients(self, grads_and_vars, **options):
        """Takes gradients, and leaves the weights."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])

    def scale_loss(self, loss):
        """The loss as it is; notes that it was asked for."""
        self.done.scaled = True
        return loss


def whole_step(runner: Runner, x=None, y=None, weights=None) -> WholeStep:
    """Runs one training step on a batch, eagerly and outside XLA.

    Args:
        runner: of the model.
        x: inputs as tensors; None for the rows of the runner.
        y: targets as tensors.
        weights: weights of the rows; None for none.
    """
    if x is None:
        x, y = runner.x(), runner.y()
    recorder = Origins()
    done = WholeStep(recorder, x, y)
    own = keras_internals.own_step(runner.model)
    with runner.quiet(), recorder.listening():
        try:
            if own and runner.model.compiled:
                own_step(runner, done, weights)
            else:
                plain_step(runner, done, weights)
        except Exception as error:
            done.failure = error
    return done


def own_step(runner: Runner, done: WholeStep, weights) -> None:
    """The model's own `train_step`, with nothing updated."""
    import keras

    model = runner.model
    done.scaled = False
    data = keras.utils.pack_x_y_sample_weight(done.x, done.y, weights)
    with (
        keras_scopes.swapped_optimizers(model, lambda o: Taking(o, done)),
        keras_scopes.spare_compiled(model),
    ):
        done.recorder.phase = "train_step"
        model.train_step(data)


def plain_step(runner: Runner, done: WholeStep, weights) -> None:
    """What Keras's own `train_step` computes."""
    import tensorflow as tf

    model = runner.model
    with tf.GradientTape() as tape:
        done.outputs = runner.call(done.x, True)
        total = total_loss(model, done, weights)
    if total is None:
        return
    done.loss = total
    done.recorder.phase = "backward"
    trainable = model.trainable_weights
    found = tape.gradient(total, [w.value for w in trainable])
    done.gradients = [
        (w.path, g)
        for w, g in zip(trainable, found, strict=True)
        if g is not None
    ]


def total_loss(model, done: WholeStep, weights):
    """The loss that `fit` minimizes, as a scalar; None for none."""
    import tensorflow as tf

    if done.y is not None and keras_internals.own_train_step(model):
        done.recorder.phase = "compute_loss"
        with keras_scopes.spare_compiled(model):
            return model.compute_loss(
                x=done.x,
                y=done.y,
                y_pred=done.outputs,
                sample_weight=weights,
            )
    parts = []
    if done.y is not None and model.compiled:
        parts = keras_internals.loss_parts(model, done.y, done.outputs)
    total = None
    for loss, weight, true, output in parts:
        done.recorder.phase = f"loss {losses.describe(loss).name!r}"
        options = {} if weights is None else {"sample_weight": weights}
        value = tf.reduce_sum(loss(true, output, **options))
        value = value if weight is None else value * weight
        total = value if total is None else total + value
    done.recorder.phase = "penalty"
    for penalty in model.losses:
        total = penalty if total is None else total + penalty
    return total
