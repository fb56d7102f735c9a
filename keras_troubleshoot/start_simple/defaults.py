"""The defaults of the lecture, in one place.

| what | default | why |
|---|---|---|
| optimizer | Adam, rate 3e-4 | Adam forgives; 3e-4 seldom diverges |
| activation | ReLU; tanh in an LSTM | the usual ones |
| weights before ReLU | He normal | keeps the variance (He et al. 2015) |
| weights before tanh | Glorot normal | the same (Glorot & Bengio 2010) |
| weights of the output | a hundredth of that variance | `OUTPUT_SCALE` |
| bias of the output | the best constant guess | the loss starts right |
| regularization | none | first see whether it can learn at all |
| batch, layer normalization | none | a source of bugs; ResNet and the \
Transformer cannot do without, and say so |

Source: Full Stack Deep Learning, Troubleshooting Deep Neural Networks, stage
"start simple".
"""

from typing import Any

import keras
import numpy as np

from keras_troubleshoot.start_simple import compiling
from keras_troubleshoot.start_simple import heads

# Of Adam. Karpathy, "A Recipe for Training Neural Networks" (2019).
LEARNING_RATE = 3e-4
ACTIVATION = "relu"
RECURRENT_ACTIVATION = "tanh"
# Variance of the outputs at the start, as a share of that of the features
# below. With 1, as He and Glorot have it, the first predictions differ from
# example to example by as much as the targets do, and the cross-entropy
# starts about 0.5 above that of a guess; with 0 the layers below learn
# nothing in the first step. Heuristic.
OUTPUT_SCALE = 0.01


def initializer(activation: str | None) -> str:
    """How weights before an activation begin.

    Args:
        activation: its name; None for none.

    Returns:
        "he_normal" for ReLU and its kin, else "glorot_normal".

    Example:
        >>> initializer("relu"), initializer("tanh")
        ('he_normal', 'glorot_normal')
    """
    rectifying = ("relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "swish")
    return "he_normal" if activation in rectifying else "glorot_normal"


def optimizer(
    learning_rate: Any = LEARNING_RATE, name: str = "adam", **options: Any
) -> Any:
    """Adam at 3e-4, or another one.

    Args:
        learning_rate: a number or a schedule.
        name: of the optimizer, as Keras has it.
        **options: further arguments of it.
    """
    config = {"learning_rate": learning_rate} | options
    if isinstance(learning_rate, float):
        return keras.optimizers.get({"class_name": name, "config": config})
    return type(keras.optimizers.get(name))(**config)


def dense(
    units: int, activation: str | None = ACTIVATION, **options: Any
) -> Any:
    """A fully connected layer with the right initial weights.

    Args:
        units: size of its output.
        activation: ReLU unless said otherwise.
        **options: further arguments of `keras.layers.Dense`.
    """
    return keras.layers.Dense(
        units,
        activation=activation,
        **{"kernel_initializer": initializer(activation)} | options,
    )


def conv1d(
    filters: int, size: int, activation: str | None = ACTIVATION, **options: Any
) -> Any:
    """A convolution over steps with the right initial weights.

    Args:
        filters: size of the last axis of its output.
        size: steps of the kernel.
        activation: ReLU unless said otherwise.
        **options: further arguments of `keras.layers.Conv1D`.
    """
    return keras.layers.Conv1D(
        filters,
        size,
        activation=activation,
        **{"kernel_initializer": initializer(activation)} | options,
    )


def conv2d(
    filters: int, size: int, activation: str | None = ACTIVATION, **options: Any
) -> Any:
    """A convolution over pixels with the right initial weights.

    Args:
        filters: size of the last axis of its output.
        size: height and width of the kernel.
        activation: ReLU unless said otherwise.
        **options: further arguments of `keras.layers.Conv2D`; the size of
            the image is kept unless `padding` says otherwise.
    """
    return keras.layers.Conv2D(
        filters,
        size,
        activation=activation,
        **{"padding": "same", "kernel_initializer": initializer(activation)}
        | options,
    )


def lstm(units: int, **options: Any) -> Any:
    """An LSTM layer with tanh and the weights that go with it.

    Args:
        units: size of its state.
        **options: further arguments of `keras.layers.LSTM`.
    """
    return keras.layers.LSTM(
        units,
        activation=RECURRENT_ACTIVATION,
        **{"kernel_initializer": initializer(RECURRENT_ACTIVATION)} | options,
    )


def output(
    units: int,
    bias: np.ndarray | None = None,
    scale: float = OUTPUT_SCALE,
    **options: Any,
) -> Any:
    """The last layer: linear, small weights, a bias that is a good guess.

    It stays in float32 under every policy, as the loss needs it.

    Args:
        units: numbers in a prediction.
        bias: one for each unit; zeros by default.
        scale: variance of the outputs, as a share of that of the features.
        **options: further arguments of `keras.layers.Dense`.
    """
    small = keras.initializers.VarianceScaling(scale, "fan_in")
    first = "zeros"
    if bias is not None:
        values = np.asarray(bias, "float32")
        first = keras.initializers.Constant(
            values.tolist() if len(set(values.tolist())) > 1 else values[0]
        )
    return keras.layers.Dense(
        units,
        kernel_initializer=small,
        bias_initializer=first,
        dtype="float32",
        **options,
    )


def compile_defaults(
    model: Any,
    task: str | None = None,
    y: Any = None,
    *,
    learning_rate: Any = LEARNING_RATE,
    **options: Any,
) -> Any:
    """Compiles a model of yours with the defaults.

    The loss goes with what the model ends with: logits (recommended: a
    linear output) or probabilities. Given the targets, the bias of the last
    layer is set to the best constant prediction (the log of the share of
    each class, the log odds, the mean of the target), so that the loss
    starts where guessing would be and the first steps are not spent on
    finding the bias. See Karpathy, "A Recipe for Training Neural Networks"
    (2019), "init well".

    Args:
        model: functional or sequential, with one output.
        task: "regression", "binary", "multiclass" or "multilabel"; by
            default told from `y`.
        y: the targets as `fit` takes them, or a dataset of `(x, y)`; without
            them the bias stays, and classes are taken to be ids.
        learning_rate: of Adam; a number or a schedule.
        **options: further arguments of `compile`, such as `jit_compile`.

    Returns:
        The model.

    Raises:
        ValueError: if neither task nor targets are given, or the output
            does not fit them.

    Example:
        >>> layers = [keras.Input((4,)), dense(8), dense(1, None)]
        >>> model = keras.Sequential(layers)
        >>> compile_defaults(model, "binary").loss.name
        'binary_crossentropy'
    """
    head = heads.find(model)
    meant = compiling.as_task(task, y, head)
    compiling.require_end(head, meant)
    compiling.set_bias(head, meant)
    logits = head.activation == "linear"
    chosen = {
        "optimizer": optimizer(learning_rate),
        "loss": compiling.loss(meant, logits),
        "metrics": compiling.metrics(meant, logits),
    }
    model.compile(**(chosen | options))
    return model
