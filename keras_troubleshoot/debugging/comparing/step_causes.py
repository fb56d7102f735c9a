"""Why a gradient, an update or a moving average differs."""

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing.causes.case import Cause
from keras_troubleshoot.debugging.comparing.loss_causes import NEAR
from keras_troubleshoot.debugging.comparing.loss_causes import near


def gradient_causes(
    ours: np.ndarray,
    theirs: np.ndarray | None,
    weight: np.ndarray,
    ratio: float,
) -> tuple[Cause, ...]:
    """Why a gradient differs, where the layers and their outputs agree.

    Args:
        ours: of a weight.
        theirs: of the same; None for none.
        weight: itself.
        ratio: of both losses, that of `b` over that of `a`.
    """
    if theirs is None or not theirs.any():
        return (Cause("no gradient", "b has none for this weight", True),)
    if not ours.any():
        return (Cause("no gradient", "a has none for this weight", True),)
    times = float((ours * theirs).sum() / (ours * ours).sum())
    scaled = np.abs(ours * times - theirs).max() <= NEAR * np.abs(theirs).max()
    if scaled and near(times, ratio, 1e-3):
        told = f"it is {times:.4g} times that of a, as the loss is"
        return (Cause("loss", told, True, 0.0),)
    if scaled:
        told = f"it is {times:.4g} times that of a"
        kind = "sign" if near(times, -1.0) else "gradient scale"
        return (Cause(kind, told, True, 0.0),)
    share = proportional(theirs - ours, weight)
    if share is not None:
        told = f"b adds {share:.3g} times the weight (an L2 penalty of "
        return (Cause("regularization", f"{told}{share / 2:.3g})", True, 0.0),)
    return (Cause("gradient", "no simple relation", False),)


def proportional(change: np.ndarray, weight: np.ndarray) -> float | None:
    """The factor between two arrays; None where they are not in proportion."""
    total = float((weight * weight).sum())
    if not total or not change.any():
        return None
    factor = float((change * weight).sum() / total)
    rest = change - factor * weight
    few = np.sqrt((rest**2).sum()) <= 0.01 * np.sqrt((change**2).sum())
    return factor if few else None


def update_causes(
    config: dict, other: dict, made: Callable[..., dict], wanted: dict
) -> tuple[Cause, ...]:
    """Why an optimizer makes another step of the same gradients.

    Args:
        config: arguments of ours.
        other: those of theirs; {} where they are not known.
        made: the update that ours makes with some arguments changed.
        wanted: their update.
    """
    for name, value in changes(config, other):
        try:
            now = made(**{name: value})
        except (TypeError, ValueError):
            continue
        if alike(now, wanted):
            kind = name.replace("_", " ")
            told = f"`{name}` is {config.get(name)} in a, {value} in b"
            return (Cause(kind, told, True, 0.0), *rest(config, other, name))
    return rest(config, other, "")


def changes(config: dict, other: dict) -> Iterator[tuple[str, Any]]:
    """Arguments to try: those of the other optimizer, or the usual ones.

    Defaults: epsilon 1e-7 in Keras, 1e-8 in PyTorch and Optax; weight decay
    0.004 in Keras's AdamW, 0.01 in PyTorch's, 1e-4 in Optax's.
    """
    if other:
        yield from ((n, v) for n, v in other.items() if config.get(n) != v)
        return
    for name, values in (
        ("epsilon", (1e-8, 1e-7, 1e-6, 1e-3)),
        ("weight_decay", (None, 0.01, 0.004, 1e-4, 1e-5, 0.05, 0.1)),
        ("nesterov", (True, False)),
        ("amsgrad", (True, False)),
        ("clipnorm", (None, 1.0)),
        ("global_clipnorm", (None, 1.0)),
        ("momentum", (0.0, 0.9)),
    ):
        if name in config:
            yield from ((name, v) for v in values if v != config[name])


def alike(one: dict, other: dict) -> bool:
    """Whether all updates are the same but for rounding."""
    for key, theirs in other.items():
        size = np.abs(theirs).max()
        if np.abs(one[key] - theirs).max() > 1e-3 * max(size, 1e-30):
            return False
    return True


def rest(config: dict, other: dict, known: str) -> tuple[Cause, ...]:
    """The other arguments that differ, without proof."""
    quiet = ("name", known)
    return tuple(
        Cause(
            name.replace("_", " "),
            f"`{name}` is {config.get(name)} in a, {value} in b",
            False,
        )
        for name, value in other.items()
        if name not in quiet and config.get(name) != value
    )


def from_updates(
    ours: dict, theirs: dict, weights: dict, rate: float
) -> tuple[Cause, ...]:
    """What recorded updates say of the rate and of weight decay."""
    keys = list(theirs)
    one = np.concatenate([ours[key].ravel() for key in keys])
    two = np.concatenate([theirs[key].ravel() for key in keys])
    held = np.concatenate([weights[key].ravel() for key in keys])
    times = proportional(two, one)
    if times is not None:
        told = (
            f"the steps of b are {times:.4g} times those of a, as with a "
            f"learning rate of {times * rate:.4g} for {rate:.4g}"
        )
        return (Cause("learning rate", told, True, 0.01),)
    share = proportional(two - one, held)
    if share is not None and rate:
        told = (
            "the steps differ by a share of the weights themselves: a weight "
            f"decay of {abs(share) / rate:.3g} in {'b' if share < 0 else 'a'}"
        )
        return (Cause("weight decay", told, True, 0.01),)
    return ()


def momentum_causes(
    old: np.ndarray, ours: np.ndarray, theirs: np.ndarray, momentum: float
) -> tuple[Cause, ...]:
    """Why a moving average differs after one step.

    `new = momentum * old + (1 - momentum) * batch`, solved for the momentum
    of `b` by least squares.

    Args:
        old: the average before.
        ours: after the step.
        theirs: after the step.
        momentum: ours.
    """
    if momentum >= 1:
        return ()
    batch = (ours - momentum * old) / (1 - momentum)
    way, apart = old - batch, theirs - ours
    total = float((way * way).sum())
    found = float(((theirs - batch) * way).sum() / total) if total else 1.0
    left = theirs - (found * old + (1 - found) * batch)
    if np.abs(left).max() <= 0.01 * np.abs(apart).max():
        told = f"{momentum:g} in a, {found:.3g} in b"
        return (Cause("momentum", told, True, 0.0),)
    (kept, new), *_ = np.linalg.lstsq(
        np.stack([old.ravel(), batch.ravel()], 1), theirs.ravel(), rcond=None
    )
    left = theirs - (kept * old + new * batch)
    if np.abs(left).max() <= 0.01 * np.abs(apart).max() and kept < 1:
        times = new / (1 - kept)
        told = f"b takes {times:.4g} times the variance of the batch in"
        if times > 1:
            told += ", as PyTorch does, which divides by n - 1 there"
        return (Cause("batch variance", told, True, 0.0),)
    return (Cause("batch statistics", "no simple relation", False),)
