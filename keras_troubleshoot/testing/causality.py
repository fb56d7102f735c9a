"""`assert_causal`: no step is predicted from later ones."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.testing import arguments
from keras_troubleshoot.testing import comparing
from keras_troubleshoot.testing import determinism
from keras_troubleshoot.testing import steps
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import looked_at

MEND = (
    "let each layer look back only: `use_causal_mask=True` for attention, "
    "`padding='causal'` for `Conv1D`, no `Bidirectional`, no pooling or "
    "normalization over the steps, no targets that are shifted the wrong way"
)


def assert_causal(
    model: Any,
    x: Any,
    *,
    axis: int = 1,
    inputs: Sequence[str] | None = None,
    rtol: float | None = None,
    atol: float = 0.0,
) -> None:
    """Asserts that outputs at step t do not heed inputs at later steps.

    For every t, the inputs after it are replaced, and the outputs up to it
    are compared. Inputs and outputs belong together where they have equally
    many steps; others, such as a picture to describe, are left as they are.

    Args:
        model: a `keras.Model` of any kind, compiled or not, with an output
            for each step: shape (rows, steps, ...).
        x: what `predict` takes.
        axis: of the steps, in inputs and outputs; the rows are axis 0.
        inputs: names of the inputs that may not be heeded ahead, such as
            the key `"decoder"` of a dictionary; None for all.
        rtol: how far an output may be apart, relative to the largest value
            of that output. None: 1e-4 for models in float32, 0.01 in
            float16 and on GPUs with TensorFloat-32, 0.08 in bfloat16; see
            `comparing` for why.
        atol: how far it may be apart beyond that, in its own units.

    Raises:
        AssertionError: if a step is predicted from a later one; names the
            first such pair, and the layer in which it begins.
        TypeError: if `model` is no Keras model.
        ValueError: if the data cannot be read, or the model cannot be run or
            has no output for each step.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> net = keras.Sequential(
        ...     [
        ...         keras.Input((5, 2)),
        ...         keras.layers.Conv1D(3, 2, padding="causal"),
        ...     ]
        ... )
        >>> assert_causal(net, np.random.default_rng(0).normal(size=(4, 5, 2)))
    """
    __tracebackhide__ = True
    arguments.require_counts(axis=axis)
    arguments.require_tolerances(rtol=rtol, atol=atol)
    with looked_at(model, x) as look:
        determinism.require_repeats(look, look.runner.x())
        allowed = comparing.tolerance(model, rtol, atol)
        leaks = (
            first_leak(steps.Steps(look, axis, length, arrays), allowed)
            for length, arrays in steps.matching(look, axis, inputs)
        )
        problem = next(filter(None, leaks), "")
    if problem:
        raise AssertionError(problem)


def first_leak(sequence: steps.Steps, allowed: comparing.Tolerance) -> str:
    """The first leak in a paragraph; empty for none."""
    for turn in range(steps.TURNS):
        for cuts in sequence.chunks(range(sequence.length - 1)):
            found = leaks(sequence, cuts, turn, allowed)
            if found:
                return told(sequence, min(found), turn, allowed)
    return ""


def leaks(sequence, cuts, turn, allowed) -> list[tuple[int, int, int]]:
    """Leaks of some cuts, each in a row: (step of the output, cut, row)."""
    count = len(sequence.order)
    # Another row for each cut in each turn.
    places = [(cut + turn * (count // 3 + 1)) % count for cut in cuts]
    later = {
        place: range(cut + 1, sequence.length)
        for place, cut in zip(places, cuts, strict=True)
    }
    after = sequence.outputs(sequence.x(sequence.order, later, turn))
    found = []
    for place, cut in zip(places, cuts, strict=True):
        row = int(sequence.order[place])
        change = comparing.compare(
            sequence.visible(sequence.base, place, row, cut),
            sequence.visible(after, place, row, cut),
            allowed,
        )
        if change is not None:
            seen = np.flatnonzero(~sequence.hidden[row])
            step = change.places[sequence.axis - 1].min()
            found.append((int(seen[step]), cut, row))
    return found


def told(sequence: steps.Steps, leak, turn: int, allowed) -> str:
    """What to say of a leak."""
    step, cut, row = leak
    look: Look = sequence.look
    order = sequence.alone(row)
    later = {0: range(cut + 1, sequence.length)}
    runs = [
        look.runner.record(x)
        for x in (sequence.x(order), sequence.x(order, later, turn))
    ]
    before, after = (look.named(run.outputs) for run in runs)
    change = comparing.compare(
        sequence.until(before, 0, step),
        sequence.until(after, 0, step),
        allowed,
    )
    if change is None:
        return (
            f"Rows of {look.model.name!r} must not meet before its steps can "
            "be told apart, but they do. To mend it, see "
            "`assert_batch_independent`."
        )
    begins = comparing.origin(*runs, sequence.parts_before(step, allowed))
    alone = sequence.heeded(row, step, turn, allowed)
    several = len(sequence.arrays) > 1
    name = " Where an input may be heeded as a whole, name the others in "
    name = f"{name}`inputs`." if several else ""
    what = f"step {alone} alone is" if alone else "later steps are"
    return (
        f"Output step t of {look.model.name!r} must not depend on inputs "
        f"at steps > t (axis {sequence.axis}, "
        f"{counted(sequence.length, 'step')}, {allowed}), but output "
        f"{change.output!r} at step {step} changes {change} when {what} "
        f"changed in {sequence.names}, row {look.number(row)}{begins}. To "
        f"mend it, {MEND}.{name}"
    )
