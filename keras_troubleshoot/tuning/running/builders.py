"""What a user passes as the builder, as a hypermodel and its space."""

import dataclasses
from typing import Any

import keras
import keras_tuner

from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.tuning.running import work as work_lib


class Builder(keras_tuner.HyperModel):
    """A function of `hp` as a hypermodel.

    Args:
        function: returns a compiled model.
    """

    def __init__(self, function: Any):
        super().__init__()
        self.function = function

    def build(self, hp: Any) -> keras.Model:
        """The model of a configuration."""
        return self.function(hp)


@dataclasses.dataclass(frozen=True)
class Built:
    """A builder that was looked at.

    Attributes:
        hypermodel: a `keras_tuner.HyperModel`.
        options: of the oracle: `hyperparameters`, `tune_new_entries`.
        model: of the defaults, compiled.
    """

    hypermodel: Any
    options: dict[str, Any]
    model: Any


def read(builder: Any, budget: int) -> Built:
    """The hypermodel of a builder, tried once, and all that it registers.

    Args:
        builder: a function of `hp`, a `keras_tuner.HyperModel`, a
            `SearchSpace` that was made of one, or a compiled model.
        budget: trials that there will be; of a model as many
            hyperparameters are tuned as they afford.

    Raises:
        TypeError: it is none of these, or returns no model.
        ValueError: it raises, or its model is not compiled.
    """
    from keras_troubleshoot.tuning.spaces import hypermodel
    from keras_troubleshoot.tuning.spaces import recording
    from keras_troubleshoot.tuning.spaces import space as space_lib

    if isinstance(builder, keras.Model):
        builder = hypermodel.hypermodel(builder, budget=budget).space
    given: dict[str, Any] = {}
    if isinstance(builder, space_lib.SearchSpace):
        given, builder = builder.options, builder.hypermodel
    hypermodel_of = as_hypermodel(builder)
    with randomness.preserved():
        model = tried(hypermodel_of)
        if not given:
            given = {"hyperparameters": recording.recorded(hypermodel_of)}
    return Built(hypermodel_of, given, model)


def as_hypermodel(builder: Any) -> Any:
    """A hypermodel of a function, or as it is.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(builder, keras_tuner.HyperModel):
        return builder
    if callable(builder) and not isinstance(builder, type):
        return Builder(builder)
    raise TypeError(
        "`builder` must be a function of `hp` that returns a compiled model, "
        "a `keras_tuner.HyperModel`, a search space made of one, or a "
        f"compiled model, received: {type(builder).__name__}."
    )


def tried(hypermodel: Any) -> keras.Model:
    """The default model, built so that a mistake shows at once."""
    try:
        hp = keras_tuner.HyperParameters()
        hypermodel.declare_hyperparameters(hp)
        model = hypermodel.build(hp)
    except Exception as error:
        raise ValueError(
            "`builder` must return a compiled model for the defaults of its "
            f"hyperparameters, received: {type(error).__name__} "
            f"({private.first_line(error)}). To mend it, call it with "
            "`keras_tuner.HyperParameters()` and look at what it raises."
        ) from error
    work_lib.require_compiled(model)
    return model
