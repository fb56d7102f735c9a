"""The diagnosis of weights of classes and rows."""

import numpy as np

from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.rules.references import IMBALANCE
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number


@rule(
    "example-weights-misconfigured",
    "class_weight or sample_weight that weigh the wrong way",
    reference=IMBALANCE,
    family="data",
    explains="labels-imbalanced predictions-constant loss-metric-disagree "
    "labels-single-class " + WILD,
)
def example_weights_misconfigured(facts, upside_down=1.2):
    """Weights of classes or rows that work against the training.

    `class_weight` is to lift rare classes: larger weights for the frequent
    one make it worse (the shares instead of their inverses are typical).
    Weights of zero remove a class; negative ones push away from it. Where all
    targets that weigh something are the same, and those of weight zero vary,
    the weights are the wrong way round, as a mask of padding may be.
    """
    yield from class_weights(facts, upside_down)
    for array in facts.data.weights:
        if not array.numeric or not len(array.clean):
            continue
        values = array.flat
        if not np.isfinite(values).all() or (values < 0).any():
            bad = int((~(values >= 0) | ~np.isfinite(values)).sum())
            yield error(
                array.name,
                f"{counted(bad, 'weight')} of {values.size} "
                f"{agreeing(bad, 'is', 'are')} negative or not finite.",
                "Weights of rows must be numbers from 0 upwards.",
                bad=bad,
                weights=values.size,
            )
        elif not values.any():
            yield error(
                array.name,
                "All weights of rows are zero: nothing is learned.",
                "Leave `sample_weight` away, or give ones.",
                weights=values.size,
            )
        else:
            yield from unheard_classes(facts, array)
            yield from only_constant(facts, array)


def only_constant(facts, array, least=20):
    """Targets that all are the same, but for those that weigh nothing."""
    if len(facts.data.targets) != 1:
        return
    target = facts.data.targets[0]
    if not target.numeric or target.features % array.features:
        return
    rows = min(len(target.flat), len(array.flat))
    weights = array.flat[:rows]
    values = target.flat[:rows].reshape(*weights.shape, -1)
    heard, unheard = values[weights > 0], values[weights == 0]
    if min(len(heard), len(unheard)) < least or array.features == 1:
        return
    if not np.isfinite(values).all() or np.ptp(heard, axis=0).any():
        return
    if not np.ptp(unheard, axis=0).any():
        return
    yield error(
        array.name,
        f"All {counted(len(heard), 'target')} that weigh something are "
        f"{number(heard.flat[0])}, while the {len(unheard)} of weight zero "
        "vary: only what does not matter is learned.",
        "The weights look the wrong way round: 1 for what is real, 0 for "
        "padding.",
        heard=len(heard),
        unheard=len(unheard),
        value=float(heard.flat[0]),
    )


def class_weights(facts, upside_down):
    """Weights of classes against their frequencies."""
    fit = facts.get("fit")
    if fit is None or not fit.class_weight or len(facts.data.targets) != 1:
        return
    labels = neighbours.labels(facts.data.targets[0])
    if labels is None:
        return
    values, counts = np.unique(labels[np.isfinite(labels)], return_counts=True)
    if not len(values):
        return
    weights = {float(k): float(v) for k, v in fit.class_weight.items()}
    told = {
        "class_weight": {number(k): v for k, v in weights.items()},
        "counts": {
            number(v): int(c) for v, c in zip(values, counts, strict=True)
        },
    }
    mend = (
        "Take the inverse of the frequency: `{c: len(y) / (k * n_c)}` with k "
        "classes of n_c rows each."
    )
    known = [weights.get(float(v), 1.0) for v in values]
    often, seldom = int(counts.argmax()), int(counts.argmin())
    if min(known) <= 0:
        gone = [number(v) for v, w in zip(values, known, strict=True) if w <= 0]
        yield error(
            "class_weight",
            f"Nothing is learned of class {listed(gone)}: its weight is zero "
            "or less.",
            mend,
            **told,
        )
    elif counts[often] > 1.5 * counts[seldom] and (
        known[often] > upside_down * known[seldom]
    ):
        yield error(
            "class_weight",
            f"The frequent class {number(values[often])} ({counts[often]} "
            f"rows) weighs {number(known[often])}, the rare class "
            f"{number(values[seldom])} ({counts[seldom]} rows) only "
            f"{number(known[seldom])}: upside down.",
            mend,
            **told,
        )
    strange = sorted(set(weights) - {float(v) for v in values})
    if strange and len(labels) > 1000 and len(strange) == len(weights):
        yield warning(
            "class_weight",
            f"The weights are for classes {listed(map(number, strange))}, "
            "none of which is among the labels.",
            "The keys of `class_weight` are the class ids of `y`.",
            **told,
        )


def unheard_classes(facts, array):
    """Classes all of whose rows weigh nothing.

    Rows without a label, marked by NaN or by a number below zero among
    class ids, are meant to weigh nothing.
    """
    if len(facts.data.targets) != 1 or array.features != 1:
        return
    labels = neighbours.labels(facts.data.targets[0])
    if labels is None:
        return
    rows = min(len(labels), len(array.flat))
    labels, weights = labels[:rows], array.flat[:rows, 0]
    labelled = np.isfinite(labels)
    if len(np.unique(labels[labelled])) > 2:
        labelled &= labels >= 0
    labels, weights = labels[labelled], weights[labelled]
    values, ids, counts = np.unique(
        labels, return_inverse=True, return_counts=True
    )
    if not 2 <= len(values) <= 200:
        return
    total = np.bincount(ids, weights=weights)
    gone = values[(total == 0) & (counts >= 10)]
    if len(gone):
        yield error(
            array.name,
            f"Nothing is learned of class {listed(map(number, gone[:5]))}: "
            "all of its rows have a weight of zero.",
            "Give these rows a weight above zero.",
            classes=[float(v) for v in gone[:20]],
        )
