"""What a builder needs to know of the data, and the two ends of a model."""

import dataclasses
from typing import Any

import keras
import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.facts.sample import unreadable
from keras_troubleshoot.start_simple import compiling
from keras_troubleshoot.start_simple import defaults
from keras_troubleshoot.start_simple.data.input_normalizer import (
    InputNormalizer,
)
from keras_troubleshoot.start_simple.data.survey import Seen
from keras_troubleshoot.start_simple.data.target_scaler import TargetScaler
from keras_troubleshoot.start_simple.space import Choices
from keras_troubleshoot.start_simple.tasks import Task

TEMPORAL = (Input.SEQUENCE, Input.TOKENS)


@dataclasses.dataclass(frozen=True, eq=False)
class Entry:
    """One input on its way into a model.

    Attributes:
        seen: what is known of it.
        tensor: the input, scaled; tokens as they are.
        mask: whether each step counts; None where all do.
        vocabulary: of tokens, how many ids there are.
    """

    seen: Seen
    tensor: Any
    mask: Any = None
    vocabulary: int = 0


@dataclasses.dataclass(frozen=True, eq=False)
class Problem:
    """The data, as far as a builder needs to know them.

    Every builder takes one in place of `x` and `y`, so that the data are
    read once for many models.

    Attributes:
        seen: what was seen of each input, in the structure of `x`.
        task: what is to be predicted.
        normalizer: brings the inputs to unit scale.
        rows: how many there are; None where nobody can know.
        vocabulary: how many ids of tokens there are, where it was said.
        learning_rate: of the optimizer; None for that of the builder.
        jit_compile: as `compile` takes it.
    """

    seen: Any
    task: Task
    normalizer: InputNormalizer
    rows: int | None = None
    vocabulary: int | None = None
    learning_rate: float | None = None
    jit_compile: bool | str = "auto"

    def inputs(self) -> tuple[Any, list[Entry]]:
        """The inputs of a model, and the scaled tensors in their order."""
        labels = iter(range(len(self.each)))
        inputs = nests.transform(
            lambda seen: entrance(seen, next(labels)), self.seen
        )
        scaled = nests.arrays(self.normalizer.unrolled(inputs))
        entries = [
            Entry(seen, tensor, mask(seen, raw), self.ids(seen))
            for seen, raw, tensor in zip(
                self.each, nests.arrays(inputs), scaled, strict=True
            )
        ]
        return inputs, entries

    @property
    def each(self) -> list[Seen]:
        """What was seen of each input, in order."""
        return nests.arrays(self.seen)

    def ids(self, seen: Seen) -> int:
        """How many ids of tokens there are, 0 for other inputs."""
        if seen.kind is not Input.TOKENS:
            return 0
        found = int(seen.high) + 1
        if self.vocabulary is not None and self.vocabulary < found:
            raise unreadable(
                f"`{seen.label}` must hold ids below {self.vocabulary}, "
                f"received: up to {found - 1}.",
                f"pass `vocabulary={found}`",
                where=seen.label,
            )
        return self.vocabulary or found

    def only(self, builder: str) -> tuple[Any, Entry]:
        """The inputs and the one tensor, of data with one input.

        Raises:
            sample.UnreadableData: there are several.
        """
        if len(self.each) != 1:
            labels = ", ".join(seen.label for seen in self.each)
            raise unreadable(
                f"`x` must be one input for `{builder}`, received: {labels}.",
                "call `kts.models.multimodal(x, y)`, which takes several",
            )
        inputs, entries = self.inputs()
        return inputs, entries[0]

    def finish(
        self,
        name: str,
        inputs: Any,
        hidden: Any,
        made: Choices,
        scale: float = defaults.OUTPUT_SCALE,
    ) -> Any:
        """Adds the output to the last hidden layer, and compiles.

        Args:
            name: of the model, which is that of the builder.
            inputs: of the model.
            hidden: the last hidden tensor.
            made: the choices; they tell optimizer, rate and loss.
            scale: see `defaults.output`.
        """
        task, options = self.task, {}
        last = "logits" if self.counted else "scaled"
        outputs = defaults.output(task.units, self.bias(), scale, name=last)(
            hidden
        )
        if task.name == "regression":
            scaler = TargetScaler().fit_to(task.seen)
            outputs = scaler.layer()(outputs)
            shape = (-1,) if task.per_step else task.shape
            options = scaler.loss(made.loss(), shape)
        if len(task.shape) > 1 and not task.per_step:
            outputs = keras.layers.Reshape(task.shape)(outputs)
        model = keras.Model(inputs, outputs, name=name)
        model.compile(
            optimizer=made.optimizer(self.rows),
            metrics=compiling.metrics(task),
            jit_compile=self.jit_compile,
            **({"loss": compiling.loss(task)} | options),
        )
        return model

    @property
    def counted(self) -> bool:
        """Whether classes are predicted, not amounts."""
        return self.task.name != "regression"

    def bias(self) -> np.ndarray | None:
        """Bias of the output; the mean of amounts is added behind it."""
        return self.task.bias() if self.counted else None


def entrance(seen: Seen, place: int) -> Any:
    """The `keras.Input` of one input."""
    name = seen.label.removeprefix("x").strip("[]'\"")
    # Keras wants the key as it is, but for its separator of scopes.
    name = name.replace("/", "_").replace("'][", ".").replace("][", ".")
    shape = seen.shape or (1,)
    return keras.Input(
        (None, *shape[1:]) if seen.varies else shape,
        dtype="int32" if seen.kind is Input.TOKENS else "float32",
        name=f"input_{name}" if name[:1].isdigit() else name or "input",
    )


def mask(seen: Seen, tensor: Any) -> Any:
    """Which steps of an input count; None where all do."""
    if seen.kind is Input.TOKENS and seen.padded:
        return keras.ops.not_equal(tensor, 0)
    if seen.mask is not None:
        return keras.ops.any(keras.ops.not_equal(tensor, seen.mask), axis=-1)
    return None
