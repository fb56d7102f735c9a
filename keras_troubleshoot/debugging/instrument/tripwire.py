"""Withholds updates from the first step on that is not finite."""

import functools
import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_troubleshoot.debugging.instrument import batch_copy
from keras_troubleshoot.debugging.instrument import keras_step
from keras_troubleshoot.debugging.instrument import undoing
from keras_troubleshoot.debugging.instrument.instrument import Part
from keras_troubleshoot.debugging.instrument.probe import Probe
from keras_troubleshoot.debugging.instrument.probe import replicas
from keras_troubleshoot.debugging.instrument.settled import in_branch
from keras_troubleshoot.facts import keras_internals


class Tripwire(Part):
    """Trips when the loss or a gradient is infinite or not a number.

    The optimizers take no step then, and none later; averages of
    BatchNormalization, seeds and other variables of layers that are not
    trained are put back to what they were before the step. So the model is
    the one that meets the failure. Metrics are left as they are.

    With a `LossScaleOptimizer`, gradients that overflow are part of the plan:
    it halves its scale and goes on. There they count only when the scale has
    come down to 1, or when the loss is not finite itself. Where a `train_step`
    uses several optimizers, those that took their step before the bad gradient
    was known have taken it. What a `train_step` does inside a `tf.function` or
    a `tf.cond` of its own cannot be withheld.

    Args:
        on_trip: called on the host, once, soon after it has tripped: after
            the call of the training function in which it did.

    Attributes:
        tripped: whether it has.
        step: the number of the step, from 0; -1 while it has not.
        batch: what the `train_step` was given then: the same structure, of
            NumPy arrays; None while it has not tripped. The parts of several
            replicas are put together.
        loss_finite: whether the loss of that step was finite; None where it
            is not known.
    """

    def __init__(self, on_trip: Callable[[], None] | None = None):
        self.on_trip = on_trip
        self._sticky = self._count = None
        self._reset()

    def _reset(self):
        self.tripped, self.step, self.batch = False, -1, None
        self.loss_finite: bool | None = None
        self._told = False

    def begin(self, model: Any) -> None:
        """Sets it anew."""
        self._reset()
        if self._count is None:
            with tf.init_scope(), tf.device("CPU:0"):
                self._sticky = tf.Variable(False, trainable=False)
                self._count = tf.Variable(0, trainable=False, dtype=tf.int64)
        self._sticky.assign(False)
        self._count.assign(0)

    def feed(self) -> tf.Tensor:
        """Whether it has tripped before."""
        return tf.identity(self._sticky)

    def before(self, probe: Probe, fed: tf.Tensor) -> None:
        """Keeps what layers remember; stands around the optimizers."""
        states = [(v, tf.identity(v)) for v in remembered(probe.model)]
        probe.kept[id(self)] = (states, [])
        probe.around.append(functools.partial(self._withhold, probe, fed))

    def after(self, probe: Probe, fed: tf.Tensor) -> Any:
        """Puts back what layers remember; says what was finite."""
        states, flags = probe.kept[id(self)]
        fine = agreed(tf.reduce_all([loss_fine(probe), *flags]))
        undoing.put_back(fine & ~fed, states)
        known = float(probe.reaches(probe.loss))
        loss = agreed(loss_fine(probe))
        return tf.cast([fine, loss], tf.float32) * [1.0, known] - [
            0.0,
            1.0 - known,
        ]

    def _withhold(self, probe, fed, optimizer, apply, grads, variables):
        """Lets an optimizer take its step if all is finite."""
        _, flags = probe.kept[id(self)]
        flags.append(gradients_fine(probe, optimizer, grads))
        fine = agreed(tf.reduce_all([loss_fine(probe), *flags])) & ~fed
        act = functools.partial(apply, grads, variables)
        if not merging():
            compiled = probe.model.jit_compile
            if compiled or not all(map(in_branch, grads)):
                known = keras_step.written(optimizer, variables)
                undoing.step_or_undo(fine, act, known)
            else:
                undoing.step_if(fine, act)
            return
        # A branch may not merge replicas: they merge first, and branch then,
        # as in Keras's `LossScaleOptimizer`.
        tf.distribute.get_replica_context().merge_call(
            functools.partial(undoing.together, apply),
            args=(fine, grads, variables),
        )

    def took(self, data: Any, fed: tf.Tensor, result: tf.Tensor) -> None:
        """Keeps the batch of the step that trips."""
        bad = (result[0] < 1) & ~fed

        def keep():
            strategy = self.instrument.model.distribute_strategy
            leaves, shell = batch_copy.dense(data, strategy)
            self._sticky.assign(True)
            tf.numpy_function(
                functools.partial(self._keep, shell),
                [self._count, result[1], *leaves],
                [],
            )
            return tf.no_op()

        tf.cond(bad, keep, tf.no_op)
        self._count.assign_add(1)

    def _keep(self, shell, step, loss, *leaves):
        """On the host: takes down the step that tripped."""
        waiting = iter(leaves)
        self.batch = keras.tree.map_structure(
            lambda here: np.array(next(waiting)) if here else None, shell
        )
        self.step = int(step)
        self.loss_finite = None if loss < 0 else bool(loss == 1)
        self.tripped = True

    def ran(self, steps: int) -> None:
        """Tells that it has tripped."""
        if self.tripped and not self._told:
            self._told = True
            if self.on_trip is not None:
                self.on_trip()


