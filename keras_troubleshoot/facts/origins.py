"""Whose code an operation was written in, told from the call stack."""

import dataclasses
import functools
import os
import sys

from keras_troubleshoot.facts.passes import is_library
from keras_troubleshoot.facts.recorder import Recorder

USER = "user"  # A line of the user's.
GRAPH = "graph"  # `keras.ops` in a Functional model, or a Lambda.
LIBRARY = "library"  # Inside a layer or a loss of Keras, say.
BACKWARD = "backward"  # The gradient of something.

# What Keras and TensorFlow themselves answer for.
TRUSTED = tuple(
    os.path.join("keras", "src", name) + os.sep
    for name in (
        "activations applications constraints initializers layers losses "
        "metrics optimizers quantizers regularizers trainers"
    ).split()
)
TRUSTED_FILES = tuple(
    os.path.join(*path.split("/"))
    for path in (
        "keras/src/backend/tensorflow/nn.py",
        "keras/src/ops/nn.py",
        "keras/src/utils/numerical_utils.py",
        "tensorflow/python/ops/nn_impl.py",
        "tensorflow/python/ops/nn_ops.py",
        "tensorflow/python/ops/losses/losses_impl.py",
    )
)
GRAPH_FILES = tuple(
    os.path.join("keras", "src", *path)
    for path in (("models", "functional.py"), ("ops", "function.py"))
)
OPERATION_FILE = os.path.join("keras", "src", "ops", "operation.py")
LAMBDA_FILE = os.path.join("keras", "src", "layers", "core", "lambda_layer.py")
BACKPROP_FILE = os.path.join("tensorflow", "python", "eager", "backprop.py")
PASSED = (os.path.join("tensorflow", ""), os.path.join("keras", "src", ""))


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where an operation was written.

    Attributes:
        owner: `USER`, `GRAPH`, `LIBRARY` or `BACKWARD`.
        path: file of the user's line; empty for none.
        line: its number; 0 for none.
        function: the function that the line stands in.
        name: of the Keras operation in a Functional model.
    """

    owner: str
    path: str = ""
    line: int = 0
    function: str = ""
    name: str = ""

    @property
    def place(self) -> str:
        """The line, in words; empty for none."""
        if not self.line:
            return ""
        name = os.path.basename(self.path)
        return f"line {self.line} of {name} (`{self.function}`)"

    @property
    def own(self) -> bool:
        """Whether the user wrote it."""
        return self.owner in (USER, GRAPH)


@functools.lru_cache(maxsize=4096)
def owner_of(path: str) -> str | None:
    """Whom code in a file belongs to; None for what only passes on."""
    if not is_library(path):
        return USER
    if path.endswith(BACKPROP_FILE):
        return BACKWARD
    if path.endswith((*GRAPH_FILES, LAMBDA_FILE)):
        return GRAPH
    if path.endswith(TRUSTED_FILES) or any(part in path for part in TRUSTED):
        return LIBRARY
    passed = any(f"packages{os.sep}{part}" in path for part in PASSED)
    return None if passed or "numpy" in path else LIBRARY


def origin() -> Origin:
    """Where the operation that runs right now was written."""
    frame, name = sys._getframe(1), ""
    while frame is not None:
        code = frame.f_code
        owner = owner_of(code.co_filename)
        if owner == USER:
            return Origin(
                USER, code.co_filename, frame.f_lineno, code.co_name, name
            )
        if owner is not None and not own_frame(code.co_filename):
            return Origin(owner, name=name)
        if code.co_filename.endswith(OPERATION_FILE):
            name = getattr(frame.f_locals.get("self"), "name", "") or name
        frame = frame.f_back
    return Origin(LIBRARY)


HERE = os.path.dirname(__file__) + os.sep
LISTENING = (
    HERE + "origins.py",
    HERE + "recorder.py",
    HERE + "keras_scopes.py",
)


def own_frame(path: str) -> bool:
    """Whether a frame belongs to what listens."""
    return path in LISTENING


class Origins(Recorder):
    """A recorder that notes where each operation was written.

    Attributes:
        phase: what runs, such as `loss entropy`; set by who runs it.
    """

    def __init__(self):
        super().__init__()
        self.phase = ""
        self._origins: dict[int, tuple[Origin, str, int]] = {}

    def _note(self, op_type, inputs, outputs):
        before = len(self.operations)
        super()._note(op_type, inputs, outputs)
        if len(self.operations) > before:
            done = self.operations[-1]
            self._origins[id(done)] = origin(), self.phase, before

    def origin(self, operation) -> Origin:
        """Where an operation was written."""
        return self._origins[id(operation)][0]

    def phase_of(self, operation) -> str:
        """What ran when it did."""
        return self._origins[id(operation)][1]

    def place(self, operation) -> int:
        """Its place among all operations."""
        return self._origins[id(operation)][2]
