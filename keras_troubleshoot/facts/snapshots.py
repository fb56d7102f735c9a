"""Keeps what an object holds, and puts it back."""

import dataclasses
import io
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import ownership
from keras_troubleshoot.facts import reachable
from keras_troubleshoot.facts import twins

Restore = Callable[[], None]


@dataclasses.dataclass
class Budget:
    """How many bytes of arrays may still be copied.

    Larger arrays are locked instead: code that writes into one fails, and
    the data count as unreadable. 256 MB take about 60 ms to copy.

    Attributes:
        left: bytes.
        locked: the arrays that must not be written to meanwhile.
    """

    left: int = 2**28
    locked: list[np.ndarray] = dataclasses.field(default_factory=list)

    def spend(self, size: int) -> bool:
        """Whether `size` bytes may be copied; counts them if so."""
        if size > self.left:
            return False
        self.left -= size
        return True

    def lock(self, array: np.ndarray) -> None:
        """Makes an array read-only until `unlock`."""
        array.flags.writeable = False
        self.locked.append(array)

    def unlock(self) -> None:
        """Lets all arrays be written to again, views after their owners."""
        for array in sorted(self.locked, key=lambda a: a.base is not None):
            array.flags.writeable = True
        self.locked.clear()


def keep(value: Any, budget: Budget) -> Restore | None:
    """Keeps the contents of one object, not of what it refers to.

    Iterators that it holds are replaced by copies until the contents are
    put back, because reading from an iterator cannot be undone.

    Args:
        value: any object.
        budget: how much may be copied.

    Returns:
        A function that puts the contents back; None if there are none.
    """
    if type(value) in reachable.CONTAINERS:
        return keep_container(value)
    if isinstance(value, np.ndarray):
        return keep_array(value, budget)
    if isinstance(value, types.CellType):
        return keep_cell(value)
    if isinstance(value, types.FunctionType):
        if ownership.is_foreign(value):
            return None
        return keep_globals(value.__code__, value.__globals__)
    if isinstance(value, types.GeneratorType) and value.gi_frame:
        return keep_globals(value.gi_code, value.gi_frame.f_globals)
    if isinstance(value, io.IOBase):
        return keep_position(value)
    if isinstance(value, type):
        return None if ownership.is_foreign(value) else keep_class(value)
    return keep_attributes(value)


def keep_container(value: Any) -> Restore:
    """Keeps the elements of a list, dictionary, set or deque."""
    saved = value.copy()

    def restore():
        if not same_elements(value, saved):
            value.clear()
            add = "update" if hasattr(value, "update") else "extend"
            getattr(value, add)(saved)

    return restore


def same_elements(value: Any, saved: Any) -> bool:
    """Whether two containers hold the very same objects in one order."""
    if isinstance(value, set):
        return value == saved
    if len(value) != len(saved):
        return False
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
        saved = [*saved.keys(), *saved.values()]
    return all(a is b for a, b in zip(value, saved, strict=True))


def keep_array(array: np.ndarray, budget: Budget) -> Restore | None:
    """Keeps the values of an array, or locks it if it is too large.

    Args:
        array: any array.
        budget: unlocks it in the end.

    Returns:
        A function that puts the values back; None if there is no need.
    """
    if not array.flags.writeable or isinstance(array, np.memmap):
        return None
    if budget.spend(array.nbytes):
        saved = array.copy()
        return lambda: np.copyto(array, saved)
    budget.lock(array)
    return None


def keep_cell(cell: types.CellType) -> Restore | None:
    """Keeps the variable of a closure."""
    try:
        saved = cell.cell_contents
    except ValueError:
        return None
    if twins.is_iterator(saved):
        cell.cell_contents = twins.lend(saved)

    def restore():
        cell.cell_contents = saved

    return restore


def keep_globals(code: types.CodeType, variables: dict) -> Restore:
    """Keeps the global variables that a piece of code names."""
    return keep_names(variables, reachable.named_globals(code, variables))


def keep_attributes(value: Any) -> Restore | None:
    """Keeps the attributes of an instance of a user's class."""
    if not ownership.is_user_object(value):
        return None
    names = getattr(value, "__dict__", None)
    restores = [keep_slots(value)]
    if isinstance(names, dict):
        saved = dict(names)
        restores.append(keep_names(names, saved))

        def drop_new():
            for name in names.keys() - saved.keys():
                del names[name]

        restores.append(drop_new)

    def restore():
        for each in restores:
            each()

    return restore


def keep_names(variables: dict, saved: dict) -> Restore:
    """Keeps some entries of a dictionary of variables."""
    for name, value in saved.items():
        if twins.is_iterator(value):
            variables[name] = twins.lend(value)
    return lambda: variables.update(saved)


def keep_slots(value: Any) -> Restore:
    """Keeps the attributes that an instance has in slots."""
    names = [n for cls in type(value).__mro__ for n in reachable.slots(cls)]
    names = [n for n in names if hasattr(value, n) and n[:2] != "__"]
    saved = {name: getattr(value, name) for name in names}

    def restore():
        for name, content in saved.items():
            object.__setattr__(value, name, content)

    return restore


def keep_class(cls: type) -> Restore:
    """Keeps the variables of a class, as far as they are plain data."""
    saved = {
        name: value
        for name, value in vars(cls).items()
        if reachable.is_constant(value) and name[:2] != "__"
    }

    def restore():
        for name, value in saved.items():
            if vars(cls).get(name) is not value:
                setattr(cls, name, value)

    return restore


def keep_position(file: io.IOBase) -> Restore | None:
    """Keeps how far an open file was read."""
    if file.closed or not file.seekable():
        return None
    try:
        position = file.tell()
    except OSError:
        return None
    return lambda: file.seek(position)
