"""What a model makes of its inputs before its last layer: its features."""

import collections
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import estimators
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts import predicting
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts.recorder import tensors
from keras_troubleshoot.improvement.errors.sides import Side
from keras_troubleshoot.report import progress

# Rows of a data set whose features are taken at most, and numbers of all of
# them (heuristic: 256 MB in float32). Of more, rows drawn at random.
MOST_ROWS = 60_000
MOST_NUMBERS = 2**26


@dataclasses.dataclass(frozen=True, eq=False)
class Features:
    """Features of rows of one data set.

    Attributes:
        rows: their numbers, in rising order.
        values: shape (rows, features), float32; or a sparse matrix.
        layer: the layer that is given them; empty where they are inputs.
    """

    rows: np.ndarray
    values: Any
    layer: str = ""


def find(model: Any, side: Side, seed: int) -> Features | None:
    """The features of the rows of a data set; nothing is changed.

    Of a Keras model, what its last layer with a kernel is given, averaged
    over space and time. Of an estimator, the inputs themselves.

    Args:
        model: as given to `analyze_errors`.
        side: the data set.
        seed: of the rows, where there are too many.

    Returns:
        The features; None where there are no numbers to be had.
    """
    if estimators.is_estimator(model):
        return inputs(side, seed)
    data = side.x, side.made.targets, None
    with predicting.reader(model, data, side.name) as reads:
        head = last_layer(reads, side)
        if head is None:
            return inputs(side, seed)
        run = program(reads.model, head)
        return recorded(run, reads.model, head, side, seed)


def last_layer(reads: predicting.Reader, side: Side) -> Any:
    """The last layer with a kernel that is given something for each row."""
    arrays = nests.arrays(side.x)
    size = predicting.batch_size(reads.model, arrays)
    size = min(size, len(arrays[0])) if size > 8 else size
    fed = nests.transform(
        lambda a: passes.as_fed(a[np.resize(np.arange(len(a)), size)]), side.x
    )
    done = passes.Runner(reads.model, None, size).record(fed)
    calls = done.recorder.calls
    repeated = in_loops(reads.model, calls)
    for call in reversed(calls):
        given = call.inputs[0] if call.inputs else None
        if given is None or not is_float(given) or len(given.shape) < 2:
            continue
        if given.shape[0] == size and is_head(call.layer, repeated):
            return call.layer
    return None


def in_loops(model: Any, calls: list) -> set[int]:
    """Layers that are called more than once, or within a loop, by `id`.

    What they are given in a graph belongs to the loop.
    """
    import keras

    counts = collections.Counter(id(call.layer) for call in calls)
    found = {key for key, count in counts.items() if count > 1}
    looping = keras.layers.RNN, keras.layers.TimeDistributed
    for layer in keras_internals.all_layers(model):
        if isinstance(layer, looping):
            inner = keras_internals.all_layers(layer)
            found |= {id(other) for other in inner if other is not layer}
    return found


def is_head(layer: Any, repeated: set[int]) -> bool:
    """Whether a layer has a kernel, or repeats layers that have one."""
    if keras_internals.is_model(layer) or id(layer) in repeated:
        return False
    weighted = [
        inner
        for inner in keras_internals.all_layers(layer)
        if keras_internals.largest_weight_rank(inner) >= 2
    ]
    return bool(weighted) and all(
        inner is layer or id(inner) in repeated for inner in weighted
    )


def is_float(tensor: Any) -> bool:
    """Whether a tensor holds numbers that are no ids."""
    return "float" in str(getattr(tensor.dtype, "name", tensor.dtype))


def program(model: Any, head: Any) -> Callable[[Any], Any]:
    """Runs a model, and returns what a layer in it was given last."""
    import keras
    import tensorflow as tf

    runner = passes.Runner(model, None, 1)

    def run(x):
        given = []

        def note(layer, args, kwargs):
            if layer is head:
                given.append(tensors((args, kwargs))[0])

        with keras.StatelessScope(), keras_scopes.watched_calls(note):
            runner.call(x, False)
        return pooled(given[-1])

    eager = getattr(model, "run_eagerly", False)
    return run if eager else tf.function(run, reduce_retracing=True)


def pooled(tensor: Any) -> Any:
    """The mean over space or time: one vector for each row."""
    import tensorflow as tf

    axes = list(range(1, len(tensor.shape) - 1))
    mean = tf.reduce_mean(tensor, axis=axes) if axes else tensor
    return tf.cast(mean, "float32")


def recorded(run, model, head, side: Side, seed: int) -> Features:
    """Features of rows drawn at random, as many as may be kept."""
    size = predicting.batch_size(model, nests.arrays(side.x))
    order = np.random.default_rng(seed).permutation(len(side))[:MOST_ROWS]
    tell = progress.Progress("Features of the rows")
    parts, done, limit = [], 0, len(order)
    while done < limit:
        rows = np.resize(order[done : done + size], size)
        fed = nests.transform(lambda a, r=rows: passes.as_fed(a[r]), side.x)
        parts.append(np.asarray(run(fed))[: limit - done])
        done += len(parts[-1])
        limit = min(limit, max(size, MOST_NUMBERS // parts[0].shape[1]))
        tell(f"{done:,} of {limit:,} rows")
    values = np.concatenate(parts)
    place = np.argsort(order[: len(values)])
    return Features(order[place], values[place], head.name)


def inputs(side: Side, seed: int) -> Features | None:
    """The inputs themselves, as one row of numbers each."""
    arrays = nests.arrays(side.x)
    order = np.random.default_rng(seed).permutation(len(side))
    order = np.sort(order[:MOST_ROWS])
    if len(arrays) == 1 and rows_lib.is_scipy_sparse(arrays[0]):
        return Features(order, arrays[0].tocsr()[order])
    taken = [rows_lib.take(array, order) for array in arrays]
    if any(array.dtype.kind not in "biuf" for array in taken):
        return None
    flat = [array.reshape(len(array), -1).astype("float32") for array in taken]
    joined = np.concatenate(flat, axis=1)
    return Features(order, joined) if np.isfinite(joined).all() else None
