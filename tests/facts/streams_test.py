import collections
import io
import random
import time

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import batches
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import sample
from keras_troubleshoot.facts import streams

X = np.arange(60.0).reshape(20, 3)
Y = np.arange(20)


class Counted(keras.utils.PyDataset):
    """Batches of five rows; counts what happens to it."""

    def __init__(self, number=4, seconds=0.0):
        super().__init__()
        self.number = number
        self.seconds = seconds
        self.calls = collections.Counter()

    def __len__(self):
        return self.number

    def __getitem__(self, index):
        self.calls["get"] += 1
        time.sleep(self.seconds)
        return np.full((5, 2), index), np.full(5, index)

    def on_epoch_begin(self):
        raise AssertionError("looking is no epoch")

    on_epoch_end = on_epoch_begin


class Endless(Counted):
    @property
    def num_batches(self):
        return None


class PyDatasetTest(parameterized.TestCase):
    def test_all_of_a_small_one(self):
        dataset = Counted()
        found = reading.read(dataset)
        np.testing.assert_array_equal(found.y, np.repeat(np.arange(4), 5))
        self.assertEqual(found.batch_sizes, (5, 5, 5, 5))
        self.assertEqual(found.batch_indices, (0, 1, 2, 3))
        self.assertEqual(found.rows, 20)
        self.assertTrue(found.streamed)
        self.assertEqual(found.described, "PyDataset")
        self.assertEmpty(dataset.calls)

    def test_first_ones_and_others_spread_evenly(self):
        found = reading.read(Counted(1000), batches=13)
        self.assertEqual(found.batch_indices[:8], tuple(range(8)))
        self.assertEqual(found.batch_indices[8:], (8, 256, 504, 751, 999))
        self.assertEqual(found.rows, 5000)
        np.testing.assert_array_equal(
            found.y, np.repeat(found.batch_indices, 5)
        )

    def test_slow_one_stops_in_time(self):
        began = time.monotonic()
        found = reading.read(Counted(1000, seconds=0.05), seconds=0.3)
        self.assertLess(time.monotonic() - began, 2.0)
        self.assertNotEmpty(found.batch_sizes)

    def test_endless_one(self):
        found = reading.read(Endless(), batches=3)
        self.assertEqual(found.batch_indices, (0, 1, 2))
        self.assertIsNone(found.rows)

    def test_image_iterator_of_keras(self):
        augmenter = keras.src.legacy.preprocessing.image.ImageDataGenerator(
            horizontal_flip=True
        )
        images = np.random.default_rng(0).normal(size=(12, 8, 8, 1))

        def orders(look):
            keras.utils.set_random_seed(1)
            flow = augmenter.flow(images, np.arange(12), batch_size=4)
            for _ in range(look):
                reading.read(flow)
            return [
                np.concatenate([y for _, y in flow_epoch(flow)])
                for _ in range(2)
            ]

        def flow_epoch(flow):
            yield from (flow[i] for i in range(3))
            flow.on_epoch_end()

        np.testing.assert_array_equal(orders(0), orders(2))

    def test_empty(self):
        with self.assertRaisesRegex(sample.UnreadableData, "single batch"):
            reading.read(Counted(0))

    def test_broken(self):
        class Broken(Counted):
            def __getitem__(self, index):
                raise KeyError("no such file")

        with self.assertRaisesRegex(
            sample.UnreadableData, "batch 0 of `x` raised KeyError.*such file"
        ):
            reading.read(Broken())

    def test_large_array_is_not_written_to(self):
        class Shuffling(Counted):
            data = None

            def __getitem__(self, index):
                np.random.shuffle(self.data)
                return self.data[:5, :2]

        dataset = Shuffling()
        dataset.data = np.zeros((2**18, 2**8), "float64")
        with self.assertRaisesRegex(sample.UnreadableData, "too large"):
            reading.read(dataset)
        self.assertTrue(dataset.data.flags.writeable)


def finite():
    for i in range(0, 20, 8):
        yield X[i : i + 8], Y[i : i + 8]


