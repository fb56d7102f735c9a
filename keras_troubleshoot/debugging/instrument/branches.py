"""Branches of the graph that are rarely taken."""

import contextlib
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_troubleshoot.debugging.instrument.probe import replicas
from keras_troubleshoot.facts import tensorflow_internals


def seldom(flag: tf.Tensor, act: Callable, otherwise: Callable) -> Any:
    """`tf.cond` that costs little where `flag` is not set.

    Only for what reads, and where all lies on one device: a branch that is
    called as a whole cannot reach over to another one.
    """
    alone = replicas() == 1 and not tf.config.list_logical_devices("GPU")
    whole = tensorflow_internals.whole_branches()
    with whole if alone else contextlib.nullcontext():
        return tf.cond(flag, act, otherwise)
