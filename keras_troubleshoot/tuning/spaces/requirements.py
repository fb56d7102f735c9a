"""What `hypermodel` needs, said in one sentence where it is missing."""

from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.tuning.spaces.model_entries import NAMES


def require_model(model: Any) -> None:
    """Refuses what cannot be made anew with other widths and optimizers.

    Raises:
        TypeError: it is no model.
        ValueError: it is subclassed, not built or not compiled.
    """
    import keras

    if not keras_internals.is_model(model):
        raise TypeError(
            "`model` must be a compiled Keras model, received: "
            f"{type(model).__name__}. To mend it, give a function of `hp` to "
            "the tuner itself, or build the model first."
        )
    told = f"{type(model).__name__} {model.name!r}"
    if keras_internals.model_kind(model) == "subclass":
        raise ValueError(
            f"`model` must be Sequential or Functional, received: {told}, "
            "which is subclassed, so that its layers cannot be seen. To mend "
            "it, write a function of `hp` that builds it."
        )
    if not model.built or not getattr(model, "inputs", None):
        raise ValueError(
            f"`model` must be built, received: {told}, of which the shape of "
            "the input is not known. To mend it, begin it with `keras.Input`."
        )
    if not model.compiled or model.optimizer is None:
        raise ValueError(
            f"`model` must be compiled, received: {told} without an optimizer "
            "and a loss. To mend it, call `model.compile` first."
        )
    if type(model).compile is not keras.Model.compile:
        raise ValueError(
            f"`model` must be compiled by Keras, received: {told}, which has "
            "a `compile` of its own. To mend it, write a function of `hp` "
            "that builds it."
        )
    require_rate(model)


def require_rate(model: Any) -> None:
    """Refuses a learning rate around which there is nothing to search.

    Raises:
        ValueError: it is not positive.
    """
    inner = keras_internals.inner_optimizer(model.optimizer)
    rate, scheduled = keras_internals.learning_rate(inner)
    if not scheduled and not (rate and 0 < rate < float("inf")):
        raise ValueError(
            "`model` must be compiled with a positive learning rate, "
            f"received: {rate}. To mend it, pass `keras.optimizers.Adam(1e-3)` "
            "to `compile`."
        )


def names(
    tune: Sequence[str] | None, batch_size: Any, keep_weights: bool
) -> tuple[str, ...]:
    """What is to be tuned.

    Args:
        tune: names; None for all.
        batch_size: the usual one, or None.
        keep_weights: whether weights are kept, and widths with them.

    Raises:
        ValueError: a name is not known, or does not go with the others.
    """
    if tune is None:
        return tuple(n for n in NAMES if n != "width" or not keep_weights)
    given = (tune,) if isinstance(tune, str) else tuple(tune)
    unknown = [name for name in given if name not in NAMES]
    if unknown or not given:
        raise ValueError(
            f"`tune` must hold names among {listed(NAMES)}, received: "
            f"tune={tune!r}. To mend it, leave out "
            f"{listed(map(repr, unknown)) or '`tune=` for all of them'}."
        )
    if keep_weights and "width" in given:
        raise ValueError(
            "`keep_weights` must be False where 'width' is tuned, received: "
            "both; weights do not fit another width. To mend it, leave one "
            "out."
        )
    if "batch_size" in given and batch_size is None:
        raise ValueError(
            "`batch_size` must be given where 'batch_size' is tuned, "
            "received: None. To mend it, pass the usual one, such as "
            "batch_size=32."
        )
    return given
