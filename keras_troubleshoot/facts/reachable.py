"""The objects that a piece of the user's code can reach, and may change."""

import collections
import functools
import types
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.facts import ownership
from keras_troubleshoot.facts import twins

# Bounds of the walk, so that it costs at most about 50 ms (measured on
# 20000 small objects). What lies beyond is not kept.
MOST_OBJECTS = 20_000
DEEPEST = 12
# Of a longer list only the first elements are walked through.
MOST_ELEMENTS = 1000

CONTAINERS = (
    list,
    dict,
    set,
    bytearray,
    collections.deque,
    collections.OrderedDict,
    collections.defaultdict,
    collections.Counter,
)


def walk(roots: Iterable[Any]) -> Iterator[Any]:
    """Each object that `roots` can reach, once.

    Goes through functions (closures, defaults, the globals that they name),
    methods, generators, the attributes and the class of instances, lists,
    tuples, dictionaries; not into arrays, modules and libraries.

    Args:
        roots: functions, generators, objects.

    Yields:
        The roots and what they reach, nearest first.
    """
    queue = collections.deque((root, 0) for root in roots)
    # Holds the objects themselves: an id may be used again once one is gone.
    seen = {}
    while queue and len(seen) < MOST_OBJECTS:
        value, depth = queue.popleft()
        if id(value) in seen or is_constant(value):
            continue
        seen[id(value)] = value
        yield value
        if depth < DEEPEST:
            queue.extend((child, depth + 1) for child in children(value))


def is_constant(value: Any) -> bool:
    """Whether nothing can be changed in it."""
    return value is None or isinstance(
        value, (bool, int, float, complex, str, bytes, range, np.generic)
    )


def children(value: Any) -> list:
    """What an object refers to, as far as the user's code can reach it."""
    for kind, refer in REFERENCES:
        if isinstance(value, kind):
            return refer(value)
    if twins.is_iterator(value):
        return from_iterator(value)
    if isinstance(value, type):
        return [] if ownership.is_foreign(value) else list(vars(value).values())
    return attributes(value)


def attributes(value: Any) -> list:
    """Attributes of an instance of a user's class, and that class."""
    found = [getattr(value, "__wrapped__", None)] if callable(value) else []
    if not ownership.is_user_object(value):
        return found
    found += list(getattr(value, "__dict__", {}).values())
    for cls in type(value).__mro__:
        if not ownership.is_foreign(cls):
            found.append(cls)
            found += [getattr(value, name, None) for name in slots(cls)]
    return found


def slots(cls: type) -> tuple:
    """Names of the slots that a class itself defines."""
    names = vars(cls).get("__slots__", ())
    return (names,) if isinstance(names, str) else tuple(names)


def globals_of(function: types.FunctionType) -> dict[str, Any]:
    """The global variables that a function names, and their values."""
    return named_globals(function.__code__, function.__globals__)


def named_globals(code: types.CodeType, variables: dict) -> dict[str, Any]:
    """The same for its code; includes what its inner functions name."""
    found, waiting = {}, [code]
    while waiting:
        inner = waiting.pop()
        found |= {n: variables[n] for n in inner.co_names if n in variables}
        waiting += [c for c in inner.co_consts if isinstance(c, types.CodeType)]
    return found


def from_function(function: types.FunctionType) -> list:
    """Closure, defaults, attributes, and globals unless it is a library's."""
    found = list(function.__closure__ or ())
    found += list(function.__defaults__ or ())
    found += list((function.__kwdefaults__ or {}).values())
    found += list(vars(function).values())
    if not ownership.is_foreign(function):
        found += list(globals_of(function).values())
    return found


def from_generator(generator: types.GeneratorType) -> list:
    """Locals of its frame, and the globals that its code names."""
    frame = generator.gi_frame
    if frame is None:
        return []
    named = named_globals(generator.gi_code, frame.f_globals)
    return [*frame.f_locals.values(), *named.values()]


def from_iterator(iterator: Iterator) -> list:
    """What an iterator of Python itself goes through, such as `zip(a, b)`."""
    try:
        _, arguments, state = twins.parts_of(iterator)
    except TypeError:
        return attributes(iterator)
    return [*arguments, state]


def from_cell(cell: types.CellType) -> list:
    """What a closure holds; nothing while the variable is not bound."""
    try:
        return [cell.cell_contents]
    except ValueError:
        return []


def from_array(array: np.ndarray) -> list:
    """The elements of a small array of objects."""
    small = array.dtype.hasobject and array.size <= MOST_ELEMENTS
    return array.ravel().tolist() if small else []


def first_elements(values: Iterable[Any]) -> list:
    """The first elements of a container."""
    return [v for v, _ in zip(values, range(MOST_ELEMENTS), strict=False)]


REFERENCES = (
    ((list, tuple, set, frozenset, collections.deque), first_elements),
    (dict, lambda value: first_elements(value.values())),
    (types.FunctionType, from_function),
    (types.MethodType, lambda value: [value.__self__, value.__func__]),
    (types.BuiltinMethodType, lambda value: [value.__self__]),
    (types.GeneratorType, from_generator),
    (types.CellType, from_cell),
    (types.ModuleType, lambda value: []),
    (np.ndarray, from_array),
    (property, lambda value: [value.fget]),
    ((staticmethod, classmethod), lambda value: [value.__func__]),
    (
        (functools.partial, functools.partialmethod),
        lambda value: [value.func, *value.args, *value.keywords.values()],
    ),
)
