"""What reading data needs of the insides of TensorFlow and Keras.

Neither library has a public way to read the state of its random generators
without advancing them, nor to copy a `tf.data` pipeline. All that is reached
through private names is here, and `private_test.py` fails when one of them
changes. TensorFlow and Keras are never imported from here before the user
did: what is not loaded has no state to keep.
"""

import contextlib
import random
import sys
import types
from collections.abc import Callable
from typing import Any

from keras_troubleshoot.facts import sample

# Any seed does; it must be one that no user chose, because TensorFlow keeps
# the state of an operation per seed, and would go on counting in the user's.
LOOKING_SEED = 1717986918


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


def serialize_dataset(dataset: Any) -> Any:
    """The graph of a `tf.data` pipeline, with copies of its variables.

    Args:
        dataset: a `tf.data.Dataset`.

    Returns:
        A `GraphDef`. TensorFlow puts a new variable or table, with the same
        value, in the place of each that the pipeline uses.

    Raises:
        sample.UnreadableData: where TensorFlow cannot write the graph.
    """
    import tensorflow as tf
    from google.protobuf import message
    from tensorflow.python.data.ops import options

    try:
        text = dataset._as_serialized_graph(
            external_state_policy=options.ExternalStatePolicy.IGNORE
        )
        return tf.compat.v1.GraphDef.FromString(text.numpy())
    except (tf.errors.OpError, message.DecodeError, ValueError) as error:
        raise sample.unreadable(
            "`x` is a tf.data.Dataset that cannot be copied, and looking at "
            f"the original would change it: {first_line(error)}.",
            "pass arrays, or a part of the data in a simpler pipeline",
        ) from error


def build_dataset(graph: Any, element_spec: Any) -> Any:
    """A `tf.data.Dataset` from its graph."""
    import tensorflow as tf
    from tensorflow.python.ops import gen_experimental_dataset_ops

    variant = gen_experimental_dataset_ops.dataset_from_graph(
        graph.SerializeToString()
    )
    return tf.data.experimental.from_variant(variant, element_spec)


def pipeline(dataset: Any) -> list:
    """A `tf.data.Dataset` and all datasets that it is made of."""
    found, waiting = [], [dataset]
    while waiting:
        stage = waiting.pop()
        found.append(stage)
        waiting.extend(stage._inputs())
    return found


def memory_bytes(stage: Any) -> int:
    """Bytes of the tensors that one stage of a pipeline holds itself."""
    tensors = getattr(stage, "_tensors", None) or ()
    return sum(
        t.dtype.size * (t.shape.num_elements() or 0)
        for t in tensors
        if hasattr(t, "shape")
    )


def python_function(token: bytes) -> list:
    """The user's code behind a `tf.py_function` or a `from_generator`.

    Args:
        token: by which the operation names its function.

    Returns:
        The functions, among them the one that makes a generator.
    """
    from tensorflow.python.ops import script_ops

    found, waiting = [], [script_ops._py_funcs.get(token.decode())]
    while waiting:
        value = waiting.pop()
        # TensorFlow wraps the user's function in a few of its own.
        value = getattr(value, "_func", value)
        if type(value).__name__ == "_GeneratorState":
            found.append(value._generator)
        elif callable(value) and value not in found:
            found.append(value)
            waiting += closure_of(value)
    return found


def closure_of(function: Any) -> list:
    """What the closure of a function, or the object of a method, holds."""
    cells = getattr(function, "__closure__", None) or ()
    bound = [c.cell_contents for c in cells if c != types.CellType()]
    return [*bound, getattr(function, "__self__", None)]


def first_line(error: BaseException) -> str:
    """What an error says, without the stack that TensorFlow appends."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".")
