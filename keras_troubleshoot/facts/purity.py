"""Whether a user's function may be called while looking.

What it changes in memory can be put back (`randomness.preserved`); what it
writes to a file, a screen or a server cannot. So a function is called only
where all that it refers to is known to compute, and to do nothing else.
"""

import dis
import sys
import types
from typing import Any

from keras_troubleshoot.facts import ownership
from keras_troubleshoot.facts import reachable
from keras_troubleshoot.facts.passes import is_library

# Libraries that compute.
COMPUTING = frozenset(
    "abc argparse builtins collections dataclasses enum functools itertools "
    "keras math numpy operator random scipy tensorflow typing".split()
)
# What even these libraries (and the builtins) have that does more.
DOING = frozenset(
    "summary write open print_function save savez savetxt tofile dump input "
    "exec eval system popen exit quit breakpoint __import__ sleep io "
    "write_text write_bytes add_scalar log_metric assign assign_add "
    "assign_sub set_value save_weights fit evaluate predict".split()
)

# Things that a function may refer to, directly or not; heuristic.
MOST = 2000


def harmless(function: Any) -> bool:
    """Whether calling a function does nothing but compute.

    It may print; the caller is to catch that. Of a callable object of the
    user's own class all methods count.

    Args:
        function: a function, a method, or an object that can be called.

    Returns:
        False where it is not known.

    Example:
        >>> harmless(lambda epoch: 0.1 * 0.9**epoch)
        True
    """
    waiting, seen = [function], {}
    while waiting and len(seen) < MOST:
        value = waiting.pop()
        if id(value) in seen or reachable.is_constant(value):
            continue
        seen[id(value)] = value
        if not computes(value):
            return False
        waiting += referred(value)
    return not waiting


def has_code(value: Any) -> bool:
    """Whether it is a function or a method written in Python."""
    return isinstance(value, types.FunctionType | types.MethodType)


def referred(value: Any) -> list:
    """What the user's code refers to by this value."""
    if isinstance(value, types.FunctionType):
        if ownership.is_foreign(value):
            return []
        loaded = global_names(value.__code__) & value.__globals__.keys()
        return [
            *(c for cell in value.__closure__ or () for c in cell_of(cell)),
            *(value.__defaults__ or ()),
            *(value.__globals__[name] for name in loaded),
        ]
    if isinstance(value, types.MethodType):
        return [value.__self__, value.__func__]
    if isinstance(value, type):
        own = not from_library(value)
        return list(vars(value).values()) if own else []
    if isinstance(value, list | tuple | set):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    if from_library(type(value)):
        return []
    return [*type(value).__mro__, *vars(value).values()]


def cell_of(cell: types.CellType) -> list:
    """What a closure holds; nothing while the variable is not bound."""
    try:
        return [cell.cell_contents]
    except ValueError:
        return []


def global_names(code: types.CodeType) -> set[str]:
    """Names of the global variables that a piece of code reads."""
    found = {
        step.argval
        for step in dis.get_instructions(code)
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= global_names(constant)
    return found


def computes(value: Any) -> bool:
    """Whether one thing that a function refers to can only compute."""
    if isinstance(value, types.ModuleType):
        return value.__name__.partition(".")[0] in COMPUTING
    if isinstance(value, types.BuiltinFunctionType):
        return value.__name__ not in DOING
    if isinstance(value, types.FunctionType):
        return ownership.is_foreign(value) or not names(value.__code__) & DOING
    cls = value if isinstance(value, type) else type(value)
    return from_computing(cls) or not from_library(cls)


def from_computing(cls: type) -> bool:
    """Whether a class belongs to a library that computes."""
    module = str(cls.__module__)
    options = module.startswith("absl.flags")
    return options or module.partition(".")[0] in COMPUTING


def from_library(cls: type) -> bool:
    """Whether a class belongs to any library."""
    module = sys.modules.get(str(cls.__module__))
    path = getattr(module, "__file__", None) or ""
    return ownership.is_foreign(cls) or is_library(path)


def names(code: types.CodeType) -> set[str]:
    """The names that a piece of code, and code inside it, refers to."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= names(constant)
    return found


def mentions(cls: type, words: frozenset[str]) -> bool:
    """Whether the methods of a user's class use one of these names.

    Strings count too, so that `setattr(optimizer, "learning_rate", ...)`
    is found.
    """
    codes = [
        value.__code__
        for base in cls.__mro__
        if not ownership.is_foreign(base)
        for value in vars(base).values()
        if isinstance(value, types.FunctionType)
    ]
    return any(used(code) & words for code in codes)


def used(code: types.CodeType) -> set[str]:
    """Names and strings of a piece of code."""
    found = names(code)
    waiting = [code]
    while waiting:
        for constant in waiting.pop().co_consts:
            if isinstance(constant, str):
                found.add(constant)
            elif isinstance(constant, types.CodeType):
                waiting.append(constant)
    return found
