"""Records some of the steps of a training, and hands out a `Trace`."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from keras_troubleshoot.debugging.instrument import branches
from keras_troubleshoot.debugging.instrument import row as rows
from keras_troubleshoot.debugging.instrument.instrument import Part
from keras_troubleshoot.debugging.instrument.layout import Layout
from keras_troubleshoot.debugging.instrument.probe import Probe
from keras_troubleshoot.debugging.instrument.probe import replicas
from keras_troubleshoot.facts.trace import Trace

# Rows that the ring holds at least, on the device.
CAPACITY = 256
# Rows that are kept on the host behind the dense ones: beyond it, every second
# one is let go, and half as many are recorded from then on.
MOST_ROWS = 4096
# The first reading; the next one comes after twice as many steps.
FIRST = 16


class Recorder(Part):
    """Loss, norms and shares of dead units of each layer, now and then.

    Args:
        every: record one of so many steps,
        dense: and each of so many first ones.
        on_read: called on the host after some rows were read.
        on_end: called when the training has ended, or broke off.
    """

    def __init__(
        self,
        every: int = 50,
        dense: int = 100,
        on_read: Callable[[], None] | None = None,
        on_end: Callable[[], None] | None = None,
    ):
        self.every, self.dense = every, dense
        self.on_read, self.on_end = on_read, on_end
        self.layout: Layout | None = None
        self.rows = np.zeros((0, 2))
        self._rings: dict[tuple[int, int], tf.Variable] = {}
        self._counts = None
        self._static = False
        self._steps = 0

    def begin(self, model: Any) -> None:
        """Starts anew, at step 0."""
        self.rows, self.layout = np.zeros((0, 2)), None
        self._interval, self._read, self._steps = self.every, 0, 0
        self._next = FIRST
        # XLA wants shapes that do not depend on values.
        self._static = bool(model.jit_compile)
        each = model.steps_per_execution
        self._capacity = max(CAPACITY, self.dense + each // self.every + 1)
        if self._counts is None:
            with tf.init_scope(), tf.device("CPU:0"):
                # Steps done, rows written, steps from row to row.
                self._counts = [
                    tf.Variable(n, trainable=False, dtype=tf.int64)
                    for n in (0, 0, self.every)
                ]
        for count, start in zip(self._counts, (0, 0, self.every), strict=True):
            count.assign(start)

    def feed(self) -> tf.Tensor:
        """Whether to measure this step."""
        step, _, every = self._counts
        return (step < self.dense) | (step % every == 0)

    def before(self, probe: Probe, fed: tf.Tensor) -> None:
        """Keeps the weights of a step that is measured."""

        def keep():
            probe.kept[id(self)] = branches.seldom(
                fed,
                functools.partial(rows.weights, probe.layout),
                functools.partial(rows.nothing, probe.layout, self._static),
            )

        probe.first.append(keep)

    def after(self, probe: Probe, fed: tf.Tensor) -> Any:
        """Writes the row of a step that is measured; under XLA, returns it.

        So do several replicas; of other steps, zeros are returned.
        """
        self.layout = probe.layout
        before = probe.kept.get(id(self))
        make = functools.partial(rows.row, probe, before)
        if not self._static and replicas() == 1:
            branches.seldom(fed, lambda: self._write(make()), tf.no_op)
            return ()
        width = probe.layout.width
        return branches.seldom(fed, make, lambda: tf.zeros([width]))

    def took(self, data: Any, fed: tf.Tensor, result: Any) -> None:
        """Writes the row that was returned into the ring."""
        if not isinstance(result, tuple):
            branches.seldom(fed, lambda: self._write(result), tf.no_op)
        self._counts[0].assign_add(1)

    def _write(self, row: tf.Tensor) -> tf.Operation:
        """Writes a row into the ring."""
        step, written, _ = self._counts
        number = tf.cast(step[tf.newaxis], tf.float64)
        line = tf.concat([number, tf.cast(row, tf.float64)], 0)
        place = written % self._capacity
        ring = self._ring(1 + row.shape[0])
        ring.scatter_nd_update([[place]], [line])
        # Where the data have ended, there is no line: none may count.
        with tf.control_dependencies([line]):
            written.assign_add(1)
        return tf.no_op()

    def _ring(self, width: int) -> tf.Variable:
        """The ring buffer; float64 holds numbers of steps exactly.

        Those of other models stay: a step that was traced for one of them
        may run again.
        """
        size = self._capacity, width
        if size not in self._rings:
            with tf.init_scope():
                zeros = tf.zeros(size, tf.float64)
                self._rings[size] = tf.Variable(zeros, trainable=False)
        return self._rings[size]

    def ran(self, steps: int) -> None:
        """Reads before the ring is full, and often in the beginning."""
        self.layout = self.instrument.layout
        self._steps += steps
        if self._steps >= self._next:
            most = (self._capacity // 2) * self._interval
            self._next = self._steps + min(self._steps, most)
            self.read()

    def end(self) -> None:
        """Reads what is left."""
        self.read()
        if self.on_end is not None:
            self.on_end()

    def read(self) -> None:
        """Reads the rows that were written since."""
        if self.layout is None:
            return
        written = int(self._counts[1].numpy())
        count = min(written - self._read, self._capacity)
        if not count:
            return
        places = np.arange(written - count, written) % self._capacity
        self._read = written
        new = self._ring(1 + self.layout.width).numpy()[places]
        known = self.rows if self.rows.size else new[:0]
        self.rows = np.concatenate([known, new])
        self._thin()
        if self.on_read is not None:
            self.on_read()

    def _thin(self) -> None:
        """Lets go of every second row behind the dense ones."""
        while (self.rows[:, 0] >= self.dense).sum() > MOST_ROWS:
            self._interval *= 2
            self._counts[2].assign(self._interval)
            steps = self.rows[:, 0]
            kept = (steps < self.dense) | (steps % self._interval == 0)
            self.rows = self.rows[kept]

    @property
    def steps(self) -> int:
        """How many steps were made, recorded or not."""
        return self._steps

    @property
    def trace(self) -> Trace:
        """What was read so far."""
        if self.layout is None or not len(self.rows):
            return Trace(np.zeros(0, "int64"), np.zeros(0))
        layers, units = self.layout.weighted, self.layout.units
        ends = np.cumsum([1, 1, *[len(layers)] * 3, *[len(units)] * 2])
        steps, loss, gradient, update, weight, dead, saturated = np.split(
            self.rows, ends[:-1], axis=1
        )
        return Trace(
            steps=steps[:, 0].astype("int64"),
            loss=loss[:, 0],
            layers=tuple(name for name, _ in layers),
            gradient=gradient,
            update=update,
            weight=weight,
            units=tuple(name for name, _, _ in units),
            activations=tuple(kind for _, _, kind in units),
            dead=dead,
            saturated=saturated,
        )
