"""Clusters of a model's own features that have more errors."""

import dataclasses

import numpy as np

from keras_troubleshoot.improvement.errors import contrast
from keras_troubleshoot.improvement.errors import describing
from keras_troubleshoot.improvement.errors import grouping
from keras_troubleshoot.improvement.errors.features import Features
from keras_troubleshoot.improvement.errors.found import Found
from keras_troubleshoot.improvement.errors.found import cost
from keras_troubleshoot.improvement.errors.found import of_members
from keras_troubleshoot.improvement.errors.grouping import Grouping
from keras_troubleshoot.improvement.errors.sides import Side

# Clusters that are told at most.
MOST = 8
# Rows of a cluster that are kept as typical.
TYPICAL = 60


def find(
    by_side: list[Features],
    sides: tuple[Side, ...],
    asked: int | None,
    traits: describing.Traits,
    seed: int,
) -> tuple[list[Found], str]:
    """The clusters that have significantly more errors than the other rows.

    The rows of both data sets are put into clusters by what the model makes
    of them alone, not by their errors: so the tests of their errors are
    sound. These are corrected by Holm's method over the clusters of all
    numbers that are tried. The number is the one whose clusters tell most of
    the errors, less what their number alone would (the criterion of Schwarz).

    Args:
        by_side: the features of each data set.
        sides: the data sets.
        asked: how many clusters; None chooses.
        traits: what describes a cluster.
        seed: of the first centres.

    Returns:
        The clusters, the most costly first, and a sentence on what was not
        done.
    """
    rows = min(len(features.rows) for features in by_side)
    counts = grouping.numbers(rows, asked)
    if not counts:
        return [], (
            f"Clusters were not looked for: {rows:,} rows are too few for "
            f"{asked or grouping.NUMBERS[0]} of them."
        )
    values = grouping.reduced(by_side, seed)
    scores = [s.scores[f.rows] for s, f in zip(sides, by_side, strict=True)]
    groupings = [grouping.group(values, n, seed) for n in counts]
    chosen = min(groupings, key=lambda one: unexplained(one, scores))
    p = corrected(groupings, sides, by_side)[groupings.index(chosen)]
    types = [
        build(chosen, int(number), float(p[number]), sides, by_side, traits)
        for number in np.flatnonzero(p < contrast.LEVEL)
    ]
    types = [found for found in types if cost(found, sides) > 0]
    types.sort(key=lambda found: -cost(found, sides))
    return types[:MOST], ""


def unexplained(one: Grouping, scores: list[np.ndarray]) -> float:
    """Schwarz's criterion of the scores, given the clusters; less is better.

    G. Schwarz, "Estimating the Dimension of a Model", Annals of Statistics 6
    (1978), 461-464.
    """
    total = 0.0
    for codes, score in zip(one.codes, scores, strict=True):
        rows = np.bincount(codes, minlength=one.count)
        means = np.bincount(codes, score, one.count) / np.maximum(rows, 1)
        left = max(float(((score - means[codes]) ** 2).mean()), 1e-12)
        total += len(score) * np.log(left) + one.count * np.log(len(score))
    return total


def corrected(groupings, sides, by_side) -> list[np.ndarray]:
    """The least corrected p-value of each cluster of each grouping."""
    tested = [
        p_values(one.codes[place], one.count, side, features.rows)
        for one in groupings
        for place, (side, features) in enumerate(
            zip(sides, by_side, strict=True)
        )
    ]
    whole = contrast.holm(np.concatenate(tested))
    whole = np.where(np.isnan(whole), 1.0, whole)
    found, start = [], 0
    for one in groupings:
        stop = start + len(sides) * one.count
        found.append(whole[start:stop].reshape(len(sides), -1).min(axis=0))
        start = stop
    return found


def p_values(codes, count: int, side: Side, rows) -> np.ndarray:
    """The p-value of each cluster in one data set."""
    counted = side.counted[rows]
    codes, scores = codes[counted], side.scores[rows][counted]
    if not len(scores):
        return np.full(count, np.nan)
    population = len(scores), scores.sum(), (scores**2).sum()
    inside = np.bincount(codes, minlength=count)
    total = np.bincount(codes, scores, minlength=count)
    return contrast.p_more(inside, total, *population, side.exact)


def build(one, number: int, p: float, sides, by_side, traits) -> Found:
    """The type that a cluster is."""
    members, typical = [], []
    for place, (side, features) in enumerate(zip(sides, by_side, strict=True)):
        inside = np.flatnonzero(one.codes[place] == number)
        mask = np.zeros(len(side), bool)
        mask[features.rows[inside]] = True
        members.append(mask)
        near = inside[np.argsort(one.distances[place][inside], kind="stable")]
        typical.append(features.rows[near][:TYPICAL])
    layer = by_side[0].layer
    where = f"the features before {layer!r}" if layer else "the inputs"
    found = of_members(
        "cluster", f"cluster {number + 1} of {one.count}", sides, tuple(members)
    )
    about, detail = traits.describe(members)
    name = f"{found.name}: {about}" if about else found.name
    detail = f"Rows that are alike in {where}. {detail}".strip()
    return dataclasses.replace(
        found, name=name, p=p, detail=detail, typical=tuple(typical)
    )
