"""Gradients of a few training steps: of the model's loss, or of its outputs.

Where the model trains as Keras does, nothing of it is changed: the steps
happen in a `StatelessScope`. A `train_step` or `compute_loss` of its own runs
on a copy, and what it hands to its optimizers is noted.
"""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import experiments
from keras_troubleshoot.facts import forward
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.passes import first_lines
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.projecting import projection

# Size of an update relative to the weights: weights that start at zero must
# move before gradients can pass them, and no others should move far.
RATE = 0.01
# Scale of the loss in float16: far from where gradients vanish, below 6e-8,
# and from where they overflow, beyond 65504.
SCALE = 2.0**8

Norms = dict[str, float | None]


def batches(look: Look, count: int) -> list[np.ndarray]:
    """Rows of some batches; those of the first ones come again at the end."""
    size, rows = look.rows, len(look.all_rows)
    return [(np.arange(size) + i * size) % rows for i in range(count)]


def has_loss(model: Any, sample: Any) -> bool:
    """Whether the loss of `compile` can be computed."""
    return bool(model.compiled and sample.y is not None and model.loss)


def of_outputs(look: Look, rows: list[np.ndarray]) -> Iterator[Norms]:
    """Gradients of the compiled loss, or of a projection of the outputs.

    Yields:
        For each batch the norm of the gradient of each trainable weight, by
        its path; None where the loss does not depend on it.
    """
    weights = look.model.trainable_weights
    with look.runner.quiet():
        for some in rows:
            found = by_weights(look, some)
            yield norms(weights, found)
            move(weights, found)


def by_weights(look: Look, rows: np.ndarray) -> list:
    """Gradients of one batch by all trainable weights.

    Raises:
        ValueError: if there is nothing to take a gradient of, or the loss
            cannot be computed.
    """
    import tensorflow as tf

    model, runner = look.model, look.runner
    with tf.GradientTape() as tape:
        values = [weight.value for weight in model.trainable_weights]
        tape.watch(values)
        try:
            outputs = runner.call(runner.x(rows), training=True)
            loss = total(look, rows, outputs)
        except Exception as error:
            raise refused(f"the loss of {model.name!r}", error) from error
        if loss is not None and is_half(model):
            loss = loss * SCALE
    if loss is None:
        raise ValueError(
            "`model` must have a loss or an output of floats, received: "
            f"{model.name!r} without. To mend it, compile it with a loss and "
            "pass `y`."
        )
    return tape.gradient(loss, values)


def total(look: Look, rows: np.ndarray, outputs: Any) -> Any:
    """What is trained for: the loss without penalties of weights.

    These would move a weight that the outputs do not depend on.
    """
    import tensorflow as tf

    parts = []
    if has_loss(look.model, look.sample):
        y = look.runner.y(rows)
        found = keras_internals.loss_parts(look.model, y, outputs)
        parts = [
            loss(true, made) * (1.0 if weight is None else weight)
            for loss, weight, true, made in found
        ]
    else:
        parts = [projection(outputs)]
    parts += added_losses(look.model)
    parts = [tf.cast(part, "float32") for part in parts if part is not None]
    return tf.add_n([tf.reduce_sum(part) for part in parts]) if parts else None


def added_losses(model: Any) -> list:
    """What layers add to the loss, without the penalties of weights."""
    found = list(model.losses)
    for weight in model.trainable_weights:
        if weight.regularizer is not None:
            penalty = float(weight.regularizer(weight.value))
            places = [i for i, v in enumerate(found) if float(v) == penalty]
            found = [v for i, v in enumerate(found) if i not in places[-1:]]
    return found


def move(weights: list, gradients: list) -> None:
    """Moves weights downhill; within a `StatelessScope` nothing else does."""
    import tensorflow as tf

    for weight, gradient in zip(weights, gradients, strict=True):
        size = forward.norm(gradient)
        if not size or not np.isfinite(size):
            continue
        height = max(float(tf.norm(tf.cast(weight.value, "float32"))), 1.0)
        step = tf.cast(tf.convert_to_tensor(gradient), weight.dtype)
        weight.assign(weight.value - (RATE * height / size) * step)


def norms(weights: list, gradients: list) -> Norms:
    """The norm of each gradient by the path of its weight."""
    return {
        weight.path: forward.norm(gradient)
        for weight, gradient in zip(weights, gradients, strict=True)
    }


def is_half(model: Any) -> bool:
    """Whether some layer computes in float16."""
    layers = keras_internals.leaf_layers(model)
    return any(getattr(x, "compute_dtype", "") == "float16" for x in layers)


def of_own_step(look: Look, rows: list[np.ndarray]) -> Iterator[Norms]:
    """What the model's own training step hands to its optimizers.

    Yields:
        The same as `of_outputs`.

    Raises:
        ValueError: if the model cannot be copied, or a step fails.
    """
    import keras

    copy, paths = copied(look)
    noted: Norms = {}
    for optimizer in optimizers(copy):
        listen(optimizer, noted, paths)
    for some in rows:
        noted.clear()
        noted.update(dict.fromkeys(paths.values()))
        x, y = look.runner.x(some), look.runner.y(some)
        try:
            with warnings.catch_warnings():
                # Of weights without a gradient, which are found anyway.
                warnings.simplefilter("ignore")
                copy.train_step(keras.utils.pack_x_y_sample_weight(x, y))
        except Exception as error:
            what = f"`train_step` of {look.model.name!r}"
            raise refused(what, error) from error
        yield dict(noted)


def refused(what: str, error: Exception) -> ValueError:
    """What to say of a step that cannot be made."""
    return ValueError(
        f"`x` and `y` must fit {what}, but it raised {type(error).__name__}: "
        f"{first_lines(error)} To mend it, pass both as to `fit`."
    )


def copied(look: Look) -> tuple[Any, dict[int, str]]:
    """A compiled copy without penalties, and the paths of its weights by id.

    The paths are those of the user's own model.
    """
    given = experiments.Subject(look.model, look.sample, look.rows)
    copy = given.program(seed=0).compile(jit_compile=False)
    own = look.model.trainable_weights
    paths = {}
    for new, old in zip(copy.trainable_weights, own, strict=True):
        new.regularizer = None
        paths[id(new)] = old.path
    if hasattr(copy.optimizer, "inner_optimizer"):
        copy.optimizer.build(copy.trainable_variables)
        copy.optimizer.dynamic_scale.assign(SCALE)
    return copy, paths


def optimizers(model: Any) -> list:
    """All optimizers of a model."""
    import keras

    kind = keras.optimizers.Optimizer
    held = {id(v): v for v in vars(model).values() if isinstance(v, kind)}
    return list(held.values())


def listen(optimizer: Any, noted: Norms, paths: dict[int, str]) -> None:
    """Notes the gradients that an optimizer of a copy is given."""
    apply = optimizer.apply

    def listening(grads, trainable_variables=None):
        grads = list(grads)
        given = trainable_variables or paths
        for gradient, variable in zip(grads, given, strict=False):
            known = variable if trainable_variables is None else id(variable)
            path, size = paths.get(known), forward.norm(gradient)
            if path is not None and size is not None:
                noted[path] = max(size, noted[path] or 0.0)
        return apply(grads, trainable_variables)

    vars(optimizer)["apply"] = listening
