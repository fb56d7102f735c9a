"""Diagnoses of the targets: range, encoding, scale, balance."""

import numpy as np

from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.rules.inputs import WILD
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

# Metrics that a rare class weighs in.
FAIR_METRICS = (
    "AUC",
    "Precision",
    "Recall",
    "F1Score",
    "FBetaScore",
    "PrecisionAtRecall",
    "RecallAtPrecision",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
    "IoU",
    "BinaryIoU",
    "MeanIoU",
    "TruePositives",
    "FalseNegatives",
)


def supervised(facts):
    """Outputs that have both a numeric target and a loss."""
    return [
        head
        for head in facts.heads
        if head.target is not None
        and head.loss is not None
        and head.target.numeric
        and head.target.finite.any()
    ]


def finite_values(head) -> np.ndarray:
    """The finite numbers of a target: of all rows, where they are at hand."""
    whole = head.target.whole
    if isinstance(whole, np.ndarray) and whole.size <= 2**22:
        values = whole.astype("float64").ravel()
    else:
        values = head.target.flat.ravel()
    return values[np.isfinite(values)]


@rule(
    "labels-out-of-range",
    "class ids below 0 or beyond the output units",
    family="data",
    explains=WILD + " output-units-mismatch labels-wrong-encoding call-failed "
    "shape-mismatch",
)
def labels_out_of_range(facts):
    """Class ids that no output unit stands for.

    Sparse cross-entropy takes ids from 0 to the number of units less one.
    Ids that start at 1 are typical. On a CPU this may raise; compiled by
    XLA, as on a GPU, the loss of such a row is NaN.
    """
    for head in supervised(facts):
        if head.loss.kind != "sparse" or head.units < 2:
            continue
        ids = finite_values(head)
        if head.loss.ignore_class is not None:
            ids = ids[ids != head.loss.ignore_class]
        if not len(ids) or (ids != np.floor(ids)).any():
            continue
        low, high = int(ids.min()), int(ids.max())
        if low >= 0 and high < head.units:
            continue
        outside = int(((ids < 0) | (ids >= head.units)).sum())
        if low == 1 and high == head.units:
            mend = f"The ids start at 1: subtract it, `{head.target.name} - 1`."
        else:
            mend = (
                f"Give the last layer {high + 1} units, or number the "
                "classes from 0 without gaps: `np.unique(y, "
                "return_inverse=True)[1]`."
            )
        yield error(
            head.target.name,
            f"Class ids run from {low} to {high}, but {head.where} has "
            f"{head.units} units, for ids 0 to {head.units - 1}: {outside} of "
            f"{counted(len(ids), 'label')} "
            f"{agreeing(outside, 'has', 'have')} no unit.",
            mend,
            low=low,
            high=high,
            units=head.units,
            outside=outside,
            labels=len(ids),
        )


@rule(
    "labels-wrong-encoding",
    "labels in a form that the loss does not take",
    family="data",
    explains=WILD + " labels-single-class wrong-loss-for-task "
    "output-activation-mismatch output-units-mismatch output-rank-mismatch "
    "shape-mismatch call-failed metric-mismatch loss-broadcasts",
)
def labels_wrong_encoding(facts):
    """Labels are encoded in another way than the loss expects.

    One-hot rows with a sparse loss, ids with a categorical one, -1 and 1 (or
    1 and 2, or 0 and 255) with binary cross-entropy, real numbers that a
    sparse loss cuts down to whole ids. Much of it raises nothing and trains
    towards something else.
    """
    for array in facts.data.targets:
        if array.numeric or not facts.model.compiled:
            continue
        sample = [str(v) for v in array.values.ravel()[:3]]
        yield error(
            array.name,
            f"{array.name} holds text or objects (such as {listed(sample)}), "
            "no numbers.",
            "Number the classes: `names, y = np.unique(y, "
            "return_inverse=True)`.",
            dtype=str(array.dtype),
            sample=sample,
        )
    for head in supervised(facts):
        found = ENCODINGS.get(head.loss.kind, lambda head: None)(head)
        if found is None:
            continue
        summary, fix = found
        values = head.target.distinct
        yield error(
            head.target.name,
            summary,
            fix,
            loss=head.loss.name,
            units=head.units,
            values=[float(v) for v in values[:6]],
            different=len(values),
            shape=[n for n in head.target.values.shape[1:]],
        )


