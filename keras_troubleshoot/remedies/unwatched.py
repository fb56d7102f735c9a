"""Trainings of the library's own, which nobody watches."""

import contextlib
import contextvars

_ACTIVE = contextvars.ContextVar("unwatched", default=False)


def active() -> bool:
    """Whether a training of the library's own is going on."""
    return _ACTIVE.get()


@contextlib.contextmanager
def training():
    """Calls of `fit` inside are not watched by `supervise`."""
    token = _ACTIVE.set(True)
    try:
        yield
    finally:
        _ACTIVE.reset(token)
