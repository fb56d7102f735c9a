"""How low a loss can get on some rows, and what a guess comes to.

Soft targets, smoothed labels and rows that contradict each other keep a loss
above zero however good the model is. What can be reached is the loss of the
best prediction for each different row; a guess is the best one for all rows
alike. Both are handed to the compiled loss itself.
"""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import losses
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts import quality

# Numbers of ideal predictions that are made at most (heuristic: 64 MB).
MOST_NUMBERS = 2**24
# Probabilities of ideal predictions stay so far from 0 and 1.
EPSILON = 1e-7
# A floor below that share of the guess is none.
TINY = 1e-5


@dataclasses.dataclass(frozen=True)
class Reach:
    """The frame in which a loss moves.

    Attributes:
        floor: the least that predictions can reach; None where unknown.
        guess: the loss of the best constant prediction; None where unknown.
        upside_down: whether perfect predictions cost more than a guess.
    """

    floor: float | None = None
    guess: float | None = None
    upside_down: bool = False


def reach(model: Any, x: Any, y: Any, weight: Any) -> Reach:
    """What can be reached on some rows, by the losses that are compiled.

    Args:
        model: a compiled copy.
        x: inputs as arrays, to tell which rows are the same.
        y: targets as arrays; None for none.
        weight: weights of rows; None for none.
    """
    if y is None or model.loss is None:
        return Reach()
    floor = guess = 0.0
    same = groups(x)
    try:
        for part in parts(model, x, y):
            low, high = bounds(part, same, weight)
            factor = 1.0 if part[1] is None else float(part[1])
            floor, guess = floor + factor * low, guess + factor * high
    except (ValueError, TypeError, IndexError, NotImplementedError):
        return Reach()
    if not np.isfinite([floor, guess]).all():
        return Reach()
    if guess < floor - 1e-6 * max(abs(floor), abs(guess)):
        return Reach(upside_down=True)
    if guess - floor <= 1e-6 * max(abs(floor), abs(guess), 1e-12):
        return Reach()
    # Losses keep probabilities a little away from 0 and 1.
    return Reach(0.0 if abs(floor) < TINY * guess else floor, guess)


def parts(model: Any, x: Any, y: Any, training: bool = False) -> list[tuple]:
    """The compiled losses: (loss, weight, its target, its output)."""
    fed, true = (nests.transform(passes.as_fed, part) for part in (x, y))
    options = {"training": training}
    options = options if keras_internals.calls_training(model) else {}
    return keras_internals.loss_parts(model, true, model(fed, **options))


def data_loss(model: Any, x: Any, y: Any, weight: Any) -> float | None:
    """The loss without penalties: the better one of both modes.

    Dropout keeps it high in training, moving averages that lag in
    inference; a model that has learned its rows is right in one of them.
    """
    if y is None or model.loss is None:
        return None
    found = []
    for training in (False, True):
        total = 0.0
        for loss, factor, true, made in parts(model, x, y, training):
            value = np.mean(np.asarray(loss(true, made, row_weights(weight))))
            total += value * (1.0 if factor is None else float(factor))
        found.append(total)
    finite = [value for value in found if np.isfinite(value)]
    return float(min(finite)) if finite else float("nan")


def row_weights(weight: Any) -> Any:
    """One array of weights of rows; others do not fit a single loss."""
    if weight is None:
        return None
    if isinstance(weight, dict | list | tuple):
        raise ValueError("weights of several outputs")
    return np.asarray(weight, "float32")


def bounds(part: tuple, same: np.ndarray, weight: Any) -> tuple[float, float]:
    """The loss of the best predictions by row, and for all rows alike."""
    loss, _, true, made = part
    known = losses.describe(loss)
    shape = tuple(made.shape)
    if np.prod(shape) > MOST_NUMBERS:
        raise ValueError("too many numbers")
    ideal = wanted(known, np.asarray(true), shape)
    alike = np.zeros(len(ideal), int)

    def cost(values):
        found = loss(true, as_output(known, values), row_weights(weight))
        return float(np.mean(np.asarray(found)))

    def best(labels):
        return min(cost(centre(ideal, labels, f)) for f in (mean, np.median))

    return best(same), best(alike)


