"""Smaller inputs: images resized, sequences cut."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import kinds as kinds_lib
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.data import Data
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.start_simple.data.simplifying import resizing
from keras_troubleshoot.start_simple.data.simplifying import telling
from keras_troubleshoot.start_simple.data.simplifying.options import Options


@dataclasses.dataclass(frozen=True)
class Change:
    """What is done to one input.

    Attributes:
        apply: takes rows of the input and returns them changed.
        done: in words, such as "images resized from 28x28 to 14x14".
    """

    apply: Callable[[np.ndarray], np.ndarray]
    done: str


@dataclasses.dataclass(frozen=True)
class Shaping:
    """What is done to the inputs.

    Attributes:
        changes: by name of the input; those that stay are missing.
        done: what they are, in words, each once.
    """

    changes: dict[str, Change]
    done: tuple[str, ...]

    def apply(self, x: Any) -> Any:
        """Inputs with the changes made; the others are the same arrays."""
        names = iter([name for name, _ in nests.leaves(x, "x")])

        def change(leaf):
            found = self.changes.get(next(names))
            return found.apply(np.asarray(leaf)) if found else leaf

        return nests.transform(change, x)


def plan(data: Data, options: Options) -> Shaping:
    """What is to be done to the inputs.

    Args:
        data: a sample.
        options: with `size`, `steps` and `kinds`.

    Returns:
        The changes.

    Raises:
        ValueError: there is nothing to resize or to cut, or the targets
            would have to be resized or cut as well.
    """
    kinds = telling.tell(data, options.kinds, options.steps is not None)
    changes = {}
    for wanted, of_kind, make in (
        (options.size, (Input.IMAGE,), resize),
        (options.steps, (Input.SEQUENCE, Input.TOKENS), cut),
    ):
        if wanted is None:
            continue
        arrays = [a for a in data.inputs if kinds[a.name] in of_kind]
        if not arrays:
            argument = "size" if make is resize else "steps"
            raise telling.nothing_to(argument, kinds, data)
        for array in arrays:
            change = make(array, wanted, kinds[array.name])
            if change is not None:
                require_own_targets(array, data, make is resize)
                changes[array.name] = change
    done = dict.fromkeys(change.done for change in changes.values())
    return Shaping(changes, tuple(done))


def require_own_targets(array: Array, data: Data, spatial: bool) -> None:
    """Refuses targets that go pixel by pixel or step by step.

    Raises:
        ValueError: a target has the axes of the input that is to change.
    """
    axes = 3 if spatial else 2
    places = array.values.shape[1:axes]
    for target in data.targets:
        if target.values.shape[1:axes] != places or few_numbers(target):
            continue
        one = "pixel" if spatial else "step"
        argument = "size" if spatial else "steps"
        raise ValueError(
            f"`{argument}` changes the inputs only, received: `{target.name}` "
            f"of shape {target.shape}, which has a target for each {one}. To "
            "mend it, bring both to their size before, and leave it out."
        )


def few_numbers(target: Array) -> bool:
    """Whether a row holds some real numbers, or zeros and ones: no ids."""
    values = target.values
    return values.ndim == 2 and (
        values.dtype.kind == "f" or bool(np.isin(values, (0, 1)).all())
    )


def resize(array: Array, size: tuple[int, int], kind: Input) -> Change | None:
    """Resizes images; None where they have this size."""
    del kind
    if array.values.ndim not in (3, 4):
        raise wrong_rank(array, "an image", "(rows, height, width, channels)")
    old = array.values.shape[1:3]
    if tuple(size) == old:
        return None
    return Change(
        lambda images: resizing.resize(images, size),
        f"images resized from {old[0]}x{old[1]} to {size[0]}x{size[1]}",
    )


def cut(array: Array, steps: int, kind: Input) -> Change | None:
    """Cuts sequences; None where they are not longer."""
    if array.values.ndim < 2:
        raise wrong_rank(array, "a sequence", "(rows, steps, features)")
    old = array.values.shape[1]
    if steps >= old:
        return None
    first = keeps_first(array.values, kind)
    return Change(
        lambda rows: rows[:, :steps] if first else rows[:, -steps:],
        f"sequences cut to their {'first' if first else 'last'} {steps:,} of "
        f"{old:,} steps",
    )


def keeps_first(values: np.ndarray, kind: Input) -> bool:
    """Which end of sequences is kept.

    The last steps of measurements are nearest to what is predicted, the
    first ones of a text say what it is about; but an end at which rows are
    filled up with zeros is given up.
    """
    filled = (values != 0).reshape(*values.shape[:2], -1).any(axis=2)
    side = kinds_lib.padding(filled)
    return side != "left" if kind is Input.TOKENS else side == "right"


def wrong_rank(array: Array, word: str, expected: str) -> ValueError:
    """The error for a kind that does not go with the shape."""
    return ValueError(
        f"`{array.name}` must have the shape {expected} to be {word}, "
        f"received: {array.shape}. To mend it, correct `kinds`."
    )
