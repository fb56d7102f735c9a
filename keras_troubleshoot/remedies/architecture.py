"""Remedies of layers: activations, dropout, penalties, initial weights."""

import numpy as np

from keras_troubleshoot.facts import keras_internals as internals
from keras_troubleshoot.remedies import surgery
from keras_troubleshoot.remedies.registry import NotApplicable
from keras_troubleshoot.remedies.registry import remedy

WEIGHTED = ("Dense", "Conv1D", "Conv2D", "Conv3D", "EinsumDense")
SQUASHING = ("softmax", "sigmoid", "tanh", "hard_sigmoid", "softsign")


def hidden(program, facts) -> list:
    """The layers before the last one that has weights of its own."""
    layers = internals.leaf_layers(program.model)
    weighted = [i for i, x in enumerate(layers) if internals.own_weights(x)]
    ends = {head.activation.layer for head in facts.get("heads") or ()}
    before = layers[: weighted[-1]] if weighted else []
    return [layer for layer in before if layer.name not in ends]


@remedy("put a ReLU after each hidden layer", "missing-nonlinearity")
def add_relu(program, finding, facts):
    """Gives linear hidden layers a ReLU."""
    import keras

    changed = []
    for layer in hidden(program, facts):
        if type(layer).__name__ in WEIGHTED and is_linear(layer):
            layer.activation = keras.activations.relu
            changed.append(layer.name)
    note(program, changed, "activation='relu'")


def is_linear(layer) -> bool:
    """Whether a layer has the activation that does nothing."""
    name = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return name == "linear"


def note(program, changed: list[str], what: str) -> None:
    """Notes a change of some layers.

    Raises:
        NotApplicable: if none was changed.
    """
    if not changed:
        raise NotApplicable("no layer of the model has it")
    program.code += [f"{name}: {what}" for name in changed]


@remedy(
    "take ReLU in the hidden layers",
    "softmax-in-hidden-layer",
    "saturating-hidden-activation",
    "saturated-activations",
    "vanishing-gradients",
)
def relu_inside(program, finding, facts):
    """Replaces squashing activations of hidden layers by ReLU."""
    import keras

    changed, others = [], {}
    for layer in hidden(program, facts):
        name = getattr(getattr(layer, "activation", None), "__name__", "")
        if type(layer).__name__ == "Softmax":
            others[layer.name] = keras.layers.ReLU(name=layer.name)
        elif name in SQUASHING and not hasattr(layer, "recurrent_activation"):
            layer.activation = keras.activations.relu
        else:
            continue
        changed.append(layer.name)
    if others:
        program.model = surgery.replaced(program.model, others)
    note(program, changed, "activation='relu'")


@remedy("take leaky ReLU", "dead-relu")
def leaky(program, finding, facts):
    """Lets units that died learn again."""
    import keras

    changed = []
    for layer in hidden(program, facts):
        name = getattr(getattr(layer, "activation", None), "__name__", "")
        if name == "relu":
            layer.activation = keras.activations.leaky_relu
            changed.append(layer.name)
    note(program, changed, "activation='leaky_relu'")


@remedy("widen the narrow layers", "model-too-small", "bottleneck-layer")
def widen(program, finding, facts, narrow=8, units=32):
    """Gives narrow hidden layers more units; those behind are made anew.

    The layer that a finding names, or all hidden ones of up to 8 units.
    """
    hidden = {s.layer for s in facts.starting_weights if not s.last}
    made = {}
    for layer in internals.leaf_layers(program.model):
        name = "filters" if hasattr(layer, "filters") else "units"
        width = getattr(layer, name, None)
        if layer.name not in hidden or width is None or width > narrow:
            continue
        named = f"{layer.name!r}" in finding.where
        if named or finding.where == "the model":
            config = layer.get_config() | {name: units}
            made[layer.name] = type(layer).from_config(config)
    if not made:
        raise NotApplicable("no hidden layer is narrow")
    program.model = surgery.replaced(program.model, made)
    note(program, list(made), f"{units} units")


