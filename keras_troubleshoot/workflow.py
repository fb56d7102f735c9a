"""The decision tree of the lecture, stage by stage.

The one place that knows all stages. Start simple, debug, evaluate, improve,
tune: the report says of each stage what came of it, or that this version has
none.
"""

import dataclasses
import numbers
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.debugging import look as looking
from keras_troubleshoot.debugging import repair
from keras_troubleshoot.debugging.check import chosen
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.remedies import workshop
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.report import Report

# Diagnoses that compare training data with others.
COMPARING = ("train-validation-leakage", "train-validation-shift")


def troubleshoot(
    model: Any,
    train: Any,
    validation: Any = None,
    test: Any = None,
    target: float | None = None,
    try_fixes: bool = False,
    seconds: float = 60.0,
) -> Report:
    """Walks the decision tree for a model and its data.

    So far it walks one stage, debugging: model and data are checked as
    `kts.check` does, and validation and test data are compared with the
    training data. It changes nothing, and trains nothing but copies where
    fixes are to be tried.

    Args:
        model: a compiled `keras.Model`.
        train: `(x, y)`, `(x, y, sample_weight)`, or what brings its targets
            along: a `tf.data.Dataset`, a `keras.utils.PyDataset`.
        validation: the same, or None.
        test: the same, or None; compared with the training data as the
            validation data are.
        target: the value of the metric that is aimed at, for the reader of
            the report; the stage that measures against it is not there yet.
        try_fixes: also try the remedy of each root cause on a copy, for some
            hundred steps against the unchanged model with the same batches
            and seeds; `report.fixed_model()` and `report.patch()` then say
            what came of it.
        seconds: that these trials may take, about.

    Returns:
        The report; `report.context["stages"]` says what came of each stage.

    Raises:
        TypeError: if `model` is no Keras model, or `target` no number.
        ValueError: if the training data cannot be read, or the model cannot
            be copied for trials.
        RuntimeError: if Keras runs on another backend than TensorFlow.
    """
    subjects.require_model(model)
    if target is not None and not isinstance(target, numbers.Real):
        raise TypeError(
            "`target` must be a number, the value of the metric that is "
            f"aimed at, received: {target!r}."
        )
    x, y, weight = unpacked(train)
    found = looking.look(model, x, y, weight, validation, rules=chosen(()))
    findings, tried = list(found.findings), None
    if try_fixes:
        data = (x, y, weight, validation)
        shop = workshop.Workshop(model, None, data, {}, found.facts)
        findings, tried = repair.try_fixes(shop, findings, seconds)
    if test is not None:
        other = looking.look(model, x, y, weight, test, rules=COMPARING)
        findings += [of_test(finding) for finding in other.findings]
    context = subjects.context() | {"stages": stages(findings)}
    if target is not None:
        context["target"] = float(target)
    return Report(
        findings,
        found.examined,
        found.skipped,
        title=f"Troubleshooting of {model.name!r}",
        context=context,
        repair=tried,
    )


def unpacked(data: Any) -> tuple[Any, Any, Any]:
    """Inputs, targets and weights of `(x, y)`, `(x, y, w)` or a stream."""
    if not isinstance(data, tuple | list):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            "`train` must be `(x, y)` or `(x, y, sample_weight)`, received: "
            f"{len(data)} elements. To mend it, give several inputs as one "
            "dictionary or inner list: `([x1, x2], y)`."
        )
    x, y, weight = (*data, None, None)[:3]
    return x, y, weight


def of_test(finding: Finding) -> Finding:
    """A finding about the test data, told as one."""
    where = finding.where.replace("validation_data", "test")
    said = finding.summary.replace("validation", "test")
    said = said.replace("Validation", "Test")
    return dataclasses.replace(finding, where=where, summary=said)


def stages(findings: list[Finding]) -> Mapping[str, str]:
    """What came of each stage of the lecture."""
    grave = [f for f in findings if f.severity is not Severity.ADVICE]
    came = f"{len(grave)} to mend first" if grave else "nothing to mend"
    missing = "not in this version"
    return {
        "start simple": "kts.models.start_simple(x, y) makes a first model to "
        "compare with",
        "debug": came,
        "evaluate": missing,
        "improve": missing,
        "tune": missing,
    }
