"""Withholds updates from the first step on that is not finite."""

import functools
import math
from collections.abc import Callable
from typing import Any
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from keras_troubleshoot.debugging.instrument import batch_copy
from keras_troubleshoot.debugging.instrument import branches
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
        self._loss_known = False

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
        probe.kept[id(self)] = Kept(states, ~fed, [])
        probe.around.append(functools.partial(self._withhold, probe))

    def after(self, probe: Probe, fed: tf.Tensor) -> Any:
        """Puts back what layers remember; says what was finite."""
        kept: Kept = probe.kept[id(self)]
        fine = agreed(every(kept.flags or [loss_fine(probe)]))
        if kept.states:
            undoing.put_back(fine & kept.going, kept.states)
        self._loss_known = probe.reaches(probe.loss)
        loss = tf.zeros(()) if not self._loss_known else mean_loss(probe)
        return tf.stack([tf.cast(fine, tf.float32), loss])

    def _withhold(self, probe, optimizer, apply, grads, variables):
        """Lets an optimizer take its step if all is finite."""
        kept: Kept = probe.kept[id(self)]
        kept.flags.append(step_fine(probe, optimizer, grads))
        fine = agreed(every(kept.flags)) & kept.going
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
        fine, loss = tf.unstack(result)
        bad = (fine < 1) & ~fed

        def keep():
            strategy = self.instrument.model.distribute_strategy
            leaves, shell = batch_copy.dense(data, strategy)
            self._sticky.assign(True)
            tf.numpy_function(
                functools.partial(self._keep, shell),
                [self._count, loss, *leaves],
                [],
            )
            return tf.no_op()

        branches.seldom(bad, keep, tf.no_op)
        self._count.assign_add(1)

    def _keep(self, shell, step, loss, *leaves):
        """On the host: takes down the step that tripped."""
        waiting = iter(leaves)
        self.batch = keras.tree.map_structure(
            lambda here: np.array(next(waiting)) if here else None, shell
        )
        self.step = int(step)
        self.loss_finite = bool(np.isfinite(loss)) if self._loss_known else None
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


class Kept(NamedTuple):
    """What is kept while a step runs.

    Attributes:
        states: variables that no optimizer writes, with their values before.
        going: whether no step was bad before this one.
        flags: of each optimizer so far, whether all was finite.
    """

    states: list
    going: tf.Tensor
    flags: list


def every(flags: list) -> tf.Tensor:
    """Whether all flags are set; one of them is taken as it is."""
    return flags[0] if len(flags) == 1 else tf.reduce_all(flags)


def loss_fine(probe: Probe) -> tf.Tensor:
    """Whether the loss is finite; yes where it is not known."""
    if not probe.reaches(probe.loss):
        return tf.constant(True)
    return every_finite(probe.loss)


def every_finite(tensor: tf.Tensor) -> tf.Tensor:
    """Whether all numbers of a tensor are finite."""
    flags = tf.math.is_finite(tensor)
    return flags if flags.shape.rank == 0 else tf.reduce_all(flags)


def mean_loss(probe: Probe) -> tf.Tensor:
    """The loss as one number."""
    loss = tf.cast(probe.loss, tf.float32)
    return loss if loss.shape.rank == 0 else tf.reduce_mean(loss)


def step_fine(probe: Probe, optimizer: Any, gradients: list) -> tf.Tensor:
    """Whether the loss and all gradients of a step are finite.

    Gradients that must not be read are left out: where they are bad, others
    are, or the next loss is. Those that an optimizer deals with by scaling
    the loss down count as finite.
    """
    found = [probe.factors(g) for g in gradients if g is not None]
    parts = [
        [p.values if isinstance(p, tf.IndexedSlices) else p for p in part]
        for part in found
        if part
    ]
    parts = [p for p in parts if p[0].dtype.is_floating]
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        scaled = keras_step.scale(optimizer) > 1
        return (finite_products(parts) | scaled) & loss_fine(probe)
    if probe.reaches(probe.loss):
        parts.append([tf.convert_to_tensor(probe.loss)])
    return finite_products(parts)


def finite_products(products: list) -> tf.Tensor:
    """Whether the products of some factors are finite."""
    if not products:
        return tf.constant(True)

    def closely():
        return every([every_finite(math.prod(p)) for p in products])

    # One pass over each; only large or bad numbers need a closer look.
    sizes = [tf.cast(size(factors), tf.float32) for factors in products]
    doubtful = ~tf.math.is_finite(tf.add_n(sizes))
    return branches.seldom(doubtful, closely, lambda: tf.constant(True))


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
