"""Tests of the range test as the user calls it."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot as kts
from keras_troubleshoot.debugging.learning_rate_range import LearningRateRange
from keras_troubleshoot.remedies import rate_range
from tests.debugging import kinds
from tests.debugging import unchanged
from tests.remedies import course

NAMES = tuple((name,) for name in kinds.KINDS)
QUICK = {"steps": 20, "passes": 1, "verbose": False}


def found(model=None, **options):
    model = course.linear() if model is None else model
    options = {"steps": 50, "passes": 2, "verbose": False} | options
    return kts.find_learning_rate(model, course.X, course.Y, **options)


def with_passes(*best):
    """A result whose passes suggest these rates, more or less."""
    rates = np.geomspace(1e-7, 10, 100)
    log = np.log10(rates)
    sweeps = []
    for rate in best:
        far = log - np.log10(rate)
        losses = 2 / (1 + np.exp(4 * (far + 0.2)))
        losses += 5 * np.clip(far - 1, 0, None) ** 2
        sweeps.append(rate_range.Sweep(rates, losses, losses))
    return sweeps


class KeepsTest(parameterized.TestCase):
    @parameterized.parameters(*NAMES)
    def test_changes_nothing(self, name):
        make, x, y = kinds.KINDS[name]
        keras.utils.set_random_seed(1)
        model = make()
        if not model.built:
            model(x[:16])
        before = unchanged.state(model)
        kts.find_learning_rate(model, x, y, batch_size=16, **QUICK)
        unchanged.assert_same(before, unchanged.state(model))

    def test_data_are_fed_as_without(self):
        data = tf.data.Dataset.from_tensor_slices((course.X, course.Y))
        data = data.shuffle(100, seed=3).batch(20)
        twin = tf.data.Dataset.from_tensor_slices((course.X, course.Y))
        twin = twin.shuffle(100, seed=3).batch(20)
        kts.find_learning_rate(course.linear(), data, **QUICK)
        for (x, _), (other, _) in zip(data, twin, strict=True):
            np.testing.assert_array_equal(x, other)

    def test_the_same_twice(self):
        one, other = found(seed=4), found(seed=4)
        np.testing.assert_array_equal(one.losses, other.losses)
        self.assertEqual(one.suggestion, other.suggestion)
        third = found(seed=5)
        self.assertFalse(np.array_equal(one.losses, third.losses))


class FindsTest(parameterized.TestCase):
    def test_a_rate_at_which_gradient_descent_works(self):
        result = found()
        design = np.hstack([course.X, np.ones((100, 1))])
        largest = np.linalg.eigvalsh(2 * design.T @ design / 100).max()
        self.assertBetween(result.suggestion, 2e-3, 2 / largest)
        for rate in result.suggestions.values():
            self.assertBetween(rate, 1e-4, 20 / largest)
        self.assertLess(result.agreement, 1)
        self.assertTrue((np.diff(result.rates) > 0).all())
        self.assertEqual(result.rates.shape, result.losses.shape)

    def test_starts_from_any_rate(self):
        one, other = found(course.linear(1e-9)), found(course.linear(1e3))
        self.assertEqual(one.suggestion, other.suggestion)
        self.assertIn("times lower", str(one))
        self.assertIn("times higher", str(other))

    def test_unbuilt(self):
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        self.assertIsNotNone(found(model).suggestion)

    def test_generator(self):
        def batches():
            while True:
                yield course.X[:16], course.Y[:16]

        made = kts.find_learning_rate(course.linear(), batches(), **QUICK)
        self.assertNotEmpty(made.rates)

    def test_interrupted(self):
        calls = []

        def interrupting(self, order, rates, between):
            calls.append(1)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return with_passes(1e-2)[0]

        own = rate_range.Range.sweep
        rate_range.Range.sweep = interrupting
        try:
            made = found(passes=5)
        finally:
            rate_range.Range.sweep = own
        self.assertTrue(made.stopped)
        self.assertLen(made.passes, 2)
        self.assertIsNotNone(made.suggestion)
        self.assertIn("Interrupted", str(made))


class ResultTest(parameterized.TestCase):
    def test_passes_that_agree(self):
        made = LearningRateRange(tuple(with_passes(1e-2, 1.1e-2, 1e-2)), 0.01)
        self.assertLess(made.agreement, 0.1)
        self.assertIn("agree within", str(made))
        self.assertIn("is near it", str(made))

    def test_passes_that_do_not_agree(self):
        made = LearningRateRange(tuple(with_passes(1e-4, 1e-2, 1.0)))
        spread = np.log10(max(made.by_pass) / min(made.by_pass))
        self.assertAlmostEqual(made.agreement, spread)
        self.assertGreater(spread, 2)
        self.assertAlmostEqual(made.suggestion, sorted(made.by_pass)[1])
        self.assertIn("rough", str(made))

    def test_passes_most_of_which_say_nothing(self):
        flat = rate_range.Sweep(
            np.geomspace(1e-7, 10, 100), np.ones(100), np.ones(100)
        )
        made = LearningRateRange((flat, flat, *with_passes(1e-2)))
        self.assertIsNone(made.suggestion)
        self.assertIsNone(made.agreement)
        self.assertIn("No suggestion", str(made))
        with self.assertRaisesRegex(ValueError, "To mend it, "):
            made.apply(course.linear())

    def test_nothing_at_all(self):
        made = LearningRateRange((), stopped=True)
        self.assertIsNone(made.suggestion)
        self.assertEmpty(made.losses)
        self.assertIn("0 passes", str(made))

    def test_apply(self):
        made = LearningRateRange(tuple(with_passes(1e-2)))
        model = course.linear()
        rate = made.apply(model)
        self.assertEqual(rate, made.suggestion)
        self.assertAlmostEqual(float(model.optimizer.learning_rate), rate)

    def test_apply_to_a_schedule(self):
        made = LearningRateRange(tuple(with_passes(1e-2)))
        model = course.linear()
        decay = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
        model.compile(keras.optimizers.SGD(decay), "mse")
        with self.assertRaisesRegex(ValueError, "schedule.*To mend it, "):
            made.apply(model)

    def test_plot(self):
        made = LearningRateRange(tuple(with_passes(1e-2, 2e-2)))
        axes = made.plot()
        self.assertEqual(axes.get_xscale(), "log")
        labels = axes.get_legend_handles_labels()[1]
        self.assertContainsSubset(["smoothed", "steepest", "valley"], labels)
        self.assertIs(made.plot(axes), axes)


class BadInputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("upside_down", {"low": 1.0, "high": 0.1}, "low=1.0, high=0.1"),
        ("negative", {"low": -1.0}, "low=-1.0"),
        ("text", {"high": "ten"}, "high='ten'"),
        ("nan", {"high": float("nan")}, "high=nan"),
        ("steps", {"steps": 3}, "steps=3"),
        ("passes", {"passes": 0}, "passes=0"),
        ("batch", {"batch_size": 0}, "batch_size=0"),
        ("batch_kind", {"batch_size": 2.5}, "batch_size=2.5"),
    )
    def test_arguments(self, options, said):
        with self.assertRaises(ValueError) as caught:
            found(**options)
        self.assertIn(said, str(caught.exception))
        self.assertIn("To mend it, ", str(caught.exception))

    def test_not_compiled(self):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        with self.assertRaisesRegex(ValueError, "compiled.*To mend it, "):
            found(model)

    def test_no_model(self):
        with self.assertRaisesRegex(TypeError, "keras.Model"):
            kts.find_learning_rate("model.keras", course.X, course.Y)

    @parameterized.named_parameters(
        ("none", None, None),
        ("empty", course.X[:0], course.Y[:0]),
        ("of other lengths", course.X, course.Y[:9]),
    )
    def test_no_data(self, x, y):
        with self.assertRaisesRegex(ValueError, "To mend it, "):
            kts.find_learning_rate(course.linear(), x, y)

    def test_targets_that_do_not_fit(self):
        with self.assertRaisesRegex(ValueError, "training step.*To mend it, "):
            kts.find_learning_rate(
                kinds.sequential(), kinds.X, np.zeros((96, 7)), **QUICK
            )


if __name__ == "__main__":
    absltest.main()
