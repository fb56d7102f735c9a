"""The layers of a model in groups, from its head down to its inputs."""

import math
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.facts import keras_internals

Groups = list[list[Any]]


def blocks(model: Any) -> list[Any]:
    """What is thawed as a whole, from the inputs up.

    Layers, inner models taken apart; a layer made of layers is one block.
    Those without a weight that may be trained are left out, and so is
    BatchNormalization. A model that holds weights of its own stands for
    these.
    """
    trained = {id(v) for v in model.trainable_variables}
    return [block for block in every(model) if weights(block, trained)]


def every(model: Any) -> Iterator[Any]:
    """A model and its layers, inner models taken apart."""
    yield model
    for layer in keras_internals.own_layers(model):
        if keras_internals.is_model(layer):
            yield from every(layer)
        else:
            yield layer


def weights(block: Any, trained: set[int] | None = None) -> list[Any]:
    """The trainable weights of a block, BatchNormalization left out.

    Args:
        block: a layer; or a model, of which its own weights alone count.
        trained: ids of the weights that count; None for all.
    """
    layers = [block]
    if not keras_internals.is_model(block):
        layers = keras_internals.all_layers(block)
    return [
        variable
        for layer in layers
        if not normalizes(layer)
        for variable in keras_internals.own_trainable(layer)
        if trained is None or id(variable) in trained
    ]


def fixed(model: Any) -> int:
    """How many parameters of a model are frozen, of those that may learn.

    BatchNormalization is left out, which is frozen in any case.
    """
    return sum(
        math.prod(variable.shape)
        for block in every(model)
        for variable in weights(block)
        if not variable.trainable
    )


def normalizes(layer: Any) -> bool:
    """Whether it normalizes by the statistics of a batch."""
    import keras

    return isinstance(layer, keras.layers.BatchNormalization)


def split(model: Any, head: Sequence[str], groups: int | str) -> Groups:
    """The blocks in groups, the head first, then from the top down.

    Args:
        model: built.
        head: names of the layers that are the head; none to find them.
        groups: how many, the head among them; "all" for one a block.

    Raises:
        ValueError: a layer of the head is not there, or nothing can be
            trained.
    """
    found = blocks(model)
    if not found:
        raise ValueError(
            f"`model` must have weights that can be trained, received: "
            f"{model.name!r} with none. To mend it, set `trainable = True` on "
            "the layers that may learn."
        )
    top = named(found, head) if head else heads(model, found)
    body = [block for block in found if all(block is not h for h in top)]
    parts = len(body) if groups == "all" else min(groups - 1, len(body))
    return [top, *cut(body, parts)]


def cut(body: list[Any], parts: int) -> Groups:
    """Blocks in parts of about the same length, the topmost first."""
    ends = [len(body) * part // max(parts, 1) for part in range(parts + 1)]
    pairs = zip(ends, ends[1:], strict=False)
    return [body[low:high] for low, high in pairs][::-1]


def named(found: list[Any], names: Sequence[str]) -> list[Any]:
    """The blocks of these names.

    Raises:
        ValueError: there is none of a name.
    """
    known = {block.name: block for block in found}
    missing = [name for name in names if name not in known]
    if missing:
        raise ValueError(
            "`head` must name layers with trainable weights, received: "
            f"head={missing[0]!r}. To mend it, pass one of "
            f"{', '.join(map(repr, known))}."
        )
    return [known[name] for name in names]


def heads(model: Any, found: list[Any]) -> list[Any]:
    """The last blocks before each output; of a subclass the last one."""
    if keras_internals.model_kind(model) == "subclass":
        return found[-1:]
    ids = {id(block) for block in found}
    seen: dict[int, Any] = {}
    waiting = [keras_internals.made_by(t) for t in model.outputs]
    while waiting:
        operation = waiting.pop()
        if id(operation) in seen:
            continue
        seen[id(operation)] = operation
        if id(operation) not in ids:
            waiting += before(operation)
    top = [block for block in found if id(block) in seen]
    return top or found[-1:]


def before(operation: Any) -> list[Any]:
    """What made the inputs of an operation; of a model, its outputs."""
    import keras

    if keras_internals.is_model(operation):
        if keras_internals.model_kind(operation) == "subclass":
            return blocks(operation)[-1:]
        return [keras_internals.made_by(t) for t in operation.outputs]
    try:
        tensors = keras.tree.flatten(operation.input)
    except (AttributeError, ValueError):
        # Called several times, or never: there is no one input.
        return []
    return [keras_internals.made_by(t) for t in tensors]
