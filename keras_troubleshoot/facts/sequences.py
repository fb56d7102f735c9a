"""Padding and the order of time: what a model of sequences may not heed."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import influence
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.data import Data
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import tensors

# Channels of targets that are looked for among the inputs.
MOST_CHANNELS = 16


@dataclasses.dataclass(frozen=True)
class Masking:
    """Whether padding changes predictions although a mask is given.

    Attributes:
        maker: the layer that makes the mask.
        padded: share of the steps that are padding.
        change: largest change of a prediction when only padding changes,
            relative to the spread of the predictions.
        loser: the first layer that was given the mask and passed nothing
            on that heeds it; empty where it got lost between layers.
        pools: whether that layer takes sequences together to one value.
    """

    maker: str
    padded: float
    change: float
    loser: str = ""
    pools: bool = False


@dataclasses.dataclass(frozen=True)
class Causality:
    """Whether a model that predicts the next step looks ahead.

    Attributes:
        leak: largest change of earlier predictions when only the last step
            of the input changes, relative to the spread of predictions.
        input: name of the input.
        agreement: share of targets that equal the next input.
    """

    leak: float
    input: str
    agreement: float


def masking(runner: Runner, forward: Pass) -> Masking | None:
    """Changes what a layer makes of padding, and compares predictions.

    Returns None where no layer makes a mask, or no row is padded.
    """
    import tensorflow as tf

    # Not told by the tensors: attention takes the mask off those it was given.
    if not any(makes_mask(call.layer) for call in forward.recorder.calls):
        return None
    seen = {}

    def disturb(layer, outputs):
        mask = mask_made(layer, outputs)
        if mask is None:
            return None
        hidden = ~np.asarray(mask)
        seen.setdefault(layer.name, float(hidden.mean()))
        noise = np.random.default_rng(0).normal(size=outputs.shape)
        spread = float(np.asarray(outputs, "float64").std()) or 1.0
        noise = noise * spread * hidden[..., None]
        other = outputs + tf.cast(noise, outputs.dtype)
        keep_mask(other, mask)
        return other

    after = runner.record(on_call=disturb)
    if after.failure is not None or not any(seen.values()):
        return None
    before = [np.asarray(t, "float64") for t in tensors(forward.outputs)]
    others = [np.asarray(t, "float64") for t in tensors(after.outputs)]
    change = influence.difference(
        *visible(before, others, forward), forward.outputs
    )
    maker = max(seen, key=seen.get)
    loser, pools = lost_at(forward)
    return Masking(maker, seen[maker], change, loser, pools)


def visible(before, others, forward):
    """Both outputs without the steps that their own mask hides."""
    pairs = []
    for one, other, tensor in zip(
        before, others, tensors(forward.outputs), strict=True
    ):
        mask = getattr(tensor, "_keras_mask", None)
        if mask is not None:
            kept = np.asarray(mask)
            if kept.shape == one.shape[: kept.ndim]:
                one, other = one[kept], other[kept]
        elif one.ndim > 2:
            # A prediction for each step: those of padding do not count,
            # and which these are is not known here.
            one, other = one[:0], other[:0]
        pairs.append((one, other))
    return [p[0] for p in pairs], [p[1] for p in pairs]


def makes_mask(layer) -> bool:
    """Whether a layer makes a mask of what it is given."""
    return type(layer).__name__ == "Masking" or getattr(
        layer, "mask_zero", False
    )


def mask_made(layer, outputs):
    """The mask that a layer makes anew; None where it makes none."""
    if not makes_mask(layer):
        return None
    mask = getattr(outputs, "_keras_mask", None)
    return mask if mask is not None and len(outputs.shape) == 3 else None


def keep_mask(tensor, mask):
    """Hands a mask on as Keras does."""
    tensor._keras_mask = mask


def lost_at(forward: Pass) -> tuple[str, bool]:
    """What takes a mask in and neither uses nor keeps it, and if it pools.

    A layer, or an operation outside of all layers that takes the steps
    together.
    """
    for call in forward.recorder.calls:
        masked = [t for t in call.inputs if has_mask(t)]
        kept = any(map(has_mask, call.outputs))
        if masked and not kept and not heeds(call.layer) and call.outputs:
            pools = len(call.outputs[0].shape) < len(masked[0].shape)
            return call.layer.name, pools
    for operation in forward.recorder.operations:
        within = type(operation.within).__name__ if operation.within else ""
        whole = keras_internals.is_model(operation.within)
        if operation.type not in POOLING or not (whole or within == "Lambda"):
            continue
        tensor = operation.inputs[0]
        fewer = len(operation.outputs[0].shape) < len(tensor.shape)
        if has_mask(tensor) and fewer:
            return operation.layer, True
    return "", False


POOLING = ("Mean", "Sum", "Max", "Min", "Prod")


def has_mask(tensor) -> bool:
    """Whether a mask is attached to a tensor."""
    return getattr(tensor, "_keras_mask", None) is not None


def heeds(layer) -> bool:
    """Whether a layer knows what to do with a mask."""
    if type(layer).__name__ == "Lambda":
        return bool(getattr(layer, "_fn_expects_mask_arg", False))
    return bool(
        getattr(layer, "supports_masking", False)
        or getattr(layer, "_call_has_mask_arg", False)
    )


def causality(runner: Runner, forward: Pass, data: Data) -> Causality | None:
    """Changes the last step of a sequence, and compares earlier outputs.

    Returns None unless the targets are the inputs of the next step.
    """
    found = next_step(data)
    if found is None:
        return None
    array, agreement = found
    rows = array.values[: runner.rows].copy()
    rows[:, -1] = np.roll(rows[:, -1], 1, axis=0)
    if np.array_equal(rows, array.values[: runner.rows]):
        return None
    x = runner.x_but(array, rows)
    before = [earlier(t) for t in tensors(forward.outputs)]
    after = [earlier(t) for t in tensors(runner.run(x))]
    leak = influence.difference(before, after, forward.outputs)
    return Causality(leak, array.name, agreement)


def earlier(tensor) -> np.ndarray:
    """An output without its last step."""
    return np.asarray(tensor, "float64")[:, :-1]


def next_step(data: Data):
    """The input that the targets continue by one step, and how exactly."""
    if len(data.targets) != 1:
        return None
    target = data.targets[0].values
    if target.ndim < 2 or target.shape[1] < 3:
        return None
    for array in data.inputs:
        values = array.values
        if values.ndim < 2 or values.shape[1] != target.shape[1]:
            continue
        share = agreement(values, target)
        if share > 0.99 and values.dtype.kind in "iuf":
            return array, share
    return None


def agreement(x, y) -> float:
    """Share of `y[:, t]` that equal `x[:, t + 1]` in one of its channels.

    Of several channels of the targets, that of the one that agrees least.
    """
    now, after = y[:, :-1], x[:, 1:]
    now = now.reshape(*now.shape[:2], -1)
    after = after.reshape(*after.shape[:2], -1)
    if now.shape[2] > min(after.shape[2], MOST_CHANNELS):
        return 0.0
    if not np.ptp(now, axis=(0, 1)).all():
        return 0.0
    return min(
        float(np.isclose(after, now[..., [i]]).mean(axis=(0, 1)).max())
        for i in range(now.shape[2])
    )
