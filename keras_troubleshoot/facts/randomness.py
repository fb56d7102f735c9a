"""Keeps everything random, and what code can change, as it was."""

import contextlib
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import reachable
from keras_troubleshoot.facts import snapshots

Restore = Callable[[], None]


@contextlib.contextmanager
def preserved(*roots: Any):
    """Puts back, bit for bit, everything random, and the state of `roots`.

    Kept are the global generators of Python, NumPy, TensorFlow and Keras,
    and of the objects that `roots` reach: every random generator, the
    contents of lists, dictionaries, arrays and closures, the attributes of
    the user's objects, the position of open files. Iterators are lent as
    copies. See `reachable.walk` for how far that goes.

    Inside, unseeded operations of TensorFlow draw from other seeds than the
    user's. A `tf.function` that is traced for the first time inside keeps
    them; `private.untraced` avoids that.

    Args:
        *roots: functions, generators or objects whose code will run.

    Yields:
        Nothing.

    Example:
        >>> import random
        >>> random.seed(1)
        >>> with preserved():
        ...     looked = random.random()
        >>> random.random() == looked
        True
    """
    budget = snapshots.Budget()
    with contextlib.ExitStack() as stack:
        stack.callback(budget.unlock)
        for keep in GLOBALS:
            restore = keep()
            if restore is not None:
                stack.callback(restore)
        # All is found before anything is kept: keeping lends copies.
        for value in list(reachable.walk(roots)):
            restore = keep_generator(value) or snapshots.keep(value, budget)
            if restore is not None:
                stack.callback(restore)
        yield


def keep_generator(value: Any) -> Restore | None:
    """Keeps the state of a random generator.

    Args:
        value: any object.

    Returns:
        A function that puts the state back; None if it is no generator.
    """
    if isinstance(value, np.random.Generator):
        state = value.bit_generator.state
        return lambda: setattr(value.bit_generator, "state", state)
    if isinstance(value, np.random.BitGenerator):
        state = value.state
        return lambda: setattr(value, "state", state)
    if isinstance(value, np.random.RandomState):
        state = value.get_state(legacy=False)
        return lambda: value.set_state(state)
    if isinstance(value, random.SystemRandom):
        return None
    if isinstance(value, random.Random):
        state = value.getstate()
        return lambda: value.setstate(state)
    return keep_variables(value)


def keep_variables(value: Any) -> Restore | None:
    """Keeps what TensorFlow and Keras hold in variables: seeds, counters.

    Args:
        value: any object. Of a layer, the seeds of all layers in it.

    Returns:
        A function that puts them back; None if there are none.
    """
    keras, tf = private.keras(), private.tensorflow()
    variables = []
    if keras is not None and isinstance(value, keras.random.SeedGenerator):
        variables = [value.state]
    elif keras is not None and isinstance(value, keras.Layer):
        variables = [v for v in value.variables if is_seed(v)]
    elif tf is not None and isinstance(value, tf.random.Generator):
        variables = [value.state]
    elif tf is not None and isinstance(value, tf.Variable):
        variables = [value] if value.shape.num_elements() == 1 else []
    if not variables:
        return None
    states = [np.array(v.numpy()) for v in variables]

    def restore():
        for variable, state in zip(variables, states, strict=True):
            variable.assign(state)

    return restore


def is_seed(variable: Any) -> bool:
    """Whether a variable of a layer belongs to a seed generator."""
    return getattr(variable, "name", "") == "seed_generator_state"


def keep_python() -> Restore:
    """Keeps the global state of `random`."""
    state = random.getstate()
    return lambda: random.setstate(state)


def keep_numpy() -> Restore:
    """Keeps the global state of `np.random`."""
    state = np.random.get_state(legacy=False)
    return lambda: np.random.set_state(state)


def keep_tensorflow() -> Restore | None:
    """Keeps the global state of TensorFlow, if it is loaded."""
    if private.tensorflow() is None:
        return None
    restores = private.keep_eager_seeds(), private.keep_global_generator()

    def restore():
        for each in restores:
            each()

    return restore


def keep_keras() -> Restore | None:
    """Keeps the global state of Keras, if it is loaded."""
    return None if private.keras() is None else private.keep_keras_globals()


GLOBALS = (keep_python, keep_numpy, keep_tensorflow, keep_keras)
