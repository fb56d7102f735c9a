"""What copying a `tf.data` pipeline needs of the insides of TensorFlow.

With `rebuilding` it has all private names; their tests fail when one changes.
"""

import types
from typing import Any

from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import sample


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
            f"the original would change it: {private.first_line(error)}.",
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


def shuffle(stage: Any, source: Any) -> Any:
    """Shuffles a dataset as `stage` shuffles its own, from its first epoch."""
    import tensorflow as tf
    from tensorflow.python.ops import gen_dataset_ops

    variant = gen_dataset_ops.shuffle_dataset_v3(
        source._variant_tensor,
        buffer_size=stage._buffer_size,
        seed=stage._seed,
        seed2=stage._seed2,
        seed_generator=gen_dataset_ops.dummy_seed_generator(),
        reshuffle_each_iteration=stage._reshuffle_each_iteration,
        **stage._flat_structure,
    )
    return tf.data.experimental.from_variant(variant, stage.element_spec)


def apply_map(stage: Any, source: Any, variables: list) -> Any:
    """Maps a dataset as `stage` maps its own, with copies of its variables.

    Args:
        stage: made by `Dataset.map`.
        source: a dataset with the elements that it is used to.
        variables: takes the copies; the caller keeps them while reading.

    Returns:
        The mapped dataset.
    """
    import tensorflow as tf
    from tensorflow.python.ops import gen_dataset_ops

    function = stage._map_func.function
    handles = {}
    for variable in function.graph.variables:
        variables.append(tf.Variable(variable, dtype=variable.dtype))
        handles[id(variable.handle)] = variables[-1].handle
    variant = gen_dataset_ops.map_dataset(
        source._variant_tensor,
        [handles.get(id(t), t) for t in function.captured_inputs],
        f=function,
        preserve_cardinality=True,
        **stage._flat_structure,
    )
    return tf.data.experimental.from_variant(variant, stage.element_spec)


def can_apply_map(stage: Any) -> bool:
    """Whether `apply_map` leaves nothing shared but tables that it reads."""
    import tensorflow as tf

    function = stage._map_func.function
    handles = {id(v.handle) for v in function.graph.variables}
    graph = function.graph.as_graph_def()
    nodes = [
        *graph.node,
        *(n for f in graph.library.function for n in f.node_def),
    ]
    tables = any("LookupTableFind" in node.op for node in nodes)
    return not any(
        word in node.op for word in UNSAFE for node in nodes
    ) and all(
        tables or id(t) in handles
        for t in function.captured_inputs
        if t.dtype == tf.resource
    )


# Operations in a function that uses a table, which may share a resource other
# than this table.
UNSAFE = (
    "Iterator",
    "LookupTableImport",
    "LookupTableInsert",
    "LookupTableRemove",
    "PyFunc",
    "Queue",
    "Summary",
)
