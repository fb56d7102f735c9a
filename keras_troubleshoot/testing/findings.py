"""`assert_no_findings`: `check` has nothing to say against a model."""

from typing import Any

from keras_troubleshoot.debugging.check import check
from keras_troubleshoot.report.report import Report
from keras_troubleshoot.report.report import as_severity


def assert_no_findings(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    validation_data: Any = None,
    severity: str = "warning",
    disable: tuple[str, ...] | list[str] = (),
) -> None:
    """Asserts that no diagnosis of `kts.check` finds anything so grave.

    Diagnoses that cannot be examined, such as those of validation data where
    there are none, do not count.

    Args:
        model: a `keras.Model` of any kind, compiled for the diagnoses of the
            loss.
        x: what `fit` takes.
        y: targets, where `x` does not bring them.
        validation_data: `(x, y)` or a dataset, for the diagnoses that
            compare both sides.
        severity: `"error"`, `"warning"` or `"advice"`: the least that
            counts. Healthy models have advice too.
        disable: ids of diagnoses to leave out.

    Raises:
        AssertionError: with the report of what was found.
        TypeError: if `model` is no Keras model.
        ValueError: if the data cannot be read, there is no such severity, or
            `disable` names a diagnosis that there is not.

    Example:
        ```python
        kts.testing.assert_no_findings(model, x_train, y_train)
        ```
    """
    __tracebackhide__ = True
    limit = as_severity(severity)
    report = check(
        model, x, y, validation_data=validation_data, disable=disable
    )
    found = report.at_least(limit)
    if found:
        only = Report(found, report.examined, title=report.title)
        raise AssertionError(
            f"`kts.check` must find no {limit.value} or graver in "
            f"{model.name!r}, but it found {len(found)}. To mend it, see "
            f"below, or name in `disable` what is meant so.\n\n{only}"
        )
