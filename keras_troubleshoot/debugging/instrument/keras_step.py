"""What the instrument needs of how Keras makes its training function.

The one place here that touches what Keras does not promise to keep; the tests
fail loudly when it changes.
"""

import contextlib
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf


def train_function(model: Any, step: Callable, around: Callable) -> Callable:
    """Makes a training function; the model keeps the one it has.

    Args:
        model: compiled.
        step: in place of `model.train_step`.
        around: `around(call)` returns what is called with each batch in
            place of the compiled step `call`, outside XLA.

    Returns:
        What Keras calls with an iterator of batches.
    """
    convert = model._autoconvert_optionals
    own = model.train_function
    stand_ins = {
        "train_step": step,
        "_autoconvert_optionals": lambda call: around(convert(call)),
    }
    with lent(model, stand_ins):
        try:
            model.make_train_function(force=True)
            return model.train_function
        finally:
            model.train_function = own


@contextlib.contextmanager
def lent(thing: Any, stand_ins: dict[str, Any]):
    """Lends an object attributes of its own, past all tracking."""
    names = vars(thing)
    own = {name: names[name] for name in stand_ins if name in names}
    names.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            names.pop(name, None)
        names.update(own)


def signature(model: Any) -> tuple:
    """What changes when a model is compiled anew."""
    return (
        model.optimizer,
        model._compile_loss,
        model._compile_metrics,
        model.jit_compile,
        model.run_eagerly,
        model.steps_per_execution,
    )


def optimizers(model: Any) -> list:
    """The optimizers of a model: its own, and others as attributes."""
    found = {
        id(value): value
        for value in vars(model).values()
        if isinstance(value, keras.optimizers.Optimizer)
    }
    return list(found.values())


def innermost(optimizer: Any) -> Any:
    """The optimizer that takes the steps."""
    while isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = optimizer.inner_optimizer
    return optimizer


@contextlib.contextmanager
def reducing(optimizer: Any, wrap: Callable):
    """Lends an optimizer another way to sum gradients over the replicas."""
    inner = innermost(optimizer)
    stand_in = wrap(inner._all_reduce_sum_gradients)
    with lent(inner, {"_all_reduce_sum_gradients": stand_in}):
        yield


def scale(optimizer: Any) -> Any:
    """What the gradients are scaled by; 1 where they are not."""
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        if not optimizer.built:
            return optimizer.initial_scale
        return tf.convert_to_tensor(optimizer.dynamic_scale)
    return optimizer.loss_scale_factor or 1.0


def trained(optimizer: Any, variables: Any) -> list:
    """The variables that gradients are for; those it was built with."""
    if variables is None:
        variables = optimizer._trainable_variables
    return list(variables)


def written(optimizer: Any, variables: Any) -> list:
    """All variables that an optimizer writes to when it takes a step."""
    found = [*trained(optimizer, variables), *optimizer.variables]
    return list({key(v): tensor(v) for v in found}.values())


def build(optimizer: Any, variables: list) -> None:
    """Builds an optimizer as its `apply` would."""
    from keras.src import backend

    if not optimizer.built:
        with backend.name_scope(optimizer.name, caller=optimizer):
            optimizer.build(variables)
        optimizer.built = True


def own_variables(layer: Any) -> tuple[list, list]:
    """Trainable and other variables of a layer without its sublayers."""
    seeds = [s.state for s in getattr(layer, "_seed_generators", ())]
    return layer._trainable_variables, layer._non_trainable_variables + seeds


def unscaled(loss: Any) -> Any:
    """A loss as if it were not shared out among replicas."""
    from keras.src.losses import loss as losses

    return losses.unscale_loss_for_distribution(loss)


def tensor(variable: Any) -> Any:
    """The variable of TensorFlow behind one of Keras."""
    return variable.value if isinstance(variable, keras.Variable) else variable


def key(variable: Any) -> int:
    """What tells whether two variables are the same."""
    return id(tensor(variable))
