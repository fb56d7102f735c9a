"""Nested structures of arrays: dictionaries, lists and tuples."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any


def leaves(
    structure: Any, name: str, by_key: bool = False
) -> Iterator[tuple[str, Any]]:
    """The arrays of a structure by name, as the user would write it.

    Args:
        structure: array or nested structure; None has no leaves.
        name: of the whole, such as "x".
        by_key: whether dictionaries are walked by their sorted keys, as
            Keras flattens them, not as they were made.

    Yields:
        Pairs such as `("x['image']", array)`.

    Example:
        >>> list(leaves({"b": 1, "a": [2, 3]}, "x", by_key=True))
        [("x['a'][0]", 2), ("x['a'][1]", 3), ("x['b']", 1)]
    """
    if isinstance(structure, Mapping):
        for key in sorted(structure) if by_key else structure:
            yield from leaves(structure[key], f"{name}[{key!r}]", by_key)
    elif isinstance(structure, (list, tuple)):
        for index, value in enumerate(structure):
            yield from leaves(value, f"{name}[{index}]", by_key)
    elif structure is not None:
        yield name, structure


def arrays(structure: Any) -> list:
    """The arrays of a structure, without their names.

    Example:
        >>> arrays({"b": 1, "a": [2, None]})
        [1, 2]
    """
    return [leaf for _, leaf in leaves(structure, "")]


def transform(function: Callable[..., Any], first: Any, *others: Any) -> Any:
    """Applies a function to each array, leaving the structure.

    Args:
        function: takes one leaf of each structure.
        first: array or nested structure; None stays None.
        *others: of the same structure as the first.

    Returns:
        The results in the structure of the first.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> transform(lambda leaf: -leaf, {"a": [2, 3], "b": None})
        {'a': [-2, -3], 'b': None}
    """
    if first is None:
        return None
    if isinstance(first, Mapping):
        parts = {
            key: transform(function, first[key], *(o[key] for o in others))
            for key in first
        }
        check(all(o.keys() == first.keys() for o in others))
        return parts
    if isinstance(first, (list, tuple)):
        check(all(len(o) == len(first) for o in others))
        parts = [
            transform(function, *same)
            for same in zip(first, *others, strict=True)
        ]
        return rebuild(first, parts)
    return function(first, *others)


def rebuild(model: Any, parts: list) -> Any:
    """A list or (named) tuple like `model`, of other elements."""
    if hasattr(model, "_fields"):
        return type(model)(*parts)
    return tuple(parts) if isinstance(model, tuple) else parts


def check(same: bool) -> None:
    """Raises ValueError unless the structures are the same."""
    if not same:
        raise ValueError("the structures differ")
