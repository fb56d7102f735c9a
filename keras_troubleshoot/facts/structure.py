"""Nested structures of arrays: their leaves, by the names of their paths."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any


def named_leaves(tree: Any, name: str) -> list[tuple[str, Any]]:
    """The leaves of nested dictionaries, lists and tuples, with their names.

    Dictionaries are walked in the order of their sorted keys, as Keras does.

    Args:
        tree: a leaf, or a nested structure; None has no leaves.
        name: what to call the whole.

    Returns:
        Pairs of a name and a leaf.

    Example:
        >>> named_leaves({"b": 1, "a": [2, 3]}, "x")
        [("x['a'][0]", 2), ("x['a'][1]", 3), ("x['b']", 1)]
    """
    if tree is None:
        return []
    if isinstance(tree, Mapping):
        keys = sorted(tree)
        pairs = [(f"{name}[{key!r}]", tree[key]) for key in keys]
    elif isinstance(tree, list | tuple):
        pairs = [(f"{name}[{i}]", leaf) for i, leaf in enumerate(tree)]
    else:
        return [(name, tree)]
    return [
        found for label, leaf in pairs for found in named_leaves(leaf, label)
    ]


def map_leaves(function: Callable, tree: Any) -> Any:
    """The same structure with `function` applied to each leaf but None.

    Example:
        >>> map_leaves(lambda leaf: -leaf, {"a": [2, 3], "b": None})
        {'a': [-2, -3], 'b': None}
    """
    if tree is None:
        return None
    if isinstance(tree, Mapping):
        return {key: map_leaves(function, tree[key]) for key in tree}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(map_leaves(function, leaf) for leaf in tree))
    if isinstance(tree, list | tuple):
        return type(tree)(map_leaves(function, leaf) for leaf in tree)
    return function(tree)
