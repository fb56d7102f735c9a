"""What a helper must leave as it is: the model, and all that is random."""

import contextlib

from keras.src.backend.common import global_state
from keras.src.random import seed_generator

from tests.debugging import unchanged


def state(model):
    """The state of a model and of the generators around it; advances none."""
    own = global_state.get_global_attribute(
        seed_generator.GLOBAL_SEED_GENERATOR
    )
    layers = list(model._flatten_layers())
    found = {
        "keras": None if own is None else own.state.numpy().tolist(),
        "names": dict(global_state.get_global_attribute("object_name_uids")),
        "trainable": [v.trainable for v in model.weights],
        "built": [layer.built for layer in layers],
        "losses": [id(v) for layer in layers for v in layer._losses],
        "predict": id(model.predict_function),
    }
    if model.compiled:
        found |= unchanged.state(model)
    return found | {"variables": [v.numpy() for v in model.variables]}


@contextlib.contextmanager
def asserted(model):
    """Raises unless a model is the same afterwards, bit for bit."""
    before = state(model)
    yield
    unchanged.assert_same(before, state(model))
