"""A worker ends with the process that started it, however that ended."""

import ctypes
import os
import signal
import sys
import threading
import time

PARENT = "KERAS_TROUBLESHOOT_PARENT"
PAUSE = 1.0
# Of Linux, `prctl(2)`: a signal for when the parent dies.
SET_DEATH_SIGNAL = 1


def die_with_parent() -> None:
    """Ends this process with the one whose id the environment names.

    On Linux the kernel does it, at once; elsewhere a thread looks each second.
    """
    parent = int(os.environ.get(PARENT, os.getppid()))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
    end_without(parent)
    watch = threading.Thread(
        target=look, args=(parent,), name="orphan", daemon=True
    )
    watch.start()


def look(parent: int) -> None:
    """Ends this process when the parent is gone."""
    while True:
        time.sleep(PAUSE)
        end_without(parent)


def end_without(parent: int) -> None:
    """Ends this process if the parent is gone."""
    if os.getppid() != parent:
        os._exit(1)