@remedy("drop less", "excessive-dropout", "dropout-misplaced")
def drop_less(program, finding, facts, share=0.2):
    """Lowers high rates of dropout; none right before the output."""
    changed = []
    misplaced = finding.rule == "dropout-misplaced"
    for layer in internals.leaf_layers(program.model):
        for name in ("rate", "dropout", "recurrent_dropout"):
            rate = getattr(layer, name, None)
            if not isinstance(rate, float | int) or isinstance(rate, bool):
                continue
            named = f"{layer.name!r}" in finding.where
            if (misplaced and named and rate > 0) or rate > 0.5:
                setattr(layer, name, 0.0 if misplaced else share)
                changed.append(layer.name)
    note(program, changed, f"rate={0.0 if misplaced else share}")


@remedy("penalize the weights a hundred times less", "over-regularized")
def regularize_less(program, finding, facts):
    """Takes the penalties of weights and activations away."""
    changed = []
    for layer in internals.leaf_layers(program.model):
        found = False
        for name in list(vars(layer)):
            if name.endswith("_regularizer") and getattr(layer, name, None):
                setattr(layer, name, None)
                found = True
        for weight in layer.trainable_weights:
            if weight.regularizer is not None:
                weight.regularizer = None
                found = True
        if found:
            changed.append(layer.name)
    if getattr(program.optimizer, "weight_decay", None):
        program.optimizer.weight_decay = None
        changed.append("optimizer")
    note(program, changed, "no regularizer")


@remedy("compile after thawing", "frozen-weights")
def thaw(program, finding, facts):
    """Compiles anew, so that what is trainable now is trained."""
    if not program.model.trainable_weights:
        program.model.trainable = True
        program.code.append("model.trainable = True")
    program.code.append("model.compile(...)  # after changing `trainable`")


@remedy(
    "draw the initial weights anew",
    "badly-scaled-initialization",
    "constant-initialization",
)
def initialize(program, finding, facts):
    """Draws kernels by Glorot (He before ReLU), and sets biases to zero."""
    import keras

    changed = []
    # Of weights that are too large, or too small, all layers are known.
    known = {*finding.evidence.get("gains", ())}
    for index, layer in enumerate(internals.leaf_layers(program.model)):
        named = f"{layer.name!r}" in finding.where or layer.name in known
        weights = internals.own_trainable(layer)
        if not any(len(w.shape) > 1 for w in weights) or not (
            named or finding.where in ("model", "the model", "initial weights")
        ):
            continue
        name = getattr(getattr(layer, "activation", None), "__name__", "")
        kind = keras.initializers.GlorotUniform
        if name in ("relu", "leaky_relu", "elu", "gelu", "silu"):
            kind = keras.initializers.HeUniform
        for place, weight in enumerate(weights):
            drawn = kind(seed=1000 * index + place)
            shape = tuple(weight.shape)
            weight.assign(drawn(shape) if len(shape) > 1 else np.zeros(shape))
        changed.append(layer.name)
    if not changed:
        initialize(program, whole_model(finding), facts)
        return
    note(
        program, changed, "kernel_initializer='he_uniform' or 'glorot_uniform'"
    )


def whole_model(finding):
    """The same finding, about the model as a whole.

    Raises:
        NotApplicable: if it is already.
    """
    import dataclasses

    if finding.where == "the model":
        raise NotApplicable("no layer of the model has a kernel")
    return dataclasses.replace(finding, where="the model")


@remedy("let the averages follow faster", "batch-normalization-statistics")
def follow(program, finding, facts, momentum=0.9):
    """Lowers the momentum of BatchNormalization."""
    changed = []
    for layer in internals.leaf_layers(program.model):
        if type(layer).__name__ == "BatchNormalization":
            if layer.momentum > momentum:
                layer.momentum = momentum
                changed.append(layer.name)
    note(program, changed, f"momentum={momentum}")
