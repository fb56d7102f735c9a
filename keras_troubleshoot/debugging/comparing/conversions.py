"""Weights of other layouts as Keras has them.

PyTorch keeps `Linear` as (out, in), convolutions as (out, in, height, width)
and the gates of a GRU as reset, update, new (its documentation of `torch.nn`,
"Variables" of each module); Keras has (in, out), (height, width, in, out) and
update, reset, new. Flax has Keras's layout.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing.units import Unit

# Names of one and the same thing.
NORMALIZATION = {
    "gamma": ("gamma", "weight", "scale"),
    "beta": ("beta", "bias"),
    "moving_mean": ("moving_mean", "running_mean", "mean"),
    "moving_variance": ("moving_variance", "running_var", "var"),
}
# From the gates of PyTorch (reset, update, new) to those of Keras.
GRU_ORDER = (1, 0, 2)


class DoesNotFit(ValueError):
    """Weights that no rule can turn; the message says which."""


Made = dict[str, tuple[np.ndarray, str]]


@dataclasses.dataclass(frozen=True, eq=False)
class Converted:
    """The weights of one layer in the layout of another.

    Attributes:
        made: by the name of our weight, the array, and what was done.
        extra: theirs that our layer has not.
        refused: why they do not fit; empty where they do.
    """

    made: Made
    extra: Made
    refused: str = ""


def convert(
    theirs: Unit, ours: Unit, order: Any = None, gradient: bool = False
) -> Converted:
    """The weights of one layer in the layout of another.

    Args:
        theirs: of the reference.
        ours: the Keras layer that shall hold them.
        order: which of their rows of the kernel is each of ours, where a
            picture was flattened in front of it in another layout.
        gradient: whether they are gradients: the two biases of a recurrent
            layer of PyTorch have the same, and are not added.
    """
    try:
        made = rule_for(theirs, ours)(theirs.arrays, ours, gradient)
    except (DoesNotFit, ValueError, LookupError) as error:
        return Converted({}, {}, str(error))
    rows, told = made.get("kernel", (np.zeros(0), ""))
    if order is not None and len(rows) == len(order):
        told = f"{told}, rows in the order of our `Flatten`"
        made["kernel"] = rows[order], told.removeprefix("as it is, ")
    extra = {n: v for n, v in made.items() if n not in ours.arrays}
    made = {n: v for n, v in made.items() if n in ours.arrays}
    return Converted(made, extra, misfit(made, extra, ours))


def misfit(made: Made, extra: Made, ours: Unit) -> str:
    """The first that is wrong with converted weights; empty for nothing."""
    for name, own in ours.arrays.items():
        if name not in made:
            return f"it has nothing for `{name}`"
        if made[name][0].shape != own.shape:
            shape = made[name][0].shape
            return f"`{name}` would be {shape}, and must be {own.shape}"
    for name in extra:
        return f"the layer has no `{name}`"
    return ""


def rule_for(theirs: Unit, ours: Unit) -> Callable[..., Made]:
    """What turns the weights of the reference into those of this layer."""
    if theirs.layer is not None:
        return in_turn
    if set(theirs.arrays) <= set(ours.arrays):
        return as_is
    if "weight_ih_l0" in theirs.arrays:
        return recurrent
    if "in_proj_weight" in theirs.arrays:
        return attention
    kind = ours.kind
    if kind.endswith("Normalization"):
        return normalization
    if kind == "Embedding":
        return embedding
    if kind == "PReLU":
        return slopes
    return kernel_and_bias


def in_turn(arrays: dict, ours: Unit, gradient: bool) -> Made:
    """A layer of Keras: by name, and inner ones in their order."""
    if len(arrays) != len(ours.arrays) or set(arrays) <= set(ours.arrays):
        return as_is(arrays, ours, gradient)
    return as_is(
        dict(zip(ours.arrays, arrays.values(), strict=True)), ours, gradient
    )


def as_is(arrays: dict, ours: Unit, gradient: bool) -> Made:
    """Weights that have our names, as those of Flax."""
    return {name: (array, "as it is") for name, array in arrays.items()}


def normalization(arrays: dict, ours: Unit, gradient: bool) -> Made:
    """The vectors of a normalization by their names here."""
    made, used = {}, set()
    for name, known in NORMALIZATION.items():
        for other in known:
            if other in arrays:
                used.add(other)
                told = "as it is" if other == name else f"from `{other}`"
                made[name] = arrays[other], told
    return made | rest(arrays, used)


def embedding(arrays: dict, ours: Unit, gradient: bool) -> Made:
    """The table of an embedding."""
    (name, table), *others = arrays.items()
    told = f"from `{name}`"
    return {"embeddings": (table, told)} | rest(dict(others), set())


def slopes(arrays: dict, ours: Unit, gradient: bool) -> Made:
    """One slope for each channel, as the axes of the layer want it."""
    (name, values), *others = arrays.items()
    shape = ours.arrays["alpha"].shape
    fits = values.size == int(np.prod(shape))
    values = values.reshape(shape) if fits else values
    return {"alpha": (values, f"from `{name}`")} | rest(dict(others), set())


def kernel_and_bias(arrays: dict, ours: Unit, gradient: bool) -> Made:
    """Dense layers and convolutions."""
    made = {}
    if "weight" in arrays:
        made["kernel"] = kernel(arrays["weight"], ours)
    if "kernel" in arrays:
        made["kernel"] = arrays["kernel"], "as it is"
    if "bias" in arrays:
        made["bias"] = arrays["bias"], "as it is"
    return made | rest(arrays, {"weight", "kernel", "bias"})


def kernel(weight: np.ndarray, ours: Unit) -> tuple[np.ndarray, str]:
    """PyTorch's `weight` of a dense layer or a convolution as a kernel.

    Example:
        >>> unit = Unit("fc", None, {})
        >>> kernel(np.zeros((8, 3, 5, 7)), unit)[0].shape
        (5, 7, 3, 8)
    """
    if weight.ndim <= 2:
        return weight.T, "transposed from (out, in)"
    space = tuple(range(2, weight.ndim))
    if ours.kind.startswith("Depthwise"):
        *window, channels, times = ours.arrays["kernel"].shape
        if weight.size == int(np.prod((*window, channels, times))):
            split = weight.reshape(channels, times, *weight.shape[2:])
            turned = np.moveaxis(split, (0, 1), (-2, -1))
            return turned, "from (channels, 1, space)"
    turned = weight.transpose(*space, 1, 0)
    letters = {1: "W", 2: "HW", 3: "DHW"}.get(len(space), "space")
    return turned, f"OI{letters} -> {letters}IO"


def recurrent(arrays: dict, ours: Unit, gradient: bool) -> Made:
    """LSTM, GRU and simple recurrent layers of PyTorch, of both directions."""
    if ours.kind != "Bidirectional":
        return one_direction(arrays, "", ours.kind, ours.arrays, gradient, "")
    made = {}
    kind = type(ours.layer.forward_layer).__name__
    for suffix, prefix in (("", "forward"), ("_reverse", "backward")):
        names = [n for n in ours.arrays if n.startswith(prefix)]
        path = names[0].rpartition("/")[0] + "/"
        own = {n[len(path) :]: ours.arrays[n] for n in names}
        made |= one_direction(arrays, suffix, kind, own, gradient, path)
    return made


def one_direction(
    arrays: dict, suffix: str, kind: str, own: dict, gradient: bool, path: str
) -> Made:
    """One direction of a recurrent layer."""
    order = GRU_ORDER if kind == "GRU" else None
    told = "transposed" + (", gates r, z, n -> z, r, h" if order else "")
    made = {}
    for name, source in (("kernel", "ih"), ("recurrent_kernel", "hh")):
        weight = arrays.get(f"weight_{source}_l0{suffix}")
        if weight is None:
            raise DoesNotFit(f"`weight_{source}_l0{suffix}` is missing")
        made[path + name] = gates(weight, order).T, told
    biases = [
        arrays.get(f"bias_{source}_l0{suffix}") for source in ("ih", "hh")
    ]
    if biases[0] is not None:
        biases = [gates(bias, order) for bias in biases]
        if len(np.shape(own.get("bias"))) == 2:
            made[path + "bias"] = np.stack(biases), "both biases stacked"
        elif gradient:
            made[path + "bias"] = biases[0], "the first of both biases"
        else:
            made[path + "bias"] = biases[0] + biases[1], "both biases added"
    return made


def gates(weight: np.ndarray, order: tuple | None) -> np.ndarray:
    """The parts of a weight, one for each gate, in another order.

    Example:
        >>> gates(np.arange(6), (1, 0, 2))
        array([2, 3, 0, 1, 4, 5])
    """
    if order is None:
        return weight
    parts = np.split(weight, len(order))
    return np.concatenate([parts[place] for place in order])


def attention(arrays: dict, ours: Unit, gradient: bool) -> Made:
    """`MultiheadAttention` of PyTorch: query, key and value in one array."""
    made, told = {}, "split from `in_proj`, transposed, split into heads"
    for leaf, name in (("in_proj_weight", "kernel"), ("in_proj_bias", "bias")):
        if leaf not in arrays:
            continue
        for part, role in zip(
            np.split(arrays[leaf], 3), ("query", "key", "value"), strict=True
        ):
            full = f"{role}/{name}"
            made[full] = fitted(part.T, ours.arrays.get(full)), told
    full = "attention_output/kernel"
    weight = arrays["out_proj.weight"].T
    made[full] = fitted(weight, ours.arrays.get(full)), "transposed"
    if "out_proj.bias" in arrays:
        bias = arrays["out_proj.bias"]
        made["attention_output/bias"] = bias, "as it is"
    return made


def fitted(array: np.ndarray, own: Any) -> np.ndarray:
    """An array in the shape of another, where it has as many numbers."""
    fits = own is not None and own.size == array.size
    return array.reshape(own.shape) if fits else array


def rest(arrays: dict, used: set) -> Made:
    """What no rule knows, so that it is refused by its name."""
    return {n: (a, "as it is") for n, a in arrays.items() if n not in used}
