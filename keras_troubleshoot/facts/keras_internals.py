"""The one place that touches what Keras does not promise to keep.

Each function has a test that fails loudly when Keras changes.
"""

import math


def model_kind(model) -> str:
    """`Sequential`, `Functional` or `subclass`."""
    import keras
    from keras.src.models.functional import Functional

    if isinstance(model, keras.Sequential):
        return "Sequential"
    return "Functional" if isinstance(model, Functional) else "subclass"


def is_model(layer) -> bool:
    """Whether something is a model, not a layer or nothing."""
    import keras

    return isinstance(layer, keras.Model)


def leaf_layers(model) -> list:
    """All layers that are not models themselves, in their order."""
    import keras

    found = all_layers(model)
    return [layer for layer in found if not isinstance(layer, keras.Model)]


def all_layers(model) -> list:
    """The model, and all models and layers in it, in their order."""
    found, waiting = {}, [model]
    while waiting:
        layer = waiting.pop()
        if id(layer) not in found:
            found[id(layer)] = layer
            # Keras's own recursion gives those of inner models backwards.
            direct = layer._flatten_layers(include_self=False, recursive=False)
            waiting += reversed(list(direct))
    return list(found.values())


def is_tracked_container(value) -> bool:
    """Whether Keras made it of a container that was set as an attribute."""
    from keras.src.utils import tracking

    kinds = tracking.TrackedList, tracking.TrackedDict, tracking.TrackedSet
    return isinstance(value, kinds)


def own_weights(layer) -> int:
    """How many numbers a layer holds apart from those of its sublayers."""
    own = layer._trainable_variables + layer._non_trainable_variables
    return sum(math.prod(int(n or 1) for n in v.shape) for v in own)


def trainable_sizes(model) -> dict[str, int]:
    """How many numbers each trainable weight holds, by its path."""
    return {
        weight.path: math.prod(int(n or 1) for n in weight.shape)
        for weight in model.trainable_weights
    }


def largest_weight_rank(layer) -> int:
    """The most axes that a trainable variable of the layer itself has."""
    return max((len(v.shape) for v in layer._trainable_variables), default=0)


def fixed_batch(model) -> int | None:
    """The batch size that a model insists on; None where it does not."""
    for shape in input_shapes(model).values():
        if shape and shape[0]:
            return int(shape[0])
    return None


def own_train_step(model) -> bool:
    """Whether a model overrides what `fit` does with a batch."""
    import keras

    return any(
        getattr(type(model), name) is not getattr(keras.Model, name)
        for name in ("train_step", "compute_loss")
    )


def own_step(model) -> bool:
    """Whether a model overrides `train_step` itself."""
    import keras

    return type(model).train_step is not keras.Model.train_step


def output_names(model) -> list[str]:
    """The names of the outputs; those of a subclass are not known."""
    import keras

    if isinstance(model, keras.Sequential):
        return [model.layers[-1].name] if model.layers else []
    return list(getattr(model, "output_names", None) or [])


def made_by(tensor):
    """The layer or operation that a symbolic tensor comes out of."""
    operation, _, _ = tensor._keras_history
    return operation


def keeps_logits(tensor) -> bool:
    """Whether Keras's losses find the logits behind an output."""
    return getattr(tensor, "_keras_logits", None) is not None


def input_shapes(model) -> dict[str, tuple]:
    """The shapes that a Sequential or Functional model declares."""
    try:
        inputs = model.inputs
    except (AttributeError, ValueError):
        return {}
    return {tensor.name: tuple(tensor.shape) for tensor in inputs or ()}


def inner_optimizer(optimizer):
    """The optimizer that takes the steps, not what scales its loss."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def learning_rate(optimizer) -> tuple[float | None, bool]:
    """The rate of the next step, and whether it is a schedule."""
    import keras

    rate = getattr(optimizer, "_learning_rate", None)
    schedule = keras.optimizers.schedules.LearningRateSchedule
    if isinstance(rate, schedule):
        try:
            return float(rate(0)), True
        except Exception:
            return None, True
    try:
        return float(rate), False
    except (TypeError, ValueError):
        return None, False


def schedule(optimizer):
    """The `LearningRateSchedule` of an optimizer; None where it has none."""
    import keras

    rate = getattr(optimizer, "_learning_rate", None)
    kind = keras.optimizers.schedules.LearningRateSchedule
    return rate if isinstance(rate, kind) else None


def iterations(optimizer) -> tuple[int, str]:
    """The steps that an optimizer has taken, and the type that counts them.

    With accumulation of gradients, whole updates.
    """
    count = getattr(optimizer, "iterations", 0)
    return int(count), str(getattr(count, "dtype", "int32"))


def loss_parts(model, y, y_pred) -> list[tuple]:
    """The compiled losses: (loss, weight, its target, its output).

    A new `CompileLoss` is built from the arguments of `compile`, so that
    the model's own stays as it is; it only pairs targets and outputs, and
    computes nothing. Raises what Keras raises where they cannot be paired.
    """
    own = model._compile_loss
    if own is None:
        return []
    pairs = []

    class Pairing(type(own)):
        def build(self, y_true, y_pred):
            super().build(y_true, y_pred)
            self._flat_losses = [
                part._replace(loss=noting(part)) for part in self._flat_losses
            ]

        @property
        def metrics(self):
            return [None] * len(self._flat_losses or ())

    def noting(part):
        def note(y_true, y_pred, sample_weight=None):
            pairs.append((part.loss, part.loss_weights, y_true, y_pred))
            return 0.0

        return note

    Pairing(
        own._user_loss,
        own._user_loss_weights,
        output_names=own.output_names,
    )(y, y_pred)
    return pairs


def compiled_metrics(model) -> tuple:
    """The arguments `metrics` and `weighted_metrics` of `compile`."""
    own = model._compile_metrics
    if own is None:
        return None, None
    return own._user_metrics, own._user_weighted_metrics


def calls_training(model) -> bool:
    """Whether the model's `call` takes `training`."""
    return bool(model._call_has_training_arg)


