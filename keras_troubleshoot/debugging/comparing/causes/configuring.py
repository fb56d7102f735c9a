"""Causes in the configuration, where both layers are of Keras."""

from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.debugging.comparing import likeness
from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.causes.case import Hypothesis
from keras_troubleshoot.debugging.comparing.causes.replica import Replica

# What makes no difference to what a layer computes once it has its weights.
SILENT = (
    "name",
    "trainable",
    "seed",
    "dtype",
    "batch_input_shape",
    "kernel_initializer",
    "bias_initializer",
    "recurrent_initializer",
    "depthwise_initializer",
    "embeddings_initializer",
    "beta_initializer",
    "gamma_initializer",
    "moving_mean_initializer",
    "moving_variance_initializer",
    "synchronized",
    "unroll",
)
# What shows in training only, or in the loss.
TRAINING = (
    "momentum",
    "rate",
    "dropout",
    "recurrent_dropout",
    "kernel_regularizer",
    "bias_regularizer",
    "recurrent_regularizer",
    "embeddings_regularizer",
    "beta_regularizer",
    "gamma_regularizer",
    "activity_regularizer",
)
# How a difference in an argument is called.
KINDS = {
    "use_bias": "bias",
    "axis": "normalization axis",
    "center": "bias",
    "pool_size": "pooling",
    "kernel_size": "kernel size",
    "data_format": "channels first or last",
    "momentum": "momentum",
    "negative_slope": "activation",
    "rate": "dropout",
    "dropout": "dropout",
}


def differing(ours: Any, theirs: Any) -> list[tuple[str, Any, Any]]:
    """The arguments of two layers that differ: (name, of a, of b)."""
    one, other = config_of(ours), config_of(theirs)
    found = []
    for name in one:
        if name in other and name not in SILENT:
            if one[name] != other[name]:
                found.append((name, one[name], other[name]))
    return found


def config_of(layer: Any) -> dict[str, Any]:
    """The arguments of a layer, functions by their names; {} for none."""
    try:
        config = layer.get_config()
    except Exception:
        return {}
    return {name: readable(value) for name, value in config.items()}


def readable(value: Any) -> Any:
    """An argument without the names that Keras makes up."""
    if isinstance(value, dict):
        kind = value.get("class_name")
        inner = value.get("config", {})
        if kind == "function":
            return inner
        if isinstance(inner, dict) and kind is not None:
            left = {k: v for k, v in inner.items() if k not in SILENT}
            return (kind, tuple(sorted(map(str, left.items()))))
    if isinstance(value, list | tuple):
        return tuple(readable(v) for v in value)
    return value


def hypotheses(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """Our layer with one argument of the other, then with all of them."""
    other = case.theirs.layer
    if other is None:
        return
    if type(other) is not type(replica.layer):
        return
    raw, found = other.get_config(), differing(replica.layer, other)
    changes = {}
    for name, one, two in found:
        if name in TRAINING:
            continue
        value = getattr(other, name) if "activation" in name else raw[name]
        changes[name] = value
        yield Hypothesis(
            kind_of(name, one, two),
            f"`{name}` is {shown(one)} in a, {shown(two)} in b",
            lambda n=name, v=value: replica.run(**{n: v}),
        )
    if len(changes) > 1:
        name, one, two = next(f for f in found if f[0] in changes)
        told = ", ".join(changes)
        yield Hypothesis(
            kind_of(name, one, two),
            f"several arguments differ together: {told}",
            lambda: replica.run(**changes),
        )


def instead(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """The other layer in the place of ours, with our weights."""
    if case.theirs.layer is None or type(case.theirs.layer) is type(
        replica.layer
    ):
        return
    other = Replica(case.theirs, replica.training)
    kinds = case.ours.kind, case.theirs.kind
    families = {likeness.kind_of(r) for r in (case.ours, case.theirs)}
    kind = "pooling" if families == {"pool"} else "kind of layer"
    kind = "activation" if families == {"activation"} else kind
    yield Hypothesis(
        kind,
        f"{kinds[0]} in a, {kinds[1]} in b",
        lambda: other.run(case.ours.inputs, weights=replica.weights),
    )


def kind_of(name: str, one: Any, other: Any) -> str:
    """What a difference in an argument is called."""
    if name == "activation":
        both = str(one).startswith("gelu") and str(other).startswith("gelu")
        return "gelu variant" if both else name
    return KINDS.get(name, name.replace("_", " "))


def shown(value: Any) -> str:
    """An argument in a message."""
    if isinstance(value, tuple) and len(value) == 2 and value[1] == ():
        return str(value[0])
    return repr(value)
