"""`assert_minimum_functionality`: what any good model must get right."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts.passes import first_lines
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.testing import arguments
from keras_troubleshoot.testing import direction
from keras_troubleshoot.testing import predictions
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import looked_at


def assert_minimum_functionality(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    metric: str | Callable[[Any, Any], Any] = "accuracy",
    at_least: float = 1.0,
    output: str | None = None,
) -> None:
    """Asserts that a model gets simple cases right.

    The minimum functionality test (MFT) of CheckList (Ribeiro et al. 2020,
    https://arxiv.org/abs/2005.04118): a few cases for one ability, easy
    enough for any good model, which an average over test data would hide.

    Args:
        model: a trained `keras.Model` of any kind, compiled or not.
        x: rows, as `predict` takes them.
        y: what is right, where `x` does not bring it: class ids, one-hot
            rows, or yes and no; of several outputs a dictionary by name, or
            that of `output`.
        metric: `"accuracy"`: the share of the rows whose decision is right
            (see `assert_invariant` for how a model decides); or a function
            of `y` and the outputs, both arrays with rows first, that returns
            a number for each row, or one for all: more is better. Truth
            values count as 0 and 1.
        at_least: what the mean of the metric must reach.
        output: name of one of several outputs.

    Raises:
        AssertionError: if it is not reached; names the worst rows with
            prediction and truth.
        TypeError: if `model` is no Keras model, or `metric` no function.
        ValueError: if an argument is out of range or left out where it is
            needed, the data cannot be read, or the metric cannot be computed.

    Example:
        ```python
        kts.testing.assert_minimum_functionality(model, clear, labels)
        kts.testing.assert_minimum_functionality(
            model, flats, prices, metric=lambda y, made: abs(y - made) < 5e4
        )
        ```
    """
    __tracebackhide__ = True
    if metric != "accuracy":
        arguments.require_function(metric=metric)
    if not arguments.is_number(at_least):
        raise ValueError(
            f"`at_least` must be a number, received: at_least={at_least!r}. "
            "To mend it, leave it out (1: all rows)."
        )
    with looked_at(model, x, y, limit=predictions.ROWS) as look:
        name = direction.only_output(look, output)
        true = truth(look, name)
        made = predictions.predict(look, look.sample.x)[name]
        if metric == "accuracy":
            problem = wrong_rows(look, name, true, made, at_least)
        else:
            problem = too_low(look, name, true, made, metric, at_least)
    if problem:
        raise AssertionError(problem)


def truth(look: Look, name: str) -> np.ndarray:
    """What is right for one output.

    Raises:
        ValueError: if that is not known.
    """
    y = look.sample.y
    if isinstance(y, Mapping) and name in y:
        y = y[name]
    if isinstance(y, list | tuple) and len(y) == 1:
        y = y[0]
    if y is None or isinstance(y, Mapping | list | tuple):
        raise ValueError(
            f"`y` must hold what is right for output {name!r}, received: "
            f"{'None' if y is None else 'several arrays'}. To mend it, pass "
            "one array, with rows as in `x`."
        )
    return np.asarray(y)


def wrong_rows(look: Look, name: str, true, made, at_least: float) -> str:
    """What is wrong with the decisions; empty for nothing."""
    head = predictions.heads(look, name)[0]
    predictions.require_decisions(
        [head], "pass a function as `metric`, such as one of the error"
    )
    decided = head.decide(made)
    classes = as_decisions(head, true, made, decided)
    wrong = predictions.by_row(decided != classes)
    accuracy = 1 - wrong.mean()
    if accuracy >= at_least:
        return ""

    def tell(row):
        return (
            f"predicted {predictions.shown(decided[row])} "
            f"({predictions.shown(made[row])}), true "
            f"{predictions.shown(classes[row])}"
        )

    rows = np.flatnonzero(wrong)
    return (
        f"{look.model.name!r} must decide at least {number(at_least)} of "
        f"these {counted(len(wrong), 'row')} rightly (accuracy), but it is "
        f"{number(accuracy)}; {len(rows)} wrong: "
        f"{predictions.rows_told(look, rows, tell)}. To mend it, look at "
        "these rows as the model is fed with them, and for such rows in the "
        "training data."
    )


def as_decisions(head: predictions.Head, true, made, decided) -> np.ndarray:
    """The truth in the shape of the decisions: from ids, or one-hot rows.

    Raises:
        ValueError: if it has neither shape.
    """
    if true.shape == made.shape and head.axis is not None:
        return true.argmax(head.axis)
    if true.shape == decided.shape:
        return true
    if true.size == decided.size:
        return true.reshape(decided.shape)
    raise ValueError(
        f"`y` must have a class for each decision, shape {decided.shape}, "
        f"or be one-hot, shape {made.shape}, received: shape {true.shape}. To "
        "mend it, pass one of both."
    )


def too_low(look: Look, name: str, true, made, metric, at_least) -> str:
    """What is wrong by a metric of the user's; empty for nothing."""
    if true.size == made.size:
        # (rows,) beside (rows, 1) would meet each row with every other.
        true = true.reshape(made.shape)
    try:
        values = np.asarray(metric(true, made), "float64")
    except Exception as error:
        raise ValueError(
            f"`metric` must take `y` of shape {true.shape} and outputs of "
            f"shape {made.shape}, but it raised {type(error).__name__}: "
            f"{first_lines(error)} To mend it, try it on arrays like these."
        ) from error
    score = float(values.mean()) if values.size else float("nan")
    if score >= at_least:
        return ""
    told = ""
    if values.shape[:1] == (len(made),):
        scores = values.reshape(len(made), -1).mean(axis=1)
        order = np.argsort(scores, kind="stable")
        worst = order[~(scores[order] >= at_least)]

        def tell(row):
            return (
                f"predicted {predictions.shown(made[row])}, true "
                f"{predictions.shown(true[row])} ({number(scores[row])})"
            )

        told = f"; the worst: {predictions.rows_told(look, worst, tell)}"
    what = getattr(metric, "__name__", "metric")
    return (
        f"`{what}` of output {name!r} of {look.model.name!r} must be at "
        f"least {number(at_least)} on these {counted(len(made), 'row')}, but "
        f"it is {number(score)}{told}. To mend it, look at these rows as the "
        "model is fed with them, and for such rows in the training data."
    )
