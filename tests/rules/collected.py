"""All cases of `tests/rules/cases`."""

import importlib
import pkgutil

from tests.rules import cases


def collected(table: str) -> list:
    """The cases of all modules.

    Args:
        table: `"SICK"` or `"TWINS"`.
    """
    modules = pkgutil.iter_modules(cases.__path__, f"{cases.__name__}.")
    return [
        case
        for module in modules
        for case in getattr(importlib.import_module(module.name), table, ())
    ]


SICK = collected("SICK")
TWINS = collected("TWINS")
