"""What reading data needs of the insides of TensorFlow and Keras.

Neither library has a public way to read the state of its random generators
without advancing them. What is reached through private names is here (and for
`tf.data` in `dataset_internals`); the tests fail when one of them changes.

TensorFlow and Keras are never imported from here before the user did: what is
not loaded has no state to keep.
"""

import contextlib
import inspect
import random
import sys
from collections.abc import Callable
from typing import Any

# Any seed does; it must be one that no user chose, because TensorFlow keeps
# the state of an operation per seed, and would go on counting in the user's.
LOOKING_SEED = 1717986918
# Characters of what is told of an error.
LONGEST = 300


def tensorflow() -> Any:
    """The module, or None if the user's program has not loaded it."""
    module = sys.modules.get("tensorflow")
    # While it is being imported, it is there but empty.
    return module if hasattr(module, "Variable") else None


def keras() -> Any:
    """The module, or None if the user's program has not loaded it."""
    module = sys.modules.get("keras")
    return module if hasattr(module, "random") else None


def keep_eager_seeds() -> Callable[[], None]:
    """Lends TensorFlow other seeds for unseeded operations.

    Returns:
        A function that puts the user's own seeds back, as far advanced as
        they were.
    """
    from tensorflow.python.eager import context

    owner = context.context()
    kept = {k: vars(owner)[k] for k in ("_seed", "_rng") if k in vars(owner)}
    owner._seed = LOOKING_SEED
    owner._rng = random.Random(LOOKING_SEED)

    def restore():
        vars(owner).pop("_rng", None)
        vars(owner).update(kept)

    return restore


def keep_global_generator() -> Callable[[], None]:
    """Keeps `tf.random.get_global_generator()` without creating it."""
    from tensorflow.python.ops import stateful_random_ops

    generator = stateful_random_ops.global_generator
    state = None if generator is None else generator.state.numpy()

    def restore():
        stateful_random_ops.global_generator = generator
        if generator is not None:
            generator.state.assign(state)

    return restore


def keep_keras_globals() -> Callable[[], None]:
    """Keeps Keras's global seeds and its counters of names."""
    from keras.src.backend.common import global_state
    from keras.src.random import seed_generator

    seeds = seed_generator.GLOBAL_SEED_GENERATOR
    generator = global_state.get_global_attribute(seeds)
    state = None if generator is None else generator.state.numpy()
    names = global_state.get_global_attribute("object_name_uids")
    counts = None if names is None else dict(names)

    def restore():
        global_state.set_global_attribute(seeds, generator)
        if generator is not None:
            generator.state.assign(state)
        global_state.set_global_attribute("object_name_uids", names)
        if names is not None:
            names.clear()
            names.update(counts)

    return restore


@contextlib.contextmanager
def untraced():
    """Runs the user's `tf.function`s as plain Python.

    A traced function holds the state of its random operations where nobody
    can read it. Run eagerly, neither that state nor its traces change.
    """
    tf = tensorflow()
    if tf is None:
        yield
        return
    eager = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(eager)


def first_line(error: BaseException) -> str:
    """What an error says, without the stack that TensorFlow appends."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    line = lines[0].rstrip(".")
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()} ..."


def clear_session() -> None:
    """Forgets the models of before; unlike Keras' own, no setting.

    `keras.utils.clear_session` also puts the global dtype policy and other
    settings of the user back to their defaults.
    """
    import keras
    from keras.src.backend.common import global_state

    settings = global_state.GLOBAL_SETTINGS_TRACKER
    policy = global_state.get_global_attribute("dtype_policy")
    keras.utils.clear_session()
    global_state.GLOBAL_SETTINGS_TRACKER = settings
    global_state.set_global_attribute("dtype_policy", policy)


@contextlib.contextmanager
def all_reduces_forgotten():
    """Drops what TensorFlow keeps for good of the steps that are traced here.

    An optimizer sums its gradients over replicas by a function that has a
    gradient of its own. It is registered when the step is traced, and holds
    the whole graph of it. Nobody differentiates that step again: it has been
    applied.
    """
    from tensorflow.python.framework import ops

    registry = ops.gradient_registry._registry
    before = set(registry)
    try:
        yield
    finally:
        for name in registry.keys() - before:
            if is_of_all_reduce(registry[name]):
                del registry[name]


def is_of_all_reduce(entry: dict[str, Any]) -> bool:
    """Whether a registered gradient is that of a sum over replicas.

    Gradients of the user's own may be anything: none at all, or functions
    that hold themselves.
    """
    waiting, seen = [entry["type"]], set()
    while waiting:
        function = waiting.pop()
        if not inspect.isfunction(function) or function in seen:
            continue
        seen.add(function)
        if "ReplicaContextBase.all_reduce" in function.__qualname__:
            return True
        for cell in function.__closure__ or ():
            with contextlib.suppress(ValueError):  # It is not filled yet.
                waiting.append(cell.cell_contents)
    return False
