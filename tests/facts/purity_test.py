"""Tests of which functions may be called while looking."""

import functools
import logging
import math

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import purity

START = 0.1
TABLE = {0: 0.1, 5: 0.01}
LOGGER = logging.getLogger("rates")
seen = []
d = LOGGER


def helper(epoch):
    return START * math.exp(-epoch)


def writes(epoch):
    tf.summary.scalar("rate", START, step=epoch)
    return START


def through_another(epoch):
    return writes(epoch)


class Step:
    def __init__(self, first):
        self.first = first
        self.d = 2

    def __call__(self, epoch):
        return self.first * 0.5 ** (epoch // self.d)


class Noting(Step):
    def __init__(self, path):
        self.path = path

    def __call__(self, epoch):
        self.path.write_text(str(epoch))
        return 0.1


class Warmup(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, top):
        self.top = top

    def __call__(self, step):
        return self.top * tf.minimum(tf.cast(step, "float32") / 10, 1.0)


def reading_own_method(epoch):
    return Step(0.1)(epoch)


class HarmlessTest(parameterized.TestCase):
    @parameterized.parameters(
        lambda epoch: 0.1 * 0.9**epoch,
        helper,
        lambda epoch: float(np.clip(START / (1 + epoch), 1e-4, 1)),
        lambda epoch, lr: TABLE.get(epoch, lr),
        lambda epoch: print(epoch) or 0.1,
        Step(0.1),
        Step(0.1).__call__,
        reading_own_method,
        functools.partial(lambda first, epoch: first / (1 + epoch), 0.1),
        Warmup(0.1),
        lambda epoch: seen.append(epoch) or 0.1,
        lambda epoch: float(keras.ops.exp(-float(epoch))),
    )
    def test_computes(self, function):
        self.assertTrue(purity.harmless(function))

    @parameterized.parameters(
        writes,
        through_another,
        lambda epoch: open("rates.txt", "w").write(str(epoch)),
        lambda epoch: LOGGER.info(epoch) or 0.1,
        Noting("rates"),
    )
    def test_does_more(self, function):
        self.assertFalse(purity.harmless(function))

    def test_attribute_named_like_a_global(self):
        """`Step.d` is not the logger of the module that is called `d`."""
        self.assertIs(d, LOGGER)
        self.assertTrue(purity.harmless(Step(0.1)))


if __name__ == "__main__":
    absltest.main()
