"""Causes in what slides over a picture: padding, strides, pooling."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.causes.case import Hypothesis
from keras_troubleshoot.debugging.comparing.causes.replica import Replica

SYMMETRIC = "as many on both sides, as PyTorch pads"


def hypotheses(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """One change, then two at a time, the usual ones first."""
    config = replica.config
    if "padding" not in config or "strides" not in config:
        return
    yield from paddings(case, replica, {})
    if "pool_size" in config:
        yield from pools(case, replica)
    else:
        yield from flips(replica)
    singles = list(numbers(config))
    for name, value in singles:
        kind = "pooling" if name == "pool_size" else name.split("_")[0]
        told = f"`{name}` is {config[name]} in a, {value} in b"
        changed = {name: value}
        yield Hypothesis(kind, told, lambda c=changed: replica.run(**c))
    for name, value in singles:
        changed = {name: value}
        for other in paddings(case, replica, changed):
            told = f"`{name}` is {config[name]} in a, {value} in b"
            yield Hypothesis(
                name.split("_")[0], f"{told}; padding {other.text}", other.made
            )


def numbers(config: dict) -> Iterator[tuple[str, Any]]:
    """Other strides, dilations and windows, the same along all axes."""
    for name in ("strides", "dilation_rate", "pool_size"):
        own = config.get(name)
        if own is None:
            continue
        rank = len(own) if isinstance(own, list | tuple) else 1
        for value in (1, 2, 3, 4):
            if tuple(np.ravel(own)) != (value,) * rank:
                yield name, (value,) * rank


def paddings(
    case: Case, replica: Replica, changes: dict
) -> Iterator[Hypothesis]:
    """The other paddings, with some other change."""
    own = replica.config["padding"]
    for value in ("same", "valid", "causal"):
        if value != own or changes:
            yield Hypothesis(
                "padding",
                f"'{own}' in a, '{value}' in b",
                lambda v=value: replica.run(padding=v, **changes),
            )
    for width in (1, 2, 3, 4):
        yield Hypothesis(
            "padding",
            f"'{own}' in a, {width} {SYMMETRIC}, in b",
            lambda w=width: replica.run(
                (padded(case, replica, w),), padding="valid", **changes
            ),
        )


def space(case: Case, replica: Replica) -> tuple[int, ...]:
    """The axes of the input over which the window moves."""
    first = replica.config.get("data_format") == "channels_first"
    rank = case.ours.inputs[0].ndim
    return tuple(range(2, rank)) if first else tuple(range(1, rank - 1))


def padded(case: Case, replica: Replica, width: int) -> np.ndarray:
    """The input with margins: of zeros, or of what no maximum takes."""
    x = case.ours.inputs[0]
    axes = space(case, replica)
    margins = [(width, width) if i in axes else (0, 0) for i in range(x.ndim)]
    highest = case.ours.kind.startswith("MaxPool")
    filled = np.finfo("float32").min if highest else 0.0
    return np.pad(x, margins, constant_values=filled)


def pools(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """The other kind of pooling; margins counted in the mean."""
    import keras

    kinds = ("MaxPooling", "AveragePooling")
    own = case.ours.kind
    for one, other in itertools.permutations(kinds):
        if own.startswith(one):
            cls = getattr(keras.layers, own.replace(one, other))
            config = {k: v for k, v in replica.config.items() if k != "name"}
            yield Hypothesis(
                "pooling",
                f"{own} in a, {cls.__name__} in b",
                lambda c=cls, k=config: np.asarray(
                    c.from_config(k)(case.ours.inputs[0])
                ),
            )
    if own.startswith(kinds[1]) and replica.config["padding"] == "same":
        yield Hypothesis(
            "pooling",
            "the mean leaves margins out in a, and counts them in b",
            lambda: counted(case, replica),
        )


def counted(case: Case, replica: Replica) -> np.ndarray:
    """The mean over whole windows, margins of "same" padding included."""
    ones = np.ones_like(case.ours.inputs[0])
    sizes = replica.config["pool_size"]
    window = tuple(np.ravel(sizes))
    # The share of each window that lies inside: a mean that counts margins.
    import keras

    first = replica.config.get("data_format") == "channels_first"
    x = np.moveaxis(ones, 1, -1) if first else ones
    kernel = np.ones((*window, 1, 1), "float32") / np.prod(window)
    inside = keras.ops.conv(
        x[..., :1], kernel, replica.config["strides"], "same"
    )
    inside = np.asarray(inside)
    inside = np.moveaxis(inside, -1, 1) if first else inside
    return replica.run() * inside


def flips(replica: Replica) -> Iterator[Hypothesis]:
    """Kernels that are turned: a convolution for a correlation."""
    kernel = replica.weights.get("kernel")
    if kernel is None or kernel.ndim < 3:
        return
    axes = tuple(range(kernel.ndim - 2))
    flipped = {"kernel": np.flip(kernel, axes)}
    yield Hypothesis(
        "kernel flipped",
        "b has the kernel of a turned by 180 degrees (a true convolution)",
        lambda: replica.run(weights=flipped),
    )
    if len(axes) == 2 and kernel.shape[0] == kernel.shape[1]:
        turned = {"kernel": kernel.transpose(1, 0, 2, 3)}
        yield Hypothesis(
            "kernel transposed",
            "height and width of the kernel are exchanged between a and b",
            lambda: replica.run(weights=turned),
        )
    if kernel.shape[-2] == kernel.shape[-1]:
        swapped = {"kernel": np.swapaxes(kernel, -1, -2)}
        yield Hypothesis(
            "kernel transposed",
            "the axes of input and output channels of the kernel are "
            "exchanged between a and b",
            lambda: replica.run(weights=swapped),
        )
