"""What can be seen while a `train_step` runs, or is traced."""

import contextlib
import functools
import threading
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_troubleshoot.debugging.instrument import activations
from keras_troubleshoot.debugging.instrument import keras_step
from keras_troubleshoot.debugging.instrument import settled
from keras_troubleshoot.debugging.instrument.layout import Layout
from keras_troubleshoot.facts import keras_internals

# Replicas run in threads of their own, and take turns.
RUNNING = threading.local()
# Stands for a gradient that must not be taken for that of the whole batch.
OF_ONE_REPLICA = object()


class Probe:
    """Gradients, loss and outputs of one `train_step`, as tensors.

    Attributes:
        model: whose step it is.
        loss: what the step minimizes, unscaled; None where it is not known.
        gradients: (gradient, scale) by the key of the variable; the
            gradient is None where the loss does not depend on it.
        outputs: the first that each watched layer returned, by its `id`.
        first: called once, right before an optimizer takes a step: only now
            are all weights sure to be there.
        kept: what parts keep from there to `after`, by their `id`.
        around: functions around each `apply` of an optimizer, called as
            `around(optimizer, apply, gradients, variables)`.
    """

    def __init__(self, model: Any, find_layout: Callable[[], Layout]):
        self.model = model
        self._find_layout, self._home = find_layout, place()
        self.loss: Any = None
        self.gradients: dict[int, tuple] = {}
        self.outputs: dict[int, Any] = {}
        self.first: list[Callable[[], None]] = []
        self.kept: dict[int, Any] = {}
        self.around: list[Callable] = []

    @contextlib.contextmanager
    def listening(self):
        """Listens within this context, on this thread."""
        before = getattr(RUNNING, "probe", None)
        RUNNING.probe = self
        try:
            yield
        finally:
            RUNNING.probe = before

    @property
    def layout(self) -> Layout:
        """The layers that are measured."""
        return self._find_layout()

    @property
    def at_home(self) -> bool:
        """Whether we are in the step itself, in no function or branch in it.

        What such a function captured of the step would stay in it.
        """
        return place() is self._home

    def reaches(self, value: Any) -> bool:
        """Whether it is a tensor of the step itself."""
        if isinstance(value, tf.IndexedSlices):
            value = value.values
        if not tf.is_tensor(value):
            return False
        if not tf.is_symbolic_tensor(value):
            return True
        return value.graph is self._home

    def factors(self, value: Any) -> list | None:
        """What a gradient is the product of; None where it stays unread."""
        if isinstance(value, tf.IndexedSlices):
            parts = settled.factors(value.values, self.model.jit_compile)
            return [value] if parts and len(parts) == 1 else None
        return settled.factors(value, self.model.jit_compile)

    def note_gradients(self, optimizer, gradients, variables) -> None:
        """Takes down what an optimizer was given."""
        scale = keras_step.scale(optimizer)
        # Where they are not equally many, Keras has a word for it.
        for gradient, variable in zip(gradients, variables, strict=False):
            if gradient is not None and replicas() > 1:
                gradient = OF_ONE_REPLICA  # Until they are summed.
            self.gradients[keras_step.key(variable)] = (gradient, scale)

    def note_reduced(self, pairs) -> None:
        """Takes down gradients that were summed over the replicas."""
        for gradient, variable in pairs:
            if self.reaches(gradient):
                known = self.gradients.get(keras_step.key(variable))
                if known is not None:
                    self.gradients[keras_step.key(variable)] = (gradient, 1.0)


def place() -> Any:
    """The graph where we are; None where operations run at once."""
    if tf.executing_eagerly():
        return None
    return tf.compat.v1.get_default_graph()


class Taps:
    """Lends a model methods that tell the probe of the running thread.

    They are lent only while Python runs the step: after that, the graph has
    what it needs, and the objects are as they were.
    """

    def __init__(self, model: Any):
        self.model = model
        self._lock, self._users = threading.Lock(), 0
        self._lent = contextlib.ExitStack()

    @contextlib.contextmanager
    def open(self):
        """Lends them; several threads may be inside."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._lend()
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._lent.close()

    def _lend(self):
        lend = self._lent.enter_context
        for optimizer in keras_step.optimizers(self.model):
            names = {
                "apply": applying(optimizer),
                "scale_loss": scaling(optimizer),
            }
            lend(keras_step.lent(optimizer, names))
            lend(keras_step.reducing(optimizer, reducing))
        computed = {"compute_loss": computing(self.model)}
        lend(keras_step.lent(self.model, computed))
        for layer in keras_internals.all_layers(self.model):
            if activations.kind(layer):
                call = {"call": calling(layer)}
                lend(keras_step.lent(layer, call))


def probe() -> Probe | None:
    """The probe that listens on this thread."""
    return getattr(RUNNING, "probe", None)


def applying(optimizer: Any) -> Callable:
    """`optimizer.apply`, seen by the probe."""
    original = optimizer.apply

    @functools.wraps(original)
    def apply(grads, trainable_variables=None):
        watching = probe()
        grads = list(grads)
        if watching is None or not grads or not watching.at_home:
            return original(grads, trainable_variables)
        variables = keras_step.trained(optimizer, trainable_variables)
        keras_step.build(optimizer, variables)
        while watching.first:
            watching.first.pop(0)()
        watching.note_gradients(optimizer, grads, variables)
        call = original
        for around in watching.around:
            call = functools.partial(around, optimizer, call)
        return call(grads, trainable_variables)

    return apply


def scaling(optimizer: Any) -> Callable:
    """`optimizer.scale_loss`, seen by the probe."""
    original = optimizer.scale_loss

    @functools.wraps(original)
    def scale_loss(loss):
        watching = probe()
        if watching is not None:
            watching.loss = keras_step.unscaled(loss)
        return original(loss)

    return scale_loss


def computing(model: Any) -> Callable:
    """`model.compute_loss`, seen by the probe; `scale_loss` knows better."""
    original = model.compute_loss

    @functools.wraps(original)
    def compute_loss(*args, **kwargs):
        loss = original(*args, **kwargs)
        watching = probe()
        if watching is not None and loss is not None:
            watching.loss = keras_step.unscaled(loss)
        return loss

    return compute_loss


def calling(layer: Any) -> Callable:
    """`layer.call`, whose first output the probe sees."""
    original = layer.call

    @functools.wraps(original)
    def call(*args, **kwargs):
        outputs = original(*args, **kwargs)
        watching = probe()
        if watching is not None:
            watching.outputs.setdefault(id(layer), outputs)
        return outputs

    return call


def reducing(original: Callable) -> Callable:
    """The sum of gradients over replicas, seen by the probe."""

    @functools.wraps(original)
    def reduce(grads_and_vars):
        pairs = original(grads_and_vars)
        watching = probe()
        if watching is not None and replicas() > 1:
            watching.note_reduced(pairs)
        return pairs

    return reduce


def replicas() -> int:
    """How many replicas there are where we are."""
    return tf.distribute.get_strategy().num_replicas_in_sync
