"""Freezes weights of a model for a while, each for itself."""

import contextlib
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.improvement.adaptation.supervised import layer_groups


@contextlib.contextmanager
def frozen(model: Any) -> Iterator[int]:
    """Freezes all weights; afterwards each is again what it was.

    BatchNormalization is frozen as a layer, so that it runs in inference
    mode whatever `fit` asks for: in Keras, `trainable = False` means both.
    Other layers stay trainable and their weights are frozen one by one, so
    that dropout goes on, and layers made of layers can be thawed in part.

    Yields:
        How many BatchNormalization layers there are.
    """
    normalizing = [
        layer
        for layer in keras_internals.all_layers(model)
        if layer_groups.normalizes(layer)
    ]
    layers = [(layer, layer.trainable) for layer in normalizing]
    kept = [(v, v.trainable) for v in model.variables]
    try:
        for layer in normalizing:
            layer.trainable = False
        for variable, trainable in kept:
            if trainable:
                variable.trainable = False
        yield len(normalizing)
    finally:
        for layer, trainable in layers:
            layer.trainable = trainable
        for variable, trainable in kept:
            if variable.trainable != trainable:
                variable.trainable = trainable


def thaw(model: Any, groups: Sequence[Sequence[Any]], decay: float) -> list:
    """Thaws groups of blocks.

    Args:
        model: with all weights frozen.
        groups: of blocks, the topmost first.
        decay: by which the rate of a group is below that of the one above.

    Returns:
        The factor of the rate of each trainable weight, in the order of
        `model.trainable_variables`.
    """
    factors = {}
    for depth, blocks in enumerate(groups):
        for block in blocks:
            for variable in layer_groups.weights(block):
                variable.trainable = True
                factors.setdefault(id(variable), decay**-depth)
    return [factors[id(v)] for v in model.trainable_variables]
