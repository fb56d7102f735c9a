"""Which layer of one side is which of the other."""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing.likeness import activates
from keras_troubleshoot.debugging.comparing.likeness import kind_of
from keras_troubleshoot.debugging.comparing.likeness import likeness
from keras_troubleshoot.debugging.comparing.likeness import same_shape
from keras_troubleshoot.debugging.comparing.records import Record

WAYS = ("auto", "order", "name", "shape")
WORDS = "order and kind"


@dataclasses.dataclass(frozen=True)
class Alignment:
    """Pairs of places in the records of both sides, in the order of `a`.

    Attributes:
        pairs: (place in a, place in b).
        way: how they were found.
        free: whether better partners may be taken instead; not those that
            the user asked for.
    """

    pairs: tuple[tuple[int, int], ...]
    way: str
    free: bool = False

    def alone(self, side: int, count: int) -> list[int]:
        """The places of one side that have no partner."""
        paired = {pair[side] for pair in self.pairs}
        return [place for place in range(count) if place not in paired]


def align(a: Sequence[Record], b: Sequence[Record], align: Any) -> Alignment:
    """Pairs the records of both sides.

    Args:
        a: of the model.
        b: of the reference.
        align: "auto", "order", "name", "shape", or `{layer: layer}`.

    Raises:
        ValueError: if `align` is something else, or names what is not there.
    """
    if isinstance(align, Mapping):
        return Alignment(by_mapping(a, b, align), "as given")
    if align not in WAYS:
        raise ValueError(
            f"`align` must be one of {', '.join(map(repr, WAYS))}, or a "
            f"dictionary, received: align={align!r}. To mend it, leave it "
            "out, or name the pairs: `{layer_of_a: layer_of_b}`."
        )
    if align == "auto":
        named = by_name(a, b)
        if len(named) >= 0.8 * min(len(a), len(b)) and ordered(named):
            found = fused(by_score(a, b, name_first), a, b)
            return Alignment(found, "name", True)
        found = fused(by_score(a, b, likeness), a, b)
        return Alignment(found, WORDS, True)
    if align == "name":
        return Alignment(by_name(a, b), align)
    if align == "order":
        return Alignment(by_order(a, b), align)
    return Alignment(by_score(a, b, same_shape), align)


def by_mapping(a, b, mapping: Mapping) -> tuple:
    """The pairs that the user names, and the models themselves.

    Raises:
        ValueError: if there is no such layer.
    """
    pairs = []
    for one, other in mapping.items():
        places = []
        for side, records, name in (("a", a, one), ("b", b, other)):
            found = [i for i, r in enumerate(records) if r.name == str(name)]
            if not found:
                known = ", ".join(r.name for r in records)
                raise ValueError(
                    f"`align` must name layers, received: {name!r}, which "
                    f"`{side}` has not. To mend it, take one of: {known}."
                )
            places.append(found[0])
        pairs.append(tuple(places))
    return tuple(sorted(set(pairs) | set(wholes(a, b))))


def by_name(a, b) -> tuple:
    """Pairs of the same name, with outputs of as many axes."""
    there = {r.name: i for i, r in enumerate(b) if not r.whole}
    pairs = [
        (i, there[r.name])
        for i, r in enumerate(a)
        if not r.whole and r.name in there
    ]
    pairs = [(i, j) for i, j in pairs if a[i].output.ndim == b[j].output.ndim]
    return tuple(sorted(set(pairs) | set(wholes(a, b))))


def by_order(a, b) -> tuple:
    """The first with the first, and so on, whatever they are."""
    own = [i for i, r in enumerate(a) if not r.whole]
    other = [j for j, r in enumerate(b) if not r.whole]
    pairs = zip(own, other, strict=False)
    return tuple(pairs) + tuple(wholes(a, b))


def wholes(a, b) -> list:
    """The outputs of the models themselves, one after the other."""
    own = [i for i, r in enumerate(a) if r.whole]
    other = [j for j, r in enumerate(b) if r.whole]
    return list(zip(own, other, strict=False))


def ordered(pairs: Sequence[tuple]) -> bool:
    """Whether both sides come in the same order."""
    places = [j for _, j in pairs]
    return places == sorted(places)


def by_score(a, b, score) -> tuple:
    """The pairs in order with the largest sum of scores.

    S. Needleman and C. Wunsch, J. Mol. Biol. 48 (1970): what has no partner
    costs nothing, and only pairs with a score above zero are made.
    """
    own = [i for i, r in enumerate(a) if not r.whole]
    other = [j for j, r in enumerate(b) if not r.whole]
    scores = np.array(
        [[score(a[i], b[j]) for j in other] for i in own], "float64"
    ).reshape(len(own), len(other))
    best = np.zeros((len(own) + 1, len(other) + 1))
    for i in range(len(own) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            both = best[i + 1, j + 1] + scores[i, j]
            best[i, j] = max(both, best[i + 1, j], best[i, j + 1])
    pairs, i, j = [], 0, 0
    while i < len(own) and j < len(other):
        both = best[i + 1, j + 1] + scores[i, j]
        if scores[i, j] > 0 and both >= max(best[i + 1, j], best[i, j + 1]):
            pairs.append((own[i], other[j]))
            i, j = i + 1, j + 1
        elif best[i + 1, j] >= best[i, j + 1]:
            i += 1
        else:
            j += 1
    return tuple(pairs) + tuple(wholes(a, b))


def name_first(one: Record, other: Record) -> float:
    """Likeness, where a name that is the same outweighs all else."""
    named = one.name == other.name and one.output.ndim == other.output.ndim
    return likeness(one, other) + 20.0 * named


def fused(pairs: Sequence[tuple], a, b) -> tuple:
    """Pairs a layer that activates with the activation that follows.

    What one side does in one layer, the other may do in two, of which the
    second has no partner.
    """
    taken = [{pair[side] for pair in pairs} for side in (0, 1)]
    moved = []
    for i, j in pairs:
        if activates(a[i]) and not activates(b[j]):
            j = following(b, j, taken[1])
        elif activates(b[j]) and not activates(a[i]):
            i = following(a, i, taken[0])
        moved.append((i, j))
    return tuple(moved)


def following(records: Sequence[Record], place: int, taken: set) -> int:
    """The activation of its own that follows a record; else the record."""
    after = place + 1
    if after >= len(records) or after in taken:
        return place
    shapes = records[place].output.shape, records[after].output.shape
    fits = kind_of(records[after]) == "activation" and shapes[0] == shapes[1]
    return after if fits else place
