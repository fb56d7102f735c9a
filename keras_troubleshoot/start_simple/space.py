"""The search space of the builders, ranked as the lecture ranks it.

| sensitivity | parameters |
|---|---|
| high | learning rate, its schedule, loss, size of the layers |
| medium | initialization, depth, size of the kernel, weight decay |
| low | optimizer, its other parameters, activation |

The batch size (low) is an argument of `fit`: override `run_trial`, or see
`keras_tuner.HyperModel.fit`. Parameters are registered from the most to the
least sensitive, so that a search that can afford few takes the first.
"""

import math
from collections.abc import Mapping
from typing import Any

import keras

from keras_troubleshoot.start_simple import defaults

# Epochs and rows of a batch over which the cosine schedule falls.
EPOCHS, BATCH = 20, 32
LARGEST_RATE, SMALLEST_RATE = 1e-2, 1e-5
DECAYS = [0.0, 1e-5, 1e-4, 1e-3, 1e-2]
LOSSES = ["mean_squared_error", "huber", "mean_absolute_error"]
SIZES = ("units", "filters", "embedding", "size")
DEPTHS = ("layers", "blocks")


class Choices:
    """The parameters of a builder: its defaults, or what a search chose.

    Args:
        hp: `keras_tuner.HyperParameters`; None takes the defaults.
        problem: of the builder.
        rate: the learning rate where the user gave none.
        **sizes: defaults of the parameters of the architecture.

    Attributes:
        values: all parameters by name.
    """

    def __init__(
        self,
        hp: Any,
        problem: Any,
        rate: float = defaults.LEARNING_RATE,
        **sizes: Any,
    ):
        self.values = dict(sizes)
        given = problem.learning_rate
        self.rate = rate if given is None else given
        self.regression = not problem.counted
        if hp is not None:
            self.search(hp)

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("values", ()):
            return self.values[name]
        raise AttributeError(name)

    def search(self, hp: Any) -> None:
        """Takes all parameters from a search, the most sensitive first."""
        sizes = dict(self.values)
        take = self.values
        take["learning_rate"] = hp.Float(
            "learning_rate",
            min(SMALLEST_RATE, self.rate),
            max(LARGEST_RATE, self.rate),
            sampling="log",
            default=self.rate,
        )
        take["schedule"] = hp.Choice("schedule", ["constant", "cosine"])
        if self.regression:
            take["loss"] = hp.Choice("loss", LOSSES)
        for name in [name for name in sizes if name in SIZES]:
            take[name] = size(hp, name, sizes[name])
        take["initializer"] = hp.Choice("initializer", ["normal", "uniform"])
        for name in [name for name in sizes if name in DEPTHS]:
            most = 2 * sizes[name] + 1
            take[name] = hp.Int(name, 1, most, default=sizes[name])
        if "kernel_size" in sizes:
            around = sorted({2, 3, 5, 7} | {sizes["kernel_size"]})
            take["kernel_size"] = hp.Choice(
                "kernel_size", around, default=sizes["kernel_size"]
            )
        take["weight_decay"] = hp.Choice("weight_decay", DECAYS)
        take["optimizer"] = hp.Choice("optimizer", ["adam", "rmsprop", "sgd"])
        take["momentum"] = hp.Choice("momentum", [0.9, 0.0, 0.99])
        if "activation" in sizes:
            take["activation"] = hp.Choice(
                "activation", ["relu", "elu", "gelu", "tanh"]
            )

    def layer(self, make: Any, *sizes: int, **options: Any) -> Any:
        """A layer of `defaults` with the chosen activation and weights.

        Args:
            make: `defaults.dense`, `defaults.conv1d` or `defaults.conv2d`.
            *sizes: its first arguments.
            **options: the others; `activation` overrides the chosen one.
        """
        activation = options.pop("activation", self.values.get("activation"))
        options = {"kernel_initializer": self.weights(activation)} | options
        return make(*sizes, activation, **options)

    def weights(self, activation: str | None) -> str:
        """How weights before an activation begin, as it was chosen."""
        spread = self.values.get("initializer", "normal")
        return defaults.initializer(activation).replace("normal", spread)

    def dense(self, units: int, **options: Any) -> Any:
        """A fully connected layer; see `layer`."""
        return self.layer(defaults.dense, units, **options)

    def conv1d(self, filters: int, size: int, **options: Any) -> Any:
        """A convolution over steps; see `layer`."""
        return self.layer(defaults.conv1d, filters, size, **options)

    def conv2d(self, filters: int, size: int, **options: Any) -> Any:
        """A convolution over pixels; see `layer`."""
        return self.layer(defaults.conv2d, filters, size, **options)

    def loss(self) -> str:
        """Name of the loss of a regression."""
        return self.values.get("loss", LOSSES[0])

    def optimizer(self, rows: int | None) -> Any:
        """The optimizer with its rate or schedule.

        Args:
            rows: of the data; None where nobody can know.
        """
        rate: Any = self.values.get("learning_rate", self.rate)
        if self.values.get("schedule") == "cosine":
            steps = EPOCHS * math.ceil((rows or 10_000) / BATCH)
            rate = keras.optimizers.schedules.CosineDecay(rate, steps)
        name = self.values.get("optimizer", "adam")
        options: Mapping[str, Any] = {}
        if self.values.get("weight_decay"):
            options = {"weight_decay": self.values["weight_decay"]}
        if name != "adam" and "momentum" in self.values:
            options = {**options, "momentum": self.values["momentum"]}
        elif "momentum" in self.values:
            options = {**options, "beta_1": self.values["momentum"]}
        return defaults.optimizer(rate, name, **options)


def size(hp: Any, name: str, default: int) -> int:
    """A size from a quarter to four times the default."""
    least, most = max(2, default // 4), 4 * default
    return hp.Int(name, least, most, sampling="log", default=default)
