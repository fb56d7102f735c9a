"""Predictions of a Keras model, in inference, without changing anything."""

import contextlib
import dataclasses
import warnings
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import building
from keras_troubleshoot.facts import decisions
from keras_troubleshoot.facts import forward
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import readings
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.facts import whole
from keras_troubleshoot.facts.predictions import Predictions
from keras_troubleshoot.facts.recorder import tensors
from keras_troubleshoot.facts.sample import require_equal_lengths

# Rows of one run of the model at most.
BATCH = 256


@dataclasses.dataclass(eq=False)
class Reader:
    """Runs a model in inference on rows of any number.

    Attributes:
        model: built.
        run: inputs to outputs, both as tensors.
        heads: the outputs by name, and how they decide.
    """

    model: Any
    run: Callable[[Any], Any]
    heads: dict[str, decisions.Head]

    def outputs(self, x: Any) -> dict[str, np.ndarray]:
        """Outputs for all rows of `x`, by name."""
        arrays = nests.arrays(x)
        count, size = len(arrays[0]), batch_size(self.model, arrays)
        parts = []
        for start in range(0, count, size):
            rows = np.arange(start, min(start + size, count))
            # One size for all batches: the model is traced once.
            filled = np.resize(rows, size)
            fed = nests.transform(lambda a, f=filled: passes.as_fed(a[f]), x)
            made = forward.named_outputs(self.model, self.run(fed))
            parts.append({n: np.asarray(t)[: len(rows)] for n, t in made})
        return {n: np.concatenate([p[n] for p in parts]) for n in parts[0]}


def predict(
    model: Any, data: Any, name: str, task: str | None, output: str | None
) -> Predictions:
    """Predictions for all rows of some data.

    Raises:
        TypeError: if `model` is no Keras model.
        ValueError: if the data cannot be read, or the model not be run.
    """
    subjects.require_model(model)
    x, y, weight = unpacked(data, name)
    made, true, weights = [], [], []
    with reader(model, (x, y, weight), name) as reads:
        chosen = head(reads.heads, output)
        for inputs, targets, given in whole.triples(x, y, weight):
            made.append(reads.outputs(inputs)[chosen.name])
            true.append(np.asarray(target(targets, chosen.name, reads, name)))
            weights.append(given)
    outputs, targets = joined(made), joined(true)
    weight = None if weights[0] is None else joined(weights)
    return readings.predictions(chosen, outputs, targets, task, weight, name)


def unpacked(data: Any, name: str = "train") -> tuple[Any, Any, Any]:
    """Inputs, targets and weights of `(x, y)`, `(x, y, w)` or a stream.

    Raises:
        ValueError: if it has more elements.
    """
    if not isinstance(data, tuple | list):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            f"`{name}` must be `(x, y)` or `(x, y, sample_weight)`, received: "
            f"{len(data)} elements. To mend it, give several inputs as one "
            "dictionary or inner list: `([x1, x2], y)`."
        )
    x, y, weight = (*data, None, None)[:3]
    return x, y, weight


@contextlib.contextmanager
def reader(model: Any, data: tuple, name: str) -> Iterator[Reader]:
    """Prepares a model to be run on all rows, and puts back all it holds.

    Args:
        model: a Keras model; one that was not built yet is built.
        data: inputs, targets and weights, as `fit` takes them; some rows are
            looked at.
        name: of the data, for messages.

    Raises:
        ValueError: if the data cannot be read, or the model not be run.
    """
    sample = reading.read(*data, limit=64, batches=1)
    require_equal_lengths(sample)
    if sample.y is None:
        raise ValueError(
            f"`{name}` must bring targets, received: inputs alone. To mend "
            "it, pass `(x, y)`."
        )
    building.build(model, sample)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with own_state.preserved(model):
            runner = passes.Runner(model, sample, None)
            found = heads(runner, name)
            yield Reader(model, program(runner), found)


def heads(runner: passes.Runner, name: str) -> dict[str, decisions.Head]:
    """The outputs of a model, and how they decide.

    Raises:
        ValueError: if it cannot be run.
    """
    done = runner.record()
    if done.failure is not None:
        raise ValueError(
            f"`model` must run on rows of {name}, but {runner.model.name!r} "
            f"raised: {done.failure.message.rstrip('.')}. To mend it, see "
            "`kts.check(model, x, y)`."
        )
    found = {}
    pairs = forward.named_outputs(runner.model, done.outputs)
    for place, (label, tensor) in enumerate(pairs):
        kind = decisions.kind_of_loss(runner.model, label, place)
        ending = forward.ending(done, tensor)
        values = np.asarray(tensor)
        found[label] = decisions.head(label, ending, values, kind)
    return found


def program(runner: passes.Runner) -> Callable[[Any], Any]:
    """Runs the model without writing to any of its variables."""
    import keras
    import tensorflow as tf

    model = runner.model

    def stateless(x):
        with keras.StatelessScope():
            return runner.call(x, False)

    if getattr(model, "run_eagerly", False):
        return runner.run
    function, traced = tf.function(stateless), {}

    def run(x):
        # Called through the function, TensorFlow warns of many traces.
        kind = tuple((t.shape, t.dtype) for t in tensors(x))
        if kind not in traced:
            traced[kind] = function.get_concrete_function(x)
        return traced[kind](x)

    return run


def batch_size(model: Any, arrays: list) -> int:
    """Rows of a batch: what the model insists on, or what memory allows."""
    fixed = keras_internals.fixed_batch(model)
    numbers = sum(int(np.prod(a.shape[1:], dtype=int)) for a in arrays)
    fits = 8 * passes.MOST_NUMBERS // max(numbers, 1)
    return fixed or int(np.clip(min(fits, len(arrays[0])), 1, BATCH))


def head(
    heads: dict[str, decisions.Head], output: str | None
) -> decisions.Head:
    """The output that is meant.

    Raises:
        ValueError: if there is no such output, or it is not told which.
    """
    if output is None and len(heads) == 1:
        return next(iter(heads.values()))
    if output not in heads:
        raise ValueError(
            f"`output` must name one of the outputs, received: {output!r}. To "
            f"mend it, take one of: {', '.join(heads)}."
        )
    return heads[output]


def target(targets: Any, chosen: str, reads: Reader, name: str) -> Any:
    """The targets of one output.

    Raises:
        ValueError: if there are none for it.
    """
    names = list(reads.heads)
    if isinstance(targets, Mapping) and chosen in targets:
        return targets[chosen]
    if isinstance(targets, list | tuple) and len(targets) == len(names):
        return targets[names.index(chosen)]
    if tensors(targets) is None or isinstance(targets, Mapping | list | tuple):
        raise ValueError(
            f"`{name}` must bring targets for the output {chosen!r}, "
            "received: none. To mend it, pass them in the structure of the "
            "outputs."
        )
    return targets


def joined(parts: list[np.ndarray]) -> np.ndarray:
    """All parts as one array.

    Raises:
        ValueError: if they differ in more than their rows.
    """
    if len({part.shape[1:] for part in parts}) > 1:
        raise ValueError(
            "Batches must agree in the shape of their predictions and "
            f"targets, received: {parts[0].shape[1:]} and others. To mend it, "
            "pad all rows to one length."
        )
    return np.concatenate(parts)
