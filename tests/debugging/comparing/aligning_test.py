"""Tests of which layer is paired with which."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging.comparing.aligning import align
from keras_troubleshoot.debugging.comparing.records import Record


def records(**shapes):
    """Recorded outputs of these shapes; underscores end the names."""
    return [
        Record(name.rstrip("_"), "", np.zeros((4, *shape)))
        for name, shape in shapes.items()
    ]


class AligningTest(parameterized.TestCase):
    def test_names_come_first(self):
        a = records(conv1=(8, 8, 2), fc=(3,))
        b = records(conv1=(8, 8, 2), relu=(8, 8, 2), fc=(3,))
        found = align(a, b, "auto")
        self.assertEqual(found.pairs, ((0, 0), (1, 2)))
        self.assertEqual(found.way, "name")

    def test_kinds_and_shapes_where_names_differ(self):
        a = records(conv2d=(8, 8, 2), max_pooling2d=(4, 4, 2), dense=(3,))
        b = records(c_conv=(2, 8, 8), c_relu=(2, 8, 8), c_pool=(2, 4, 4))
        b += records(linear=(3,))
        found = align(a, b, "auto")
        self.assertEqual(found.pairs, ((0, 0), (1, 2), (2, 3)))

    def test_axes_of_one_element_count_for_nothing(self):
        found = align(records(mean=(6,)), records(pool=(6, 1, 1)), "shape")
        self.assertEqual(found.pairs, ((0, 0),))

    def test_order_pairs_whatever_there_is(self):
        a, b = records(u=(3,), v=(4,)), records(p=(5,), q=(4,), r=(1,))
        self.assertEqual(align(a, b, "order").pairs, ((0, 0), (1, 1)))

    def test_layers_without_partner_are_told(self):
        a, b = records(u=(3,)), records(u=(3,), v=(3,))
        found = align(a, b, "name")
        self.assertEqual(found.alone(1, 2), [1])
        self.assertEqual(found.alone(0, 1), [])


if __name__ == "__main__":
    absltest.main()
