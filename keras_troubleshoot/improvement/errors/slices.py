"""Slices of the rows, by one or two columns, that have more errors."""

import dataclasses
import itertools

import numpy as np

from keras_troubleshoot.improvement.errors import contrast
from keras_troubleshoot.improvement.errors import levels as levels_lib
from keras_troubleshoot.improvement.errors.columns import Column
from keras_troubleshoot.improvement.errors.found import Found
from keras_troubleshoot.improvement.errors.found import cost
from keras_troubleshoot.improvement.errors.found import of_members
from keras_troubleshoot.improvement.errors.levels import Key
from keras_troubleshoot.improvement.errors.sides import Side

# Rows that two slices share, of those that either has, from which on they
# are one and the same (heuristic).
SAME = 0.8
# Slices that are told at most.
MOST = 10


def find(
    columns: list[Column], sides: tuple[Side, ...], source: str = "slice"
) -> tuple[list[Found], str]:
    """The slices that have significantly more errors than the other rows.

    Each level of each column is tested against all other rows, and each pair
    of levels also against the other rows of either level, so that a pair is
    named only where both matter. The p-values are corrected by Holm's method,
    apart for levels and for pairs: where the errors have nothing to do with
    the columns, no slice is named in at least 98% of the cases.

    Args:
        columns: the metadata.
        sides: the data sets; a slice may stand out in either.
        source: of the types.

    Returns:
        The slices, the most costly first, and a sentence on what was left
        out.
    """
    by_side = [
        levels_lib.of(columns, sides, place) for place in range(len(sides))
    ]
    kept = significant([one.singles() for one in by_side])
    kept |= significant([one.pairs() for one in by_side])
    types = [build(p, key, columns, sides, source) for key, p in kept.items()]
    types.sort(key=lambda found: -cost(found, sides))
    types = distinct(types)
    left = []
    if len(types) > MOST:
        left.append(f"{len(types) - MOST} more slices have more errors too.")
    if len(columns) > levels_lib.MOST_PAIRED:
        left.append(
            f"Pairs were looked at of the first {levels_lib.MOST_PAIRED} of "
            f"{len(columns)} columns of metadata."
        )
    return types[:MOST], " ".join(left)


def significant(by_side: list[dict[Key, float]]) -> dict[Key, float]:
    """The slices that stand out in one of the data sets, and how clearly.

    Args:
        by_side: the p-value of each slice in each data set.

    Returns:
        The least corrected p-value of each.
    """
    keys = list(dict.fromkeys(itertools.chain(*by_side)))
    p = np.array([[one.get(k, np.nan) for one in by_side] for k in keys])
    corrected = contrast.holm(p.ravel()).reshape(len(keys), len(by_side))
    best = np.where(np.isnan(corrected), 1.0, corrected).min(axis=1)
    chosen = np.flatnonzero(best < contrast.LEVEL / 2)
    return {keys[place]: float(best[place]) for place in chosen}


def build(p: float, key: Key, columns, sides, source: str) -> Found:
    """The type that a slice is."""
    members = []
    for place in range(len(sides)):
        codes = [columns[column].codes[place] for column, _ in key]
        if any(code is None for code in codes):
            members.append(None)
            continue
        masks = [c == at for c, (_, at) in zip(codes, key, strict=True)]
        members.append(np.logical_and.reduce(masks))
    name = " and ".join(columns[c].levels[level] for c, level in key)
    return of_members(source, name, sides, tuple(members), p=p)


def distinct(types: list[Found]) -> list[Found]:
    """Types without those of much the same rows, which the first names.

    What the user has tagged stays.
    """
    kept: list[Found] = []
    for found in types:
        for place, other in enumerate(kept):
            if found.source == "tag":
                continue
            if overlap(found.members, other.members) >= SAME:
                kept[place] = also(other, found.name)
                break
        else:
            kept.append(found)
    return kept


def also(found: Found, name: str) -> Found:
    """A type that says under which other name its rows were found."""
    start = "Much the same rows: "
    if start in found.detail:
        return dataclasses.replace(
            found, detail=f"{found.detail[:-1]}; {name}."
        )
    told = f"{found.detail} {start}{name}.".strip()
    return dataclasses.replace(found, detail=told)


def overlap(first, second) -> float:
    """Rows that both have, of those that either has."""
    pairs = [
        (a, b)
        for a, b in zip(first, second, strict=True)
        if a is not None and b is not None
    ]
    both = sum(int((a & b).sum()) for a, b in pairs)
    either = sum(int((a | b).sum()) for a, b in pairs)
    return both / max(either, 1)
