"""Cases of the rules about metrics, and of the first and last loss."""

import numpy as np

from keras_troubleshoot.facts.heads import Metric
from tests.rules import building as b
from tests.rules.cases import output
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

SICK_METRIC = "metric 'accuracy'"
EXCLUSIVE = b.one_hot(b.ids(60, 10), 10)


def measured(target, made, loss, end, kind, threshold=None, name="accuracy"):
    metric = Metric(name, kind, threshold)
    return b.facts(b.head(target, made, loss, end, metrics=(metric,)))


def number(target, kind="BinaryAccuracy", threshold=0.5):
    """A metric of one linear unit under the squared error."""
    return measured(target, b.normal(31, 1), b.MSE, "linear", kind, threshold)


def logit(threshold):
    return measured(
        output.ZERO_ONE,
        b.normal(31, 1),
        output.BINARY_LOGITS,
        "linear",
        "BinaryAccuracy",
        threshold,
    )


def classes(target, kind, loss=b.SPARSE, units=10):
    made = b.distribution(31, units)
    return measured(target, made, loss, "softmax", kind)


SICK = (
    Sick(
        "accuracy of real numbers",
        "metric-mismatch",
        WARNING,
        lambda: number(b.normal(60)),
        SICK_METRIC,
        {"metric": "BinaryAccuracy", "target": "real values"},
        ("mae",),
    ),
    Sick(
        "accuracy of grades",
        "metric-mismatch",
        WARNING,
        lambda: number(b.ids(60, 5)),
        SICK_METRIC,
        {"target": "class ids"},
        ("5 grades",),
    ),
    Sick(
        "a threshold of one half on logits",
        "metric-mismatch",
        WARNING,
        lambda: logit(0.5),
        SICK_METRIC,
        {"threshold": 0.5, "activation": "linear"},
        ("threshold=0",),
    ),
    Sick(
        "binary accuracy of one-hot rows",
        "metric-mismatch",
        WARNING,
        lambda: classes(EXCLUSIVE, "BinaryAccuracy", b.CATEGORICAL),
        SICK_METRIC,
        {"metric": "BinaryAccuracy", "units": 10},
        ("80%", "10 entries"),
        # Of ten entries a wrong guess gets two wrong.
        derived=(0.8,),
    ),
    Sick(
        "categorical accuracy of ids",
        "metric-mismatch",
        WARNING,
        lambda: classes(b.ids(60, 10), "CategoricalAccuracy"),
        SICK_METRIC,
    ),
    Sick(
        "sparse accuracy of one-hot rows",
        "metric-mismatch",
        WARNING,
        lambda: classes(EXCLUSIVE, "SparseCategoricalAccuracy", b.CATEGORICAL),
        SICK_METRIC,
    ),
    Sick(
        "AUC of logits",
        "metric-mismatch",
        WARNING,
        lambda: measured(
            output.ZERO_ONE,
            b.normal(31, 1),
            output.BINARY_LOGITS,
            "linear",
            "AUC",
        ),
        SICK_METRIC,
        {"metric": "AUC", "activation": "linear"},
    ),
    Sick(
        "binary accuracy of ids",
        "metric-mismatch",
        WARNING,
        lambda: classes(b.ids(60, 10), "BinaryAccuracy"),
        SICK_METRIC,
        {"units": 10},
        ("10 probabilities",),
    ),
)

TWINS = (
    Twin(
        "the absolute error of real numbers",
        "metric-mismatch",
        lambda: number(b.normal(60), "MeanAbsoluteError", None),
    ),
    Twin(
        "accuracy of yes or no with the squared error",
        "metric-mismatch",
        lambda: number(output.ZERO_ONE),
    ),
    Twin(
        "AUC that takes logits",
        "metric-mismatch",
        lambda: b.facts(
            b.head(
                output.ZERO_ONE,
                b.normal(31, 1),
                output.BINARY_LOGITS,
                metrics=(Metric("auc", "AUC", from_logits=True),),
            )
        ),
    ),
    Twin("a threshold of zero on logits", "metric-mismatch", lambda: logit(0)),
    Twin(
        "sparse accuracy of ids",
        "metric-mismatch",
        lambda: classes(b.ids(60, 10), "SparseCategoricalAccuracy"),
    ),
    Twin(
        "categorical accuracy of one-hot rows",
        "metric-mismatch",
        lambda: classes(EXCLUSIVE, "CategoricalAccuracy", b.CATEGORICAL),
    ),
    Twin(
        "binary accuracy of several labels",
        "metric-mismatch",
        lambda: measured(
            output.several(),
            np.full((31, 5), 0.5),
            b.BINARY,
            "sigmoid",
            "BinaryAccuracy",
            0.5,
        ),
    ),
    Twin(
        "pictures that an autoencoder makes again",
        "metric-mismatch",
        lambda: measured(
            np.linspace(0, 1, 31 * 64).reshape(31, 8, 8),
            np.full((31, 8, 8), 0.5),
            b.MSE,
            "sigmoid",
            "BinaryAccuracy",
            0.5,
        ),
    ),
)
