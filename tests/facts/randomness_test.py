import collections
import functools
import random

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import randomness

MODULE_RNG = np.random.default_rng(0)
COUNT = 0


class Slotted:
    __slots__ = ("rng", "count")

    def __init__(self):
        self.rng = random.Random(1)
        self.count = 0

    def draw(self):
        self.count += 1
        return self.rng.random(), self.count


class Owner:
    shared = np.random.RandomState(0)
    calls = 0

    def __init__(self):
        self.inner = {"deep": [Slotted()]}
        self.queue = collections.deque([3, 1, 2])
        self.names = {"b": 1, "a": 2}

    def draw(self):
        Owner.calls += 1
        self.queue.rotate()
        self.names[len(self.names)] = 0
        self.added = len(vars(self))
        return (
            self.inner["deep"][0].draw(),
            self.shared.normal(),
            tuple(self.queue),
            tuple(self.names.items()),
            Owner.calls,
            self.added,
        )


def draw_global():
    global COUNT
    COUNT += 1
    return MODULE_RNG.normal(), COUNT


def closure():
    rng = np.random.default_rng(1)
    order = np.arange(9)
    numbers = iter(range(99))
    count = 0

    def draw():
        nonlocal count
        count += 1
        rng.shuffle(order)
        return tuple(order), count, next(numbers)

    return draw


def through_default():
    made = random.Random(2)

    def draw(rng=made):
        return rng.random()

    return draw


def indirect():
    def draw():
        return draw_global()

    return draw


class PreservedTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("global", lambda: draw_global),
        ("indirect", indirect),
        ("closure", closure),
        ("default", through_default),
        ("partial", lambda: functools.partial(closure())),
        ("method", lambda: Owner().draw),
        ("instance", lambda: Slotted().draw),
        ("builtin_method", lambda: np.random.default_rng(3).random),
        ("keras_seeds", lambda: keras.random.SeedGenerator(3).next),
        ("tf_generator", lambda: tf.random.Generator.from_seed(3).make_seeds),
    )
    def test_state_is_put_back(self, make):
        draw = make()
        draw()
        with randomness.preserved(draw):
            looked = [np.array(draw(), dtype=object) for _ in range(3)]
        after = [np.array(draw(), dtype=object) for _ in range(3)]
        np.testing.assert_array_equal(looked, after)

    def test_layer(self):
        model = keras.Sequential([keras.layers.Dropout(0.5, seed=1)])
        x = np.ones((2, 50), "float32")
        with randomness.preserved(model):
            looked = model(x, training=True)
        np.testing.assert_array_equal(looked, model(x, training=True))

    @parameterized.named_parameters(
        ("python", random.random),
        ("numpy", np.random.random),
        ("keras", lambda: keras.random.normal((2,)).numpy()),
        ("keras_layer_name", lambda: keras.layers.Dense(1).name),
    )
    def test_global_state_is_put_back(self, draw):
        keras.utils.set_random_seed(2)
        draw()
        with randomness.preserved():
            looked = draw()
        np.testing.assert_array_equal(looked, draw())

    @parameterized.named_parameters(("unseeded", {}), ("seeded", {"seed": 4}))
    def test_tensorflow_goes_on_as_without(self, kwargs):
        def draws(look):
            tf.random.set_seed(2)
            found = [tf.random.normal([2], **kwargs)]
            if look:
                with randomness.preserved():
                    for _ in range(3):
                        tf.random.normal([2], **kwargs)
            found += [tf.random.normal([2], **kwargs) for _ in range(2)]
            return np.stack(found)

        np.testing.assert_array_equal(draws(False), draws(True))

    def test_global_generators_are_not_created(self):
        from keras.src.backend.common import global_state
        from tensorflow.python.ops import stateful_random_ops

        keras.utils.clear_session()
        tf.random.set_global_generator(None)
        with randomness.preserved():
            keras.random.normal((1,))
            tf.random.get_global_generator().normal([1])
        self.assertIsNone(stateful_random_ops.global_generator)
        self.assertIsNone(
            global_state.get_global_attribute("global_seed_generator")
        )

    def test_global_generator_of_tensorflow(self):
        tf.random.set_global_generator(tf.random.Generator.from_seed(1))
        with randomness.preserved():
            looked = tf.random.get_global_generator().normal([2])
        after = tf.random.get_global_generator().normal([2])
        np.testing.assert_array_equal(looked, after)

    def test_put_back_after_an_error(self):
        state = random.getstate()
        with self.assertRaises(KeyError):
            with randomness.preserved():
                random.random()
                raise KeyError
        self.assertEqual(state, random.getstate())

    def test_large_arrays_are_locked_meanwhile(self):
        arrays = [np.zeros(2**25) for _ in range(2)]
        arrays += [arrays[1][1:]]
        with randomness.preserved(arrays):
            self.assertTrue(arrays[0].flags.writeable)
            self.assertFalse(arrays[1].flags.writeable)
            self.assertFalse(arrays[2].flags.writeable)
        self.assertTrue(arrays[2].flags.writeable)
        self.assertTrue(arrays[1].flags.writeable)


if __name__ == "__main__":
    absltest.main()
