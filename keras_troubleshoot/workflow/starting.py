"""Stage 1, start simple: what is there, and the simplest thing to compare."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import reading
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table
from keras_troubleshoot.workflow.case import Case
from keras_troubleshoot.workflow.stage import Stage

# Rows that are looked at to tell what the data are.
ROWS = 2000


def walk(case: Case) -> Stage:
    """Says what model and data are, and which first model fits the data."""
    x, y, _ = case.train
    sample = reading.read(x, y, limit=ROWS)
    model = case.model
    kinds, simple = first_model(sample)
    weights = sum(keras_internals.trainable_sizes(model).values())
    rows = "unknown" if sample.rows is None else f"{sample.rows:,}"
    facts = [
        ("model", f"{model.name!r}, {keras_internals.model_kind(model)}"),
        ("layers", len(keras_internals.leaf_layers(model))),
        ("trainable weights", weights),
        ("training rows", rows),
        *((f"input {name}", told) for name, told in kinds),
    ]
    blocks = [Table("Model and data", ("what", "value"), tuple(facts))]
    if simple:
        blocks.append(Paragraph(simple))
    blocks.append(Paragraph(next_model(model)))
    summary = f"A model of {weights:,} weights, {rows} training rows."
    page = Page("start simple", "What is there", summary, tuple(blocks))
    return Stage("start simple", summary, (page,))


def first_model(sample: Any) -> tuple[list[tuple[str, str]], str]:
    """What each input is, and the builder of a first model for the data."""
    from keras_troubleshoot.start_simple import reading as problems
    from keras_troubleshoot.start_simple.builders import start_simple

    shapes = [
        (name, f"{np.shape(array)[1:]}, {array.dtype}")
        for name, array in nests.leaves(sample.x, "x")
    ]
    try:
        problem = problems.read(sample.x, sample.y)
    except ValueError as error:
        return shapes, f"No builder takes these data as they are: {error}"
    choice = start_simple.choose(problem)
    told = (
        f"A first model to compare with is `kts.models.{choice.builder}(x, "
        f"y)`: {choice.why} The task: {problem.task.describe()}."
    )
    kinds = [
        (name, f"{shape}: {seen.kind.value}")
        for (name, shape), seen in zip(shapes, problem.each, strict=False)
    ]
    return kinds, told


def next_model(model: Any) -> str:
    """Where to go from this model once it works."""
    from keras_troubleshoot.start_simple.builders import next_step

    step = next_step.next_step(model)
    return f"Once it works: {step.next}. `{step.code}`"
