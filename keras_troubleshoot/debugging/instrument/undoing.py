"""Steps that are taken only if a flag is set, inside the graph."""

from collections.abc import Callable

import tensorflow as tf

from keras_troubleshoot.debugging.instrument.probe import replicas


def step_if(fine: tf.Tensor, act: Callable) -> None:
    """Acts if a flag is set."""

    def acting():
        act()
        return tf.no_op()

    tf.cond(fine, acting, tf.no_op)


def step_or_undo(fine: tf.Tensor, act: Callable, variables: list) -> None:
    """Acts, and takes it back unless a flag is set.

    For gradients with which an optimizer in a branch would round otherwise.
    It costs a copy of the variables in each step.
    """
    states = [(v, tf.identity(v)) for v in variables]
    act()
    # No `tf.where`: XLA would fuse it with the step, which rounds otherwise.
    put_back(fine, states)


def together(apply: Callable, strategy, fine, grads, variables) -> None:
    """Lets the optimizers of all replicas take their step, or none."""
    one = strategy.experimental_local_results(fine)[0]
    each = strategy.extended.call_for_each_replica
    step_if(one, lambda: each(apply, args=(grads, variables)))


def put_back(fine: tf.Tensor, states: list) -> None:
    """Gives variables the values they had, unless all is well."""
    if not states:
        return
    if replicas() > 1:
        # No branch: to write may mean to merge.
        for variable, old in states:
            variable.assign(tf.where(fine, variable, old))
        return

    def write():
        for variable, old in states:
            variable.assign(old)
        return tf.no_op()

    tf.cond(fine, tf.no_op, write)
