"""Folders of this user alone, which do not outlive their process for long."""

import contextlib
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

PREFIX = "keras-troubleshoot-"
LOCK = "lock"


@contextlib.contextmanager
def private_folder() -> Iterator[str]:
    """A new folder of this user alone, removed in the end.

    Those of processes that were killed, which could not, are removed first:
    they hold the data of a search.
    """
    sweep()
    folder = tempfile.mkdtemp(prefix=PREFIX)
    file = locked(os.path.join(folder, LOCK), "w")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if file is not None:
            file.close()


def sweep() -> None:
    """Removes folders that no process holds any more."""
    folders = os.path.join(glob.escape(tempfile.gettempdir()), PREFIX + "*")
    for path in glob.glob(os.path.join(folders, LOCK)):
        file = locked(path, "r")
        if file is not None:
            shutil.rmtree(os.path.dirname(path), ignore_errors=True)
            file.close()


def locked(path: str, mode: str) -> Any:
    """A file that is now locked by this process; None if that cannot be."""
    try:
        import fcntl
    except ImportError:  # Windows, where nothing is swept.
        return None
    try:
        file = open(path, mode)
    except OSError:  # Another user's.
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
