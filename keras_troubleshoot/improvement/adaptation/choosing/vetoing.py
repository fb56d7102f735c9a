"""Candidates that broke down, whatever validators say of them."""

import math
from collections.abc import Mapping

from keras_troubleshoot.improvement.adaptation.choosing import validators as of
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

# By how much the accuracy on the source may fall, as a share of it, and how
# much of the number of classes must be left. Both are heuristics.
ACCURACY_LOSS = 0.1
CLASSES_SHARE = 0.5


def vetoes(
    candidates: Mapping[str, of.Assessment],
    *,
    reference: str | None = None,
    accuracy_loss: float = ACCURACY_LOSS,
    classes_share: float = CLASSES_SHARE,
) -> dict[str, str]:
    """Why candidates may not be chosen, by name; never the reference.

    Args:
        candidates: what `assess` says of each.
        reference: the one that was trained on the source alone.
        accuracy_loss: by which share the accuracy on held-out source rows may
            be below that of the reference, or else of the best candidate.
        classes_share: the target's decisions must spread over so many of the
            classes that the source's labels have, or the reference's decisions
            for the target, whichever are fewer. Numbers of classes are
            effective ones, the exponential of the entropy of their shares.

    Example:
        >>> plain = of.Assessment({}, 0.95, 8.0, 10.0)
        >>> sure = of.Assessment({}, 0.95, 1.2, 10.0)
        >>> vetoes({"plain": plain, "sure": sure}, reference="plain")
        {'sure': 'its decisions for the target spread over 1.2 classes...'}
    """
    found = {}
    for name, each in candidates.items():
        if name == reference:
            continue
        why = (
            unknown(each)
            or forgotten(each, candidates, reference, accuracy_loss)
            or collapsed(each, candidates.get(reference), classes_share)
        )
        if why:
            found[name] = why
    return found


def unknown(each: of.Assessment) -> str:
    """A score that is not finite."""
    bad = [n for n, score in each.scores.items() if not math.isfinite(score)]
    return f"its {bad[0]} is not finite" if bad else ""


def forgotten(
    each: of.Assessment,
    candidates: Mapping[str, of.Assessment],
    reference: str | None,
    accuracy_loss: float,
) -> str:
    """The source accuracy, where it broke down."""
    compared = [each] if reference is None else [candidates[reference]]
    if reference is None:
        compared = list(candidates.values())
    known = [c.source_accuracy for c in compared if c.source_accuracy]
    if each.source_accuracy is None or not known:
        return ""
    best = max(known)
    if each.source_accuracy >= (1 - accuracy_loss) * best:
        return ""
    return (
        f"its accuracy on the held-out source is "
        f"{percent(each.source_accuracy)}, more than {percent(accuracy_loss)} "
        f"below the {percent(best)} of "
        f"{'the best' if reference is None else reference}"
    )


def collapsed(
    each: of.Assessment, reference: of.Assessment | None, classes_share: float
) -> str:
    """The classes that it predicts, where they became few."""
    classes = [each.source_classes]
    if reference is not None:
        classes.append(reference.target_classes)
    known = [count for count in classes if count]
    if each.target_classes is None or not known:
        return ""
    least = classes_share * min(known)
    # One class is the fewest there can be: two classes are told by it alone.
    if each.target_classes >= max(least, 1 + 1e-9):
        return ""
    return (
        f"its decisions for the target spread over "
        f"{number(each.target_classes)} classes, fewer than {number(least)} "
        f"({percent(classes_share)} of {number(min(known))})"
    )
