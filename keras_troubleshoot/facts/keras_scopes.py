"""Contexts in which a Keras model is watched, and nothing of it changed.

They too touch what Keras does not promise to keep, and have tests that fail
loudly when it changes.
"""

import contextlib
import threading

from keras_troubleshoot.facts import keras_internals


@contextlib.contextmanager
def stateless(model):
    """Keeps what layers write into variables, and throws it away.

    Inside, `model.losses` holds what the layers add to the loss.
    """
    import keras

    layers = keras_internals.all_layers(model)
    kept = [(x, list(x._losses), set(x._loss_ids)) for x in layers]
    scope = keras.StatelessScope(collect_losses=True)
    try:
        with scope:
            for weight in model.trainable_variables:
                # Keras asks nothing but the scope for what it penalizes.
                if weight.regularizer is not None:
                    scope.add_update((weight, weight.value))
            yield
    finally:
        for layer, losses, ids in kept:
            layer._losses.clear()
            layer._losses.extend(losses)
            layer._loss_ids.clear()
            layer._loss_ids.update(ids)


_PATCH = threading.RLock()


@contextlib.contextmanager
def watched_calls(before=None, after=None, failed=None):
    """Calls back around each `Layer.__call__` of this thread.

    Args:
        before: `before(layer, args, kwargs)`.
        after: `after(layer, args, kwargs, outputs)` may return other
            outputs to pass on, or None to leave them.
        failed: `failed(layer)`, when the call raised.
    """
    import keras

    cls, thread = keras.layers.Layer, threading.get_ident()
    original = cls.__call__

    def call(self, *args, **kwargs):
        if threading.get_ident() != thread:
            return original(self, *args, **kwargs)
        if before is not None:
            before(self, args, kwargs)
        try:
            outputs = original(self, *args, **kwargs)
        except BaseException:
            if failed is not None:
                failed(self)
            raise
        if after is not None:
            changed = after(self, args, kwargs, outputs)
            outputs = outputs if changed is None else changed
        return outputs

    with _PATCH:
        cls.__call__ = call
        try:
            yield
        finally:
            cls.__call__ = original


@contextlib.contextmanager
def watched_operations(callback):
    """Calls `callback(type, inputs, outputs)` after each TensorFlow op."""
    from tensorflow.python.framework import op_callbacks

    def forward(op_type, inputs, attrs, outputs, op_name=None, graph=None):
        callback(op_type, inputs, outputs)

    op_callbacks.add_op_callback(forward)
    try:
        yield
    finally:
        op_callbacks.remove_op_callback(forward)


@contextlib.contextmanager
def swapped_optimizers(model, stand_in):
    """Puts others in place of a model's optimizers, past all tracking.

    Args:
        model: with one optimizer, or several as attributes.
        stand_in: makes the other one of each.
    """
    import keras

    own = {
        name: value
        for name, value in vars(model).items()
        if isinstance(value, keras.optimizers.Optimizer)
    }
    vars(model).update({name: stand_in(x) for name, x in own.items()})
    try:
        yield
    finally:
        vars(model).update(own)


@contextlib.contextmanager
def spare_compiled(model):
    """Puts copies of compiled losses and metrics that are not built in place.

    A `train_step` would build them, and add metrics to the model.
    """
    losses, metrics = model._compile_loss, model._compile_metrics
    copies = {}
    if losses is not None and not losses.built:
        copies["_compile_loss"] = type(losses)(
            losses._user_loss,
            losses._user_loss_weights,
            output_names=losses.output_names,
        )
    if metrics is not None and not metrics.built:
        copies["_compile_metrics"] = type(metrics)(
            metrics._user_metrics, metrics._user_weighted_metrics
        )
    own = {name: vars(model)[name] for name in copies}
    vars(model).update(copies)
    try:
        yield
    finally:
        vars(model).update(own)


@contextlib.contextmanager
def uncompiled(model):
    """Lets Keras copy models without what they were compiled with.

    It would serialize losses and metrics, which the user's own functions
    cannot be.
    """
    import keras

    inner = [
        layer
        for layer in keras_internals.all_layers(model)
        if isinstance(layer, keras.Model)
    ]
    own = [(found, vars(found).get("compiled")) for found in inner]
    try:
        for found, _ in own:
            vars(found)["compiled"] = False
        yield
    finally:
        for found, value in own:
            vars(found)["compiled"] = value
