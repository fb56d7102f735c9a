"""Which way an objective gets better, by the name of its metric.

keras-tuner minimizes some that are to be maximized, `f1_score` and `r2_score`
among them, and knows no metric of a named output.
"""

import re
import warnings
from typing import Any

import keras_tuner

# As Keras' metrics have it (`Metric._direction`), and two kinds of counts.
UP = frozenset(
    {
        "acc",
        "accuracy",
        "auc",
        "binary_accuracy",
        "binary_io_u",
        "categorical_accuracy",
        "concordance_correlation",
        "cosine_similarity",
        "f1_score",
        "fbeta_score",
        "io_u",
        "mean_io_u",
        "one_hot_io_u",
        "one_hot_mean_io_u",
        "pearson_correlation",
        "precision",
        "precision_at_recall",
        "r2_score",
        "recall",
        "recall_at_precision",
        "sensitivity_at_specificity",
        "sparse_categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
        "specificity_at_sensitivity",
        "top_k_categorical_accuracy",
        "true_negatives",
        "true_positives",
    }
)
DOWN = frozenset(
    {
        "binary_crossentropy",
        "binary_focal_crossentropy",
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "categorical_generalized_cross_entropy",
        "categorical_hinge",
        "ce",
        "crossentropy",
        "dice",
        "false_negatives",
        "false_positives",
        "hinge",
        "huber",
        "kl_divergence",
        "log_cosh",
        "logcosh",
        "loss",
        "mae",
        "mape",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_error",
        "mean_squared_logarithmic_error",
        "mse",
        "msle",
        "poisson",
        "root_mean_squared_error",
        "sparse_categorical_crossentropy",
        "squared_hinge",
        "tversky",
    }
)


def read(given: Any) -> Any:
    """An objective with its direction.

    Args:
        given: what keras-tuner takes: a name, a `keras_tuner.Objective`, a
            list of them, or None.

    Returns:
        `keras_tuner.Objective` for each name; all else as it is.

    Raises:
        ValueError: it cannot be told from a name which way is better.

    Example:
        >>> read("val_f1_score").direction, read("val_price_mae").direction
        ('max', 'min')
    """
    if isinstance(given, list):
        return [read(one) for one in given]
    if not isinstance(given, str):
        return given
    return keras_tuner.Objective(given, direction_of(given))


def direction_of(name: str) -> str:
    """Either "min" or "max".

    Of a metric of a named output, such as `val_digit_accuracy`, the end of
    the name tells.

    Raises:
        ValueError: it cannot be told.
    """
    words = unnumbered(name).split("_")
    for first in range(len(words)):
        end = "_".join(words[first:])
        if end in UP:
            return "max"
        if end in DOWN:
            return "min"
    raise ValueError(
        "`objective` must be a metric of which Keras knows which way is "
        f"better, received: {name!r}. To mend it, say it: "
        f'`keras_tuner.Objective("{name}", "max")`, or "min".'
    )


def unnumbered(name: str) -> str:
    """The name without the number of a second one: `auc` of `auc_1`."""
    return re.sub(r"_\d+$", "", name)


def warn_of_reversed(objective: Any) -> None:
    """Warns of an objective that keras-tuner took for an error.

    Args:
        objective: of an oracle that was made elsewhere.
    """
    for one in getattr(objective, "objectives", [objective]):
        metric = unnumbered(one.name).removeprefix("val_")
        if one.direction == "min" and metric in UP:
            warnings.warn(
                f"The oracle minimizes {one.name!r}, of which more is better: "
                "keras-tuner takes some scores for errors. To mend it, give "
                f'it `keras_tuner.Objective("{one.name}", "max")`.',
                stacklevel=3,
            )
