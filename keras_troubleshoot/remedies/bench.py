"""Trials of other learning rates and lengths, all on one copy.

To trace a model takes longer than hundreds of its steps. Where a remedy
changes no more than the rate or the length, one traced copy serves all
trials: it goes back to the start, and makes its steps on the device.
"""

import time
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.remedies import device_loop
from keras_troubleshoot.remedies import rate_range
from keras_troubleshoot.remedies import short_run

# Steps after which the time is looked at.
PART = 25


class Bench:
    """A copy that is trained at any rate, each time from the same start.

    Args:
        program: a fresh copy, with `feeding.Arrays` as its data.
        batch: rows of a batch.

    Raises:
        device_loop.CannotTrain: if a training step fails.
        cloning.CannotCopy: if the optimizer takes no constant rate.
    """

    def __init__(self, program: Any, batch: int):
        self.data = data = program.data
        made = rate_range.Range(program, data.x, data.y, data.weight, batch)
        self.loop, self.start = made.loop, made.start

    def run(
        self, rows: short_run.Rows, rate: float, head: Any, seconds: float
    ) -> short_run.Run:
        """As many steps as `rows` has, or the time allows.

        Args:
            rows: the batches, and the rows that judge.
            rate: constant learning rate.
            head: the output that is judged; None for none.
            seconds: at most, the first steps excluded, which trace.
        """
        self.loop.put_back(self.start)
        losses = np.zeros(0)
        begin, after_tracing = time.perf_counter(), None
        for at in range(0, len(rows.order), PART):
            part = rows.order[at : at + PART]
            made = self.loop.run(part, np.full(len(part), rate))
            losses = np.append(losses, made)
            now = time.perf_counter()
            after_tracing = after_tracing or now
            if len(made) < len(part) or now - after_tracing > seconds:
                break
            if not np.isfinite(made).all():
                break
        model = self.loop.model
        judged = short_run.judge(model, self.data, rows.held, head)
        learned, _ = short_run.judge(model, self.data, rows.some, head)
        seconds = time.perf_counter() - begin
        return short_run.Run(tuple(losses.tolist()), *judged, seconds, learned)


def bench_for(program: Any, batch: int) -> Bench | None:
    """A bench; None where rates cannot be compared on one."""
    optimizer = keras_internals.inner_optimizer(program.optimizer)
    fit = program.fit
    if keras_internals.learning_rate(optimizer)[1]:
        return None
    if fit.get("class_weight") or short_run.setting_rate(program):
        return None
    try:
        return Bench(program, batch)
    except (device_loop.CannotTrain, cloning.CannotCopy):
        return None
