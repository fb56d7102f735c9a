"""What the memory of a training step goes to, layer by layer."""

import dataclasses
import math

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import liveness
from keras_troubleshoot.facts import optimizer_slots
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import step_graph


@dataclasses.dataclass(frozen=True)
class LayerMemory:
    """The memory of one layer, in bytes.

    Attributes:
        layer: its path; empty for what belongs to no layer (loss, inputs).
        class_name: its class.
        weights: its weights, trainable or not.
        gradients: one for each trainable weight.
        slots: what the optimizer keeps for its weights.
        activations: what it computes and the backward pass reads.
    """

    layer: str
    class_name: str = ""
    weights: int = 0
    gradients: int = 0
    slots: int = 0
    activations: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.gradients + self.slots + self.activations


@dataclasses.dataclass(frozen=True)
class Estimate:
    """The memory of a training step, in bytes.

    Attributes:
        batch_size: rows of the batch.
        layers: what each layer takes, in the order of the model.
        usage: the peak of all that lives during the step only.
    """

    batch_size: int
    layers: tuple[LayerMemory, ...]
    usage: liveness.Usage

    @property
    def weights(self) -> int:
        """All weights, trainable or not."""
        return sum(layer.weights for layer in self.layers)

    @property
    def gradients(self) -> int:
        """All gradients; TensorFlow frees each when its weight is updated."""
        return sum(layer.gradients for layer in self.layers)

    @property
    def slots(self) -> int:
        """What the optimizer keeps for the weights."""
        return sum(layer.slots for layer in self.layers)

    @property
    def activations(self) -> int:
        """What the forward pass keeps for the backward pass."""
        return sum(layer.activations for layer in self.layers)

    @property
    def step(self) -> int:
        """Most that lives during a step only: batch, activations, gradients."""
        return self.usage.peak

    @property
    def total(self) -> int:
        """The peak: weights, what the optimizer keeps, and the step.

        Less than the sum of the parts where gradients are used up before
        all are there, more where temporaries add to them.
        """
        return self.weights + self.slots + self.step

    def sorted(self, by: str = "total") -> list[LayerMemory]:
        """The layers, the largest first.

        Args:
            by: `weights`, `gradients`, `slots`, `activations` or `total`.

        Raises:
            ValueError: if `by` is none of these.
        """
        if by not in COLUMNS:
            raise ValueError(
                f"`by` must be one of {list(COLUMNS)}, received: by={by!r}. "
                "To mend it, leave it out: the sum counts."
            )
        return sorted(self.layers, key=lambda layer: -getattr(layer, by))

    def __str__(self) -> str:
        from keras_troubleshoot.facts import memory_text

        return memory_text.written(self)


COLUMNS = ("weights", "gradients", "slots", "activations", "total")


def estimate(model, batch_size, x, y=None, optimizer=None) -> Estimate:
    """The memory of one step of a built model.

    Args:
        model: a built Keras model.
        batch_size: rows of a batch.
        x: inputs, as `tf.TensorSpec`s of a batch in their structure.
        y: targets, likewise; None for such as fit the loss.
        optimizer: a Keras optimizer; None for none.
    """
    used = liveness.usage(step_graph.Tracer(model).trace(x, y))
    kept = dict(used.kept)
    owners = owned(model)
    trainable = list(model.trainable_variables)
    with own_state.preserved(model):
        held = optimizer_slots.slots(optimizer, trainable)
    slots = {id(v): n for v, n in zip(trainable, held, strict=True)}
    found = []
    for layer in keras_internals.all_layers(model):
        own = owners.get(id(layer), [])
        learned = [v for v in own if id(v) in slots]
        path = getattr(layer, "path", None) or layer.name
        part = LayerMemory(
            layer=path,
            class_name=type(layer).__name__,
            weights=sum(map(nbytes, own)),
            gradients=sum(map(nbytes, learned)),
            slots=sum(slots[id(v)] for v in learned),
            activations=kept.pop(path, 0),
        )
        found.append(part)
    rest = LayerMemory("", activations=sum(kept.values()))
    found = [part for part in (*found, rest) if part.total]
    return Estimate(int(batch_size), tuple(found), used)


def owned(model) -> dict[int, list]:
    """By the `id` of a layer, the variables that no layer in it holds."""
    owners = {}
    for layer in keras_internals.all_layers(model):
        for variable in layer.variables:
            owners[id(variable)] = (layer, variable)
    found: dict[int, list] = {}
    for layer, variable in owners.values():
        found.setdefault(id(layer), []).append(variable)
    return found


def nbytes(variable) -> int:
    """Bytes of a Keras variable."""
    size = optimizer_slots.bytes_of(variable.dtype)
    return math.prod(variable.shape) * size
