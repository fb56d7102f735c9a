"""Rows of two domains that are to be mixed, read and compared."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import rows as rows_lib
from keras_troubleshoot.facts import whole
from keras_troubleshoot.improvement.adaptation.supervised import preparing
from keras_troubleshoot.improvement.adaptation.supervised import wishes

PARTS = ("x", "y", "sample_weight")
PAIR = ("source", "target")


@dataclasses.dataclass(frozen=True, eq=False)
class Rows:
    """All rows of one domain, as NumPy arrays in their structure.

    Attributes:
        x: inputs.
        y: targets.
        weight: of the rows, or None.
    """

    x: Any
    y: Any
    weight: Any = None

    def __len__(self) -> int:
        return len(nests.arrays(self.x)[0])


def read(data: Any, name: str) -> Rows:
    """The rows of a domain.

    Args:
        data: `(x, y)`, `(x, y, sample_weight)`, or a stream of either.
        name: "source" or "target".

    Raises:
        ValueError: it is neither, is empty, or holds what is not finite.
    """
    stream = reading.stream_reader(data) is not None
    pair = isinstance(data, tuple | list) and len(data) in (2, 3)
    if not stream and not pair:
        raise ValueError(
            f"`{name}` must be `(x, y)`, `(x, y, sample_weight)`, or a "
            f"dataset of them, received: {described(data)}. To mend it, pass "
            "the inputs with their labels."
        )
    if stream:
        triples = list(whole.triples(data))
        x, y, weight = (joined(part) for part in zip(*triples, strict=True))
    else:
        x, y, weight = (*data, None)[:3]
        y, weight = preparing.plain(y), preparing.plain(weight)
        reading.named_arrays((x, y, weight))
    return checked(Rows(*map(dense, (x, y, weight))), name)


def joined(parts: tuple) -> Any:
    """Batches one after the other."""
    return nests.transform(lambda *same: np.concatenate(same), *parts)


def dense(part: Any) -> Any:
    """NumPy arrays of any arrays."""
    return nests.transform(lambda leaf: rows_lib.take(leaf, None), part)


def described(data: Any) -> str:
    """What was given, in words."""
    if isinstance(data, tuple | list):
        return f"a {type(data).__name__} of {len(data)}"
    return f"a {type(data).__name__}"


def checked(rows: Rows, name: str) -> Rows:
    """The rows, where they can be learned from.

    Raises:
        ValueError: they cannot.
    """
    if rows.y is None:
        raise ValueError(
            f"`{name}` must have labels, received: y=None. To mend it, pass "
            "one label for each row; without labels of the target, use an "
            "aligner, such as `CORAL`."
        )
    parts = zip(PARTS, (rows.x, rows.y, rows.weight), strict=True)
    leaves = [
        leaf
        for part, values in parts
        for leaf in nests.leaves(values, f"{name} {part}")
    ]
    lengths = {leaf: np.shape(array)[:1] for leaf, array in leaves}
    if not all(all(length) and length for length in lengths.values()):
        raise ValueError(
            f"`{name}` must have at least one row, received: none. To mend "
            "it, check how the data were loaded or filtered."
        )
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{k} has {n}" for k, (n,) in lengths.items())
        raise ValueError(
            f"All arrays of `{name}` must have the same number of rows, "
            f"received: {told}. To mend it, pass one label for each row."
        )
    for leaf, array in leaves:
        wishes.finite(array, leaf)
    return rows


def alike(source: Rows, target: Rows) -> None:
    """Refuses domains that cannot stand in one batch.

    Raises:
        ValueError: structures, shapes or kinds of numbers differ, or only
            one of them has sample weights.
    """
    if (source.weight is None) != (target.weight is None):
        which = PAIR[::-1] if source.weight is None else PAIR
        raise ValueError(
            "`source` and `target` must both have sample weights, or neither, "
            f"received: only `{which[0]}` has. To mend it, give `{which[1]}` "
            "ones, as `np.ones(rows)`."
        )
    for part in ("x", "y", "weight"):
        name = "sample_weight" if part == "weight" else part
        one, two = getattr(source, part), getattr(target, part)
        same_structure(one, two, name)
        pairs = zip(nests.leaves(one, name), nests.arrays(two), strict=True)
        for (leaf, first), second in pairs:
            same_rows(leaf, first, second)


def same_structure(one: Any, two: Any, name: str) -> None:
    """Refuses other keys, or another number of arrays.

    Raises:
        ValueError: there are.
    """
    try:
        nests.transform(lambda *same: None, one, two)
        nests.transform(lambda *same: None, two, one)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        keys = [[leaf for leaf, _ in nests.leaves(p, name)] for p in (one, two)]
        raise ValueError(
            f"`source` and `target` must have `{name}` of one structure, "
            f"received: {', '.join(keys[0])} and {', '.join(keys[1])}. To "
            "mend it, pass the same keys in both."
        ) from error


def same_rows(leaf: str, first: Any, second: Any) -> None:
    """Refuses rows of another shape, or numbers of another kind.

    Raises:
        ValueError: the rows of an array are of another shape, or of pixels
            and their shares.
    """
    one, two = first.shape[1:], second.shape[1:]
    mend = "prepare the target as the source was prepared"
    if leaf.startswith("y"):
        mend = "encode both alike: all class ids, or all one-hot"
    if one != two:
        raise ValueError(
            f"`source` and `target` must have rows of the same shape in "
            f"`{leaf}`, received: {one} and {two}. To mend it, {mend}."
        )
    kinds = {kind(first), kind(second)}
    scaled = leaf.startswith("x") and kinds == {"whole", "real"}
    if scaled or ("other" in kinds and len(kinds) > 1):
        raise ValueError(
            f"`source` and `target` must have numbers of the same kind in "
            f"`{leaf}`, received: {first.dtype} and {second.dtype}. To mend "
            f"it, {mend}."
        )


def kind(array: Any) -> str:
    """Whole numbers, real ones, or something else."""
    return {"b": "whole", "i": "whole", "u": "whole", "f": "real"}.get(
        array.dtype.kind, "other"
    )


def common(source: Rows, target: Rows) -> tuple[Rows, Rows]:
    """Both with the same types of numbers."""
    parts = []
    for part in ("x", "y", "weight"):
        one, two = getattr(source, part), getattr(target, part)
        parts.append(
            [
                nests.transform(typed, one, two),
                nests.transform(typed, two, one),
            ]
        )
    return tuple(Rows(*each) for each in zip(*parts, strict=True))


def typed(array: Any, other: Any) -> Any:
    """An array as numbers that both can be told in."""
    if array.dtype == other.dtype or kind(array) == "other":
        return array
    return array.astype(np.result_type(array, other))
