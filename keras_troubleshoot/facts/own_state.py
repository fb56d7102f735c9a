"""What a user's layers hold besides weights, put back after a look.

A model may count its calls, remember what it has seen, or draw from random
generators of its own. Keras knows nothing of these, so that running it in a
`StatelessScope` does not keep them.
"""

import contextlib
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import ownership
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.facts import reachable
from keras_troubleshoot.facts import snapshots

# Numbers of a `tf.Variable` that are copied at most (heuristic: 64 MB).
MOST_NUMBERS = 2**24


@contextlib.contextmanager
def preserved(model: Any):
    """Puts back everything random, and what the user's layers hold.

    Of layers and models of the user's own classes, and of the loss: plain
    attributes, lists, dictionaries, arrays, variables of TensorFlow, random
    generators, and the user's objects that these refer to. What was not
    built before is left as it comes to be.

    Args:
        model: a Keras model.

    Yields:
        Nothing.
    """
    layers = [
        layer
        for layer in keras_internals.all_layers(model)
        if layer.built and not ownership.is_foreign(type(layer))
    ]
    values = [value for layer in layers for value in vars(layer).values()]
    roots = [*values, getattr(model, "loss", None)]
    with contextlib.ExitStack() as stack:
        stack.enter_context(randomness.preserved(*roots))
        for layer in layers:
            stack.callback(keep_plain(layer))
        for value in reachable.walk(roots):
            restore = keep_container(value) or keep_variable(value)
            if restore is not None:
                stack.callback(restore)
        yield


def keep_plain(layer: Any) -> snapshots.Restore:
    """Keeps the attributes of a layer that nothing can be changed in."""
    saved = {
        name: value
        for name, value in vars(layer).items()
        if reachable.is_constant(value)
    }
    return lambda: vars(layer).update(saved)


def keep_container(value: Any) -> snapshots.Restore | None:
    """Keeps a list, set or dictionary that Keras wraps as an attribute."""
    if not keras_internals.is_tracked_container(value):
        return None
    return snapshots.keep_container(value)


def keep_variable(value: Any) -> snapshots.Restore | None:
    """Keeps a variable of TensorFlow that Keras knows nothing of."""
    tf = private.tensorflow()
    if tf is None or not isinstance(value, tf.Variable):
        return None
    if (value.shape.num_elements() or MOST_NUMBERS) >= MOST_NUMBERS:
        return None
    saved = np.array(value.numpy())

    def restore():
        if not np.array_equal(value.numpy(), saved):
            value.assign(saved)

    return restore
