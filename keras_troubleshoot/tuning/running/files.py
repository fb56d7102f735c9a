"""The files of a search: whole or not there, whatever happens meanwhile."""

import contextlib
import json
import os
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

ASIDE = ".corrupt"


def write(path: str | os.PathLike, text: str) -> None:
    """Writes a file such that a reader sees the old or the new one, whole.

    Args:
        path: of the file; a `gs://` or the like is left to TensorFlow, whose
            stores show an object only when it is complete.
        text: what it shall hold.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    path = os.fspath(path)
    if "://" in path:
        write_remote(path, text)
        return
    handle, draft = tempfile.mkstemp(
        prefix=".draft-", dir=os.path.dirname(path) or "."
    )
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(draft)
        raise


def write_remote(path: str, text: str) -> None:
    """Writes an object of a store."""
    import tensorflow as tf

    with tf.io.gfile.GFile(path, "w") as file:
        file.write(text)


def read(path: str | os.PathLike) -> Any:
    """What a JSON file holds; None where there is none.

    A file that cannot be read is set aside, and a warning says so.
    """
    import tensorflow as tf

    path = os.fspath(path)
    if not tf.io.gfile.exists(path):
        return None
    try:
        with tf.io.gfile.GFile(path, "r") as file:
            return json.loads(file.read())
    except ValueError as error:
        set_aside(path, error)
        return None


def set_aside(path: str, error: Exception) -> None:
    """Renames a file that cannot be read, and warns."""
    import tensorflow as tf

    number, aside = 0, path + ASIDE
    while tf.io.gfile.exists(aside):
        number += 1
        aside = f"{path}{ASIDE}{number}"
    tf.io.gfile.rename(path, aside)
    first = (str(error).splitlines() or [type(error).__name__])[0]
    warnings.warn(
        f"{path} cannot be read ({first}): it was set aside as "
        f"{os.path.basename(aside)}, and the search goes on with the rest.",
        stacklevel=2,
    )


@contextlib.contextmanager
def owned(folder: str | os.PathLike) -> Iterator[None]:
    """Holds a folder for one search; the system lets it go with the process.

    Raises:
        ValueError: it cannot be written to.
        RuntimeError: another search has it.
    """
    folder = os.fspath(folder)
    if "://" in folder:
        yield
        return
    file = opened(folder)
    try:
        if not locked(file):
            raise RuntimeError(
                f"The folder {folder!r} is in use by another search, process "
                f"{holder(file)}. To mend it, wait for its end, or give "
                "`project_name` another name."
            )
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
    finally:
        file.close()


def opened(folder: str) -> Any:
    """The file that is locked, made with its folder."""
    try:
        os.makedirs(folder, exist_ok=True)
        # Whoever opens it may not be the one that holds it: no truncation.
        return open(os.path.join(folder, "lock"), "a+", encoding="utf-8")
    except OSError as error:
        raise ValueError(
            "`directory` must be a folder that can be written to, received: "
            f"{folder!r} ({error.strerror}). To mend it, pass another."
        ) from error


def locked(file: Any) -> bool:
    """Whether this process could lock an open file."""
    try:
        import fcntl
    except ImportError:  # Windows, where folders are not guarded.
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def holder(file: Any) -> str:
    """The process that has written itself into the lock."""
    file.seek(0)
    return file.read().strip() or "unknown"
