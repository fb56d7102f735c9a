"""Remedies of the last activation, the loss and what they are paired with."""

import keras_troubleshoot.facts.keras_internals as internals
from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.remedies.registry import NotApplicable
from keras_troubleshoot.remedies.registry import remedy
from keras_troubleshoot.remedies.surgery import replaced

PAIRS = {
    Target.BINARY: ("sigmoid", "binary_crossentropy"),
    Target.TWO_VALUED: ("sigmoid", "binary_crossentropy"),
    Target.MULTI_HOT: ("sigmoid", "binary_crossentropy"),
    Target.ONE_HOT: ("softmax", "categorical_crossentropy"),
    Target.SOFT: ("softmax", "categorical_crossentropy"),
    Target.CLASSES: ("softmax", "sparse_categorical_crossentropy"),
    Target.REAL: ("linear", "mean_squared_error"),
    Target.SHARES: ("linear", "mean_squared_error"),
}


@remedy(
    "pair the output with the loss that its targets ask for",
    "softmax-on-single-unit",
    "logits-without-from-logits",
    "probabilities-with-from-logits",
    "double-softmax",
    "output-activation-mismatch",
    "wrong-loss-for-task",
)
def pair_output(program, finding, facts):
    """Sets the last activation and the loss by the kind of the target."""
    head = head_of(facts, finding.where)
    activation, loss = pair(head)
    if head.activation.name != activation or head.activation.softmaxes > 1:
        set_activation(program, facts, head, activation)
    if not suits(head.loss, loss):
        set_loss(program, facts, head, loss)


@remedy(
    "give the output as many units as there are classes",
    "output-units-mismatch",
)
def resize_output(program, finding, facts):
    """Makes the last layer anew, with other units; then pairs it."""
    head = head_of(facts, finding.where)
    activation, loss = pair(head)
    wanted = units_for(head)
    if head.units != wanted:
        layer = last_layer(program, facts, head)
        if not hasattr(layer, "units"):
            raise NotApplicable("the last layer has no units")
        config = layer.get_config() | {"units": wanted}
        program.model = replaced(
            program.model, {layer.name: type(layer).from_config(config)}
        )
        program.code.append(f"{layer.name}: units={wanted}")
    set_activation(program, facts, head, activation)
    set_loss(program, facts, head, loss)


def pair(head) -> tuple[str, str]:
    """The activation and the loss that a target asks for.

    An amount keeps its regression loss; one of -1 and 1 its hinge.
    """
    kind, loss = head.kind, head.loss
    counted = loss is not None and loss.kind in ("regression", "count")
    if kind in (Target.CLASSES, Target.BINARY) and head.units == 1:
        if kind is Target.CLASSES or (
            counted and head.activation.name == "linear"
        ):
            kind = Target.REAL
    if kind is Target.BINARY and head.units > 1 and head.target.features == 1:
        kind = Target.CLASSES
    if kind not in PAIRS:
        raise NotApplicable("nobody can tell what the targets are")
    activation, wanted = PAIRS[kind]
    if activation == "linear" and counted:
        wanted = loss.name
    return activation, wanted


def units_for(head) -> int:
    """How many units a target asks for."""
    if head.kind is Target.CLASSES:
        return int(head.target.distinct.max()) + 1
    return head.target.features


def suits(loss, wanted: str) -> bool:
    """Whether a compiled loss is the wanted one, fed with probabilities."""
    return loss is not None and loss.name == wanted and not loss.from_logits


def head_of(facts, where: str):
    """The output that a finding is about; the only one where there is one."""
    heads = [h for h in facts.heads if h.target is not None]
    for head in heads:
        if where in (head.where, head.target.name, head.name):
            return head
    if len(heads) != 1:
        raise NotApplicable("it is not clear which output is meant")
    return heads[0]


def last_layer(program, facts, head):
    """The layer that returns an output, in the copy."""
    names = [head.activation.layer] if head.activation.layer else []
    names += returning(facts, head)
    for name in names:
        try:
            layer = program.layer(name)
        except LookupError:
            continue
        if hasattr(layer, "activation") or hasattr(layer, "units"):
            return layer
    raise NotApplicable("the layer of the output could not be told")


def returning(facts, head) -> list[str]:
    """Names of the layers that returned an output, the innermost first."""
    from keras_troubleshoot.facts.forward import named_outputs

    done = facts.forward
    outputs = dict(named_outputs(facts.runner.model, done.outputs))
    layers = done.recorder.returned_by(outputs[head.name])
    return [layer.name for layer in layers if not internals.is_model(layer)]


def set_activation(program, facts, head, activation: str) -> None:
    """Gives an output another last activation."""
    import keras

    function = keras.activations.get(activation)
    names = [head.activation.layer, *returning(facts, head)]
    softmax = [
        layer
        for layer in internals.leaf_layers(program.model)
        if named(layer) == "softmax" and layer.name not in names
    ]
    if head.activation.softmaxes > 1:
        for layer in softmax:
            if getattr(layer, "units", None) == head.units:
                layer.activation = keras.activations.linear
                program.code.append(f"{layer.name}: activation=None")
    for name in dict.fromkeys(filter(None, names)):
        try:
            layer = program.layer(name)
        except LookupError:
            continue
        if hasattr(layer, "activation"):
            layer.activation = function
        elif type(layer).__name__ in ("Softmax", "ReLU", "LeakyReLU", "PReLU"):
            other = keras.layers.Activation(activation, name=layer.name)
            program.model = replaced(program.model, {layer.name: other})
        else:
            continue
        program.code.append(f"{name}: activation={activation!r}")
        return
    if head.activation.name != "linear" or len(facts.heads) > 1:
        raise NotApplicable("the layer of the output could not be told")
    program.model = keras.Sequential(
        [program.model, keras.layers.Activation(activation)]
    )
    program.code.append(f"model.add(keras.layers.Activation({activation!r}))")


def named(layer) -> str:
    """The name of a layer's activation."""
    return getattr(getattr(layer, "activation", None), "__name__", "")


def set_loss(program, facts, head, loss) -> None:
    """Gives an output another loss."""
    given = program.compiled["loss"]
    names = [h.name for h in facts.heads]
    if isinstance(given, dict):
        given = dict(given) | {head.name: loss}
    elif isinstance(given, list | tuple):
        given = list(given)
        given[names.index(head.name)] = loss
    elif len(names) > 1:
        given = [loss if name == head.name else given for name in names]
    else:
        given = loss
    program.compiled["loss"] = given
    told = loss if isinstance(loss, str) else getattr(loss, "told", "...")
    program.code.append(f"model.compile(..., loss={told!r})")
