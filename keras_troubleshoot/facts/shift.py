"""How validation data differ from training data."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts import targets
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.data import Data


@dataclasses.dataclass(frozen=True)
class Shift:
    """Training data against validation data.

    Attributes:
        classes: whether targets are classes.
        distance: of targets: half the sum of differences of class shares,
            or the Kolmogorov-Smirnov distance of numbers; None without.
        unseen: classes of the validation targets that training lacks.
        unseen_share: share of validation rows of these.
        scales: by input: spread of validation over spread of training.
        moved: by input: distance of the means, in spreads of training.
        rows: rows of validation that were compared.
        drifts: whether neighbouring training rows are alike, as in a series
            over time, where a shift is to be expected.
        count: number of classes on both sides together.
    """

    classes: bool
    distance: float | None
    unseen: tuple[float, ...] = ()
    unseen_share: float = 0.0
    scales: dict[str, float] = dataclasses.field(default_factory=dict)
    moved: dict[str, float] = dataclasses.field(default_factory=dict)
    rows: int = 0
    drifts: bool = False
    count: int = 0


def shift(training: Data, validation: Data) -> Shift:
    """Compares targets and the scale of inputs."""
    known: dict = {"classes": False, "distance": None}
    if training.targets and validation.targets:
        known |= of_targets(training.targets[0], validation.targets[0])
    scales, moved = {}, {}
    for one, other in zip(training.inputs, validation.inputs, strict=False):
        if not amounts(one) or not amounts(other):
            continue
        spread = one.flat[one.finite].std()
        if spread > 0:
            inside = other.flat[other.finite]
            scales[one.name] = float(inside.std() / spread)
            change = abs(inside.mean() - one.flat[one.finite].mean())
            moved[one.name] = float(change / spread)
    return Shift(
        **known,
        scales=scales,
        moved=moved,
        rows=validation.sampled,
        drifts=drifts(training),
    )


def amounts(array: Array) -> bool:
    """Whether an array holds numbers that have a scale."""
    return array.numeric and array.features > 0 and array.finite.any()


def of_targets(one: Array, other: Array) -> dict:
    """Distance between two targets."""
    a, b = neighbours.labels(one), neighbours.labels(other)
    if a is None or b is None or one.features != other.features:
        return {"classes": False, "distance": None}
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    real = (targets.Target.REAL, targets.Target.SHARES)
    if targets.kind(one) in real:
        return {"classes": False, "distance": ks(a, b)}
    every = np.union1d(a, b)
    shares = [np.array([(v == c).mean() for c in every]) for v in (a, b)]
    new = np.setdiff1d(b, a)
    return {
        "classes": True,
        "distance": float(np.abs(shares[0] - shares[1]).sum() / 2),
        "unseen": tuple(new.tolist()),
        "unseen_share": float(np.isin(b, new).mean()),
        "count": len(every),
    }


def ks(a, b) -> float:
    """The Kolmogorov-Smirnov distance of two samples."""
    every = np.sort(np.concatenate([a, b]))
    ranks = [
        np.searchsorted(np.sort(v), every, "right") / len(v) for v in (a, b)
    ]
    return float(np.abs(ranks[0] - ranks[1]).max())


def drifts(data: Data) -> bool:
    """Whether neighbouring rows are more alike than rows far apart.

    Judged by the inputs: labels that are merely sorted do not count.
    """
    usable = [a for a in data.inputs if amounts(a) and not a.spatial]
    if not usable or data.sampled < 50:
        return False
    rows = np.hstack([a.flat[: data.sampled] for a in usable])
    rows = np.nan_to_num(rows[:, :256])
    spread = rows.std(0)
    rows = rows[:, spread > 0] / spread[spread > 0]
    if not rows.shape[1]:
        return False
    near = np.abs(np.diff(rows, axis=0)).mean()
    far = np.abs(rows[: len(rows) // 2] - rows[-(len(rows) // 2) :]).mean()
    return bool(near < 0.5 * far)