class GeneratorTest(parameterized.TestCase):
    def test_all_is_read_and_nothing_lost(self):
        generator = finite()
        found = reading.read(generator)
        np.testing.assert_array_equal(found.x, X)
        self.assertEqual(found.batch_sizes, (8, 8, 4))
        self.assertEqual(found.batch_indices, (0, 1, 2))
        self.assertEqual(found.rows, 20)
        self.assertLen(list(generator), 3)

    def test_limits(self):
        endless = ((X, Y) for _ in iter(int, 1))
        self.assertLen(reading.read(endless, batches=2).x, 40)
        self.assertEqual(reading.read(endless, limit=30).batch_sizes, (20, 10))
        self.assertIsNone(reading.read(endless, limit=30).rows)

    def test_iterators_that_it_reads_are_left_alone(self):
        inner = iter([X[:4], X[4:8], X[8:]])
        generator = ((x,) for x in inner)
        self.assertLen(reading.read(generator).x, 20)
        self.assertLen(list(generator), 3)

    def test_file_that_it_reads_is_left_alone(self):
        file = io.StringIO("1\n2\n3\n")
        generator = ((np.array([float(line)]),) for line in file)
        np.testing.assert_array_equal(reading.read(generator).x, [1, 2, 3])
        self.assertLen(list(generator), 3)

    def test_recursive_and_variadic(self):
        def outer(*sizes, **scales):
            def inner(depth):
                if depth:
                    yield (X[: sizes[0]] * scales["by"],)
                    yield from inner(depth - 1)

            yield from inner(len(sizes))

        found = reading.read(outer(2, 3, by=2.0))
        np.testing.assert_array_equal(found.x, np.tile(X[:2] * 2, (2, 1)))

    def test_started_one(self):
        generator = finite()
        next(generator)
        with self.assertRaisesRegex(sample.UnreadableData, "been started"):
            reading.read(generator)
        self.assertLen(list(generator), 2)

    def test_started_one_inside(self):
        inner = finite()
        next(inner)
        generator = (batch for batch in inner)
        with self.assertRaisesRegex(sample.UnreadableData, "been started"):
            reading.read(generator)

        def closure():
            yield next(inner)

        with self.assertRaisesRegex(sample.UnreadableData, "lose its"):
            reading.read(closure())
        self.assertLen(list(inner), 2)

    @parameterized.named_parameters(
        ("no_tuple", (X for _ in range(3)), "generator of ndarray"),
        ("too_many", ((X, X, Y, Y) for _ in range(3)), "4 elements"),
        ("none", ((X, Y) for _ in ()), "without a single batch"),
        ("rows", ((X[0], Y[0]) for _ in range(3)), "in batches"),
        ("numbers", ((1.0, 2.0) for _ in range(3)), "plain|received"),
        ("ranks", ((X[..., 0] if i else X,) for i in range(3)), "one struct"),
        ("keys", (({i: X},) for i in range(3)), "one structure"),
        ("fails", ((X, [][i]) for i in range(3)), "IndexError"),
    )
    def test_bad(self, generator, expected):
        with self.assertRaisesRegex(sample.UnreadableData, expected):
            reading.read(generator)

    def test_batches_of_different_length_are_filled_up(self):
        found = reading.read((np.ones((1, n)),) for n in (1, 3))
        np.testing.assert_array_equal(found.x, [[1, 0, 0], [1, 1, 1]])


class PeekTest(absltest.TestCase):
    def test_gives_back_what_it_read(self):
        read, rest = streams.peek(finite(), batches=2)
        self.assertLen(read, 2)
        everything = list(rest)
        self.assertLen(everything, 3)
        self.assertIs(everything[0], read[0])

    def test_reads_lazily(self):
        generator = finite()
        _, rest = streams.peek(generator, batches=1)
        next(rest)
        self.assertLen(list(generator), 2)

    def test_ends_early(self):
        self.assertEmpty(streams.peek(iter([]))[0])
        self.assertLen(streams.peek(finite(), limit=8)[0], 1)

    def test_what_is_no_batch_is_given_back(self):
        read, rest = streams.peek(iter([1, 2]))
        self.assertEqual(read, [1])
        self.assertEqual(list(rest), [1, 2])


class LimitsTest(absltest.TestCase):
    def test_bytes(self):
        gathering = batches.Gathering(batches.Limits(size=100))
        gathering.add((np.zeros(10),))
        self.assertFalse(gathering.is_full())
        gathering.add((np.zeros(10),))
        self.assertTrue(gathering.is_full())

    def test_random_is_untouched(self):
        state = random.getstate()
        reading.read(finite())
        self.assertEqual(state, random.getstate())


if __name__ == "__main__":
    absltest.main()
