"""Bytes of the lists that loops of a graph fill, such as recurrent layers do.

A `tf.while_loop` keeps what its backward pass reads in lists, one element for
each iteration; in the graph such a list is one tensor without a shape.
"""

import math

# What an iteration reads from elsewhere, and adds to a list without a copy.
ELSEWHERE = ("ReadVariableOp", "TensorListGetItem", "Const")
LOOPS = ("While", "StatelessWhile")


def list_bytes(graph) -> dict[str, int | None]:
    """By the name of a list tensor its bytes; None where they are unknown.

    Args:
        graph: a `tf.Graph`.
    """
    operations = graph.get_operations()
    found = {
        tensor.name: list_made(operation)
        for operation in operations
        for tensor in operation.outputs
        if tensor.dtype.name == "variant"
    }
    loops = [o for o in operations if o.type in LOOPS]
    if not loops:
        return found
    functions = {
        f.signature.name: f for f in graph.as_graph_def().library.function
    }
    for loop in loops:
        body = functions.get(loop.get_attr("body").name)
        for i, tensor in enumerate(loop.outputs):
            if tensor.dtype.name == "variant":
                found[tensor.name] = filled(loop, i, body)
    return found


def list_made(operation) -> int | None:
    """Bytes of a list that no loop has filled yet."""
    known = ("EmptyTensorList", "TensorListReserve", "TensorListFromTensor")
    return (
        0
        if operation.type in known + ("ZerosLike", "AddN", "Identity")
        else None
    )


def filled(loop, position: int, body) -> int | None:
    """Bytes of a list that a loop returns."""
    source = loop.inputs[position].op
    if source.type in LOOPS or source.type == "TensorListFromTensor":
        return 0
    if source.type == "EmptyTensorList":
        if body is None or pushed_from_elsewhere(body, position):
            return 0
        return times(iterations(loop), element(source, 0))
    if source.type == "TensorListReserve":
        return times(length(source), element(source, 0))
    if source.type == "ZerosLike":
        made = source.inputs[0].op
        if made.type in LOOPS:
            return filled(made, source.inputs[0].value_index, body)
    return None


def times(count: int | None, size: int | None) -> int | None:
    """A product of what may not be known."""
    return None if count is None or size is None else count * size


def element(source, position: int) -> int | None:
    """Bytes of an element, by the declared shape."""
    import tensorflow as tf

    shape = tf.get_static_value(source.inputs[position])
    if shape is None or (shape < 0).any():
        return None
    kind = source.get_attr("element_dtype")
    return math.prod(int(n) for n in shape.ravel()) * kind.size


def length(source) -> int | None:
    """Elements of a list that was reserved or made of a tensor."""
    import tensorflow as tf

    if source.type == "TensorListFromTensor":
        return source.inputs[0].shape[0]
    if source.type != "TensorListReserve":
        return None
    count = tf.get_static_value(source.inputs[1])
    return None if count is None else int(count)


def iterations(loop) -> int | None:
    """How often a loop runs: as often as the lists that it reads are long."""
    known = [length(tensor.op) for tensor in loop.inputs]
    return max((n for n in known if n is not None), default=None)


def pushed_from_elsewhere(body, position: int) -> bool:
    """Whether a loop adds to a list what lies in memory anyway."""
    name = body.signature.input_arg[position].name
    makers = {node.name: node.op for node in body.node_def}
    for node in body.node_def:
        if node.op == "TensorListPushBack" and node.input[0] == name:
            maker = makers.get(node.input[1].split(":")[0], "")
            return maker in ELSEWHERE
    return False
