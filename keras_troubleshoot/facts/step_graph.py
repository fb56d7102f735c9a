"""Traces a training step as a graph, on symbols: nothing is computed."""

import contextlib
import math
from typing import Any

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.facts import loop_sizes
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts.step_nodes import Node
from keras_troubleshoot.facts.step_nodes import Step


class Tracer:
    """Traces one step of one model.

    Args:
        model: a built Keras model.
    """

    def __init__(self, model):
        self.model = model
        self.layers: list[str] = []
        self.running: list[str] = []
        self.boundary = math.inf
        self.gradients: dict[str, int] = {}
        self.loss: Any = None

    def trace(self, x, y=None) -> Step:
        """The graph of a step.

        Args:
            x: inputs, as `tf.TensorSpec`s in their structure.
            y: targets, likewise; None for such as fit the loss.

        Raises:
            Exception: what the model raises.
        """
        import keras
        import tensorflow as tf

        with contextlib.ExitStack() as stack:
            stack.enter_context(own_state.preserved(self.model))
            stack.enter_context(keras_scopes.spare_compiled(self.model))
            stack.enter_context(private.untraced())
            stack.enter_context(keras_scopes.stateless(self.model))
            stack.enter_context(
                keras_scopes.watched_calls(self.enter, self.leave, self.fail)
            )
            function = tf.function(self.step, autograph=False)
            concrete = function.get_concrete_function(x, y)
        fed = len(keras.tree.flatten(concrete.structured_input_signature))
        return self.described(concrete.graph, fed)

    def step(self, x, y):
        """Forward, loss, gradients."""
        import tensorflow as tf

        weights = [w.value for w in self.model.trainable_weights]
        with tf.GradientTape() as tape:
            outputs = self.call(x)
            self.loss = self.loss_of(x, y, outputs)
        self.tag()
        self.boundary = len(self.layers)
        found = tape.gradient(self.loss, weights)
        for weight, gradient in zip(weights, found, strict=True):
            if gradient is not None:
                values = getattr(gradient, "values", gradient)
                self.gradients[values.name] = nbytes(weight)
        return self.loss

    def call(self, x):
        """The outputs of the model in training."""
        if keras_internals.calls_training(self.model):
            return self.model(x, training=True)
        return self.model(x)

    def loss_of(self, x, y, outputs):
        """The compiled loss, or else one of the same gradient size."""
        import keras
        import tensorflow as tf

        if self.model.compiled and self.model.loss is not None:
            y = targets_like(self.model.loss, outputs) if y is None else y
            return self.model.compute_loss(x, y, outputs, None, training=True)
        floats = [
            tf.reduce_mean(tf.square(tf.cast(t, "float32")))
            for t in keras.tree.flatten(outputs)
        ]
        return tf.add_n(floats + list(self.model.losses))

    def tag(self) -> None:
        """Notes the layer of the operations made since the last time."""
        import tensorflow as tf

        graph = tf.compat.v1.get_default_graph()
        new = len(graph.get_operations()) - len(self.layers)
        self.layers += [self.running[-1] if self.running else ""] * new

    def enter(self, layer, args, kwargs):
        """A layer is called."""
        self.tag()
        self.running.append(getattr(layer, "path", None) or layer.name)

    def leave(self, layer, args, kwargs, outputs):
        """A layer returned."""
        self.tag()
        self.running.pop()

    def fail(self, layer):
        """A layer raised."""
        self.running.pop()

    def described(self, graph, fed: int) -> Step:
        """The graph, without TensorFlow."""
        operations = graph.get_operations()
        made = {t.name: t for o in operations for t in o.outputs}
        numbers = {name: number for number, name in enumerate(made)}
        inputs = {t.name for t in graph.inputs[:fed]}
        sizes = {
            name: nbytes(t) if name in inputs else output_bytes(t)
            for name, t in made.items()
        } | loop_sizes.list_bytes(graph)
        places = {o.name: i for i, o in enumerate(operations)}
        layers = self.layers + [""] * (len(operations) - len(self.layers))
        nodes = [
            Node(
                operation.type,
                tuple(numbers[t.name] for t in operation.inputs),
                tuple(numbers[t.name] for t in operation.outputs),
                layers[i],
                i >= self.boundary,
                workspace(operation),
                i,
                tuple(places[o.name] for o in operation.control_inputs),
            )
            for i, operation in enumerate(operations)
        ]
        return Step(
            tuple(nodes),
            {numbers[name]: size or 0 for name, size in sizes.items()},
            tuple(numbers[t.name] for t in graph.outputs),
            {numbers[n]: size for n, size in self.gradients.items()},
            tuple(numbers[name] for name in inputs),
            tuple(made[n].op.name for n, s in sizes.items() if s is None),
        )


def targets_like(loss, outputs):
    """Placeholders of targets that fit outputs, as the loss takes them."""
    import keras
    import tensorflow as tf

    sparse = "sparse" in str(loss).lower()

    def target(output):
        shape = output.shape[:-1] if sparse else output.shape
        dtype = "int32" if sparse else output.dtype
        return tf.compat.v1.placeholder(dtype, shape)

    return keras.tree.map_structure(target, outputs)


# What lies in memory before the step starts, or is not a number.
FREE = frozenset("Placeholder Const ReadVariableOp NoOp VarHandleOp".split())


def workspace(operation) -> int:
    """Bytes that a kernel needs while it runs (CPU, TensorFlow 2.21).

    The gradient of a convolution unfolds as many images as fit the cache
    (`conv_grad_filter_ops.cc`); that of max pooling pools again, with the
    place of each maximum (`maxpooling_op.cc`).
    """
    if operation.type == "MaxPoolGrad":
        pooled = operation.inputs[1]
        return (nbytes(pooled) or 0) + 8 * (pooled.shape.num_elements() or 0)
    if operation.type in CONVOLUTIONS:
        return unfolded(operation)
    return 0


def unfolded(operation) -> int:
    """Bytes of the images that the gradient of a convolution unfolds."""
    gradient = operation.inputs[2]
    weight = operation.outputs[0]
    if operation.type == "Conv2DBackpropInput":
        weight = operation.inputs[1]
    if None in (*gradient.shape, *weight.shape) or len(weight.shape) != 4:
        return 0
    pixels = math.prod(gradient.shape[1:3])
    patch = math.prod(weight.shape[:3])
    if patch == weight.shape[2]:
        return 0
    units = weight.shape[3]
    size = gradient.dtype.size
    work = pixels * patch + pixels * units + patch * units
    images = min(-(-CACHE // (size * work)), gradient.shape[0])
    return images * pixels * patch * size


CONVOLUTIONS = ("Conv2DBackpropFilter", "Conv2DBackpropInput")
# Bytes of the last level cache: that of a common server.
CACHE = 2**25


def output_bytes(tensor) -> int | None:
    """Bytes that an operation needs for an output; None where unknown."""
    if tensor.op.type in FREE or tensor.dtype.name == "resource":
        return 0
    return nbytes(tensor)


def nbytes(tensor) -> int | None:
    """Bytes of a tensor or weight; None where its shape is not known."""
    count = tensor.shape.num_elements()
    if count is None and tensor.dtype.name == "int32":
        return 0  # A shape, or axes.
    return None if count is None else count * tensor.dtype.size
