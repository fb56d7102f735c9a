"""Records what runs inside a model: operations and calls of layers.

The model runs eagerly, so that each tensor is at hand with its values, in
Functional, nested and subclassed models alike. Nothing is changed: the
recorder only listens. What a layer does when it is built, on tensors without
values, is passed over.
"""

import contextlib
import dataclasses
from typing import Any

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes


@dataclasses.dataclass(frozen=True, eq=False)
class Operation:
    """One TensorFlow operation that ran.

    Attributes:
        type: such as `MatMul`.
        inputs: its input tensors.
        outputs: its output tensors.
        within: the layer inside which it ran; None outside of all.
    """

    type: str
    inputs: tuple
    outputs: tuple
    within: Any

    @property
    def layer(self) -> str:
        """Name of the layer inside which it ran; empty outside of all."""
        return getattr(self.within, "name", "")


@dataclasses.dataclass(frozen=True, eq=False)
class Call:
    """One call of a layer.

    Attributes:
        layer: the Keras layer.
        inputs: the tensors that it was given.
        outputs: the tensors that it returned.
        depth: how many layers it ran inside of.
    """

    layer: Any
    inputs: tuple
    outputs: tuple
    depth: int


class Recorder:
    """Listens while a model runs.

    Attributes:
        operations: every operation that ran, in order.
        calls: every call of a layer that returned, in order.
        open: layers that an error came through, the outermost first; empty
            where the model caught it.
    """

    def __init__(self, on_call=None, stop_after=None):
        self.operations: list[Operation] = []
        self.calls: list[Call] = []
        self.open: list[tuple[Any, tuple]] = []
        self._running: list[tuple[Any, tuple]] = []
        self._made: dict[int, Operation] = {}
        self._returned: dict[int, list[Any]] = {}
        self._on_call = on_call
        self._stop_after = stop_after

    @contextlib.contextmanager
    def listening(self):
        """Listens within this context, on this thread."""
        with (
            keras_scopes.watched_calls(self._enter, self._leave, self._fail),
            keras_scopes.watched_operations(self._note),
        ):
            yield self

    def maker(self, tensor) -> Operation | None:
        """The operation that made a tensor; None for inputs and constants."""
        return self._made.get(id(tensor))

    def returned_by(self, tensor) -> list:
        """The layers that returned this very tensor, the innermost first."""
        return self._returned.get(id(tensor), [])

    def _enter(self, layer, args, kwargs):
        self.open = []
        self._running.append((layer, tensors((args, kwargs))))

    def _fail(self, layer):
        self.open = self.open or list(self._running)
        self._running.pop()

    def _leave(self, layer, args, kwargs, outputs):
        self.open = []
        _, inputs = self._running.pop()
        call = Call(layer, inputs, tensors(outputs), len(self._running))
        if not keras_internals.have_values(call.inputs + call.outputs):
            return None
        self.calls.append(call)
        for tensor in call.outputs:
            self._returned.setdefault(id(tensor), []).append(layer)
        if self._stop_after is not None and layer is self._stop_after:
            raise Stop(outputs)
        if self._on_call is not None:
            return self._on_call(layer, outputs)
        return None

    def _note(self, op_type, inputs, outputs):
        if not keras_internals.have_values(outputs):
            return
        kind = op_type.decode() if isinstance(op_type, bytes) else op_type
        within = self._running[-1][0] if self._running else None
        done = Operation(kind, tuple(inputs), tuple(outputs), within)
        # The list keeps the tensors alive, so that no id is used twice.
        self.operations.append(done)
        for tensor in outputs:
            self._made[id(tensor)] = done


class Stop(BaseException):
    """Ends a forward pass early; `outputs` is what the layer returned."""

    def __init__(self, outputs):
        super().__init__()
        self.outputs = outputs


def tensors(structure) -> tuple:
    """The tensors of a nested structure of arguments, without the rest."""
    if hasattr(structure, "shape") and hasattr(structure, "dtype"):
        return (structure,)
    if isinstance(structure, dict):
        return sum((tensors(v) for v in structure.values()), ())
    if isinstance(structure, list | tuple):
        return sum((tensors(v) for v in structure), ())
    return ()
