"""The model as it is written: its layers, optimizer and compile arguments."""

import dataclasses
from typing import Any

from keras_troubleshoot.facts import keras_internals

NORMALIZING = (
    "Normalization",
    "Rescaling",
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "RMSNormalization",
    "UnitNormalization",
    "SpectralNormalization",
)
AUGMENTING = (
    "RandomFlip RandomRotation RandomZoom RandomTranslation RandomCrop "
    "RandomContrast RandomBrightness RandomHeight RandomWidth RandomShear "
    "RandomErasing RandomHue RandomSaturation RandomSharpness RandomInvert "
    "RandomPosterization RandomGrayscale RandomPerspective RandAugment "
    "RandomColorJitter RandomColorDegeneration RandomGaussianBlur "
    "RandomElasticTransform AugMix CutMix MixUp Pipeline Solarization "
    "GaussianNoise AutoContrast Equalization"
).split()
OPTIMIZER = (
    "beta_1 beta_2 rho epsilon weight_decay clipnorm clipvalue "
    "global_clipnorm gradient_accumulation_steps use_ema ema_momentum "
    "ema_overwrite_frequency initial_accumulator_value nesterov amsgrad "
    "relative_step"
).split()


@dataclasses.dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes:
        name: its own name.
        path: its place, such as `backbone/conv2d`.
        class_name: such as `Dense`.
        activation: name of its activation; empty where it has none.
        units: units, filters or heads; None where it has none.
        trainable: whether it may learn.
        weights: how many numbers it holds by itself.
        options: other arguments that rules ask for, by name.
        base: names of the classes that it derives from.
    """

    name: str
    path: str
    class_name: str
    activation: str = ""
    units: int | None = None
    trainable: bool = True
    weights: int = 0
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    base: tuple[str, ...] = ()

    def is_a(self, *names: str) -> bool:
        """Whether it is of one of these classes, or derives from one."""
        return bool({self.class_name, *self.base} & set(names))


@dataclasses.dataclass(frozen=True)
class Optimizer:
    """The optimizer at the time of the look.

    Attributes:
        class_name: such as `Adam`; the inner one of a loss-scaling wrapper.
        learning_rate: the rate of the first step; None where it is unknown.
        momentum: of SGD and RMSprop; 0 where there is none.
        scheduled: whether the rate is a schedule.
        clipped: whether gradients are clipped.
        options: its other numbers by name, as given: `beta_1`, `epsilon`,
            `weight_decay`, `clipnorm`, ...
        iterations: steps that it has taken.
    """

    class_name: str
    learning_rate: float | None = None
    momentum: float = 0.0
    scheduled: bool = False
    clipped: bool = False
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    iterations: int = 0

    def option(self, name: str, default: float = 0.0) -> float:
        """An argument; a default where there is none, or it is None."""
        value = self.options.get(name)
        return default if value is None else value

    @property
    def scale_free(self) -> bool:
        """Whether its steps do not grow with the gradient."""
        plain = ("SGD", "Muon")
        return self.class_name not in plain


@dataclasses.dataclass(frozen=True)
class Model:
    """A Keras model as it is written.

    Attributes:
        name: its name.
        kind: `Sequential`, `Functional` or `subclass`.
        class_name: its class.
        layers: all layers, those of nested models too, in their order.
        compiled: whether `compile` was called.
        optimizer: None where there is none.
        own_train_step: whether it overrides `train_step` or `compute_loss`.
        jit_compile: whether XLA compiles its steps.
        input_shapes: of a Sequential or Functional model, by input name.
        parameters: how many numbers it holds.
        sizes: of each trainable weight how many numbers it holds, by path.
    """

    name: str
    kind: str
    class_name: str
    layers: tuple[Layer, ...] = ()
    compiled: bool = True
    optimizer: Optimizer | None = None
    own_train_step: bool = False
    jit_compile: bool = False
    input_shapes: dict[str, tuple] = dataclasses.field(default_factory=dict)
    parameters: int = 0
    sizes: dict[str, int] = dataclasses.field(default_factory=dict)

    def of_class(self, *names: str) -> list[Layer]:
        """The layers of these classes."""
        return [layer for layer in self.layers if layer.is_a(*names)]


def describe(model) -> Model:
    """The architecture of a Keras model; reads, computes nothing."""
    return Model(
        name=model.name,
        kind=keras_internals.model_kind(model),
        class_name=type(model).__name__,
        layers=tuple(map(layer, keras_internals.leaf_layers(model))),
        compiled=bool(model.compiled),
        optimizer=optimizer(getattr(model, "optimizer", None)),
        own_train_step=keras_internals.own_train_step(model),
        jit_compile=bool(model.compiled and model.jit_compile),
        input_shapes=keras_internals.input_shapes(model),
        parameters=model.count_params() if model.built else 0,
        sizes=keras_internals.trainable_sizes(model) if model.built else {},
    )


def layer(found) -> Layer:
    """What is known of one Keras layer."""
    return Layer(
        name=found.name,
        path=getattr(found, "path", None) or found.name,
        class_name=type(found).__name__,
        activation=activation_name(getattr(found, "activation", None)),
        units=units(found),
        trainable=bool(found.trainable),
        weights=keras_internals.own_weights(found),
        options=options(found),
        base=tuple(c.__name__ for c in type(found).__mro__[1:-1]),
    )


def activation_name(activation) -> str:
    """`relu` of `keras.activations.relu`, `ReLU()` or `"relu"`."""
    if activation is None:
        return ""
    if isinstance(activation, str):
        return activation
    name = getattr(activation, "__name__", type(activation).__name__)
    return {"ReLU": "relu", "Softmax": "softmax"}.get(name, name)


def units(found) -> int | None:
    """Units or filters of a layer."""
    for name in ("units", "filters", "output_dim"):
        value = getattr(found, name, None)
        if isinstance(value, int):
            return value
    return None


def options(found) -> dict[str, Any]:
    """Arguments of a layer that rules ask for."""
    known = {}
    for name in (
        "rate",
        "scale",
        "offset",
        "input_dim",
        "mask_zero",
        "return_sequences",
        "axis",
        "stateful",
        "go_backwards",
        "supports_masking",
    ):
        value = getattr(found, name, None)
        if isinstance(value, bool | int | float | str | tuple | list):
            known[name] = value
    axes = getattr(getattr(found, "input_spec", None), "ndim", None)
    return known if axes is None else known | {"axes": axes}


def optimizer(found) -> Optimizer | None:
    """What is known of a Keras optimizer."""
    if found is None:
        return None
    inner = keras_internals.inner_optimizer(found)
    rate, scheduled = keras_internals.learning_rate(inner)
    limits = ("clipnorm", "clipvalue", "global_clipnorm")
    return Optimizer(
        class_name=type(inner).__name__,
        learning_rate=rate,
        momentum=float(getattr(inner, "momentum", 0) or 0),
        scheduled=scheduled,
        clipped=any(getattr(inner, limit, None) for limit in limits),
        options=numbers(inner),
        iterations=keras_internals.iterations(inner)[0],
    )


def numbers(optimizer) -> dict[str, float]:
    """The numbers and switches that an optimizer was made with."""
    return {
        name: value
        for name in OPTIMIZER
        if isinstance(value := getattr(optimizer, name, None), int | float)
    }
