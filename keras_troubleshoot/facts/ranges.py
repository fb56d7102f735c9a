"""The range of every tensor of a recorded training step."""

import numpy as np

from keras_troubleshoot.facts import interval_rules
from keras_troubleshoot.facts import intervals
from keras_troubleshoot.facts import relations
from keras_troubleshoot.facts.intervals import Interval
from keras_troubleshoot.facts.recorder import tensors
from keras_troubleshoot.facts.whole_step import WholeStep


class Ranges:
    """Ranges by tensor, from what was seen of the data.

    Inputs and targets range over what was seen of them, weights over all
    numbers, since training changes them; the rest follows operation by
    operation.

    Args:
        done: a recorded step.
        model: that it ran.
        sample: what was read of the data.
    """

    def __init__(self, done: WholeStep, model, sample):
        self.recorder = done.recorder
        self._known: dict[int, Interval] = {}
        self._held: list = []
        for given, seen in ((done.x, sample.x), (done.y, sample.y)):
            self._note_data(given, seen)
        self._weights = {}
        for weight in model.weights:
            handle = getattr(weight.value, "handle", None)
            self._weights[id(handle)] = weight
        for operation in self.recorder.operations:
            made = self._made_by(operation)
            for tensor in operation.outputs:
                self._known[id(tensor)] = made

    def of(self, tensor) -> Interval:
        """The range of a tensor."""
        found = self._known.get(id(tensor))
        if found is None:
            found = intervals.of(tensor, fixed=True)
            # Kept alive, so that no id is used twice.
            self._held.append(tensor)
            self._known[id(tensor)] = found
        return found

    def maker(self, tensor):
        """The operation that made a tensor; None for data and constants."""
        return self.recorder.maker(tensor)

    def _note_data(self, given, seen):
        for tensor, array in zip(tensors(given), tensors(seen), strict=False):
            self._held.append(tensor)
            self._known[id(tensor)] = seen_range(array)

    def _made_by(self, operation) -> Interval:
        kind = operation.type
        if kind in ("ReadVariableOp", "ResourceGather"):
            return self._weight(operation)
        parts = [self.of(tensor) for tensor in operation.inputs]
        related = relations.refined(operation, parts, self)
        if related is not None:
            return related
        return interval_rules.propagate(kind, parts, operation)

    def _weight(self, operation) -> Interval:
        weight = self._weights.get(id(operation.inputs[0]))
        if weight is not None and weight.trainable:
            return Interval(free=True, flows=True)
        made = intervals.of(operation.outputs[0], free=True)
        return Interval(made.low, made.high, known=False, free=True)


def seen_range(array) -> Interval:
    """The range of an array of data, without what is not finite."""
    values = np.asarray(array)
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    return intervals.of(values)
