"""The two runs that most facts come from: inference, and one training step."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import heads
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import losses
from keras_troubleshoot.facts import output_activation
from keras_troubleshoot.facts.data import Data
from keras_troubleshoot.facts.loss_behaviour import behaviour
from keras_troubleshoot.facts.loss_behaviour import metric_broadcasts
from keras_troubleshoot.facts.passes import Failure
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.passes import failure
from keras_troubleshoot.facts.passes import first_lines
from keras_troubleshoot.facts.recorder import tensors


@dataclasses.dataclass(eq=False)
class Step:
    """Forward in training mode, loss and gradients, without any update.

    Attributes:
        forward: the run of the model.
        loss: total loss, regularization included; None where there is none.
        penalty: the part of it that regularization is.
        gradients: norm of the gradient of each trainable weight by its
            path; None where the loss does not depend on it.
        failure: why it stopped; None where it did not.
    """

    forward: Pass
    loss: float | None = None
    penalty: float = 0.0
    gradients: dict[str, float | None] = dataclasses.field(default_factory=dict)
    failure: Failure | None = None

    @property
    def finite(self) -> bool:
        """Whether loss and gradients are finite."""
        known = [g for g in self.gradients.values() if g is not None]
        return bool(np.isfinite([self.loss or 0.0, *known]).all())


def step(runner: Runner, rows=None, x=None) -> Step:
    """One training step without its update.

    Args:
        runner: of the model.
        rows: which rows of the sample; None for the first ones.
        x: inputs to take instead of those of the rows.
    """
    import tensorflow as tf

    if x is None and rows is not None:
        x = runner.x(rows)
    with runner.quiet(), tf.GradientTape() as tape:
        forward = runner.record(x, training=True)
        done = Step(forward, failure=forward.failure)
        if done.failure is None:
            y = runner.y(rows)
            loss = total_loss(runner.model, y, forward.outputs, done)
    if done.failure is None and loss is not None:
        weights = runner.model.trainable_weights
        try:
            found = tape.gradient(loss, [w.value for w in weights])
        except Exception as error:
            done.failure = failure("backward", error)
            return done
        for weight, gradient in zip(weights, found, strict=True):
            done.gradients[weight.path] = norm(gradient)
    return done


def total_loss(model, y, outputs, done: Step):
    """The loss that `fit` minimizes; notes it, or why it failed."""
    total = None
    try:
        if y is not None:
            for loss, weight, true, output in keras_internals.loss_parts(
                model, y, outputs
            ):
                value = loss(true, output)
                value = value * (1.0 if weight is None else weight)
                total = value if total is None else total + value
        for penalty in model.losses:
            done.penalty += float(penalty)
            total = penalty if total is None else total + penalty
    except Exception as error:
        done.failure = failure("loss", error)
        return None
    if total is not None:
        done.loss = float(np.sum(total))
    return total


def norm(gradient) -> float | None:
    """The Euclidean norm of a gradient, dense or sparse."""
    if gradient is None:
        return None
    values = getattr(gradient, "values", gradient)
    return float(np.linalg.norm(np.asarray(values, "float64").ravel()))


def describe_heads(runner: Runner, forward: Pass, data: Data) -> tuple:
    """Each output with its target, its loss and its metrics."""
    model, y = runner.model, runner.y()
    outputs = named_outputs(model, forward.outputs)
    targets = dict(zip([n for n, _ in outputs], data.targets, strict=False))
    if len(data.targets) != len(outputs):
        targets = {}
    parts, refused = loss_by_output(model, y, forward.outputs, outputs)
    wanted = metrics_by_output(model, [name for name, _ in outputs])
    found = []
    for name, tensor in outputs:
        target = targets.get(name)
        values = np.asarray(tensor)
        loss, weight, true = parts.get(name, (None, None, None))
        tried, complaint = None, refused
        if loss is not None:
            tried, complaint = behaviour(loss, true, tensor, runner)
        found.append(
            heads.Head(
                name=name,
                predictions=values,
                activation=ending(forward, tensor),
                target=target,
                loss=losses.describe(loss, weight) if loss else None,
                metrics=tuple(
                    described(m, target, values.shape, true, tensor, runner)
                    for m in wanted[name]
                ),
                behaviour=tried,
                refused=complaint,
            )
        )
    return tuple(found)


def ending(forward: Pass, tensor) -> output_activation.Activation:
    """What an output goes through last.

    In a graph, Keras's losses find the logits behind any softmax or sigmoid
    that is the very last operation, as well as behind their own.
    """
    made = forward.recorder.maker(tensor)
    last = made is not None and made.type in ("Softmax", "Sigmoid")
    return dataclasses.replace(
        output_activation.find(forward.recorder, tensor),
        keeps_logits=last or keras_internals.keeps_logits(tensor),
    )


def described(given, target, shape, true, tensor, runner) -> heads.Metric:
    """What is known of a metric; the user's own is tried."""
    known = heads.metric(given, target, shape)
    if true is None:
        return known
    wide = metric_broadcasts(given, true, tensor, runner)
    return dataclasses.replace(known, broadcasts=wide)


def named_outputs(model, outputs) -> list[tuple[str, Any]]:
    """Outputs with their names, in the order of the flat structure."""
    import keras

    flat = keras.tree.flatten(outputs)
    if isinstance(outputs, dict):
        return list(zip(sorted(outputs), flat, strict=False))
    names = keras_internals.output_names(model)
    if len(names) != len(flat):
        names = [f"output_{i}" for i in range(len(flat))]
    if len(flat) == 1 and len(names) != 1:
        names = ["output"]
    return list(zip(names, flat, strict=True))


def loss_by_output(model, y, y_pred, outputs) -> tuple[dict, str]:
    """(loss, weight, target) by output, or what Keras refused them with."""
    if y is None or not model.compiled:
        return {}, ""
    try:
        parts = keras_internals.loss_parts(model, y, y_pred)
    except Exception as error:
        return {}, first_lines(error)
    # One tensor may be given out under several names, in this order.
    names: dict[int, list] = {}
    for name, tensor in outputs:
        names.setdefault(id(tensor), []).append(name)
    found = {}
    for loss, weight, true, output in parts:
        for tensor in tensors(output):
            if names.get(id(tensor)):
                found[names[id(tensor)].pop(0)] = (loss, weight, true)
    return found, ""


def metrics_by_output(model, names) -> dict[str, list]:
    """The compiled metrics of each output, as the user gave them."""
    found: dict[str, list] = {name: [] for name in names}
    for given in keras_internals.compiled_metrics(model):
        if isinstance(given, dict):
            for name, some in given.items():
                found.setdefault(name, []).extend(flat(some))
        elif isinstance(given, list | tuple) and len(names) > 1:
            nested = any(isinstance(g, list | tuple) for g in given)
            for i, name in enumerate(names):
                some = given[i] if nested and i < len(given) else given
                found[name].extend(flat(some))
        else:
            found[names[0]].extend(flat(given))
    return found


def flat(structure) -> list:
    """All that is not None in nested lists."""
    if isinstance(structure, list | tuple):
        return [leaf for part in structure for leaf in flat(part)]
    return [] if structure is None else [structure]
