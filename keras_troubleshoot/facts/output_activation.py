"""The activation that an output really has, wherever it stands.

It walks back from the output over operations that only move numbers, so that
a softmax is found behind a Reshape, a Lambda, an Activation layer, a nested
model, or inside the `call` of a subclass.
"""

import dataclasses

from keras_troubleshoot.facts.architecture import activation_name
from keras_troubleshoot.facts.recorder import Recorder

# Operations that move numbers about, or clip them at a constant.
MOVING = frozenset(
    "Identity Reshape Squeeze ExpandDims Transpose Cast StridedSlice Slice "
    "ConcatV2 Pack Unpack StopGradient EnsureShape Snapshot PreventGradient "
    "Minimum Maximum ClipByValue CheckNumerics GatherV2 Split SplitV "
    "TensorListStack TensorListGetItem TensorListSetItem IdentityN".split()
)
ACTIVATIONS = {
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Sigmoid": "sigmoid",
    "Relu": "relu",
    "Relu6": "relu6",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Selu": "selu",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Exp": "exponential",
}
LINEAR = frozenset(
    "MatMul BatchMatMulV2 BatchMatMulV3 BiasAdd Conv1D Conv2D Conv3D "
    "Conv2DBackpropInput Conv3DBackpropInputV2 Einsum "
    "DepthwiseConv2dNative AddV2 Add AddN Sub".split()
)


@dataclasses.dataclass(frozen=True)
class Activation:
    """What an output goes through last.

    Attributes:
        name: `softmax`, `sigmoid`, `relu`, ..., `linear`, or `unknown`.
        layer: name of the layer that applies it; empty where none does.
        softmaxes: how many softmaxes follow on each other.
        axis: over which axis the softmax runs; -1 is the last one.
        by_hand: whether it is written out, so that Keras's losses do not
            find the logits that its own softmax leaves behind.
        keeps_logits: whether Keras's losses find the logits behind it, and
            take these whatever they are told.
    """

    name: str
    layer: str = ""
    softmaxes: int = 0
    axis: int = -1
    by_hand: bool = False
    keeps_logits: bool = False


def find(recorder: Recorder, tensor) -> Activation:
    """The activation behind an output tensor of a recorded run."""
    operation, turned, owner = back(recorder, tensor)
    if operation is None:
        return Activation("unknown", owner)
    layer = operation.layer or owner
    if operation.type == "Softmax":
        inner = find(recorder, operation.inputs[0])
        count = 1 + (inner.softmaxes if inner.name == "softmax" else 0)
        axis = softmax_axis(operation, tensor, turned)
        return Activation("softmax", layer, count, axis)
    if operation.type in ACTIVATIONS:
        return Activation(ACTIVATIONS[operation.type], layer)
    if operation.type == "Maximum":
        inner = find(recorder, carrier(operation))
        plain = inner.name in ("linear", "unknown")
        return Activation("relu", layer, by_hand=True) if plain else inner
    written = by_hand(recorder, operation)
    if written:
        inner = find(recorder, exponent(recorder, operation))
        count = int(written == "softmax")
        count += inner.softmaxes if inner.name == "softmax" else 0
        return Activation(written, layer, count, by_hand=True)
    recurrent = hasattr(operation.within, "state_size")
    if operation.type in LINEAR and not recurrent:
        return Activation("linear", layer)
    own = activation_name(getattr(operation.within, "activation", None))
    if recurrent and own:
        return Activation(own, layer)
    return Activation(configured(recorder, tensor), layer)


def back(recorder, tensor):
    """Walks over moving operations: (operation, was it transposed, layer)."""
    turned, owner = False, ""
    for _ in range(1000):
        layers = recorder.returned_by(tensor)
        owner = owner or (layers[0].name if layers else "")
        operation = recorder.maker(tensor)
        if operation is None or operation.type not in MOVING:
            return operation, turned, owner
        if cuts_at_zero(recorder, operation):
            return operation, turned, owner
        turned = turned or operation.type == "Transpose"
        tensor = carrier(operation)
    return None, turned, owner


def cuts_at_zero(recorder, operation) -> bool:
    """Whether it is a ReLU written as `maximum(x, 0)`, not a clipping."""
    if operation.type != "Maximum":
        return False
    inner = recorder.maker(carrier(operation))
    if inner is not None and inner.type == "Minimum":
        return False
    return any(t.shape == () and float(t) == 0 for t in operation.inputs)


def carrier(operation):
    """The input of a moving operation that carries the numbers."""
    if operation.type in ("Split",):
        return operation.inputs[1]
    if operation.type == "TensorListSetItem":
        return operation.inputs[2]
    return max(operation.inputs, key=lambda t: len(t.shape or ()))


def softmax_axis(operation, output, turned) -> int:
    """Over which axis of the output the softmax runs, as a negative number.

    TensorFlow's operation always takes the last axis; for another one the
    tensor is transposed before and after.
    """
    if not turned or len(output.shape) != len(operation.outputs[0].shape):
        return -1
    import numpy as np

    values = np.asarray(output, dtype="float64")
    for axis in range(-1, -values.ndim - 1, -1):
        if np.allclose(values.sum(axis), 1, atol=1e-3):
            return axis
    return -1


def by_hand(recorder, operation) -> str:
    """`softmax` or `sigmoid` written out with exp, or an empty string."""
    if operation.type not in ("RealDiv", "Reciprocal", "DivNoNan"):
        return ""
    bottom = recorder.maker(operation.inputs[-1])
    if bottom is None:
        return ""
    if bottom.type == "Sum" and made_by_exp(recorder, bottom.inputs[0]):
        return "softmax"
    if bottom.type in ("AddV2", "Add") and any(
        made_by_exp(recorder, tensor) for tensor in bottom.inputs
    ):
        top_is_one = operation.type == "Reciprocal" or not made_by_exp(
            recorder, operation.inputs[0]
        )
        return "sigmoid" if top_is_one else ""
    return ""


def made_by_exp(recorder, tensor) -> bool:
    """Whether a tensor comes straight out of an exponential."""
    operation = recorder.maker(tensor)
    return operation is not None and operation.type == "Exp"


def exponent(recorder, operation):
    """What a softmax or sigmoid written by hand takes the exponential of."""
    bottom = recorder.maker(operation.inputs[-1])
    for tensor in bottom.inputs:
        made = recorder.maker(tensor)
        if made is not None and made.type == "Exp":
            inner = made.inputs[0]
            shifted = recorder.maker(inner)
            if shifted is not None and shifted.type in ("Sub", "Neg"):
                return shifted.inputs[0]
            return inner
    return operation.inputs[0]


def configured(recorder, tensor) -> str:
    """The activation that the layer behind a tensor is configured with."""
    for layer in recorder.returned_by(tensor):
        name = activation_name(getattr(layer, "activation", None))
        if name:
            return name
    return "unknown"
