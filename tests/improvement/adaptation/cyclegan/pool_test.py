"""The pool does what the authors' list of images does."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.cyclegan import pool


def numbered(start, rows):
    """Images of one pixel, each another number."""
    return np.arange(start, start + rows, dtype="float32").reshape(-1, 1, 1, 1)


def plain(images):
    return np.asarray(images).ravel().tolist()


class ImagePoolTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    def test_it_keeps_and_returns_what_comes_until_it_is_full(self):
        held = pool.ImagePool((1, 1, 1), 5)
        for start in (1, 3):
            made = held(numbered(start, 2))
            self.assertEqual(plain(made), [start, start + 1])
        self.assertEqual(plain(held.images), [1, 2, 3, 4, 0])
        self.assertEqual(int(held.count), 4)

    @parameterized.named_parameters(
        ("one", 1), ("some", 4), ("all", 10), ("more_than_it_holds", 23)
    )
    def test_no_image_is_lost_or_doubled(self, rows):
        held = pool.ImagePool((1, 1, 1), 10)
        given, returned = [], []
        for start in range(0, 12 * rows, rows):
            batch = numbered(start, rows)
            before = plain(held.images)[: int(held.count)]
            made = plain(held(batch))
            after = plain(held.images)[: int(held.count)]
            # What was returned and is held, is what was given or held, where
            # those that fill it are both.
            kept = len(after) - len(before)
            self.assertEqual(
                sorted(made + after),
                sorted(before + plain(batch) + plain(batch)[:kept]),
            )
            given += plain(batch)
            returned += made
        self.assertContainsSubset(returned, given)

    def test_half_are_exchanged_for_any_of_those_held(self):
        held = pool.ImagePool((1, 1, 1), 50)
        held(numbered(0, 50))
        step = tf.function(held)
        fresh, start = [], 50
        for _ in range(400):
            made = np.asarray(step(tf.constant(numbered(start, 4)))).ravel()
            fresh += list(made >= start)
            start += 4
        # 1,600 coins: a deviation of 0.0125.
        self.assertAlmostEqual(np.mean(fresh), 0.5, delta=0.05)
        # After 16 exchanges of each place, none of the first is left.
        self.assertLess(np.mean(np.asarray(held.images) < 50), 0.05)

    @parameterized.named_parameters(("graph", False), ("xla", True))
    def test_it_works_inside_a_compiled_graph(self, jit):
        held = pool.ImagePool((1, 1, 1), 8)
        step = tf.function(held, jit_compile=jit)
        seen = []
        for start in range(0, 200, 4):
            seen += plain(step(tf.constant(numbered(start, 4))))
        self.assertEqual(int(held.count), 8)
        self.assertEqual(seen[:8], list(range(8)))
        # A graph that had frozen its draws or its images would repeat.
        self.assertLen(set(seen[8:] + plain(held.images)), 200)

    def test_without_capacity_it_is_not_there(self):
        held = pool.ImagePool((1, 1, 1), 0)
        batch = numbered(0, 3)
        self.assertEqual(plain(held(batch)), plain(batch))

    def test_it_comes_back_from_its_config(self):
        held = pool.ImagePool((2, 3, 1), 7, name="kept")
        twin = pool.ImagePool.from_config(held.get_config())
        self.assertEqual(twin.get_config(), held.get_config())


if __name__ == "__main__":
    absltest.main()
