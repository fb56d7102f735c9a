"""Search spaces for what is known of the data alone."""

from keras_tuner.engine import hyperparameters as types

from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.tuning.spaces.entry import Entry
from keras_troubleshoot.tuning.spaces.entry import entry

TASKS = ("regression", "binary", "multiclass", "multilabel")
INPUTS = tuple(kind.value for kind in Input)
# Defaults of the sizes, by the kind of input; the names and the ranges, a
# quarter to four times, are those of the builders of `kts.models`.
SIZES = {
    "image": {"filters": 32, "units": 128},
    "sequence": {"units": 64},
    "tokens": {"units": 64, "embedding": 64},
    "tabular": {"units": 128},
}
DEPTHS = {"image": 2, "sequence": 1, "tokens": 1, "tabular": 1}
KERNELS = {"image": 5}
LOSSES = ("mean_squared_error", "huber", "mean_absolute_error")
# Weight decay as the optimizers of Keras take it: decoupled, times the rate.
DECAYS = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)
# Of Srivastava et al., "Dropout" (2014), section 7.3: the error is flat where
# 40% to 80% of the units are retained.
MOST_DROPOUT = 0.6
# Keskar et al., "On Large-Batch Training" (2017): 32 to 512 is usual.
BATCHES = (16, 32, 64, 128, 256)


def entries(inputs: str, task: str | None) -> list[Entry]:
    """All that there is to tune of a first model.

    Args:
        inputs: "image", "sequence", "tokens" or "tabular".
        task: "regression", ...; None where it is not known.
    """
    return [*pace(task), *architecture(inputs), *penalties(), *rest()]


def pace(task: str | None) -> list[Entry]:
    """The rate, how it falls, and what falls with it."""
    rate = types.Float(
        "learning_rate", 1e-5, 1e-2, sampling="log", default=3e-4
    )
    schedule = types.Choice("schedule", ["constant", "cosine"])
    found = [
        entry("learning rate", rate, "too high diverges, too low crawls"),
        entry("schedule", schedule, "a rate that falls lets weights settle"),
    ]
    if task == "regression":
        loss = types.Choice("loss", list(LOSSES))
        why = "how much outliers count; compare by a metric"
        found.append(entry("loss function", loss, why))
    return found


def architecture(inputs: str) -> list[Entry]:
    """Sizes, first weights, depth, kernels."""
    found = [
        entry("layer size", size(name, default), "a quarter to four times")
        for name, default in SIZES[inputs].items()
    ]
    spread = types.Choice("initializer", ["normal", "uniform"])
    found.append(entry("initialization", spread, "of He or Glorot"))
    depth = DEPTHS[inputs]
    layers = types.Int("layers", 1, 2 * depth + 1, default=depth)
    found.append(entry("depth", layers, "few layers learn most of it"))
    if inputs in KERNELS:
        kernel = types.Choice(
            "kernel_size", [2, 3, 5, 7], default=KERNELS[inputs]
        )
        why = "what a convolution sees at once"
        found.append(entry("layer parameters", kernel, why))
    return found


def size(name: str, default: int) -> types.Int:
    """A size from a quarter to four times the default."""
    return types.Int(
        name,
        max(1, default // 4),
        4 * default,
        sampling="log",
        default=default,
    )


def penalties() -> list[Entry]:
    """The weight of the regularization."""
    decay = types.Choice("weight_decay", list(DECAYS))
    dropout = types.Float("dropout", 0.0, MOST_DROPOUT)
    flat = "the error is flat from 0.2 to 0.6 (Srivastava et al. 2014)"
    return [
        entry("regularization", decay, "decoupled; times the rate, per step"),
        entry("regularization", dropout, flat),
    ]


def rest() -> list[Entry]:
    """What hardly matters."""
    optimizer = types.Choice("optimizer", ["adam", "rmsprop", "sgd"])
    momentum = types.Choice("momentum", [0.0, 0.9, 0.99], default=0.9)
    batch = types.Choice("batch_size", list(BATCHES), default=32)
    nonlinearity = types.Choice("activation", ["relu", "elu", "gelu", "tanh"])
    return [
        entry("optimizer", optimizer, "little, once the rate suits it"),
        entry("optimizer parameters", momentum, "or beta_1 of Adam"),
        entry("batch size", batch, "powers of two around the default"),
        entry("nonlinearity", nonlinearity, "ReLU and its kin"),
    ]


def kept(task: str | None) -> dict[str, str]:
    """What of the lecture's table stays as it is, and why."""
    if task == "regression":
        return {}
    if task is None:
        return {"loss": "it depends on the task, which was not said"}
    return {"loss": "the cross-entropy is what fits classes"}
