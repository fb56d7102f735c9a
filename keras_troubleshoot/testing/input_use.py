"""`assert_uses_inputs`: each input and each part of it matters."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import data as profiles
from keras_troubleshoot.facts import influence
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.testing import arguments
from keras_troubleshoot.testing import comparing
from keras_troubleshoot.testing import determinism
from keras_troubleshoot.testing import input_units
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import Outputs
from keras_troubleshoot.testing.look import looked_at
from keras_troubleshoot.testing.projecting import projection

# Parts that are named.
NAMED = 8


def assert_uses_inputs(model: Any, x: Any, *, rows: int | None = None) -> None:
    """Asserts that each input, feature, step and channel has influence.

    Parts are: each column of a table or of tokens, each step and each
    channel of a sequence, the channels of pictures. A part has influence if
    the gradient of some output by it is not zero, or if other values of it
    change any output, however little, or the gradient of any weight (a
    branch whose last weights start at zero is heeded by training only).
    Other values are those of other rows, and some near them where the data
    hold the same for all rows; whole numbers stay in the range of the input.

    Args:
        model: a `keras.Model` of any kind, compiled or not.
        x: what `predict` takes.
        rows: how many rows to look at; None chooses about 30.

    Raises:
        AssertionError: if some have none; names them as NumPy would take
            them, such as `x['table'][:, 3]`.
        TypeError: if `model` is no Keras model.
        ValueError: if the data cannot be read, or the model cannot be run.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> assert_uses_inputs(net, np.eye(2))
    """
    __tracebackhide__ = True
    arguments.require_counts(rows=rows)
    with looked_at(model, x, rows=rows) as look:
        determinism.require_repeats(look, look.runner.x())
        arrays = profiles.profile(look.sample).inputs
        silent, count = [], 0
        for array in arrays:
            names, of = InputUse(look, array).silent(alone=len(arrays) == 1)
            silent, count = silent + names, count + of
    if silent:
        raise AssertionError(told(model, silent, count))


def told(model: Any, silent: list[str], count: int) -> str:
    """What to say of parts without influence."""
    names = ", ".join(silent[:NAMED])
    if len(silent) > NAMED:
        names += f" and {len(silent) - NAMED} more"
    return (
        f"Each input of {model.name!r} and each part of it must influence an "
        f"output, but {len(silent)} of {count} do not: {names}. Other values "
        "of them change no output and no gradient of a weight. To mend it, "
        "see what becomes of them: a slice that ends too early, a branch "
        "that is never joined, a mask, a ReLU that is dead, `argmax` or a "
        "rounding on the way; or leave them out of the data."
    )


class InputUse:
    """Looks for influence of one input.

    Args:
        look: at the model.
        array: the input.
    """

    def __init__(self, look: Look, array: Array):
        self.look, self.array, self.runner = look, array, look.runner
        self.values = array.values[: look.rows]
        self.others = input_units.others(array, look.rows)
        self.base = look.outputs(self.runner.x())
        self.gradients: list[np.ndarray | None] | None = None

    def silent(self, alone: bool) -> tuple[list[str], int]:
        """Names of what has no influence, and of how many.

        Args:
            alone: whether the model has no other input.
        """
        units = input_units.units(self.array)
        self.require_other_values(units)
        everything = np.arange(self.array.features)
        if not self.moves(everything) and not self.trains(everything):
            return [self.array.name], len(units) + (not alone) or 1
        left = self.unheeded(units)
        names = [unit.name for unit in self.still(left)]
        return names, len(units) + (not alone)

    def require_other_values(self, units: list[input_units.Unit]) -> None:
        """Raises unless each part can be given other values.

        Raises:
            ValueError: if one cannot: whole numbers or texts that are all
                the same.
        """
        new = [other != self.values for other in self.others]
        new = np.any(new, axis=0).reshape(len(self.values), -1)
        names = [u.name for u in units if not new[:, u.places].any()]
        if not new.any() or names:
            name = self.array.name if not new.any() else names[0]
            raise ValueError(
                f"`{name}` must hold different values, received: the same in "
                f"all {counted(len(self.values), 'row')}. To mend it, pass "
                "rows that differ there."
            )

    def unheeded(self, units: list[input_units.Unit]):
        """The parts of which the quick tests have shown no influence."""
        gradient = self.by_input()
        if gradient is not None:
            return [u for u in units if not gradient[u.places].any()]
        if self.rows_meet():
            return units
        left = units
        for other in self.others:
            found = []
            for start in range(0, len(left), self.look.rows):
                some = left[start : start + self.look.rows]
                found += self.not_moved(some, other)
            left = found
        return left

    def by_input(self) -> np.ndarray | None:
        """Whether any gradient by each number is not zero; None for none."""
        if not any(v.dtype.kind == "f" for v in self.base.values()):
            return None
        try:
            gradient = influence.input_gradient(self.runner, self.array)
        except LookupError:
            # An operation without a gradient.
            return None
        return None if gradient is None else (np.abs(gradient) > 0).any(axis=0)

    def rows_meet(self) -> bool:
        """Whether outputs of a row heed the others, or have no rows."""
        if any(len(v.shape) < 1 for v in self.base.values()):
            return True
        new = self.values.copy()
        new[0] = self.others[1][0]
        after = self.outputs(new)
        return any(
            len(values) != self.look.rows
            or comparing.unequal(values[1:], after[name][1:])
            for name, values in self.base.items()
        )

    def not_moved(self, units, other) -> list[input_units.Unit]:
        """The parts that do not change the one row in which they change."""
        after = self.outputs(input_units.scattered(self.values, other, units))
        return [
            unit
            for row, unit in enumerate(units)
            if not any(
                comparing.unequal(values[row], after[name][row])
                for name, values in self.base.items()
            )
        ]

    def still(self, units: list[input_units.Unit]) -> list[input_units.Unit]:
        """The parts without influence: changed together, then in halves."""
        if not units:
            return []
        places = np.concatenate([unit.places for unit in units])
        if not self.moves(places) and not self.trains(places):
            return units
        if len(units) == 1:
            return []
        half = len(units) // 2
        return self.still(units[:half]) + self.still(units[half:])

    def moves(self, places: np.ndarray) -> bool:
        """Whether other values at some places change any output."""
        return any(
            comparing.unequal(values, after[name])
            for other in self.others
            for after in [self.outputs(self.mixed(other, places))]
            for name, values in self.base.items()
        )

    def trains(self, places: np.ndarray) -> bool:
        """Whether other values at some places change any gradient."""
        if self.gradients is None:
            self.gradients = self.by_weights(self.values)
        after = self.by_weights(self.mixed(self.others[1], places))
        return any(
            (one is None) != (other is None)
            or (one is not None and comparing.unequal(one, other))
            for one, other in zip(self.gradients, after, strict=True)
        )

    def by_weights(self, values: np.ndarray) -> list[np.ndarray | None]:
        """Gradients of the outputs by all trainable weights."""
        import tensorflow as tf

        with self.runner.quiet(), tf.GradientTape() as tape:
            weights = [w.value for w in self.look.model.trainable_weights]
            tape.watch(weights)
            x = self.runner.x_but(self.array, values)
            total = projection(self.runner.run(x))
        if total is None:
            return []
        try:
            found = tape.gradient(total, weights)
        except LookupError:
            # An operation without a gradient.
            return []
        return [
            None if g is None else np.asarray(tf.convert_to_tensor(g))
            for g in found
        ]

    def mixed(self, other: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The input with other values at some places."""
        return input_units.mixed(self.values, other, places)

    def outputs(self, values: np.ndarray) -> Outputs:
        """The outputs for other values of the input."""
        return self.look.outputs(self.runner.x_but(self.array, values))