def have_values(tensors) -> bool:
    """Whether none of some tensors is symbolic."""
    import keras
    import tensorflow as tf

    return not any(
        isinstance(tensor, keras.KerasTensor)
        or (tf.is_tensor(tensor) and tf.is_symbolic_tensor(tensor))
        for tensor in tensors
    )


def is_adapted(normalization) -> bool:
    """Whether a Normalization layer was given or shown a mean."""
    if normalization.input_mean is not None:
        return True
    mean = getattr(normalization, "adapt_mean", None)
    variance = getattr(normalization, "adapt_variance", None)
    if mean is None or variance is None:
        return False
    return bool((abs(mean.numpy()) > 0).any() or (variance.numpy() != 1).any())


def build(model, x) -> None:
    """Builds a model for inputs like `x`, as the first step of `fit` would.

    Variables are made with the initial values that `fit` would give them:
    initializers hold their seeds since the layers were made.
    """
    import keras
    from keras.src import backend

    from keras_troubleshoot.facts import nests
    from keras_troubleshoot.facts.passes import as_fed

    def symbolic(array):
        fed = as_fed(array[:2])
        shape = (None, *fed.shape[1:])
        return keras.KerasTensor(shape, dtype=fed.dtype.name)

    inputs = nests.transform(symbolic, x)
    if calls_training(model):
        backend.compute_output_spec(model, inputs, training=False)
    else:
        backend.compute_output_spec(model, inputs)


def compile_arguments(model) -> dict:
    """The arguments of `compile`, the optimizer apart, as the user gave them.

    Losses and metrics that Keras holds state of are copied.
    """
    own_loss, own_metrics = model._compile_loss, model._compile_metrics
    metrics = weighted = None
    if own_metrics is not None:
        metrics = own_metrics._user_metrics
        weighted = own_metrics._user_weighted_metrics
    return {
        "loss": own_loss._user_loss if own_loss is not None else None,
        "loss_weights": own_loss._user_loss_weights if own_loss else None,
        "metrics": metrics,
        "weighted_metrics": weighted,
        "run_eagerly": bool(model.run_eagerly),
        "steps_per_execution": int(model.steps_per_execution),
        "jit_compile": bool(model.jit_compile),
    }


def copied_metrics(metrics):
    """New metrics of the same kind; names and functions stay."""
    import keras

    def copied(metric):
        if isinstance(metric, keras.metrics.Metric):
            return type(metric).from_config(metric.get_config())
        return metric

    return keras.tree.map_structure(copied, metrics)


def input_structure(model):
    """The symbolic inputs of a Functional model as it takes them."""
    return getattr(model, "_inputs_struct", None)


def output_structure(model):
    """The symbolic outputs of a Functional model as it gives them."""
    return getattr(model, "_outputs_struct", None)


def functional(model):
    """The Functional model in a Sequential one; any other model itself."""
    return getattr(model, "_functional", None) or model


def graph_calls(model) -> list[tuple]:
    """The calls in the graph of a Sequential or Functional model, in order.

    Returns:
        For each the operation, the tensors it is given, and those it makes.
    """
    depths = functional(model)._nodes_by_depth
    return [
        (node.operation, list(node.input_tensors), list(node.outputs))
        for depth in sorted(depths, reverse=True)
        for node in depths[depth]
    ]


def has_constant_biases(layer) -> bool:
    """Whether all weights of a layer with one axis are constant.

    So they start; any training moves them apart. Biases that are drawn at
    random say nothing, and count as such.
    """
    import numpy as np
    from keras.src.initializers import random_initializers

    given = getattr(layer, "bias_initializer", None)
    if isinstance(given, random_initializers.RandomInitializer):
        return True
    own = layer._trainable_variables
    vectors = [np.asarray(v) for v in own if len(v.shape) == 1]
    return all(np.unique(v).size <= 2 for v in vectors)


def own_trainable(layer) -> list:
    """The trainable variables of a layer itself, apart from sublayers."""
    return list(layer._trainable_variables)


def rate_now(optimizer) -> float:
    """The learning rate of the next step; NaN where it is not known."""
    try:
        return float(optimizer.learning_rate)
    except (TypeError, ValueError, AttributeError):
        return math.nan


def changed_after_building(model) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Weights whose `trainable` no longer is what the training step heeds.

    A compiled step goes on with the weights that were trainable when it
    was traced; the optimizer holds those that it was built for.

    Returns:
        Paths of weights that became trainable since, and of those that
        were frozen since; both empty where no step was made yet.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or model.train_function is None or own_step(model):
        return (), ()
    optimizer = inner_optimizer(optimizer)
    if not optimizer.built:
        return (), ()
    known = {id(v) for v in optimizer._trainable_variables}
    now = {id(v): v.path for v in model.trainable_weights}
    every = {id(v): v.path for v in model.weights}
    thawed = tuple(path for key, path in now.items() if key not in known)
    refrozen = tuple(
        path for key, path in every.items() if key in known and key not in now
    )
    return thawed, refrozen


def own_layers(model) -> list:
    """The layers that a model holds directly, in their order."""
    return list(model._flatten_layers(include_self=False, recursive=False))


def built_in(layer) -> bool:
    """Whether a layer runs code of Keras, and none of the user's."""
    import keras

    own = layer is None or isinstance(layer, keras.Model | keras.layers.Lambda)
    return not own and type(layer).__module__.startswith("keras.")
