"""`check`: looks at a model and its data before any training."""

from typing import Any

from keras_troubleshoot.debugging import look as looking
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.rules.catalogue import RULES


def check(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    validation_data: Any = None,
    disable: tuple[str, ...] | list[str] = (),
) -> Report:
    """Diagnoses a model and its data; trains nothing, changes nothing.

    It reads a sample of the data, runs the model on a few rows forward and
    backward, and applies all diagnoses. This takes seconds. Weights,
    optimizer, metrics, random seeds and the order of the data stay as they
    are, bit for bit; a model that was not built yet is built, as `fit`
    would.

    Args:
        model: a `keras.Model` of any kind, compiled for the diagnoses of
            the loss; others are skipped, and the report says so.
        x: what `fit` takes: arrays (rows first), nested structures of them,
            a `tf.data.Dataset`, a `keras.utils.PyDataset`, a generator that
            was not started.
        y: targets, where `x` does not bring them.
        sample_weight: weights of rows, where `x` does not bring them.
        validation_data: `(x, y)`, `(x, y, sample_weight)` or a dataset, for
            the diagnoses that compare both sides.
        disable: ids of diagnoses to leave out.

    Returns:
        The report: its findings, the root causes first, what was examined,
        and what could not be, and why.

    Raises:
        TypeError: if `model` is no Keras model.
        ValueError: if the data cannot be read, or `disable` names a
            diagnosis that there is not.
        RuntimeError: if Keras runs on another backend than TensorFlow.

    Example:
        ```python
        report = kts.check(model, x_train, y_train)
        print(report)
        report.raise_if("error")
        ```
    """
    subjects.require_model(model)
    names = chosen(disable)
    found = looking.look(
        model, x, y, sample_weight, validation_data, rules=names
    )
    sample = found.facts.data.sample
    return Report(
        found.findings,
        found.examined,
        found.skipped,
        title=f"Check of {model.name!r}",
        context=subjects.context()
        | {
            "data": sample.described,
            "rows": sample.rows,
            "rows looked at": found.facts.data.sampled,
        },
    )


def chosen(disable) -> list[str]:
    """The ids of all rules but some.

    Raises:
        ValueError: if one of them is no rule.
    """
    if isinstance(disable, str):
        raise ValueError(
            "`disable` must be a list of diagnoses, received the string "
            f"{disable!r}. To mend it, write [{disable!r}]."
        )
    unknown = sorted(set(disable) - set(RULES))
    if unknown:
        raise ValueError(
            f"`disable` must name diagnoses, received: {unknown}. To mend "
            "it, see `keras-troubleshoot rules`."
        )
    return [name for name in RULES if name not in set(disable)]
