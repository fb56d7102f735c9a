"""`next_step`: the more mature architecture after the first one."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import keras


@dataclasses.dataclass(frozen=True)
class NextStep:
    """Where to go from a model, once it works.

    Attributes:
        now: what the model is, in words.
        next: the architecture to try, in words.
        why: what it brings, and what it costs.
        code: how to build it.
    """

    now: str
    next: str
    why: str
    code: str

    def __str__(self) -> str:
        """What to do, as text."""
        return (
            f"From {self.now} to {self.next}: {self.why}\n    {self.code}\n"
            "First make sure that this one works: kts.check(model, x, y), "
            "kts.overfit_batch(model, x, y)."
        )


LENET = NextStep(
    "a LeNet",
    "a ResNet",
    "residual connections let it be much deeper. It has batch normalization, "
    "which a LeNet does without, and needs more time for each epoch.",
    "model = kts.models.resnet(x, y, depth=20)",
)
RESNET = NextStep(
    "a ResNet",
    "a deeper or a pretrained one",
    "more layers pay only with more images or augmentation; with few "
    "images, weights that were trained on ImageNet bring more.",
    'base = keras.applications.ResNet50V2(include_top=False, pooling="avg")',
)
LSTM = NextStep(
    "an LSTM",
    "attention, or a WaveNet for long sequences of numbers",
    "every step sees every other at once, instead of through a state that "
    "forgets. Attention needs layer normalization and more data, and its "
    "memory grows with the square of the length.",
    "model = kts.models.transformer(x, y)  # or kts.models.wavenet(x, y)",
)
TEMPORAL_CONV = NextStep(
    "temporal convolutions",
    "a WaveNet",
    "gates let it choose what passes, and skip connections bring each "
    "layer to the output.",
    "model = kts.models.wavenet(x, y)",
)
WAVENET = NextStep(
    "a WaveNet",
    "attention",
    "it sees all steps at once, at the price of memory that grows with the "
    "square of the length.",
    "model = kts.models.transformer(x, y)",
)
TRANSFORMER = NextStep(
    "a Transformer",
    "a larger or a pretrained one",
    "more layers pay only with more data; for text, a pretrained encoder "
    "brings more than any network trained from scratch.",
    "model = kts.models.transformer(x, y, size=128, layers=4)",
)
MLP = NextStep(
    "a fully connected network",
    "a deeper one",
    "each further layer combines what the one before has found. For tables, "
    "compare it with gradient boosting, which is often as good.",
    "model = kts.models.mlp(x, y, layers={layers})",
)
MULTIMODAL = NextStep(
    "an encoder for each input",
    "a more mature encoder where one falls short",
    "train on each input alone to see which encoder limits the whole, and "
    "take its next step.",
    'model = kts.models.start_simple(x["image"], y)  # one input at a time',
)


def next_step(model: Any) -> NextStep:
    """Names the architecture to try after this one, and says why.

    Told from the layers, so that it works with any Keras model, not only
    with those that this library has built. A more complex model brings bugs
    along: go on only when this one is debugged and under-fits.

    Args:
        model: a `keras.Model`.

    Returns:
        What to build next; `print` it.

    Raises:
        TypeError: `model` is no Keras model.

    Example:
        >>> layers = [keras.Input((4,)), keras.layers.Dense(8)]
        >>> next_step(keras.Sequential(layers)).next
        'a deeper one'
    """
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"`model` must be a `keras.Model`, received: "
            f"{type(model).__name__}. To mend it, pass the model that you "
            "call `fit` of."
        )
    layers = list(flat(model))
    names = [type(layer).__name__ for layer in layers]
    families = {family for name in names if (family := FAMILIES.get(name))}
    if len(model.inputs or ()) > 1 and families:
        return MULTIMODAL
    if "attention" in families:
        return TRANSFORMER
    if "image" in families:
        residual = {"Add", "BatchNormalization"} <= set(names)
        return RESNET if residual else LENET
    if "recurrent" in families:
        return LSTM
    if "temporal" in families:
        return WAVENET if "Multiply" in names else TEMPORAL_CONV
    hidden = names.count("Dense") - 1
    code = MLP.code.format(layers=max(2, hidden + 1))
    return dataclasses.replace(MLP, code=code)


FAMILIES = {
    "MultiHeadAttention": "attention",
    "GroupedQueryAttention": "attention",
    "Attention": "attention",
    "Conv2D": "image",
    "SeparableConv2D": "image",
    "DepthwiseConv2D": "image",
    "LSTM": "recurrent",
    "GRU": "recurrent",
    "SimpleRNN": "recurrent",
    "Bidirectional": "recurrent",
    "Conv1D": "temporal",
    "SeparableConv1D": "temporal",
}


def flat(model: Any) -> Iterator[Any]:
    """All layers, those of nested models too."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from flat(layer)
