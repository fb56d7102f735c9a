"""Puts a problem and its inputs together."""

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.start_simple.data.checks import require_whole
from keras_troubleshoot.start_simple.data.synthetic.amounts import Amounts
from keras_troubleshoot.start_simple.data.synthetic.classes import Classes
from keras_troubleshoot.start_simple.data.synthetic.common import Common
from keras_troubleshoot.start_simple.data.synthetic.problem import Needed
from keras_troubleshoot.start_simple.data.synthetic.problem import Problem
from keras_troubleshoot.start_simple.data.synthetic.problem import Scene
from keras_troubleshoot.start_simple.data.synthetic.toy import Toy

Factory = Callable[[Needed, np.random.Generator], Scene]

# Classes where none are asked for.
CLASSES = 3


def problem(common: Common) -> Problem:
    """The problem that was asked for."""
    if common.task == "regression":
        return Amounts(1, common.noise)
    classes = common.classes or CLASSES
    return Classes(classes, common.noise, common.imbalance)


def single(factory: Factory, common: Common) -> Toy:
    """A toy problem with one input, an array."""
    toy = several({"x": factory}, problem(common), common)
    return dataclasses.replace(
        toy, x=toy.x["x"], x_test=toy.x_test["x"], alone={}
    )


def several(
    factories: Mapping[str, Factory], asked: Problem, common: Common
) -> Toy:
    """A toy problem with one or several inputs.

    The patterns, the training part and the test part have random numbers of
    their own: rows of one do not change the others.

    Args:
        factories: make the inputs, by name.
        asked: what is to be told from them.
        common: numbers of rows, shift and seed.

    Returns:
        The problem; its inputs are dictionaries.

    Raises:
        ValueError: an input cannot show it, or there are too few rows.
    """
    world, training, test, moving = (
        np.random.default_rng((common.seed, part)) for part in range(4)
    )
    scenes = {name: f(asked.needed, world) for name, f in factories.items()}
    x, y = draw(scenes, asked, common.rows, training)
    x_test, y_test = draw(scenes, asked, common.test_rows, test)
    if common.shift:
        x_test = {
            name: scene.move(x_test[name], x[name], common.shift, moving)
            for name, scene in scenes.items()
        }
    alone = {
        name: asked.alone(index, len(scenes))
        for index, name in enumerate(scenes)
    }
    return Toy(
        *(x, y, x_test, y_test),
        *(asked.metric, asked.reachable, asked.chance),
        sentence(list(scenes.values()), asked, common),
        alone,
    )


def draw(
    scenes: Mapping[str, Scene],
    asked: Problem,
    rows: int,
    rng: np.random.Generator,
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Rows of the inputs and targets."""
    shown, targets = asked.draw(rows, list(scenes.values()), rng)
    x = {}
    for (name, scene), what in zip(scenes.items(), shown, strict=True):
        show = (
            scene.show_amounts if asked.needed.amounts else scene.show_classes
        )
        x[name] = show(what, rng)
    return x, asked.disturb(targets, rng)


def sentence(scenes: list[Scene], asked: Problem, common: Common) -> str:
    """The problem in words."""
    inputs = " with ".join(scene.described for scene in scenes)
    moved = f", test inputs moved by {common.shift:g}" if common.shift else ""
    score = "an accuracy" if asked.metric == "accuracy" else "an R2"
    return (
        f"{common.rows:,} {inputs} {asked.described}{moved}: a perfect model "
        f"reaches {score} of {asked.reachable:.4g} on {common.test_rows:,} "
        f"test rows, guessing {asked.chance:.4g}."
    )


def require_shape(shape: Any) -> None:
    """Refuses what is not the shape of an image.

    Raises:
        ValueError: it has not three numbers of at least 1.
        TypeError: one of them is no whole number.
    """
    if not isinstance(shape, tuple | list) or len(shape) != 3:
        raise ValueError(
            "`shape` must be (height, width, channels), received: "
            f"shape={shape!r}. To mend it, pass such as `shape=(28, 28, 1)`."
        )
    for size in shape:
        require_whole("shape", size, 1)
