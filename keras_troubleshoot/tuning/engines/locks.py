"""keras-tuner's lock of an oracle, let go whatever happens.

`keras_tuner.synchronized` takes it and keeps it for good where the method
raises: the next worker waits for ever.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from keras_tuner.src.engine import oracle as oracle_lib


def release(oracle: Any) -> None:
    """Lets the lock of an oracle go if this thread holds it."""
    name = threading.current_thread().name
    if oracle_lib.THREADS[oracle] == name:
        oracle_lib.THREADS[oracle] = None
        oracle_lib.LOCKS[oracle].release()


@contextlib.contextmanager
def released(oracle: Any) -> Iterator[None]:
    """Lets the lock go where the body raises."""
    try:
        yield
    except BaseException:
        release(oracle)
        raise
