import collections
import io

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import reachable
from keras_troubleshoot.facts import snapshots


class Thing:
    __slots__ = ("a", "__dict__")

    def __init__(self):
        self.a, self.b = 1, 2


class SnapshotsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("list", [1, 2], lambda v: v.append(3)),
        ("order", [1, 2], lambda v: v.reverse()),
        ("dict", {1: 2, 3: 4}, lambda v: v.pop(1)),
        ("set", {1, 2}, lambda v: v.add(5)),
        ("deque", collections.deque([1, 2], 2), lambda v: v.append(5)),
        ("default", collections.defaultdict(int), lambda v: v[3]),
        ("counter", collections.Counter("aab"), lambda v: v.update("a")),
        ("bytes", bytearray(b"abc"), lambda v: v.pop()),
    )
    def test_containers(self, value, change):
        expected = value.copy()
        restore = snapshots.keep(value, snapshots.Budget())
        change(value)
        self.assertNotEqual(value, expected)
        restore()
        self.assertEqual(value, expected)
        self.assertEqual(list(value), list(expected))

    def test_array(self):
        array = np.arange(3.0)
        restore = snapshots.keep(array, snapshots.Budget())
        array[:] = np.nan
        restore()
        np.testing.assert_array_equal(array, [0, 1, 2])

    def test_attributes(self):
        thing = Thing()
        restore = snapshots.keep(thing, snapshots.Budget())
        thing.a, thing.b, thing.c = 5, 6, 7
        restore()
        self.assertEqual((thing.a, vars(thing)), (1, {"b": 2}))

    def test_file(self):
        file = io.BytesIO(b"abcdef")
        file.read(2)
        restore = snapshots.keep(file, snapshots.Budget())
        file.read()
        restore()
        self.assertEqual(file.read(), b"cdef")


class ReachableTest(absltest.TestCase):
    def test_each_once_even_in_a_circle(self):
        circle = [np.zeros(2)]
        circle.append(circle)
        self.assertLen(list(reachable.walk([circle, circle])), 2)

    def test_bounded(self):
        many = [[i] for i in range(10**5)]
        self.assertLen(
            list(reachable.walk([many])), reachable.MOST_ELEMENTS + 1
        )

    def test_not_into_libraries(self):
        found = list(reachable.walk([np.random, np.linalg.LinAlgError]))
        self.assertLen(found, 2)


if __name__ == "__main__":
    absltest.main()
