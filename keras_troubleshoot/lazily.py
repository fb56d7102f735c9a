"""Public names that are loaded when they are first used (PEP 562).

So that an import costs next to nothing, and brings in neither TensorFlow nor
Keras.
"""

import importlib
import sys
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any


def loaded(
    package: str, names: Mapping[str, str], parts: tuple[str, ...] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a module.

    Args:
        package: `__name__` of the module.
        names: the module in which each public name stands. One that holds
            nothing of that name is meant itself.
        parts: modules below the package that are public as they are.

    Returns:
        Both functions.
    """

    def get(name: str) -> Any:
        if name in parts:
            return importlib.import_module(f"{package}.{name}")
        if name not in names:
            raise AttributeError(
                f"module {package!r} has no attribute {name!r}"
            )
        module = importlib.import_module(names[name])
        value = vars(module).get(name, module)
        setattr(sys.modules[package], name, value)
        return value

    def listed() -> list[str]:
        return sorted(sys.modules[package].__all__)

    return get, listed
