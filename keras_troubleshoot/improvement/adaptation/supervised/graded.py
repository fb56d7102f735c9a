"""An optimizer with a learning rate of its own for each weight.

It touches two things that Keras does not promise to keep: how an optimizer
finds the slot of a weight, and where it applies weight decay.
"""

from collections.abc import Sequence
from typing import Any

import keras

# Attributes of an optimizer that say how strongly weights decay.
DECAYS = ("weight_decay", "adam_weight_decay")


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class GradedRates(keras.optimizers.Optimizer):
    """Takes the steps of another optimizer, some weights with smaller ones.

    Discriminative learning rates (J. Howard and S. Ruder, "Universal
    Language Model Fine-tuning for Text Classification", ACL 2018, section
    3.2): lower layers, which hold what is common to domains, learn more
    slowly. Scaling gradients would not do it: Adam and its kin divide by
    their size. So the rate that the other optimizer takes its step with is
    scaled, weight by weight, and its decoupled weight decay too; clipping by
    the global norm, moving averages and accumulation see all weights at
    once. `learning_rate` is that of factor 1, so that callbacks which set
    or read it do what they always do.

    Args:
        optimizer: takes the steps.
        factors: by which the rate of each trainable weight is multiplied, in
            the order of `model.trainable_variables`; at least 0.
        name: of this optimizer.

    Raises:
        ValueError: a factor is below 0 or not finite; or, in the first step,
            there are more or fewer weights than factors.

    Example:
        >>> import numpy as np
        >>> weights = [keras.Variable([1.0]), keras.Variable([1.0])]
        >>> graded = GradedRates(keras.optimizers.Adam(0.1), [0.5, 1.0])
        >>> graded.apply([np.ones(1), np.ones(1)], weights)
        >>> [round(float(w[0]), 3) for w in weights]
        [0.95, 0.9]
    """

    def __init__(
        self, optimizer: Any, factors: Sequence[float], name: str | None = None
    ):
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = optimizer
        self.factors = [float(factor) for factor in factors]
        wrong = [f for f in self.factors if not 0 <= f < float("inf")]
        if wrong:
            raise ValueError(
                "`factors` must be finite numbers of at least 0, received: "
                f"{wrong[0]}. To mend it, pass 1 for weights that learn at "
                "the full rate."
            )
        optimizer.update_step = self.scaled_step(optimizer.update_step)
        optimizer._apply_weight_decay = self.scaled_decay(
            optimizer._apply_weight_decay
        )

    def factor(self, variable: Any) -> float:
        """The factor of a weight that the optimizer was built for."""
        return self.factors[self.inner_optimizer._get_variable_index(variable)]

    def scaled_step(self, step: Any) -> Any:
        """A step of the other optimizer at the rate of the weight."""

        def update_step(gradient, variable, learning_rate):
            rate = learning_rate * self.factor(variable)
            return step(gradient, variable, rate)

        return update_step

    def scaled_decay(self, decay: Any) -> Any:
        """Weight decay of the other optimizer at the rate of the weight."""
        inner = self.inner_optimizer
        # Read once: replicas take turns in what follows.
        given = {name: getattr(inner, name, None) for name in DECAYS}
        given = {name: value for name, value in given.items() if value}

        def apply_weight_decay(variables):
            try:
                for variable in variables if given else ():
                    for name, value in given.items():
                        setattr(inner, name, value * self.factor(variable))
                    decay([variable])
            finally:
                for name, value in given.items():
                    setattr(inner, name, value)

        return apply_weight_decay

    def build(self, variables: Sequence[Any]) -> None:
        """Makes the slots of the other optimizer."""
        if len(variables) != len(self.factors):
            raise ValueError(
                "`factors` must hold one number for each trainable weight, "
                f"received: {len(self.factors)} for {len(variables)}. To mend "
                "it, compile with one for each of "
                "`model.trainable_variables`."
            )
        self.inner_optimizer.build(variables)
        super().build(variables)

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Takes a step."""
        if not self.built:
            with keras.name_scope(self.name):
                self.build(list(trainable_variables))
        self.inner_optimizer.apply(grads, trainable_variables)

    @property
    def variables(self) -> list:
        """Those of both."""
        return self._variables + self.inner_optimizer.variables

    @property
    def iterations(self) -> Any:
        """Steps that were taken."""
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self) -> Any:
        """The rate of weights of factor 1."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    def scale_loss(self, loss: Any) -> Any:
        """The loss as the other optimizer scales it."""
        return self.inner_optimizer.scale_loss(loss)

    def finalize_variable_values(self, var_list: Any) -> None:
        """Puts moving averages in place at the end of a training."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict:
        """What it is made again from."""
        return {
            "optimizer": keras.saving.serialize_keras_object(
                self.inner_optimizer
            ),
            "factors": list(self.factors),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: Any = None) -> Any:
        """Makes it again."""
        inner = keras.saving.deserialize_keras_object(
            config["optimizer"], custom_objects=custom_objects
        )
        return cls(inner, config["factors"], config["name"])
