"""Reads the data for the builders."""

import difflib
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.start_simple import targets
from keras_troubleshoot.start_simple.data import survey as survey_lib
from keras_troubleshoot.start_simple.data.input_normalizer import (
    InputNormalizer,
)
from keras_troubleshoot.start_simple.problem import Problem

# Options of the builders, for a hint at what was meant.
OPTIONS = (
    "task kinds classes vocabulary mask_value missing skewed image_range "
    "learning_rate jit_compile units layers filters kernel_size depth blocks "
    "embedding size sizes hp"
).split()


def read(
    x: Any,
    y: Any = None,
    *,
    task: str | None = None,
    kinds: Any = None,
    classes: int | None = None,
    vocabulary: int | None = None,
    mask_value: float | None = None,
    missing: str = "error",
    skewed: str = "compress",
    image_range: tuple[float, float] = (0.0, 1.0),
    learning_rate: float | None = None,
    jit_compile: bool | str = "auto",
    allowed: tuple[Input, ...] = (),
    **unknown: Any,
) -> Problem:
    """Reads what a builder needs to know of the data, and changes nothing.

    A sample tells what the inputs and the targets are; then all of the data
    are read once for means, deviations and class shares.

    Args:
        x: what `fit` takes: arrays, nested structures of them, a
            `tf.data.Dataset`, a `keras.utils.PyDataset`, a generator that
            was not started; or a `Problem`, which is returned.
        y: targets, where `x` does not bring them.
        task: "regression", "binary", "multiclass" or "multilabel"; by
            default told from the targets.
        kinds: "image", "sequence", "tokens" or "tabular", by the name of the
            input where there are several; by default told from the data.
        classes: how many there are, where some are missing in the data.
        vocabulary: how many ids of tokens there are, where the largest are
            missing in the data; 0 is taken for the padding.
        mask_value: value of all features of the steps with which sequences
            are filled up; they are then left out.
        missing: what is done with NaN in tables and sequences: "error", or
            "mean", which puts the mean in its place.
        skewed: what is done to features of tables that have a long tail,
            such as incomes and counts: "compress" (by arcsinh, before they
            are standardized), or "keep".
        image_range: (0.0, 1.0) or (-0.5, 0.5), where pixels are scaled to.
        learning_rate: of Adam; by default that of the builder, 3e-4 (of a
            ResNet 3e-3).
        jit_compile: as `compile` takes it.
        allowed: kinds of input that the builder takes; any by default.
        **unknown: must be empty.

    Returns:
        The problem.

    Raises:
        TypeError: there is no such option.
        ValueError: the data cannot be used, with a sentence that says why.

    Example:
        >>> problem = read(np.zeros((4, 2)) + np.eye(4)[:, :2], [0, 1, 1, 0])
        >>> problem.task.name, problem.each[0].kind.value
        ('binary', 'tabular')
    """
    require_known(unknown)
    if isinstance(x, Problem):
        return x
    normalizer = InputNormalizer(
        image_range=image_range,
        missing=missing,
        mask_value=mask_value,
        skewed=skewed,
    )

    def count(sample):
        steps = step_count(sample.x)
        return targets.counter(sample, task, classes, steps)

    seen, counter, sample = survey_lib.survey(
        x,
        as_given(y),
        kinds=kinds,
        allowed=allowed,
        mask=mask_value,
        compress=skewed == "compress",
        targets=count,
    )
    return Problem(
        seen,
        counter.result(),
        normalizer.fit_to(seen),
        sample.rows,
        vocabulary,
        learning_rate,
        jit_compile,
    )


def require_known(unknown: dict[str, Any]) -> None:
    """Raises TypeError for an option that there is not."""
    for name in unknown:
        near = difflib.get_close_matches(name, OPTIONS, 1)
        meant = f"write `{near[0]}=`, or " if near else ""
        raise TypeError(
            f"the builder has no option `{name}`. To mend it, {meant}see "
            "`help` of the builder and of `kts.models.read`."
        )


def as_given(y: Any) -> Any:
    """Targets as an array where they are a list of numbers."""
    plain = isinstance(y, list) and y and isinstance(y[0], int | float | str)
    return np.asarray(y) if plain else y


def step_count(x: Any) -> int | None:
    """Steps of the sequences; None where there are none, or several."""
    arrays = nests.arrays(x)
    if len(arrays) != 1 or np.ndim(arrays[0]) not in (2, 3):
        return None
    return int(np.shape(arrays[0])[1])
