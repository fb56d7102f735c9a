"""Features together with what is predicted from them."""

import math
from typing import Any

import keras
from keras import ops

TINY = 1e-7  # Of probabilities whose logarithm is taken: Keras' own epsilon.


def product(features: Any, outputs: Any, logits: bool) -> Any:
    """The outer product of features and probabilities of a row, flattened.

    Args:
        features: shape (rows, ...).
        outputs: shape (rows, classes); one column is the second of two.
        logits: whether the outputs are logits.

    Returns:
        Shape (rows, features * classes), float32.

    Reference: M. Long et al., Conditional Adversarial Domain Adaptation,
    NeurIPS (2018), equation 4.
    """
    require_one(features, outputs)
    shares = ops.stop_gradient(probabilities(outputs, logits))
    features = ops.cast(features, "float32")
    features = ops.reshape(features, (-1, math.prod(features.shape[1:])))
    made = features[:, :, None] * shares[:, None, :]
    return ops.reshape(made, (-1, made.shape[1] * made.shape[2]))


def probabilities(outputs: Any, logits: bool) -> Any:
    """Those of the classes, shape (rows, classes), float32."""
    outputs = ops.cast(outputs, "float32")
    if outputs.shape[-1] == 1:
        share = ops.sigmoid(outputs) if logits else outputs
        return ops.concatenate([1 - share, share], axis=-1)
    return ops.softmax(outputs) if logits else outputs


def class_logits(outputs: Any, logits: bool) -> Any:
    """Logits of the classes, whose softmax is `probabilities`.

    Args:
        outputs: shape (rows, classes); one column is the second of two.
        logits: whether the outputs are logits.

    Returns:
        Shape (rows, classes), at least two of them, float32.
    """
    if keras.tree.is_nested(outputs) or len(outputs.shape) != 2:
        raise ValueError(
            "`output_aligner` needs one output of shape (rows, classes), "
            f"received: {said(outputs)}. To mend it, leave it out."
        )
    if not logits:
        return ops.log(ops.maximum(probabilities(outputs, False), TINY))
    outputs = ops.cast(outputs, "float32")
    if outputs.shape[-1] == 1:
        return ops.concatenate([ops.zeros_like(outputs), outputs], axis=-1)
    return outputs


def logits_shape(outputs: Any) -> Any:
    """The shape of `class_logits` of outputs of this shape."""
    if not isinstance(outputs, tuple) or len(outputs) != 2:
        return outputs  # `class_logits` will say what is wrong.
    return outputs[0], max(2, outputs[-1])


def require_one(features: Any, outputs: Any) -> None:
    """Raises where there is not one tensor of each.

    Raises:
        ValueError: there are several features, or no classes.
    """
    several = keras.tree.is_nested(features) or keras.tree.is_nested(outputs)
    if several or len(outputs.shape) != 2:
        raise ValueError(
            "`conditional=True` needs one tensor of features and one output "
            f"of shape (rows, classes), received: {said(outputs)}. To mend it, "
            "leave `conditional` out."
        )


def said(outputs: Any) -> str:
    """Shapes in words."""
    return str(keras.tree.map_structure(lambda one: one.shape, outputs))


def shape(features: Any, outputs: Any) -> tuple:
    """The shape of the product of features and outputs of these shapes."""
    if not isinstance(outputs, tuple) or not isinstance(features, tuple):
        return features  # `product` will say what is wrong.
    classes = max(2, outputs[-1])
    return features[0], math.prod(features[1:]) * classes


def gives_logits(model: Any) -> bool:
    """Whether the outputs of a model are logits, by its loss.

    Raises:
        ValueError: the loss is not one of class labels.
    """
    if not possible(model):
        name = "conditional" if model.conditional else "output_aligner"
        wish = "`conditional=True`" if model.conditional else f"`{name}`"
        raise ValueError(
            f"{wish} needs a loss of classes, such as "
            f'"sparse_categorical_crossentropy", received: {model.loss!r}. To '
            f"mend it, leave `{name}` out."
        )
    return bool(getattr(model.loss, "from_logits", False))


def possible(model: Any) -> bool:
    """Whether a model is compiled with one loss of class labels."""
    loss = getattr(model, "loss", None)
    name = getattr(loss, "name", None) or getattr(loss, "__name__", loss)
    return isinstance(name, str) and "crossentropy" in name
