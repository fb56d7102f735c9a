"""Diagnoses of the labels: range, balance."""

import numpy as np

from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.rules.heads import finite_values
from keras_troubleshoot.rules.heads import supervised
from keras_troubleshoot.rules.references import CROSS_ENTROPY
from keras_troubleshoot.rules.references import IMBALANCE
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import WILD
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


@rule(
    "labels-out-of-range",
    "class ids below 0 or beyond the output units",
    reference=CROSS_ENTROPY,
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
            width = head.target.values.shape[-1]
            flat = head.target.clean.reshape(-1, width)
            values = flat.argmax(axis=1)
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
    reference=IMBALANCE,
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