def mean(values, axis):
    """The mean, in double precision."""
    return np.mean(values, axis=axis, dtype="float64")


def wanted(known, true: np.ndarray, shape: tuple) -> np.ndarray:
    """The targets as predictions of this shape should be."""
    if known.kind == "sparse":
        units = shape[-1]
        ids = np.clip(true.reshape(shape[:-1]).astype(int), 0, units - 1)
        return np.eye(units, dtype="float32")[ids]
    values = true.astype("float32").reshape(shape)
    if known.kind == "categorical":
        return values * (1 - known.smoothing) + known.smoothing / shape[-1]
    if known.kind == "binary":
        return values * (1 - known.smoothing) + known.smoothing / 2
    if known.kind in ("hinge", "categorical_hinge", "overlap", "direction"):
        raise ValueError("no mean of the targets is the best prediction")
    return values


def centre(values: np.ndarray, labels: np.ndarray, function) -> np.ndarray:
    """Each row replaced by the centre of those with its label."""
    found = np.empty_like(values)
    for label in np.unique(labels):
        rows = labels == label
        found[rows] = function(values[rows], axis=0)
    return found


def as_output(known, values: np.ndarray) -> np.ndarray:
    """Predictions as the loss expects them: probabilities or logits."""
    if not known.cross_entropy or not known.from_logits:
        return values
    values = np.clip(values, EPSILON, 1 - EPSILON)
    if known.kind == "binary":
        return np.log(values / (1 - values))
    return np.log(values)


def groups(x: Any) -> np.ndarray:
    """A label for each row, the same for rows that are the same.

    Example:
        >>> groups(np.array([[1, 2], [3, 4], [1, 2]])).tolist()
        [0, 1, 0]
    """
    arrays = [np.asarray(a) for a in nests.arrays(x)]
    seen: dict[tuple, int] = {}
    keys = zip(*[[row.tobytes() for row in a] for a in arrays], strict=True)
    return np.array([seen.setdefault(key, len(seen)) for key in keys])


def agreement(model: Any, x: Any, y: Any) -> float | None:
    """How well predictions agree with targets, whatever the loss says.

    Of 1 for perfect and 0 for a guess; None where outputs and targets
    cannot be compared number by number.
    """
    if y is None:
        return None
    try:
        fed = nests.transform(passes.as_fed, x)
        options = {"training": False}
        options = options if keras_internals.calls_training(model) else {}
        made = nests.arrays(model(fed, **options))
        found = [
            agreed(np.asarray(m, "float64"), np.asarray(t))
            for m, t in zip(made, nests.arrays(y), strict=True)
        ]
    except (ValueError, TypeError):
        return None
    known = [value for value in found if value is not None]
    return float(np.mean(known)) if known else None


def agreed(made: np.ndarray, true: np.ndarray) -> float | None:
    """The same of one output."""
    if not np.isfinite(made).all():
        return -1.0
    units = made.shape[-1] if made.ndim > 1 else 1
    if true.size == made.size // max(units, 1) and units > 1:
        return quality.of_classes(made.reshape(-1, units), true.ravel())
    if true.size != made.size:
        return None
    made, true = made.reshape(-1, units), true.reshape(-1, units)
    if units > 1 and np.isin(true, (0, 1)).all() and (true.sum(1) == 1).all():
        return quality.of_classes(made, true.argmax(axis=1))
    single = quality.of_numbers
    if np.isin(true, (0, 1)).all():
        single = quality.of_ranks
    found = [single(m, t) for m, t in zip(made.T, true.T, strict=True)]
    known = [value for value in found if value is not None]
    return float(np.mean(known)) if known else None
