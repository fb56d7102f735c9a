"""What to do next, from the terms of the test error."""

import numbers
from typing import Any

from keras_troubleshoot.facts import error_table
from keras_troubleshoot.facts.error_terms import ErrorDecomposition
from keras_troubleshoot.improvement import groups
from keras_troubleshoot.improvement import reasons
from keras_troubleshoot.improvement import traits as traits_lib
from keras_troubleshoot.improvement.recommendation import Recommendation
from keras_troubleshoot.improvement.recommendation import Step


def recommend(
    decomposition: ErrorDecomposition,
    *,
    model: Any = None,
    target: float | None = None,
    label_noise: Any = None,
    report: Any = None,
    learning_curve: Any = None,
    analysis: Any = None,
) -> Recommendation:
    """Ranks what to do next by what each step can gain at most.

    The term that adds most to the test error comes first, and with it the
    list of the lecture for it, in the lecture's order: under-fitting,
    over-fitting, distribution shift, re-balancing ("Troubleshooting Deep
    Neural Networks", Full Stack Deep Learning, 2019, "Improve model and
    data"). A term that may be chance counts by how likely it is above 0; one of
    0 or less asks for nothing.

    Args:
        decomposition: what `kts.decompose_error` returned, or
            `kts.ErrorDecomposition.from_errors`.
        model: the model; steps that it has taken already are left out, or
            say so. None, or an estimator, leaves all in.
        target: the error that is aimed at, in the unit of the decomposition;
            where the test error is not above it, nothing needs to be done.
        label_noise: share of the labels that are wrong, or what
            `kts.label_errors` returned; of its estimate the irreducible error
            is taken off, for rows of overlapping classes look wrong too.
        report: what `kts.check` or a supervised `fit` found; errors and
            warnings come before all else.
        learning_curve: what `kts.learning_curve` returned; says what more
            data would bring.
        analysis: what `kts.analyze_errors` returned; names the type of error
            to look at.

    Returns:
        The steps, the first first.

    Raises:
        TypeError: if `decomposition` or `target` is something else.
        ValueError: if `target` or `label_noise` is negative, or no number.

    Example:
        >>> found = ErrorDecomposition.from_errors(
        ...     irreducible=0.01, train=0.20, validation=0.27, test=0.28)
        >>> recommend(found).first.action
        'Make the model bigger: more layers, or more units in each.'
    """
    require(decomposition, target)
    noise = groups.noise_of(label_noise)
    *_, last = decomposition.errors
    error = decomposition.errors[last]
    if target is not None and error <= target:
        return Recommendation(reached(decomposition, target), (), met=True)
    has = None if model is None else traits_lib.traits(model)
    reasoned = reasons.Reasons(decomposition, has, learning_curve, analysis)
    found = [
        step
        for group in groups.ranked(decomposition, noise)
        for step in steps(group, reasoned)
    ]
    taken = tuple(groups.debugging(report)) + tuple(
        step for step in found if step.recommended
    )
    return Recommendation(
        summary(decomposition, taken),
        taken,
        tuple(step for step in found if not step.recommended),
        met=None if target is None else False,
    )


def require(decomposition: Any, target: Any) -> None:
    """Raises unless both are what they must be."""
    if not isinstance(decomposition, ErrorDecomposition):
        raise TypeError(
            "`decomposition` must be what `kts.decompose_error` returned, "
            f"received: {decomposition!r:.80}. To mend it, call it, or "
            "`kts.ErrorDecomposition.from_errors(train=..., test=...)`."
        )
    if target is None:
        return
    if not isinstance(target, numbers.Real) or isinstance(target, bool):
        raise TypeError(
            f"`target` must be an error, a number, received: {target!r}. To "
            "mend it, pass 1 - accuracy for an accuracy."
        )
    if not target >= 0:
        raise ValueError(
            f"`target` must be an error of at least 0, received: {target!r}. "
            "To mend it, pass 1 - accuracy for an accuracy."
        )


def steps(group: groups.Group, reasoned: reasons.Reasons) -> list[Step]:
    """The steps of a group, those left out that are taken already."""
    found = []
    for line in group.lines:
        detail = reasoned.detail(line)
        if detail is None:
            continue
        gain, told = reasoned.gain(line, group)
        found.append(
            Step(
                line.id,
                group.name,
                reasoned.action(line),
                reasoned.asking(group),
                gain,
                told,
                line.call,
                " ".join(filter(None, (detail, line.note))),
                line.recommended,
                group.clear,
            )
        )
    return found


def reached(found: ErrorDecomposition, target: float) -> str:
    """That nothing needs to be done."""
    *_, last = found.errors
    return (
        f"The {error_table.WORDS[last]} of "
        f"{error_table.shown(found, found.errors[last])} is not above the "
        f"target of {error_table.shown(found, target)}: nothing needs to be "
        "done."
    )


def summary(found: ErrorDecomposition, taken: tuple[Step, ...]) -> str:
    """The sum of the errors, and whether anything asks for a step."""
    told = error_table.summary(found)
    if not taken:
        return told + " No term is above 0: nothing asks for a step."
    return told
