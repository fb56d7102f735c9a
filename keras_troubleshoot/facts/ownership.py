"""Whose code it is: the user's, or that of a library."""

import sys
from typing import Any

from keras_troubleshoot.facts import private

# Code of these packages is not the user's; their random state is kept by
# `randomness`.
FOREIGN = frozenset(
    "absl builtins google h5py jax jaxlib keras keras_troubleshoot matplotlib "
    "numpy optree pandas PIL pytest _pytest scipy sklearn tensorflow torch "
    "tree".split()
).union(sys.stdlib_module_names)


def is_foreign(value: Any) -> bool:
    """Whether a class or function was defined in a library."""
    module = str(getattr(value, "__module__", None))
    return module.partition(".")[0] in FOREIGN


def is_user_object(value: Any) -> bool:
    """Whether its attributes belong to the user's code, not to a library.

    A dataset of Keras's own (an image iterator) counts as the user's, a
    layer or a model never does.
    """
    keras = private.keras()
    if keras is not None:
        if isinstance(value, keras.utils.PyDataset):
            return True
        if isinstance(value, (keras.Layer, keras.Variable)):
            return False
    return not is_foreign(type(value))