def remembered(model: Any) -> list:
    """Variables of layers that a step may write to and no optimizer does."""
    found = {}
    for layer in keras_internals.all_layers(model):
        _, others = keras_step.own_variables(layer)
        found |= {keras_step.key(v): keras_step.tensor(v) for v in others}
    return list(found.values())


def loss_fine(probe: Probe) -> tf.Tensor:
    """Whether the loss is finite; yes where it is not known."""
    if not probe.reaches(probe.loss):
        return tf.constant(True)
    return tf.reduce_all(tf.math.is_finite(probe.loss))


def gradients_fine(probe: Probe, optimizer: Any, gradients: list) -> tf.Tensor:
    """Whether all gradients are finite, or the optimizer deals with it.

    Those that must not be read are left out: where they are bad, others are,
    or the next loss is.
    """
    found = [probe.factors(g) for g in gradients if g is not None]
    parts = [
        [p.values if isinstance(p, tf.IndexedSlices) else p for p in part]
        for part in found
        if part
    ]
    fine = finite_products([p for p in parts if p[0].dtype.is_floating])
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        fine |= keras_step.scale(optimizer) > 1
    return fine


def finite_products(products: list) -> tf.Tensor:
    """Whether the products of some factors are finite."""
    if not products:
        return tf.constant(True)

    def closely():
        return tf.reduce_all(
            [tf.reduce_all(tf.math.is_finite(math.prod(p))) for p in products]
        )

    # One pass over each; only large or bad numbers need a closer look.
    sizes = [tf.cast(size(factors), tf.float32) for factors in products]
    return tf.cond(
        tf.math.is_finite(tf.add_n(sizes)),
        lambda: tf.constant(True),
        closely,
    )


def size(factors: list) -> tf.Tensor:
    """The sum of squares of a product, or half of it."""
    if len(factors) == 1:
        return tf.nn.l2_loss(factors[0])
    # The product itself would be taken for the one that must stay unread.
    return tf.reduce_sum(math.prod(map(tf.square, factors)))


def agreed(fine: tf.Tensor) -> tf.Tensor:
    """Whether it is so in all replicas."""
    if replicas() == 1:
        return fine
    context = tf.distribute.get_replica_context()
    if not merging():
        bad = tf.cast(~fine, tf.float32)
        return context.all_reduce(tf.distribute.ReduceOp.SUM, bad) < 0.5

    # No collective operation, lest it meets one of the gradients'.
    def everywhere(strategy, flags):
        return tf.reduce_all(strategy.experimental_local_results(flags))

    return context.merge_call(everywhere, args=(fine,))


def merging() -> bool:
    """Whether an optimizer merges replicas to take a step."""
    return not tf.__internal__.distribute.strategy_supports_no_merge_call()
