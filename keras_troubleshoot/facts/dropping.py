"""How much each dropout layer leaves, and where it stands."""

import dataclasses

from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.recorder import tensors
from keras_troubleshoot.facts.wiring import Wiring
from keras_troubleshoot.facts.wiring import wiring_of

# Layers that drop or disturb numbers at a rate.
DROPPING = (
    "Dropout",
    "AlphaDropout",
    "BaseSpatialDropout",
    "GaussianDropout",
)


@dataclasses.dataclass(frozen=True)
class Dropping:
    """One dropout layer that ran in training.

    Attributes:
        layer: its name.
        rate: the share that it drops.
        width: numbers (of spatial dropout: channels) of one row, or of one
            step of a sequence, that it chooses from.
        last: whether what it returns is an output, up to an activation.
        ids: whether it was given the ids that an Embedding looks up.
        before_norm: name of the BatchNormalization that directly follows;
            empty for none.
    """

    layer: str
    rate: float
    width: int
    last: bool = False
    ids: bool = False
    before_norm: str = ""

    @property
    def left(self) -> float:
        """How many numbers are left on average."""
        return self.width * (1 - self.rate)


def dropping(training: Pass) -> tuple[Dropping, ...]:
    """The dropout layers of a recorded run in training mode."""
    recorder, wiring = training.recorder, wiring_of(training)
    last = {id(layer) for layer in ending(training, wiring)}
    looked_up = {
        id(tensor)
        for call in recorder.calls
        if type(call.layer).__name__ == "Embedding"
        for tensor in origins(call.inputs, recorder, wiring)
    }
    found = {}
    for call in recorder.calls:
        rate = rate_of(call.layer)
        if rate is None:
            continue
        outputs = {id(t) for t in call.outputs}
        found[id(call.layer)] = Dropping(
            call.layer.name,
            rate,
            width(call),
            id(call.layer) in last,
            bool(outputs & looked_up),
            next_norm(recorder, outputs),
        )
    return tuple(found.values())


def rate_of(layer) -> float | None:
    """The rate of a dropout, or the larger one of a recurrent layer."""
    if is_dropping(layer):
        rate = getattr(layer, "rate", None)
        return float(rate) if isinstance(rate, float | int) else None
    if hasattr(layer, "cell") and hasattr(layer, "units"):
        names = ("dropout", "recurrent_dropout")
        rates = [getattr(layer, name, 0) or 0 for name in names]
        return float(max(rates)) if max(rates) > 0 else None
    return None


def is_dropping(layer) -> bool:
    """Whether a layer is a kind of dropout."""
    return any(cls.__name__ in DROPPING for cls in type(layer).__mro__)


def width(call) -> int:
    """Numbers of a row that a layer chooses from."""
    if not is_dropping(call.layer):
        return int(call.layer.units)
    shape = call.inputs[0].shape
    spatial = "Spatial" in type(call.layer).__name__
    sizes = shape[-1:] if spatial or len(shape) == 3 else shape[1:]
    count = 1
    for n in sizes:
        count *= int(n)
    return count


def ending(training: Pass, wiring: Wiring) -> list:
    """Dropout layers behind which nothing but an activation follows."""
    recorder, found = training.recorder, []
    for tensor in tensors(training.outputs):
        while tensor is not None:
            owners = recorder.returned_by(tensor)
            found += [layer for layer in owners if is_dropping(layer)]
            tensor = None if found else before(tensor, recorder, wiring)
    return found


def before(tensor, recorder, wiring: Wiring):
    """The one tensor of the same size that another was made of, or None."""
    operation = recorder.maker(tensor)
    if operation is None or wiring.weighted(operation):
        return None
    given = wiring.among(operation, wiring.data)
    size = tensor.shape.num_elements()
    if len(given) != 1 or given[0].shape.num_elements() != size:
        return None
    return given[0]


def origins(given, recorder, wiring: Wiring) -> list:
    """Tensors, and what they were made of one by one."""
    found = []
    for tensor in given:
        while tensor is not None and len(found) < 100:
            found.append(tensor)
            tensor = before(tensor, recorder, wiring)
    return found


def next_norm(recorder, outputs: set[int]) -> str:
    """The BatchNormalization that takes exactly these tensors."""
    for call in recorder.calls:
        kinds = {cls.__name__ for cls in type(call.layer).__mro__}
        taken = outputs & {id(t) for t in call.inputs}
        if "BatchNormalization" in kinds and taken:
            return call.layer.name
    return ""
