"""How much two records look like the same layer."""

import re

from keras_troubleshoot.debugging.comparing.records import Record

# What words in the names of layers and classes mean, the first that fits.
FAMILIES = {
    "pool": r"pool",
    "normalization": r"norm|(^|[\W_\d])(bn|ln|gn)(?=[\W_\d]|$)",
    "dropout": r"drop",
    "flatten": r"flat|reshape|permute|view",
    "attention": r"attn|attention",
    "recurrent": r"lstm|gru|rnn",
    "embedding": r"embed",
    "convolution": r"conv",
    "activation": (
        r"relu|gelu|silu|swish|sigmoid|tanh|softmax|elu|softplus|activation"
        r"|(^|[\W_\d])act(?=[\W_\d]|$)"
    ),
    "padding": r"pad",
    "dense": r"dense|linear|logit|head|classifier|(^|[\W_\d])fc(?=[\W_\d]|$)",
}


def family(text: str) -> str:
    """What kind of layer a name or a class speaks of; empty for unknown.

    Example:
        >>> family("BatchNormalization"), family("layer1.0.bn2"), family("x")
        ('normalization', 'normalization', '')
        >>> family("fc1"), family("features.conv_3"), family("relu_1")
        ('dense', 'convolution', 'activation')
    """
    for name, pattern in FAMILIES.items():
        if re.search(pattern, text.lower()):
            return name
    return ""


def kind_of(record: Record) -> str:
    """The family of a record: by its class and bases, or else by its name."""
    if record.layer is None:
        return family(record.name)
    named = (family(cls.__name__) for cls in type(record.layer).__mro__)
    return next((found for found in named if found), "")


def activates(record: Record) -> bool:
    """Whether a layer applies an activation after what else it does."""
    own = getattr(record.layer, "activation", None)
    if kind_of(record) in ("activation", "recurrent") or not callable(own):
        return False
    return getattr(own, "__name__", "") != "linear"


def same_shape(one: Record, other: Record) -> float:
    """Above zero for outputs of the same shape, in any layout."""
    return 1.0 if shapes_fit(one.output.shape, other.output.shape) else -1.0


def shapes_fit(one: tuple, other: tuple) -> bool:
    """Whether two shapes are the same, channels first or last apart.

    Axes of one element count for nothing.
    """
    one, other = bare(one), bare(other)
    if len(one) != len(other):
        return False
    turned = (other[0], *other[2:], *other[1:2])
    back = (other[0], *other[-1:], *other[1:-1])
    return one in (tuple(other), turned, back)


def bare(shape: tuple) -> tuple:
    """A shape without axes of one element, but for the rows.

    Example:
        >>> bare((8, 1, 1, 64))
        (8, 64)
    """
    return (*shape[:1], *(n for n in shape[1:] if n != 1))


def likeness(one: Record, other: Record) -> float:
    """How much two records look like the same layer."""
    fits = shapes_fit(one.output.shape, other.output.shape)
    kinds = kind_of(one), kind_of(other)
    known = all(kinds)
    if known and kinds[0] != kinds[1]:
        return -1.0
    if not fits and not known:
        return -1.0
    if not fits and one.output.ndim != other.output.ndim:
        return -1.0
    score = 3.0 * fits + 2.0 * known
    score += 1.0 * (one.name.lower() == other.name.lower())
    return score + 0.5 * (bool(one.kind) and one.kind == other.kind)
