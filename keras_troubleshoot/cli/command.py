"""What the commands share: their error, and the backend that they need."""

import contextlib
import os
import sys
from collections.abc import Iterator

BACKEND = "tensorflow"


class CommandError(Exception):
    """A command cannot do its work; the message is one clear sentence."""


def import_keras():
    """Imports Keras on TensorFlow, without the log of TensorFlow's start.

    Returns:
        The module `keras`.

    Raises:
        CommandError: if Keras is to run on another backend.
    """
    require_backend()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _no_stderr():
        import keras
    require_loaded_backend(keras)
    return keras


@contextlib.contextmanager
def _no_stderr() -> Iterator[None]:
    """Drops what is written to stderr, also by C++ code."""
    sys.stderr.flush()
    stderr = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)


def require_backend() -> None:
    """Refuses another Keras backend that the environment asks for.

    Raises:
        CommandError: if `KERAS_BACKEND` names another backend.
    """
    _refuse_unless_tensorflow(os.environ.get("KERAS_BACKEND", BACKEND))


def require_loaded_backend(keras) -> None:
    """Refuses another backend, wherever Keras was told to use it.

    Args:
        keras: the imported module; it may have its backend from `keras.json`.

    Raises:
        CommandError: if `keras` runs on another backend.
    """
    _refuse_unless_tensorflow(keras.backend.backend())


def _refuse_unless_tensorflow(backend: str) -> None:
    if backend != BACKEND:
        raise CommandError(
            f"The Keras backend must be tensorflow, received: {backend!r}. To "
            "mend it, set KERAS_BACKEND=tensorflow."
        )


def first_line(error: BaseException) -> str:
    """What an error says, on one line."""
    lines = str(error).strip().splitlines()
    return lines[0].strip() if lines else type(error).__name__
