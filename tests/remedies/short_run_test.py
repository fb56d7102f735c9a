"""Tests of short trainings."""

import numpy as np
from absl.testing import absltest

from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies import program as programs
from keras_troubleshoot.remedies import short_run
from tests.remedies import course
from tests.rules import building as b


def program_of(model):
    return programs.copy_of(
        model, feeding.feeding(course.X, course.Y), x=course.X
    )


class RowsTest(absltest.TestCase):
    def test_held_out_rows_are_not_trained_on(self):
        rows = short_run.rows_for(100, 8, 50, seed=3)
        self.assertEqual(rows.order.shape, (50, 8))
        self.assertLen(rows.held, 20)
        self.assertEmpty(set(rows.held) & set(rows.order.ravel()))

    def test_each_row_comes_once_before_any_comes_again(self):
        rows = short_run.rows_for(100, 8, 10, seed=3)
        self.assertLen(set(rows.order.ravel()), 80)

    def test_ordered(self):
        rows = short_run.rows_for(50, 4, 10, ordered=True)
        self.assertTrue((np.diff(rows.order.ravel()) > 0).all())

    def test_depends_on_the_seed_alone(self):
        one, other = (short_run.rows_for(50, 4, 9, seed=5) for _ in range(2))
        np.testing.assert_array_equal(one.order, other.order)
        third = short_run.rows_for(50, 4, 9, seed=6)
        self.assertFalse(np.array_equal(one.order, third.order))

    def test_small_data(self):
        rows = short_run.rows_for(5, 32, 3)
        self.assertEqual(rows.order.shape, (3, 4))


class RunTest(absltest.TestCase):
    def test_is_gradient_descent(self):
        model = course.linear()
        rows = short_run.rows_for(100, 16, 30)
        found = short_run.run(program_of(model), rows, None, seconds=60)
        losses, kernel, bias = course.descended(model, rows.order)
        np.testing.assert_allclose(found.losses, losses, rtol=1e-3, atol=1e-5)
        error = course.X[rows.held] @ kernel + bias - course.Y[rows.held]
        np.testing.assert_allclose(
            found.loss, np.mean(error**2), rtol=1e-3, atol=1e-6
        )
        self.assertEqual(found.steps, 30)
        np.testing.assert_allclose(
            found.last, np.mean(losses[-3:]), rtol=1e-2, atol=1e-5
        )

    def test_quality_of_the_rows_held_out(self):
        rows = short_run.rows_for(100, 16, 60)
        head = b.head(course.Y, course.Y, b.MSE)
        few = short_run.run(program_of(course.linear()), rows, head, seconds=60)
        # 20 rows are too few to be judged.
        self.assertIsNone(few.quality)
        more = short_run.Rows(rows.order, np.arange(100))
        judged = short_run.run(
            program_of(course.linear()), more, head, seconds=60
        )
        self.assertGreater(judged.quality, 0.99)

    def test_ends_where_the_loss_is_not_finite(self):
        rows = short_run.rows_for(100, 16, 200)
        found = short_run.run(
            program_of(course.linear(1e6)), rows, None, seconds=60
        )
        self.assertLess(found.steps, 50)
        self.assertEqual(found.last, float("inf"))

    def test_ends_in_time(self):
        rows = short_run.rows_for(100, 4, 3000)
        found = short_run.run(
            program_of(course.linear()), rows, None, seconds=0.05
        )
        self.assertLess(found.steps, 3000)

    def test_leaves_the_model(self):
        model = course.linear()
        before = model.get_weights()
        rows = short_run.rows_for(100, 16, 5)
        short_run.run(program_of(model), rows, None, seconds=60)
        for one, other in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)


if __name__ == "__main__":
    absltest.main()
