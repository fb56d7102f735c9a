"""Stage 1 of the lecture: start simple.

Builders (`kts.models`), defaults (`kts.defaults`), normalized, simplified and
synthetic data (`kts.data`). They are loaded when they are first used.
"""

import importlib

__all__ = ["data", "defaults", "models"]


def __getattr__(name: str):
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted(__all__)
