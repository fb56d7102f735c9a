"""How gradients may be read without changing how a step rounds.

A second reader of a tensor is not innocent. TensorFlow's graph optimizer
reorders products of several factors, so that few numbers are multiplied, if
nobody else reads what is in between; XLA computes a chain of elementwise
operations in one loop, where a product and the sum after it are rounded once,
and writes to memory, rounded, what has a second reader.

So a gradient that is a product is not read: its factors are, in a graph. Under
XLA only that is read which is written to memory anyhow, or ends in a sum.
"""

from typing import Any

import tensorflow as tf

# Operations that leave the numbers as they are.
MOVING = frozenset(
    "Identity Reshape Transpose Squeeze ExpandDims Cast StopGradient".split()
)
WRITTEN = frozenset(
    "MatMul BatchMatMulV2 BatchMatMulV3 Einsum Sum BiasAddGrad AddV2 AddN "
    "Conv2DBackpropFilter Conv3DBackpropFilterV2 UnsortedSegmentSum "
    "DepthwiseConv2dNativeBackpropFilter".split()
)


def factors(value: Any, compiled: bool) -> list | None:
    """Tensors that may be read, whose product has the numbers of a tensor.

    Args:
        value: a tensor of a graph, or one with values.
        compiled: whether XLA compiles the graph.

    Returns:
        The factors; their product has another shape where the tensor is a
        product that was reshaped. None if it must not be read at all.
    """
    if not tf.is_symbolic_tensor(value):
        return [value]
    source = value
    while source.op.type in MOVING:
        source = source.op.inputs[0]
    if compiled:
        return [value] if source.op.type in WRITTEN else None
    if source.op.type != "Mul":
        return [value]
    found = []
    for factor in source.op.inputs:
        parts = factors(factor, compiled)
        if len(parts) > 1 and factor.op.type != "Mul":
            return None
        found += parts
    return found


def in_branch(value: Any) -> bool:
    """Whether an optimizer in a branch rounds as in the step itself.

    There, its own factors are parted from those of a product.
    """
    if isinstance(value, tf.IndexedSlices):
        value = value.values
    if value is None or not tf.is_symbolic_tensor(value):
        return True
    while value.op.type in MOVING:
        value = value.op.inputs[0]
    return value.op.type != "Mul"
