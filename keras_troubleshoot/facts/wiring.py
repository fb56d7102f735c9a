"""What follows from what in a recorded run.

The operations are walked once, in the order in which they ran. So a
nonlinearity counts wherever it stands: an argument of a layer, a layer of its
own, a function in the `call` of a subclass.
"""

import functools
import weakref

from keras_troubleshoot.facts.architecture import NORMALIZING
from keras_troubleshoot.facts.entries import holds_matrix
from keras_troubleshoot.facts.output_activation import MOVING
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.recorder import Operation
from keras_troubleshoot.facts.recorder import tensors

# Operations that multiply two tensors; linear in each of them.
PRODUCTS = frozenset(
    "Mul MatMul BatchMatMul BatchMatMulV2 BatchMatMulV3 Einsum Conv1D Conv2D "
    "Conv3D Conv2DBackpropInput Conv3DBackpropInputV2 DepthwiseConv2dNative "
    "SparseTensorDenseMatMul".split()
)
SUMS = frozenset("Add AddV2 AddN Sub BiasAdd Neg Sum Mean Cumsum".split())
CUTTING = frozenset("Minimum Maximum ClipByValue".split())
# They move numbers about, or take means of fixed sets of them.
SPREADING = frozenset(
    "AvgPool AvgPool3D ResizeBilinear ResizeNearestNeighbor ResizeBicubic "
    "Pad PadV2 MirrorPad SpaceToDepth DepthToSpace SpaceToBatchND "
    "BatchToSpaceND Tile BroadcastTo ReverseV2 Roll GatherNd ZerosLike "
    "ConcatV2 Concat StridedSlice Shape Size Rank ScaleAndTranslate".split()
)
STILL = (MOVING - CUTTING) | SPREADING
ROUTINE = frozenset("Shape Size Rank ZerosLike OnesLike".split())


_KNOWN: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def wiring_of(done: Pass) -> "Wiring":
    """The dependences of a run, walked once for all who ask."""
    if done not in _KNOWN:
        _KNOWN[done] = Wiring(done)
    return _KNOWN[done]


class Wiring:
    """The dependences between the tensors of one run.

    Attributes:
        operations: what ran, in order.
        outputs: ids of the tensors that the model returned.
        inputs: ids of those that it was given.
    """

    def __init__(self, done: Pass):
        self._weighted: dict[int, bool] = {}
        self.operations = done.recorder.operations
        self.outputs = {id(t) for t in tensors(done.outputs)}
        self.inputs = {id(t) for t in tensors(done.x)}

    @functools.cached_property
    def data(self) -> set[int]:
        """Ids of tensors that depend on the inputs of the model."""
        return self._follow(self.inputs, lambda operation: False)

    @functools.cached_property
    def deep(self) -> set[int]:
        """Ids of tensors that depend on the result of a layer's weights."""
        return self._follow(set(), self.weighted)

    def _follow(self, found, starts) -> set[int]:
        found = set(found)
        for operation in self.operations:
            if operation.type in ROUTINE:
                continue
            if starts(operation) or any(
                id(t) in found for t in operation.inputs
            ):
                found.update(id(t) for t in operation.outputs)
        return found

    @functools.cached_property
    def leading(self) -> set[int]:
        """Ids of tensors on which the input of some weights depends."""
        found = set()
        for operation in reversed(self.operations):
            if self.weighted(operation) or any(
                id(t) in found for t in operation.outputs
            ):
                found.update(id(t) for t in operation.inputs)
        return found

    @functools.cached_property
    def used(self) -> set[int]:
        """Ids of tensors on which some output of the model depends."""
        found = set(self.outputs)
        for operation in reversed(self.operations):
            if any(id(t) in found for t in operation.outputs):
                found.update(id(t) for t in operation.inputs)
        return found

    def weighted(self, operation: Operation) -> bool:
        """Whether an operation multiplies data by weights of its layer."""
        known = self._weighted.get(id(operation))
        if known is None:
            known = self._multiplies(operation)
            self._weighted[id(operation)] = known
        return known

    def _multiplies(self, operation: Operation) -> bool:
        return (
            operation.type in PRODUCTS
            and operation.type != "Mul"
            and len(self.among(operation, self.data)) == 1
            and operation.within is not None
            and holds_matrix(operation.within)
        )

    def among(self, operation: Operation, ids: set[int]) -> list:
        """The inputs of an operation that are among some tensors."""
        return [t for t in operation.inputs if id(t) in ids]

    def linear(self, operation: Operation) -> bool:
        """Whether an operation is linear in its deep inputs, up to a constant.

        A product with other data is not; unknown operations are not.
        """
        deep = self.among(operation, self.deep)
        if operation.type in STILL or operation.type in SUMS:
            return True
        if operation.type in PRODUCTS:
            return len(self.among(operation, self.data)) == 1
        if operation.type in ("RealDiv", "DivNoNan"):
            by = operation.inputs[1]
            return id(by) not in self.data
        if operation.type in ("Select", "SelectV2"):
            return id(operation.inputs[0]) not in self.data
        return not deep


def kind(operation: Operation) -> str:
    """What sort of nonlinearity an operation is part of."""
    if type(operation.within).__name__ in NORMALIZING:
        return "normalization"
    if operation.type in ("MaxPool", "MaxPoolV2", "MaxPool3D", "Max"):
        return "max pooling"
    if operation.type in PRODUCTS:
        return "product"
    return "activation"


def width(operation: Operation) -> int:
    """Units or channels that an operation returns."""
    shape = operation.outputs[0].shape
    return int(shape[-1]) if len(shape) else 1


def fan_in(operation: Operation, data: set[int]) -> int:
    """How many numbers a weighted operation adds up for one unit."""
    for tensor in operation.inputs:
        if id(tensor) not in data and len(tensor.shape) >= 2:
            size = 1
            for n in tensor.shape:
                size *= int(n)
            return max(size // width(operation), 1)
    return 1
