"""What the augmenting layers of a model leave of its inputs."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts.architecture import AUGMENTING
from keras_troubleshoot.facts.data import Data
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import Recorder
from keras_troubleshoot.facts.recorder import Stop

# Pictures that are augmented and looked up among as many clean ones.
ROWS = 600
# How much farther (squared) augmented pictures lie from clean ones than
# these from each other. Heuristic: shifts by a pixel come to 1.2, turns by
# any angle to 2.
FARTHER = 1.3


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """How well labels can still be told from augmented inputs.

    Attributes:
        layers: names of the augmenting layers, in their order; empty where
            the data come augmented.
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


def of_stream(training: Data, validation: Data) -> Augmentation | None:
    """Looks pictures of a training stream up among those of validation.

    They count as augmented where they lie farther from these than these
    from each other, and do not foretell each other's labels either, as
    those of another domain would.

    Returns:
        None where training is no stream of pictures with single labels, or
        not as described.
    """
    parts = [pictures(training), pictures(validation)]
    if None in parts or not training.streamed:
        return None
    (x, y), (clean, y_clean) = parts
    if x.shape[1:] != clean.shape[1:] or len(clean) < 100:
        return None
    far, near = distances(x, clean), distances(clean, clean)
    among = told(x, x, y)
    known = told(clean, clean, y_clean)
    chance = float(np.unique(y, return_counts=True)[1].max() / len(y))
    if np.median(far) < FARTHER * np.median(near):
        return None
    augmented = max(looked_up(x, clean, y, y_clean), among)
    return Augmentation((), known, augmented, chance, len(y))


def pictures(data: Data):
    """Pictures laid flat, with one label for each; None for other data."""
    if len(data.inputs) != 1 or len(data.targets) != 1:
        return None
    array, y = data.inputs[0], neighbours.labels(data.targets[0])
    if y is None or not array.numeric or not array.spatial:
        return None
    rows = min(ROWS, len(y), len(array.values))
    labels = y[:rows]
    if len(np.unique(labels)) > 100:
        return None
    x = np.asarray(array.values[:rows], "float32").reshape(rows, -1)
    return x, labels


def distances(queries, references) -> np.ndarray:
    """Squared distance of each query to its nearest other reference."""
    found = pairwise(queries, references)
    if queries is references:
        np.fill_diagonal(found, np.inf)
    return np.maximum(found.min(axis=1), 0)


def looked_up(queries, references, y, y_references) -> float:
    """Share of labels of queries that the nearest references foretell."""
    near = np.argpartition(pairwise(queries, references), 5, axis=1)[:, :5]
    classes = np.unique(y_references)
    counts = np.stack(
        [(y_references[near] == c).sum(axis=1) for c in classes], axis=1
    )
    return float((classes[counts.argmax(axis=1)] == y).mean())


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
    distance = pairwise(queries, references)
    np.fill_diagonal(distance, np.inf)
    near = np.argpartition(distance, 5, axis=1)[:, :5]
    chosen, _ = neighbours.votes(near, y)
    return float((chosen == y).mean())


def pairwise(queries, references) -> np.ndarray:
    """Squared distances, shape (queries, references)."""
    middle = references.mean(axis=0)
    q = (queries - middle).astype("float64")
    r = (references - middle).astype("float64")
    return (q**2).sum(1)[:, None] + (r**2).sum(1)[None] - 2 * q @ r.T
