"""A learning-rate range test on a copy of a program."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.remedies import device_loop
from keras_troubleshoot.remedies import rate_suggestions
from keras_troubleshoot.remedies.program import optimizer_like

# Steps after which is looked whether the loss has diverged.
PART = 20


@dataclasses.dataclass(frozen=True, eq=False)
class Sweep:
    """One pass over the rates.

    Attributes:
        rates: the learning rate of each step that was made.
        losses: the loss that each rate led to: that of the step after it.
        evened: the same without what is due to the batches.
    """

    rates: np.ndarray
    losses: np.ndarray
    evened: np.ndarray


class Range:
    """Sweeps over the rates, each from the same start.

    Args:
        program: a copy; it is trained and put back.
        x: inputs, nested arrays, rows first.
        y: targets, or None.
        weight: weights of rows, or None.
        batch: rows of a batch.

    Raises:
        device_loop.CannotTrain: if a training step fails.
        cloning.CannotCopy: if the optimizer takes no rate.
    """

    def __init__(self, program: Any, x, y=None, weight=None, batch: int = 32):
        program.optimizer = with_constant_rate(program.optimizer, 1e-3)
        changes = {"jit_compile": False, "run_eagerly": False}
        if not keras_internals.own_step(program.model):
            changes |= {"metrics": None, "weighted_metrics": None}
        model = program.compile(**changes)
        self.loop = device_loop.Loop(model, x, y, weight, batch)
        self.start = self.loop.state()

    def sweep(
        self,
        order: np.ndarray,
        rates: np.ndarray,
        between: Callable[[int], None] = lambda step: None,
    ) -> Sweep:
        """One pass; ends where the loss diverges.

        Args:
            order: rows of each batch, shape (steps + 1, batch).
            rates: rising, shape (steps,).
            between: called with the steps made, now and then.
        """
        rates = np.asarray(rates, "float64")
        self.loop.put_back(self.start)
        still = self.loop.run(order, np.zeros(len(order)))
        self.loop.put_back(self.start)
        between(0)
        # The loss of a step is taken before its update: one step more tells
        # what the last rate did.
        losses = np.zeros(0)
        wanted = np.append(rates, rates[-1])
        for at in range(0, len(wanted), PART):
            part = slice(at, at + PART)
            made = self.loop.run(order[part], wanted[part])
            losses = np.append(losses, made)
            between(len(losses))
            if len(made) < len(wanted[part]):
                break
            if rate_suggestions.diverged(losses):
                break
        self.loop.put_back(self.start)
        even = rate_suggestions.evened(losses, still)
        return Sweep(rates[: len(losses) - 1], losses[1:], even[1:])


def batches(rows: int, batch: int, steps: int, seed: int) -> np.ndarray:
    """Shuffled rows in batches, as many as are asked for.

    Returns:
        Row numbers, shape (steps, batch). Each row comes once before any
        comes again.

    Example:
        >>> np.unique(batches(6, 2, 3, seed=0)).tolist()
        [0, 1, 2, 3, 4, 5]
    """
    rng = np.random.default_rng(seed)
    rounds = -(-steps * batch // rows)
    drawn = [rng.permutation(rows) for _ in range(rounds)]
    return np.concatenate(drawn)[: steps * batch].reshape(steps, batch)


def with_constant_rate(optimizer: Any, rate: float) -> Any:
    """The optimizer, or one like it where the rate is a schedule.

    Raises:
        cloning.CannotCopy: if it cannot be made again.
    """
    inner = keras_internals.inner_optimizer(optimizer)
    if not keras_internals.learning_rate(inner)[1]:
        return optimizer
    try:
        config = inner.get_config() | {"learning_rate": rate}
        made = type(inner).from_config(config)
        if inner is optimizer:
            return made
        config = optimizer.get_config()
        config.pop("inner_optimizer")
        return type(optimizer)(made, **config)
    except Exception as error:
        raise cloning.CannotCopy(
            f"the optimizer {type(inner).__name__} cannot be made again with "
            "a constant learning rate. To mend it, give it a `get_config`"
        ) from error


def suggest(
    program: Any,
    order: np.ndarray,
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 80,
) -> float | None:
    """The rate that one quick range test suggests; the program stays.

    Args:
        program: a copy whose data are `feeding.Arrays`; its model is put
            back, its optimizer stays fresh.
        order: rows of each batch, shape (any, batch), as of
            `short_run.Rows`; taken again from the start where too few.
        low: the least rate.
        high: the greatest.
        steps: how many rates.

    Returns:
        The median of the suggestions on a log scale; None where the loss
        does not clearly fall at any rate, or no step can be made.
    """
    fresh = optimizer_like(program.optimizer)
    batch, data = order.shape[1], program.data
    order = np.resize(order, (steps + 1, batch))
    try:
        made = Range(program, data.x, data.y, data.weight, batch)
        found = made.sweep(order, np.geomspace(low, high, steps))
    except (device_loop.CannotTrain, cloning.CannotCopy):
        return None
    finally:
        device_loop.unlisten(program.model)
        program.optimizer = fresh
    named = rate_suggestions.suggestions(found.rates, found.evened)
    return rate_suggestions.combined(named.values())
