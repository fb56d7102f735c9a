"""A sample of a `tf.data.Dataset`, read from a copy of its pipeline.

Reading from the dataset itself would advance the seeds of its `shuffle`, the
variables that its `map` uses and its caches: training would see another order
of the data than without the look. The copy has its own; its first epoch is
that of the original.
"""

import contextlib
import gc
from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.facts import batches
from keras_troubleshoot.facts import dataset_internals
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.facts import rebuilding
from keras_troubleshoot.facts import sample
from keras_troubleshoot.facts import streams

# Bytes of arrays in memory beyond which the stages are copied one by one, if
# they are all known, instead of the whole with its arrays (about 0.2 s).
CHEAP_COPY = 2**23

# Bytes beyond which a pipeline of unknown stages is not copied: this size
# takes about 10 s, and 2 GB (the limit of a protocol buffer) cannot be.
LARGEST_COPY = 2**28

# What the state that two iterators of a dataset share is replaced by.
FRESH = {
    "SeedGenerator": "DummySeedGenerator",
    "MemoryCache": "DummyMemoryCache",
}

# Stages that write files or memory which training would read.
STORING = (
    "CacheDataset",
    "CacheDatasetV2",
    "SaveDataset",
    "SaveDatasetV2",
    "SnapshotDataset",
    "SnapshotDatasetV2",
)


def read_dataset(dataset: Any, limits: batches.Limits) -> sample.Sample:
    """Reads the first batches of a dataset and leaves it as it was.

    Args:
        dataset: a batched `tf.data.Dataset`.
        limits: how much to read.

    Returns:
        The batches, in the order of the first epoch.

    Raises:
        sample.UnreadableData: it cannot be copied, or is not batched.
    """
    gathering = batches.Gathering(limits)
    with copied(dataset) as copy:
        ended = streams.gather(iter(copy), gathering)
    cardinality = int(dataset.cardinality())
    rows = gathering.rows if ended else None
    if not ended and cardinality >= 0:
        rows = cardinality * gathering.full_size
    return gathering.sample("tf.data.Dataset", rows=rows)


@contextlib.contextmanager
def copied(dataset: Any) -> Iterator[Any]:
    """Lends a copy of a dataset, of which the first epoch is the same.

    Inside, all that is random is the copy's own; iterators of it must not
    be kept.

    Raises:
        sample.UnreadableData: it cannot be copied.
    """
    size = memory(dataset)
    # Held here: a pipeline does not hold the variables that it uses.
    variables: list = []
    copy, roots = None, []
    if size > CHEAP_COPY:
        copy = rebuilding.rebuild(dataset, variables)
    if copy is None:
        copy, roots = clone(dataset, size)
    with randomness.preserved(*roots), private.untraced():
        try:
            yield copy
        finally:
            # Its threads must have ended before the seeds are put back.
            gc.collect()


def memory(dataset: Any) -> int:
    """Bytes of the arrays that a pipeline holds in memory."""
    stages = dataset_internals.pipeline(dataset)
    return sum(map(dataset_internals.memory_bytes, stages))


def clone(dataset: Any, size: int = 0) -> tuple[Any, list]:
    """Copies a pipeline with seeds, caches and variables of its own.

    Args:
        dataset: a `tf.data.Dataset`.
        size: bytes of its arrays.

    Returns:
        The copy, and the user's Python functions that it calls.

    Raises:
        sample.UnreadableData: it cannot be copied.
    """
    if size > LARGEST_COPY:
        raise sample.unreadable(
            f"`x` is a tf.data.Dataset with {size / 2**20:.0f} MB of arrays "
            "in memory, too much to be copied, and looking at the original "
            "would change the order of its batches.",
            "pass the arrays themselves, or a dataset of a part of them",
        )
    graph = dataset_internals.serialize_dataset(dataset)
    roots = [root for node in nodes(graph) for root in python_code(node)]
    for node in graph.node:
        renew(node)
    strip_stores(graph.node, "")
    for function in graph.library.function:
        strip_stores(function.node_def, ":output:0", function.ret)
    return dataset_internals.build_dataset(graph, dataset.element_spec), roots


def nodes(graph: Any) -> Iterator[Any]:
    """All operations of a graph and of its functions."""
    yield from graph.node
    for function in graph.library.function:
        yield from function.node_def


def python_code(node: Any) -> list:
    """The user's Python functions that an operation calls."""
    if "PyFunc" not in node.op:
        return []
    return dataset_internals.python_function(node.attr["token"].s)


def renew(node: Any) -> None:
    """Gives a node of the copy fresh state in place of the original's.

    Args:
        node: an operation of the graph, changed in place.

    Raises:
        sample.UnreadableData: the state cannot be made anew.
    """
    handles = node.attr["value"].tensor.resource_handle_val
    if node.op != "Const" or not handles:
        return
    kind = handles[0].maybe_type_name
    for name, operation in FRESH.items():
        if name in kind:
            node.op = operation
            node.attr.clear()
            return
    raise sample.unreadable(
        "`x` is a tf.data.Dataset that reads from a resource which cannot "
        f"be copied ({kind}), such as an iterator of another dataset.",
        "combine the datasets with `tf.data.Dataset.zip`",
    )


def strip_stores(operations: Any, output: str, returned: Any = None) -> None:
    """Makes stages that keep what passes through let it through only.

    Args:
        operations: of a graph or of one function, changed in place.
        output: how the result of an identity is referred to there.
        returned: the results of the function by name.
    """
    import tensorflow as tf

    stripped = {n.name for n in operations if n.op in STORING}
    if not stripped:
        return

    def renamed(reference: str) -> str:
        name = reference.partition(":")[0]
        return name + output if name in stripped else reference

    for node in operations:
        inputs = [renamed(reference) for reference in node.input]
        if node.name in stripped:
            node.op, inputs = "Identity", inputs[:1]
            node.attr.clear()
            node.attr["T"].type = tf.variant.as_datatype_enum
        del node.input[:]
        node.input.extend(inputs)
    for key in returned or ():
        returned[key] = renamed(returned[key])
