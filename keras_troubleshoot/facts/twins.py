"""Copies of generators and iterators that have not been read from yet."""

import inspect
import io
import types
from typing import Any

from keras_troubleshoot.facts import ownership
from keras_troubleshoot.facts import sample


class Withheld:
    """Stands for an iterator that cannot be copied; reading it is an error.

    Args:
        iterator: the one that it stands for.
    """

    def __init__(self, iterator: Any):
        self.kind = type(iterator).__name__

    def __iter__(self) -> "Withheld":
        return self

    def __next__(self) -> Any:
        raise sample.unreadable(
            f"`x` reads from a {self.kind} that cannot be read twice: "
            "looking would lose its elements.",
            "let `x` make its own iterator each time, or pass arrays",
        )

    def send(self, value: Any) -> Any:
        """Is as wrong as reading."""
        del value
        return next(self)


def is_iterator(value: Any) -> bool:
    """Whether reading from it uses up something that cannot be put back.

    The position of a file and the attributes of the user's own iterators
    can, see `snapshots`.
    """
    if not hasattr(type(value), "__next__"):
        return False
    if isinstance(value, (io.IOBase, Withheld)):
        return False
    return not ownership.is_user_object(value)


def lend(iterator: Any) -> Any:
    """A copy of an iterator to read from, or one that forbids reading."""
    try:
        return twin(iterator)
    except sample.UnreadableData:
        return Withheld(iterator)


def twin(iterator: Any) -> Any:
    """Copies an iterator: reading from the copy leaves the original alone.

    Generators that were not started are made anew from their code and
    arguments; iterators of Python itself (`iter`, `zip`, `map`, `itertools`)
    are rebuilt, and those that they read from.

    Args:
        iterator: a generator or another iterator.

    Returns:
        The copy; of a list, tuple or dictionary of iterators one of their
        copies. Anything else is returned as it is.

    Raises:
        sample.UnreadableData: a generator was started already, or the
            iterator is of a kind that cannot be copied.
    """
    if not is_iterator(iterator):
        return twin_elements(iterator)
    if isinstance(iterator, types.GeneratorType):
        return twin_generator(iterator)
    try:
        make, arguments, state = parts_of(iterator)
        copy = make(*map(twin, arguments))
        if isinstance(state, tuple):
            copy.__setstate__(tuple(map(twin, state)))
        elif state is not None:
            copy.__setstate__(twin(state))
    except (TypeError, AttributeError):
        # Reading from the stand-in says what is wrong.
        return next(Withheld(iterator))
    return copy


def twin_elements(value: Any) -> Any:
    """Copies a list, tuple or dictionary if it holds iterators."""
    kind = type(value)
    if kind is dict and any(map(is_iterator, value.values())):
        return {key: twin(element) for key, element in value.items()}
    if kind in (list, tuple) and any(map(is_iterator, value)):
        return kind(map(twin, value))
    return value


def parts_of(iterator: Any) -> tuple:
    """From what an iterator of Python itself can be made anew.

    Args:
        iterator: such as `iter([1, 2])` or `zip(a, b)`.

    Returns:
        A function, its arguments, and the state to set then, or None.

    Raises:
        TypeError: it is of another kind.
    """
    if type(iterator).__module__ not in ("builtins", "itertools"):
        raise TypeError(f"cannot copy a {type(iterator).__name__}")
    make, arguments, *rest = iterator.__reduce__()
    return make, arguments, (rest[0] if rest else None)


def twin_generator(generator: types.GeneratorType) -> types.GeneratorType:
    """Makes a generator anew from its code, arguments and closure.

    Args:
        generator: one that was not started.

    Returns:
        A generator that will yield the same.

    Raises:
        sample.UnreadableData: it was started already.
    """
    if inspect.getgeneratorstate(generator) != inspect.GEN_CREATED:
        raise sample.unreadable(
            "`x` is a generator that has been started or read to its end: "
            "looking would lose its batches.",
            "pass a generator that was just made, or a function that makes "
            "one, or arrays",
        )
    code, frame = generator.gi_code, generator.gi_frame
    variables = {name: twin(v) for name, v in frame.f_locals.items()}
    closure = tuple(
        types.CellType(variables[name])
        if name in variables
        # A variable that is bound only later, as a recursive function is.
        else types.CellType()
        for name in code.co_freevars
    )
    function = types.FunctionType(
        code, frame.f_globals, code.co_name, None, closure
    )
    positional, keywords = arguments_of(code, variables)
    return function(*positional, **keywords)


def arguments_of(code: types.CodeType, variables: dict) -> tuple[list, dict]:
    """With which arguments a function was called, from its variables.

    Args:
        code: of the function.
        variables: its local variables just after the call.

    Returns:
        The positional and the keyword arguments.
    """
    names = iter(code.co_varnames)
    positional = [variables[next(names)] for _ in range(code.co_argcount)]
    keywords = {}
    for _ in range(code.co_kwonlyargcount):
        name = next(names)
        keywords[name] = variables[name]
    if code.co_flags & inspect.CO_VARARGS:
        positional += variables[next(names)]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        keywords |= variables[next(names)]
    return positional, keywords
