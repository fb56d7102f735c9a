"""Confusions: which class is taken for which, and which too often."""

import dataclasses

import numpy as np

from keras_troubleshoot.improvement.errors import contrast
from keras_troubleshoot.improvement.errors.found import Found
from keras_troubleshoot.improvement.errors.given import ClassNames
from keras_troubleshoot.improvement.errors.sides import Side
from keras_troubleshoot.rules.words import number

# Share of all errors, and their number, from which on a pair is told in any
# case (heuristic).
WORTH = 0.05
LEAST = 3
# Pairs that are told at most.
MOST = 10
# Rounds of the fit; it converges in about ten.
ROUNDS = 50


@dataclasses.dataclass(frozen=True, eq=False)
class Confused:
    """The confusions of one data set.

    Attributes:
        pairs: true and decided class, shape (pairs, 2).
        counts: of each pair.
        expected: its count if errors were independent.
        p: the chance of so many by then.
    """

    pairs: np.ndarray
    counts: np.ndarray
    expected: np.ndarray
    p: np.ndarray


def find(sides: tuple[Side, ...], names: ClassNames) -> tuple[list[Found], str]:
    """The pairs of classes that are confused often, or more than by chance.

    Args:
        sides: the data sets.
        names: of the classes.

    Returns:
        The types, the most frequent first, and a sentence on the others.
    """
    if sides[0].made.task == "multilabel":
        return by_label(sides, names), ""
    classes = max(number_of_classes(side) for side in sides)
    known = tallied([confused(side, classes) for side in sides], classes)
    chosen = [
        pair
        for pair, seen in known.items()
        if seen["p"] < contrast.LEVEL or seen["share"] >= WORTH
    ]
    chosen.sort(key=lambda pair: -known[pair]["share"])
    told = [
        build(sides, pair, known[pair], names, classes)
        for pair in chosen[:MOST]
    ]
    left = len(known) - len(told)
    note = f"{left} more pairs of classes are confused, more rarely."
    return told, note if left else ""


def tallied(tables: list[Confused], classes: int) -> dict[tuple, dict]:
    """What is known of each pair that is confused in any data set.

    Args:
        tables: of the data sets.
        classes: how many there are.

    Returns:
        By pair its largest `"share"` of the errors, its least corrected
        `"p"`, and by the place of a data set its count and what it would be
        if errors were independent.
    """
    known: dict[tuple, dict] = {}
    tests = classes * (classes - 1) * len(tables)
    p = np.concatenate([table.p for table in tables])
    corrected = iter(contrast.holm(p, tests))
    for place, table in enumerate(tables):
        errors = max(table.counts.sum(), 1)
        for row, pair in enumerate(map(tuple, table.pairs.tolist())):
            seen = known.setdefault(pair, {"share": 0.0, "p": 1.0})
            count = table.counts[row]
            if count >= LEAST:
                seen["share"] = max(seen["share"], count / errors)
            seen["p"] = min(seen["p"], float(next(corrected)))
            seen[place] = (count, table.expected[row])
    return known


def number_of_classes(side: Side) -> int:
    """How many classes there are."""
    made = side.made
    return 2 if made.task == "binary" else int(made.outputs.shape[-1])


def confused(side: Side, classes: int) -> Confused:
    """Counts the confusions of the rows that count."""
    true = side.made.targets[side.counted].ravel()
    decided = side.made.decided()[side.counted].ravel()
    wrong = true != decided
    codes = true[wrong] * classes + decided[wrong]
    found, counts = np.unique(codes, return_counts=True)
    pairs = np.column_stack([found // classes, found % classes])
    expected = independent(pairs, counts, classes)
    return Confused(pairs, counts, expected, p_values(counts, expected))


def p_values(counts: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """The chance of counts so large, as Poisson's distribution has it."""
    from scipy import stats

    return stats.poisson.sf(counts - 1, np.maximum(expected, 1e-12))


def independent(pairs, counts, classes: int) -> np.ndarray:
    """The counts of pairs, if the wrong class did not depend on the true one.

    Quasi-independence: off the diagonal, the product of a factor of the true
    class and one of the decided class, fitted to the sums of both (Y. M. M.
    Bishop, S. E. Fienberg, P. W. Holland, "Discrete Multivariate Analysis",
    MIT Press 1975, chapter 5).

    Args:
        pairs: true and decided class, shape (pairs, 2).
        counts: of each.
        classes: how many there are.

    Returns:
        Expected counts, shape (pairs,).

    Example:
        >>> pairs = np.array([(i, j) for i in range(3) for j in range(3)])
        >>> pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        >>> independent(pairs, np.full(6, 4), 3).round(3).tolist()
        [4.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    """
    if not len(pairs):
        return np.zeros(0)
    missed = np.bincount(pairs[:, 0], counts, minlength=classes)
    taken = np.bincount(pairs[:, 1], counts, minlength=classes)
    a, b = np.ones(classes), np.ones(classes)
    for _ in range(ROUNDS):
        a = missed / np.maximum(b.sum() - b, 1e-12)
        b = taken / np.maximum(a.sum() - a, 1e-12)
    return a[pairs[:, 0]] * b[pairs[:, 1]]


def build(sides, pair, seen, names: ClassNames, classes: int) -> Found:
    """The type that a pair is."""
    true, decided = pair
    parts, told = [], []
    for place, side in enumerate(sides):
        targets, made = side.made.targets, side.made.decided()
        hit = (targets == true) & (made == decided)
        parts.append(hit.reshape(len(side), -1).mean(axis=1))
        if seen["p"] < contrast.LEVEL and place in seen:
            count, expected = seen[place]
            if count > expected:
                told.append(
                    f"{number(count)} times in {side.name}, where errors "
                    "independent of each other would give "
                    f"{number(expected)}"
                )
    return Found(
        "confusion",
        f"{names(true)} taken for {names(decided)}",
        tuple(parts),
        (None,) * len(sides),
        p=seen["p"] if classes > 2 else None,
        detail=f"{'; '.join(told)}.".capitalize() if told else "",
    )


def by_label(sides, names: ClassNames) -> list[Found]:
    """Each label that is missed, or claimed where it is not."""
    types = []
    for label in range(sides[0].made.targets.shape[-1]):
        for true, what in ((1, "missed"), (0, "claimed where it is not")):
            parts = []
            for side in sides:
                targets, made = side.made.targets, side.made.decided()
                wrong = (targets == true) & (made != true)
                parts.append(wrong[..., label] / targets.shape[-1])
            flat = tuple(p.reshape(len(p), -1).mean(axis=1) for p in parts)
            name = f"{names(label)} {what}"
            types.append(Found("confusion", name, flat, (None,) * len(sides)))
    worst = [max(share(found, sides)) for found in types]
    order = np.argsort(-np.array(worst), kind="stable")[:MOST]
    return [types[i] for i in order if worst[i] >= WORTH]


def share(found: Found, sides) -> list[float]:
    """The share of a type in the errors of each data set."""
    return [
        float(side.weight @ part) / max(side.error, 1e-300)
        for side, part in zip(sides, found.parts, strict=True)
    ]
