"""Tests of the order of channels and of flattened pictures."""

import numpy as np
from absl.testing import absltest

from keras_troubleshoot.debugging.comparing import layouts


class LayoutsTest(absltest.TestCase):
    def test_flat_order_undoes_the_other_layout(self):
        last = np.random.default_rng(0).normal(size=(5, 4, 3, 2))
        first = np.moveaxis(last, -1, 1)
        flat = {True: first.reshape(5, -1), False: last.reshape(5, -1)}
        order = layouts.flat_order((4, 3, 2), first=False)
        np.testing.assert_array_equal(flat[True][:, order], flat[False])
        order = layouts.flat_order((2, 4, 3), first=True)
        np.testing.assert_array_equal(flat[False][:, order], flat[True])

    def test_shapes_say_where_the_channels_are(self):
        ours, theirs = np.zeros((2, 8, 8, 3)), np.zeros((2, 3, 8, 8))
        self.assertTrue(layouts.theirs_first(False, [(ours, theirs)]))
        self.assertFalse(layouts.theirs_first(False, [(ours, ours)]))

    def test_numbers_say_it_where_shapes_do_not(self):
        ours = np.random.default_rng(0).normal(size=(2, 4, 4, 4))
        theirs = np.moveaxis(ours, -1, 1)
        self.assertTrue(layouts.theirs_first(False, [(ours, theirs)]))
        self.assertFalse(layouts.theirs_first(False, [(ours, ours)]))


if __name__ == "__main__":
    absltest.main()
