"""What the augmenting layers of a model leave of its inputs."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts.architecture import AUGMENTING
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import Recorder
from keras_troubleshoot.facts.recorder import Stop

# Pictures that are augmented and looked up among as many clean ones.
ROWS = 600


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """How well labels can still be told from augmented inputs.

    Attributes:
        layers: names of the augmenting layers, in their order.
        clean: share of labels that the nearest clean rows foretell.
        augmented: the same for rows that went through these layers.
        chance: the share of the most frequent label.
        rows: how many rows were looked up.
    """

    layers: tuple[str, ...]
    clean: float
    augmented: float
    chance: float
    rows: int


def augmentation(runner: Runner, training, y) -> Augmentation | None:
    """Augments a few hundred rows, and asks their clean neighbours.

    Args:
        runner: of the model.
        training: the recorded run in training mode.
        y: one label for each sampled row.

    Returns:
        None where no layer augments, or labels are not single classes.
    """
    calls = [
        c
        for c in training.recorder.calls
        if type(c.layer).__name__ in AUGMENTING and c.inputs and c.outputs
    ]
    if not calls or y is None or len(np.unique(y)) > 100:
        return None
    first, last = calls[0].layer, calls[-1].layer
    y = y[:ROWS]
    rows = slice(len(y))
    dull = through(runner, rows, last, training=False)
    bright = through(runner, rows, last, training=True)
    if dull is None or bright is None or dull.shape != bright.shape:
        return None
    clean = told(dull, dull, y)
    augmented = told(bright, dull, y)
    chance = float(np.unique(y, return_counts=True)[1].max() / len(y))
    names = (first.name, *(c.layer.name for c in calls[1:]))
    unique = tuple(dict.fromkeys(names))
    return Augmentation(unique, clean, augmented, chance, len(y))


def through(runner: Runner, rows, layer, training) -> np.ndarray | None:
    """What a layer makes of some rows; the model stops behind it."""
    recorder = Recorder(stop_after=layer)
    try:
        with runner.quiet(), recorder.listening():
            runner.call(runner.x(rows), training)
    except Stop as stopped:
        values = np.asarray(stopped.outputs, "float32")
        return values.reshape(len(values), -1)
    return None


def told(queries, references, y) -> float:
    """Share of labels that the nearest other reference rows foretell."""
    both = np.vstack([queries, references]).astype("float64")
    both -= references.mean(0)
    q, r = both[: len(queries)], both[len(queries) :]
    distance = (q**2).sum(1)[:, None] + (r**2).sum(1)[None] - 2 * q @ r.T
    np.fill_diagonal(distance, np.inf)
    near = np.argpartition(distance, 5, axis=1)[:, :5]
    chosen, _ = neighbours.votes(near, y)
    return float((chosen == y).mean())
