"""Takes the function that builds a model out of the user's Python file."""

import importlib.util
import os
import sys
from typing import Any

import keras_tuner

from keras_troubleshoot.cli.command import CommandError
from keras_troubleshoot.cli.command import first_line

MODULE = "keras_troubleshoot_tuned"


class FileBuilder(keras_tuner.HyperModel):
    """The builder of a file; in another process, the file is run there.

    So nothing of it has to be pickled.

    Args:
        path: of the Python file. Its folder becomes the first in which it
            looks for modules, as of a script.
        name: of a function of hyperparameters that returns a compiled model,
            or of a `keras_tuner.HyperModel`, an instance or a class.

    Raises:
        CommandError: the file fails, or has no such name.
    """

    def __init__(self, path: str, name: str):
        super().__init__()
        self.path, self.builder = os.path.abspath(path), name
        self.found = found(self.path, name)

    def build(self, hp: Any) -> Any:
        """The model of a configuration."""
        return getattr(self.found, "build", self.found)(hp)

    def fit(self, hp: Any, model: Any, *data: Any, **options: Any) -> Any:
        """Trains it; as the builder does, where it says how."""
        if hasattr(self.found, "fit"):
            return self.found.fit(hp, model, *data, **options)
        return super().fit(hp, model, *data, **options)

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """How it goes to other processes."""
        return FileBuilder, (self.path, self.builder)


def load(argument: str) -> FileBuilder:
    """The builder that an argument names, `FILE.py:NAME`.

    Raises:
        CommandError: there is no such file or name, or the file fails.
    """
    path, _, name = argument.rpartition(":")
    if not path.endswith(".py") or not name.isidentifier():
        raise CommandError(
            "The builder must be FILE.py:NAME, the name of a function of "
            f"hyperparameters, received: {argument!r}."
        )
    if not os.path.isfile(path):
        raise CommandError(
            "The builder must be in a Python file, received: "
            f"{path!r}, which is not there."
        )
    return FileBuilder(path, name)


def found(path: str, name: str) -> Any:
    """What a name of a file stands for; a class of builders is made one."""
    value = getattr(run(path), name, None)
    if value is None:
        raise CommandError(f"{path!r} must have a {name!r}, and has none.")
    value = value() if isinstance(value, type) else value
    if not callable(value) and not hasattr(value, "build"):
        raise CommandError(
            f"{name!r} of {path!r} must be a function of hyperparameters, "
            f"received: {value!r}."
        )
    return value


def run(path: str) -> Any:
    """The module that a file makes."""
    folder, file = os.path.split(path)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    name = f"{MODULE}_{os.path.splitext(file)[0]}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    # Before it runs: a dataclass looks its module up.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise CommandError(
            f"{path!r} fails: {type(error).__name__}: {first_line(error)}."
        ) from error
    return module