def sparse_encoding(head):
    """What is wrong with the labels of a sparse cross-entropy."""
    columns = head.target.values.shape[1:]
    vectors = (Target.ONE_HOT, Target.SOFT)
    if head.kind in vectors and columns[-1] == head.units:
        return (
            f"{head.loss.name} takes one class id a row, but "
            f"{head.target.name} holds {head.kind.value} of length "
            f"{columns[-1]}.",
            'Use `"categorical_crossentropy"`, or turn the rows into ids: '
            "`y.argmax(axis=-1)`.",
        )
    values = head.target.distinct
    if head.units > 1 and (values != np.floor(values)).any():
        return (
            f"{head.loss.name} takes whole class ids, but "
            f"{head.target.name} holds real numbers from "
            f"{number(values[0])} to {number(values[-1])}, which are cut "
            "down to whole ones.",
            "Leave the labels as they are when you scale the inputs; they "
            "must be whole ids from 0.",
        )
    return None


def categorical_encoding(head):
    """What is wrong with the labels of a categorical cross-entropy."""
    if head.units < 2:
        return None
    if head.target.features == 1 and head.target.integral:
        return (
            f"{head.loss.name} takes one-hot rows of length {head.units}, "
            f"but {head.target.name} holds one class id a row.",
            'Use `"sparse_categorical_crossentropy"`, or '
            "`keras.utils.to_categorical(y)`.",
        )
    flat = head.target.clean.reshape(-1, head.target.values.shape[-1])
    one = (flat != 0).sum(axis=1) == 1
    largest = flat.max()
    if one.all() and largest != 1 and head.kind is Target.REAL:
        return (
            f"{head.target.name} holds one-hot rows whose one is a "
            f"{number(largest)}.",
            "Do not scale one-hot labels.",
        )
    return None


def binary_encoding(head):
    """What is wrong with the labels of a binary cross-entropy."""
    values = head.target.distinct
    low, high = values[0], values[-1]
    if low >= 0 and high <= 1:
        return None
    if len(values) == 2:
        return (
            f"{head.loss.name} takes labels of 0 and 1, but "
            f"{head.target.name} holds {number(low)} and {number(high)}.",
            f"`y = (y == {number(high)}).astype('float32')`.",
        )
    if head.target.features > 16 and low >= 0 and high <= 255:
        return (
            f"{head.loss.name} takes targets from 0 to 1, but "
            f"{head.target.name} reaches {number(high)}.",
            "Divide the targets by 255.",
        )
    return None


def hinge_encoding(head):
    """What is wrong with the labels of a hinge loss."""
    values = head.target.distinct
    if np.isin(values, (-1, 1)).all() or np.isin(values, (0, 1)).all():
        return None
    if len(values) != 2:
        return None
    return (
        f"{head.loss.name} takes labels of -1 and 1, but {head.target.name} "
        f"holds {number(values[0])} and {number(values[1])}.",
        f"`y = np.where(y == {number(values[1])}, 1, -1)`.",
    )


ENCODINGS = {
    "sparse": sparse_encoding,
    "categorical": categorical_encoding,
    "binary": binary_encoding,
    "hinge": hinge_encoding,
}


@rule(
    "target-not-normalized",
    "regression targets far from unit scale",
    family="data",
    explains=WILD + " loss-weights-misconfigured learning-rate-too-low "
    "learning-rate-too-high too-few-epochs",
)
def target_not_normalized(facts, large=100.0, small=1e-3):
    """Regression targets are far larger or smaller than one.

    A network starts with outputs of about unit size and moves them in small
    steps: it needs thousands of steps to reach house prices, and with plain
    gradient descent the squared errors explode. Tiny targets give a tiny
    loss and tiny gradients.

    Fires for a root mean square above 100 or below 0.001, unless the
    untrained outputs are on that scale already (a last layer that scales
    back). Heuristic; ring counts, degrees and thousands of dollars of up to
    50 train well as they are.
    """
    for head in supervised(facts):
        if head.loss.kind not in ("regression", "custom"):
            continue
        if head.kind is not Target.REAL and head.kind is not Target.SHARES:
            continue
        true = head.target.flat[head.target.finite]
        scale = float(np.sqrt((true**2).mean()))
        made = head.predictions[np.isfinite(head.predictions)]
        near = len(made) and (
            abs(made.mean() - true.mean()) < 3 * true.std()
            and made.std() > 0.05 * true.std()
        )
        if small <= scale <= large or scale == 0 or near:
            continue
        if head.activation.name == "exponential":
            continue
        yield warning(
            head.target.name,
            f"The targets have a root mean square of {number(scale)} (mean "
            f"{number(true.mean())}, standard deviation "
            f"{number(true.std())}); about 1 is expected.",
            "Train on `(y - y_train.mean()) / y_train.std()`, and undo it "
            "for predictions; for amounts of several powers of ten take "
            "`np.log1p(y)` first.",
            rms=scale,
            mean=float(true.mean()),
            std=float(true.std()),
            limit_large=large,
            limit_small=small,
        )


