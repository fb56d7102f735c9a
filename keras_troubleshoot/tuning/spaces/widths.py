"""Which layers can be made wider or narrower, and which are tied."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals

# Layers with a size of their own, and the argument that holds it.
SIZED = {
    "Dense": "units",
    "Conv1D": "filters",
    "Conv2D": "filters",
    "Conv3D": "filters",
    "Conv1DTranspose": "filters",
    "Conv2DTranspose": "filters",
    "Conv3DTranspose": "filters",
    "SeparableConv1D": "filters",
    "SeparableConv2D": "filters",
    "LSTM": "units",
    "GRU": "units",
    "SimpleRNN": "units",
}
# Layers that take whatever number of channels comes, and hand it on.
PASSING = frozenset(
    "Activation ActivityRegularization ReLU LeakyReLU PReLU ELU Softmax "
    "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout "
    "GaussianDropout GaussianNoise BatchNormalization LayerNormalization "
    "RMSNormalization UnitNormalization MaxPooling1D MaxPooling2D "
    "MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D "
    "GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D "
    "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D "
    "Flatten Identity Rescaling RepeatVector UpSampling1D UpSampling2D "
    "UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D Cropping1D "
    "Cropping2D Cropping3D DepthwiseConv1D DepthwiseConv2D Masking".split()
)
WRAPPERS = ("TimeDistributed", "Bidirectional")


@dataclasses.dataclass(frozen=True)
class Widths:
    """The layers whose width can be changed alone, and the others.

    Attributes:
        free: the widths of layers by their paths, in the order of the model.
        tied: by its path why another one must keep its width.
    """

    free: dict[str, int]
    tied: dict[str, str]


def find(model: Any) -> Widths:
    """Looks for the layers of which the width concerns the next ones alone.

    What such a layer puts out reaches, through activations, normalization,
    dropout, pooling, flattening and concatenation, nothing but layers that
    learn a weight for each channel. Where it reaches a sum or a product (a
    residual connection), an output, a layer of the user's or one that
    expects a fixed size, the width is tied, and the layer left alone.

    Args:
        model: Sequential or Functional, built.
    """
    free: dict[str, int] = {}
    tied: dict[str, str] = {}
    places = paths(model)
    names = {id(layer): path for path, layer in places.items()}
    for graph in [model, *places.values()]:
        if not keras_internals.is_model(graph):
            continue
        if keras_internals.model_kind(graph) == "subclass":
            continue
        for layer, why in judged(graph):
            path = names[id(layer)]
            if why:
                tied[path] = why
            free[path] = width(layer)
    free = {path: size for path, size in free.items() if path not in tied}
    return Widths(free, tied)


def paths(model: Any) -> dict[str, Any]:
    """All layers in a model by their names, those of inner models' before.

    Example:
        >>> import keras
        >>> inner = keras.Sequential([keras.Input((2,))], name="inner")
        >>> inner.add(keras.layers.Dense(3, name="dense"))
        >>> list(paths(keras.Sequential([keras.Input((2,)), inner])))
        ['inner', 'inner/dense']
    """
    found: dict[str, Any] = {}
    seen = set()

    def walk(within: Any, before: str) -> None:
        for layer in keras_internals.own_layers(within):
            if id(layer) in seen or type(layer).__name__ == "InputLayer":
                continue
            seen.add(id(layer))
            found[before + layer.name] = layer
            if keras_internals.is_model(layer):
                walk(layer, f"{before}{layer.name}/")

    walk(model, "")
    return found


def judged(graph: Any) -> list[tuple[Any, str]]:
    """The layers with a width in one graph, and why each is tied, or ""."""
    calls = keras_internals.graph_calls(graph)
    ends = {id(tensor) for tensor in keras_internals.functional(graph).outputs}
    found = {}
    for layer, _, _ in calls:
        if is_sized(layer) and id(layer) not in found:
            why = obstacle(layer) or own_table(layer)
            why = why or given_state(layer, calls)
            why = why or reached(layer, calls, ends)
            found[id(layer)] = layer, why
    return list(found.values())


def bare(layer: Any) -> Any:
    """The layer inside a wrapper; another layer itself."""
    if type(layer).__name__ in WRAPPERS and keras_internals.built_in(layer):
        inner = getattr(layer, "forward_layer", None)
        return inner if inner is not None else layer.layer
    return layer


def is_sized(layer: Any) -> bool:
    """Whether it is a layer of Keras that has a width."""
    inner = bare(layer)
    return type(inner).__name__ in SIZED and keras_internals.built_in(inner)


def width(layer: Any) -> int:
    """Units or filters of a layer."""
    inner = bare(layer)
    return int(getattr(inner, SIZED[type(inner).__name__]))


def obstacle(layer: Any) -> str:
    """What in a layer itself forbids other numbers of channels; "" if none."""
    inner = bare(layer)
    if not layer.trainable_weights:
        return "it is frozen"
    if getattr(inner, "groups", 1) != 1:
        return "it has groups of channels"
    if getattr(inner, "data_format", None) == "channels_first":
        return "its channels come first"
    if is_table(getattr(inner, "kernel_initializer", None)):
        return "it starts from given weights"
    return ""


def own_table(layer: Any) -> str:
    """What of the weights of its outputs is given; "" if nothing."""
    inner = bare(layer)
    names = ("bias_initializer", "recurrent_initializer")
    if any(is_table(getattr(inner, name, None)) for name in names):
        return "it starts from given weights"
    return ""


def given_state(layer: Any, calls: list[tuple]) -> str:
    """Whether a recurrent layer is given states, which have its width."""
    many = any(one is layer and len(given) > 1 for one, given, _ in calls)
    return "its first state is given" if many else ""


def is_table(initializer: Any) -> bool:
    """Whether an initializer holds an array, which fits one size alone."""
    return np.ndim(getattr(initializer, "value", 0)) > 0


def reached(layer: Any, calls: list[tuple], ends: set[int]) -> str:
    """What an output of a layer runs into that ties its width; "" if none."""
    waiting = [
        tensor for one, _, made in calls if one is layer for tensor in made
    ]
    seen: set[int] = set()
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        if id(tensor) in ends:
            return "it is an output"
        for operation, given, made in calls:
            if not any(id(tensor) == id(one) for one in given):
                continue
            if absorbs(operation, given):
                continue
            if not passes(operation, given):
                return f"{type(operation).__name__} {operation.name!r} ties it"
            waiting += made
    return ""


def absorbs(operation: Any, given: list) -> bool:
    """Whether a layer learns a weight for each channel that comes."""
    return len(given) == 1 and is_sized(operation) and not obstacle(operation)


def passes(operation: Any, given: list) -> bool:
    """Whether it takes any number of channels and hands them on."""
    if not keras_internals.built_in(operation):
        return False
    if type(operation).__name__ == "Concatenate":
        return operation.axis in (-1, len(given[0].shape) - 1)
    inner = bare(operation)
    known = type(inner).__name__ in PASSING and keras_internals.built_in(inner)
    if not known or len(given) != 1:
        return False
    # What is frozen keeps its weights, and their shapes.
    return operation.trainable or not operation.weights


def resized(layer: Any, size: int) -> Any:
    """A new layer of another width with the other arguments of one."""
    config = layer.get_config()
    if bare(layer) is layer:
        config[SIZED[type(layer).__name__]] = size
        return type(layer).from_config(config)
    for part in ("layer", "backward_layer"):
        if config.get(part):
            inner = config[part]["config"]
            inner["units" if "units" in inner else "filters"] = size
    return type(layer).from_config(config)
