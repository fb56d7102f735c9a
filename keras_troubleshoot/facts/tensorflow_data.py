"""A sample of a `tf.data.Dataset`, read from a copy of its pipeline.

Reading from the dataset itself would advance the seeds of its `shuffle`, the
variables that its `map` uses and its caches: training would see another order
of the data than without the look. The copy has its own; its first epoch is
that of the original.
"""

import gc
from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.facts import batches
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.facts import sample
from keras_troubleshoot.facts import streams

# Bytes in memory beyond which a pipeline is not copied: the copy takes about
# three times as much, and fails at 2 GB (the limit of a protocol buffer).
LARGEST_COPY = 2**30

# Stages without a state of their own: reading from them changes nothing.
STATELESS = frozenset(
    (
        "_BatchDataset",
        "_ConcatenateDataset",
        "_OptionsDataset",
        "_ParallelBatchDataset",
        "_PrefetchDataset",
        "_RangeDataset",
        "_RepeatDataset",
        "_SkipDataset",
        "_TakeDataset",
        "_TensorDataset",
        "_TensorSliceDataset",
        "_ZipDataset",
    )
)

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
    copy, roots = clone(dataset)
    gathering = batches.Gathering(limits)
    with randomness.preserved(*roots), private.untraced():
        iterator = iter(copy)
        try:
            ended = streams.gather(iterator, gathering)
        finally:
            # Its threads must have ended before the seeds are put back.
            del iterator
            gc.collect()
    cardinality = int(dataset.cardinality())
    rows = gathering.rows if ended else None
    if not ended and cardinality >= 0:
        rows = cardinality * gathering.full_size
    return gathering.sample("tf.data.Dataset", rows=rows)


def clone(dataset: Any) -> tuple[Any, list]:
    """Copies a pipeline with seeds, caches and variables of its own.

    Args:
        dataset: a `tf.data.Dataset`.

    Returns:
        The copy, and the user's Python functions that it calls.

    Raises:
        sample.UnreadableData: it cannot be copied.
    """
    stages = private.pipeline(dataset)
    size = sum(map(private.memory_bytes, stages))
    if size > LARGEST_COPY:
        if all(type(stage).__name__ in STATELESS for stage in stages):
            return dataset, []
        raise sample.unreadable(
            f"`x` is a tf.data.Dataset with {size / 2**30:.1f} GB of arrays "
            "in memory, too much to be copied, and looking at the original "
            "would change the order of its batches.",
            "pass the arrays themselves, or a dataset of a part of them",
        )
    graph = private.serialize_dataset(dataset)
    roots = [root for node in nodes(graph) for root in python_code(node)]
    for node in graph.node:
        renew(node)
    strip_stores(graph.node, "")
    for function in graph.library.function:
        strip_stores(function.node_def, ":output:0", function.ret)
    return private.build_dataset(graph, dataset.element_spec), roots


def nodes(graph: Any) -> Iterator[Any]:
    """All operations of a graph and of its functions."""
    yield from graph.node
    for function in graph.library.function:
        yield from function.node_def


def python_code(node: Any) -> list:
    """The user's Python functions that an operation calls."""
    if "PyFunc" not in node.op:
        return []
    return private.python_function(node.attr["token"].s)


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
