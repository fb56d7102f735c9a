"""Reads a saved model and its data, without running code from either."""

import os
import re
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.cli.command import CommandError
from keras_troubleshoot.cli.command import first_line
from keras_troubleshoot.cli.command import import_keras
from keras_troubleshoot.cli.outputs import say


def require_file(flag: str, path: str | None) -> None:
    """Refuses a flag that names no file.

    Raises:
        CommandError: if there is no such file.
    """
    if not path:
        raise CommandError(f"--{flag} must name a file, and was not given.")
    if not os.path.isfile(path):
        raise CommandError(
            f"--{flag} must name a file, received: {path!r}, which is "
            f"{'a folder' if os.path.isdir(path) else 'not there'}."
        )


def read_arrays(path: str) -> dict[str, Any]:
    """The arrays of an .npz file, by name.

    Raises:
        CommandError: if the file is not one, or holds pickled objects.
    """
    import numpy as np

    if not zipfile.is_zipfile(path):
        raise CommandError(
            f"--data must name an .npz file, received: {path!r}, which is not "
            "one, or is cut short. To mend it, write it with numpy.savez."
        )
    arrays = {}
    try:
        with np.load(path, allow_pickle=False) as file:
            for name in file.files:
                arrays[name] = _read_array(file, name, path)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise CommandError(
            f"--data {path!r} is corrupt: {first_line(error)}."
        ) from error
    return arrays


def _read_array(file, name: str, path: str):
    try:
        return file[name]
    except ValueError as error:
        raise CommandError(
            f"--data {path!r} holds {name!r} as pickled objects, which are "
            "not read because they can run code. To mend it, save an array "
            "of numbers: all rows of one length, no dtype=object."
        ) from error


def read_model(path: str, loss: str | None):
    """The saved model.

    Args:
        path: of the file, .keras or .h5.
        loss: the name of the loss, for a model saved without one.

    Raises:
        CommandError: if the file cannot be read as a model, or `loss` is
            unknown, or is given for a model that has one.
    """
    if path.endswith(".keras") and not zipfile.is_zipfile(path):
        raise CommandError(
            f"--model must name a .keras file, received: {path!r}, which is "
            "not one, or is cut short. To mend it, write it with model.save."
        )
    keras = import_keras()
    try:
        with warnings.catch_warnings():
            # The state of the optimizer is not looked at.
            warnings.filterwarnings("ignore", "Skipping variable loading")
            model = keras.saving.load_model(path, safe_mode=True)
    # Keras lets through whatever its many readers raise.
    except Exception as error:
        raise CommandError(
            f"--model {path!r} could not be read as a Keras model: "
            f"{_why(error)}"
        ) from error
    return _with_loss(keras, model, loss)


def _why(error: Exception) -> str:
    text = str(error)
    if "`Lambda`" in text:
        return (
            "it has a Lambda layer, whose Python code is not run. To mend "
            "it, use kts.check in Python, or `keras-troubleshoot run`."
        )
    unknown = re.search(r"Could not locate (class|function) '(\w+)'", text)
    if unknown:
        return (
            f"its {unknown[1]} {unknown[2]!r} is not part of Keras. To mend "
            "it, use kts.check in Python, where it is defined, or "
            "`keras-troubleshoot run`."
        )
    return first_line(error)


def _with_loss(keras, model, loss: str | None):
    if loss is None:
        if not model.compiled:
            say(
                "The model was saved without a loss, which is not judged "
                "therefore. To mend it, give --loss."
            )
        return model
    if model.compiled:
        raise CommandError(
            f"--loss is for models saved without a loss, received: {loss!r} "
            f"for a model that has {model.loss!r}. To mend it, leave --loss "
            "out."
        )
    try:
        keras.losses.get(loss)
    except ValueError as error:
        raise CommandError(
            "--loss must be the name of a Keras loss, such as mse or "
            f"sparse_categorical_crossentropy, received: {loss!r}."
        ) from error
    model.compile(loss=loss)
    return model


def choose(
    arrays: Mapping[str, Any],
    model,
    x_key: str | None = None,
    y_key: str | None = None,
) -> tuple[Any, Any, tuple | None]:
    """Chooses the inputs, the targets and the validation data by name.

    Args:
        arrays: by name, as `read_arrays` returns them.
        model: its input and output names find the parts of several.
        x_key: the name of the inputs, if it is another one.
        y_key: the name of the targets, if it is another one.

    Returns:
        `(x, y, validation_data)`; the targets and the validation data are
        `None` where they are not there.

    Raises:
        CommandError: if there are no inputs, or no array of a given name.
    """
    inputs = [tensor.name for tensor in getattr(model, "inputs", None) or ()]
    outputs = list(getattr(model, "output_names", None) or ())
    x = _part(arrays, "x", inputs, x_key)
    if x is None:
        raise CommandError(
            f"--data must hold the inputs as 'x' or 'x_train'{_or(inputs)}, "
            f"received: {', '.join(arrays) or 'no arrays'}. To mend it, name "
            "them with --x_key and --y_key."
        )
    y = _part(arrays, "y", outputs, y_key)
    validation = arrays.get("x_val"), arrays.get("y_val")
    return x, y, None if any(v is None for v in validation) else validation


def _or(names: list[str]) -> str:
    if len(names) < 2:
        return ""
    return f", or as {', '.join(f'x_{name}' for name in names)}"


def _part(arrays, letter: str, names: list[str], key: str | None):
    if key is not None:
        if key not in arrays:
            raise CommandError(
                f"--{letter}_key must name an array of the data, received: "
                f"{key!r}; there are {', '.join(arrays)}."
            )
        return arrays[key]
    for name in (letter, f"{letter}_train"):
        if name in arrays:
            return arrays[name]
    return _several(arrays, letter, names)


def _several(arrays, letter: str, names: list[str]):
    """One array for each input or output, by its name; else `None`."""
    keys = {
        name: key
        for name in names
        for key in (name, f"{letter}_{name}")
        if key in arrays
    }
    if not keys or len(keys) < len(names):
        return None
    found = {name: arrays[key] for name, key in keys.items()}
    return found if len(found) > 1 else found.popitem()[1]
