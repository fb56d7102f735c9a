"""What `fine_tune` must be given, said before any work starts."""

import math
import types
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import sample as sample_lib

# Arguments of `fit` that `fine_tune` sets by itself, and what to pass.
OWN = {
    "validation_split": "`validation_data`",
    "initial_epoch": "`epochs`, one number for each stage",
    "optimizer": "`learning_rate`",
}


def model(given: Any) -> None:
    """Refuses what is no compiled, built Keras model.

    Raises:
        TypeError: it is no model.
        ValueError: it is not compiled, or not built.
    """
    keras = private.keras()
    if keras is None or not isinstance(given, keras.Model):
        raise TypeError(
            "`model` must be a trained Keras model, received: "
            f"{type(given).__name__}. To mend it, pass the model itself."
        )
    if not given.built or not given.weights:
        raise ValueError(
            f"`model` must be built and trained, received: {given.name!r} "
            "without weights. To mend it, train it on the source first."
        )
    if not given.compiled or given.optimizer is None:
        raise ValueError(
            f"`model` must be compiled, received: {given.name!r}, which is "
            "not. To mend it, call `model.compile` with its loss."
        )


def numbers(decay: Any, groups: Any, epochs: Any, fit: dict) -> None:
    """Refuses what is out of range.

    Raises:
        ValueError: a number is, or `fit` has what it must not have.
    """
    if not is_number(decay) or not 1 <= decay < math.inf:
        raise wrong("decay", "a number of at least 1", decay)
    if groups != "all" and not is_count(groups):
        raise wrong("groups", "a whole number of at least 1, or 'all'", groups)
    several = epochs if isinstance(epochs, list | tuple) else [epochs]
    if epochs is not None and not all(map(is_count, several)):
        must = "a whole number of at least 1, or one for each stage"
        raise wrong("epochs", must, epochs)
    for name, instead in OWN.items():
        if name in fit:
            raise ValueError(
                f"`{name}` must not be given, received: {name}="
                f"{fit[name]!r}. To mend it, pass {instead}."
            )


def head(given: Any) -> None:
    """Refuses what is neither a layer's name, several, nor a number.

    Raises:
        ValueError: it is not.
    """
    names = given if isinstance(given, list | tuple) else [given]
    named = bool(names) and all(isinstance(name, str) for name in names)
    if given is not None and not named and not is_count(given):
        must = "the name of a layer, several, or the number of classes"
        raise wrong("head", must, given)


def rate(given: Any) -> None:
    """Refuses what is no learning rate.

    Raises:
        ValueError: it is neither a number above 0 nor a schedule.
    """
    import keras

    schedule = keras.optimizers.schedules.LearningRateSchedule
    if given is None or isinstance(given, schedule):
        return
    if not is_number(given) or not 0 < given < math.inf:
        raise wrong("learning_rate", "a number above 0, or a schedule", given)


def data(x: Any, y: Any, weight: Any) -> sample_lib.Sample:
    """Reads some rows, and refuses what cannot be learned from.

    Raises:
        ValueError: there are no targets, lengths differ, or there are
            numbers that are not finite.
    """
    if isinstance(x, types.GeneratorType):
        raise ValueError(
            "`x` must be data that can be read in each epoch, received: a "
            "generator. To mend it, pass arrays or a `tf.data.Dataset`."
        )
    read = reading.read(x, y, weight)
    if read.y is None:
        raise ValueError(
            "`y` must hold the labels of the target's rows, received: None. "
            "To mend it, pass one label for each row; without any, use an "
            "aligner, such as `CORAL`."
        )
    if len(set(read.lengths.values())) > 1:
        told = ", ".join(f"{k} has {n}" for k, n in read.lengths.items())
        raise ValueError(
            f"All arrays must have the same number of rows, received: {told}. "
            "To mend it, pass one label for each row."
        )
    finite(read.x, "x")
    finite(read.y, "y")
    return read


def finite(values: Any, name: str) -> None:
    """Refuses what is not a number.

    Raises:
        ValueError: there is NaN or infinity.
    """
    for leaf, array in nests.leaves(values, name):
        array = np.asarray(array)
        bad = 0
        if array.dtype.kind == "f":
            bad = int((~np.isfinite(array.astype("float64"))).sum())
        if bad:
            raise ValueError(
                f"`{leaf}` must be finite, received: {bad:,} values that are "
                "NaN or infinite. To mend it, fill or drop those rows."
            )


def shapes(built: Any, x: Any) -> None:
    """Refuses rows of another shape than those of the source.

    Raises:
        ValueError: the one input of the model is of another shape.
    """
    from keras_troubleshoot.facts import keras_internals

    expected = list(keras_internals.input_shapes(built).values())
    arrays = nests.arrays(x)
    if not expected or len(expected) != len(arrays) or len(expected) > 1:
        return
    want, got = expected[0][1:], np.shape(arrays[0])[1:]
    # Keras itself adds an axis of one, or drops it.
    if len(want) != len(got):
        same = math.prod(n or 1 for n in want) == math.prod(got)
        same = same and abs(len(want) - len(got)) == 1
    else:
        pairs = zip(want, got, strict=True)
        same = all(w is None or w == g for w, g in pairs)
    if not same:
        raise ValueError(
            "`x` must have rows of the shape that the model was trained on, "
            f"{want}, received: {got}. To mend it, prepare the target as the "
            "source was prepared."
        )


def is_count(value: Any) -> bool:
    """Whether it is a whole number of at least 1."""
    whole = isinstance(value, int | np.integer)
    return whole and not isinstance(value, bool) and value >= 1


def is_number(value: Any) -> bool:
    """Whether it is a number, and no truth value."""
    kinds = int | float | np.integer | np.floating
    return isinstance(value, kinds) and not isinstance(value, bool)


def wrong(name: str, must: str, value: Any) -> ValueError:
    """The error for an argument that is out of range."""
    return ValueError(
        f"`{name}` must be {must}, received: {name}={value!r}. To mend it, "
        "leave it out."
    )
