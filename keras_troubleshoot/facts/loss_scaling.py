"""Whether small gradients of float16 are kept from becoming zero."""

import dataclasses

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts.whole_step import WholeStep


@dataclasses.dataclass(frozen=True)
class LossScaling:
    """What a model of mixed precision does with its loss.

    Attributes:
        half: how many layers compute in float16.
        own_step: whether it has a `train_step` of its own.
        optimizer: whether the optimizer divides gradients by a scale.
        called: whether the step multiplied its loss with that scale.
        scale: by how much gradients are divided.
    """

    half: int
    own_step: bool
    optimizer: bool
    called: bool
    scale: float = 1.0


def loss_scaling(model, done: WholeStep) -> LossScaling | None:
    """What a model does with its loss; None where nothing is float16."""
    import keras

    half = [
        layer
        for layer in keras_internals.leaf_layers(model)
        if layer.compute_dtype == "float16" and layer.weights
    ]
    if not half or model.optimizer is None:
        return None
    optimizer = model.optimizer
    scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    scale = getattr(optimizer, "initial_scale", 1.0) if scaled else 1.0
    return LossScaling(
        half=len(half),
        own_step=done.scaled is not None,
        optimizer=scaled,
        called=done.scaled is not False,
        scale=float(scale),
    )