@rule(
    "labels-single-class",
    "one class only",
    family="data",
    explains="loss-metric-disagree predictions-constant labels-imbalanced",
)
def labels_single_class(facts, least=50):
    """All labels are the same: there is nothing to learn.

    Typical of a filter, a cut or a type that loses the others. Judged on
    all labels of arrays; of a stream only where the whole was read, since
    a sorted stream also begins with one class.
    """
    for head in supervised(facts):
        classes = head.loss.cross_entropy or head.loss.kind == "hinge"
        if not classes or facts.data.sampled < least:
            continue
        values = finite_values(head)
        if head.kind is Target.ONE_HOT:
            values = head.target.labels()
        if len(np.unique(values)) != 1:
            continue
        partial = facts.data.streamed and facts.data.rows != facts.data.sampled
        if partial:
            continue
        yield error(
            head.target.name,
            f"All {counted(len(values), 'label')} are "
            f"{number(values[0])}: there is nothing to tell apart.",
            "Look where the other classes got lost: a filter, a sorted file "
            "cut in two, or labels divided or cast to whole numbers.",
            value=float(values[0]),
            labels=len(values),
        )


@rule(
    "labels-imbalanced",
    "classes so unequal that the majority baseline looks good",
    family="data",
    explains="loss-metric-disagree predictions-constant",
)
def labels_imbalanced(facts, most=0.9):
    """One class is so frequent that always naming it looks like success.

    Fires above 90% for single labels, where nothing counters it: no
    `class_weight`, no `sample_weight`, no focal or own loss, and no metric
    that the rare class weighs in (AUC, precision, recall). Without the
    arguments of `fit` at hand it is advice.
    """
    for head in supervised(facts):
        if not head.loss.cross_entropy or head.target.values.ndim > 2:
            continue
        if head.kind not in (Target.BINARY, Target.CLASSES, Target.ONE_HOT):
            continue
        labels = head.target.labels()
        labels = labels[np.isfinite(labels)]
        values, counts = np.unique(labels, return_counts=True)
        share = counts.max() / counts.sum()
        if share < most or len(values) < 2:
            continue
        fit = facts.get("fit")
        fair = [m.name for m in head.metrics if m.class_name in FAIR_METRICS]
        countered = (
            fair
            or facts.data.weights
            or "focal" in head.loss.name
            or (fit is not None and fit.class_weight)
        )
        say = advice if countered or fit is None else warning
        yield say(
            head.target.name,
            f"{percent(share)} of the labels are "
            f"{number(values[counts.argmax()])}: always naming that class "
            "already looks that accurate.",
            "Weigh the classes: `fit(..., class_weight={c: len(y) / (k * n_c)"
            "})` with k classes of n_c rows, and watch `keras.metrics.AUC` "
            "(or recall) instead of accuracy.",
            share=float(share),
            classes=[float(v) for v in values[:20]],
            counts=[int(c) for c in counts[:20]],
            countered_by=listed(fair) if fair else "",
            figures=[
                Figure(
                    "bars",
                    "Rows of each class",
                    tuple(number(v) for v in values[:20]),
                    tuple(int(c) for c in counts[:20]),
                    "rows",
                )
            ],
        )


@rule(
    "example-weights-misconfigured",
    "class_weight or sample_weight that weigh the wrong way",
    family="data",
    explains="labels-imbalanced predictions-constant loss-metric-disagree "
    "labels-single-class " + WILD,
)
def example_weights_misconfigured(facts, upside_down=1.2):
    """Weights of classes or rows that work against the training.

    `class_weight` is to lift rare classes: larger weights for the frequent
    one make it worse (the shares instead of their inverses are typical).
    Weights of zero remove a class; negative ones push away from it.
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


def class_weights(facts, upside_down):
    """Weights of classes against their frequencies."""
    fit = facts.get("fit")
    if fit is None or not fit.class_weight or len(facts.data.targets) != 1:
        return
    labels = neighbours.labels(facts.data.targets[0])
    if labels is None:
        return
    values, counts = np.unique(
        labels[np.isfinite(labels)], return_counts=True
    )
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
