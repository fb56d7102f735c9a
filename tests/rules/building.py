"""Facts made by hand, so that rules are tested without TensorFlow."""

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.architecture import Layer
from keras_troubleshoot.facts.architecture import Model
from keras_troubleshoot.facts.architecture import Optimizer
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.data import Data
from keras_troubleshoot.facts.data import profile
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.forward import Step
from keras_troubleshoot.facts.heads import Behaviour
from keras_troubleshoot.facts.heads import Head
from keras_troubleshoot.facts.losses import KINDS
from keras_troubleshoot.facts.losses import Loss
from keras_troubleshoot.facts.output_activation import Activation
from keras_troubleshoot.facts.passes import Failure
from keras_troubleshoot.facts.passes import Pass
from keras_troubleshoot.facts.sample import Sample

SPARSE = "sparse_categorical_crossentropy"
CATEGORICAL = "categorical_crossentropy"
BINARY = "binary_crossentropy"
MSE = "mean_squared_error"


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def normal(*shape, seed: int = 0) -> np.ndarray:
    """Numbers of unit scale, as float32."""
    return rng(seed).normal(size=shape).astype("float32")


def ids(rows: int, classes: int) -> np.ndarray:
    """Class ids in turn: each one as often as the others."""
    return np.arange(rows) % classes


def one_hot(labels, classes: int) -> np.ndarray:
    return np.eye(classes, dtype="float32")[np.asarray(labels)]


def distribution(*shape) -> np.ndarray:
    """Rows of probabilities, as a softmax makes them."""
    rows = np.exp(normal(*shape, seed=1))
    return rows / rows.sum(axis=-1, keepdims=True)


def array(values, name: str = "x", **known) -> Array:
    """An array that lies in memory as a whole."""
    values = np.asarray(values)
    return Array(name, values, len(values), values, **known)


def data(x, y=None, weights=None, batch: int | None = None) -> Data:
    """The profile of arrays; of a stream where `batch` is given."""
    parts = zip((x, y, weights), ("x", "y", "sample_weight"), strict=True)
    leaves = [
        leaf for part, name in parts for leaf in nests.leaves(part, name, True)
    ]
    lengths = {name: len(values) for name, values in leaves}
    rows = next(iter(lengths.values()))
    count = rows // batch if batch else 0
    return profile(
        Sample(
            x,
            y,
            weights,
            rows=rows,
            batch_sizes=(batch,) * count if batch else (),
            batch_indices=tuple(range(count)),
            streamed=batch is not None,
            lengths=lengths,
            whole=None if batch else (x, y, weights),
        )
    )


def loss(name: str, **known) -> Loss:
    """A loss of Keras by its full name; others are the user's own."""
    kind = KINDS.get(name, "custom")
    if kind in ("sparse", "categorical", "binary"):
        known.setdefault("from_logits", False)
    return Loss(name, kind, **known)


def head(
    target,
    made,
    loss_name: str | Loss | None = None,
    end: str | Activation = "linear",
    **known,
) -> Head:
    """An output named `out` of the layer `last`.

    Args:
        target: array of the targets; None for none.
        made: predictions.
        loss_name: name of a Keras loss, or a loss.
        end: its activation.
        **known: other attributes of the head.
    """
    if isinstance(end, str):
        end = Activation(end, "last", int(end == "softmax"))
    if isinstance(loss_name, str):
        loss_name = loss(loss_name)
    known.setdefault("name", "out")
    return Head(
        predictions=np.asarray(made),
        activation=end,
        target=None if target is None else array(target, "y"),
        loss=loss_name,
        **known,
    )


def facts(*heads: Head, x=None, weights=None, batch=None, **known) -> Facts:
    """Facts of outputs and of the data that their targets come from.

    Args:
        *heads: the outputs.
        x: inputs; by default three features of unit scale.
        weights: of the rows.
        batch: rows of a batch, for a stream.
        **known: other facts.
    """
    ys = [h.target.values for h in heads if h.target is not None]
    if x is None:
        x = normal(len(ys[0]) if ys else 64, 3)
    y = (ys[0] if len(ys) == 1 else ys) if ys else None
    known.setdefault("data", data(x, y, weights, batch))
    known.setdefault("model", model())
    return Facts(heads=heads, **known)


def model(*layers: Layer, rate=0.001, kind="Adam", momentum=0.0, **known):
    """A model with an optimizer."""
    return Model(
        "model",
        "Functional",
        "Functional",
        layers,
        optimizer=Optimizer(kind, rate, momentum),
        **known,
    )


def behaviour(start: float = 1.0, **known) -> Behaviour:
    return Behaviour(start, **known)


def step(value: float | None, penalty: float = 0.0) -> Step:
    """A training step with this loss."""
    return Step(Pass(None), value, penalty)


def failed(message: str, *layers, kind=ValueError) -> Pass:
    """A run that ended with an exception.

    Args:
        message: of the exception.
        *layers: name, class and shapes of the inputs of each layer that it
            came through, outermost first.
        kind: class of the exception.
    """
    return Pass(None, failure=Failure("forward", kind(message), layers))


def ran() -> Pass:
    """A run that came to its end."""
    return Pass(None)
