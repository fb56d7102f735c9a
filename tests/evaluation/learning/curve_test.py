import json

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from scipy import optimize

from keras_troubleshoot import evaluation
from keras_troubleshoot.evaluation.learning import power_law
from keras_troubleshoot.report.figure import Figure

SIZES = np.array([50, 100, 200, 400, 800, 1600])


def law(n, floor=0.05, height=1.0, exponent=0.4):
    return floor + height * np.asarray(n, float) ** -exponent


def noisy(seed=0, off=0.05, runs=3, **parts):
    rng = np.random.default_rng(seed)
    return law(SIZES, **parts)[:, None] * (
        1 + off * rng.normal(size=(len(SIZES), runs))
    )


class FitTest(parameterized.TestCase):
    @parameterized.parameters(
        (0.05, 1.0, 0.4), (0.0, 0.5, 0.2), (0.1, 3.0, 0.9), (0.2, 0.0, 0.5)
    )
    def test_finds_what_is_there(self, *parts):
        made = power_law.fit(SIZES, law(SIZES, *parts), np.ones(6))
        np.testing.assert_allclose(
            made.at(3200)[0], law([3200], *parts), rtol=0.01
        )

    def test_as_scipy_has_it(self):
        errors, spread = noisy(3).mean(axis=1), np.linspace(2, 1, 6)
        made = power_law.fit(SIZES, errors, spread)
        best, _ = optimize.curve_fit(
            law, SIZES, errors, (0.05, 1, 0.4), spread, bounds=(0, [1, 9, 2])
        )
        misfit = (((law(SIZES, *best) - errors) / spread) ** 2).sum()
        self.assertLess(made.misfit[0], 1.01 * misfit)

    def test_never_rises(self):
        made = power_law.fit(SIZES, np.linspace(0.1, 0.2, 6), np.ones(6))
        self.assertEqual(made.height[0], 0)
        self.assertAlmostEqual(made.floor[0], 0.15)


class DoubledTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("floor", 0.05, 0.05), ("none", 0.05, 0.0), ("loud", 0.1, 0.05)
    )
    def test_interval_holds(self, off, floor):
        held = 0
        for seed in range(60):
            curve = evaluation.LearningCurve.from_errors(
                SIZES, noisy(seed, off, floor=floor), resamples=200, seed=seed
            )
            low, high = curve.doubled.interval
            held += low <= law(3200, floor=floor) <= high
        self.assertBetween(held / 60, 0.87, 1.0)

    def test_validation_rows_widen_it(self):
        widths = []
        for rows in (None, 10_000, 100):
            curve = evaluation.LearningCurve.from_errors(
                SIZES, noisy(), measure="error rate", rows=rows
            )
            widths.append(np.ptp(curve.doubled.interval))
        self.assertLess(widths[0], widths[1])
        self.assertGreater(widths[2], 2 * widths[1])

    def test_gain(self):
        curve = evaluation.LearningCurve.from_errors(SIZES, noisy(off=0.01))
        self.assertAlmostEqual(
            curve.doubled.gain, law(1600) - law(3200), delta=0.003
        )


class TrustTest(parameterized.TestCase):
    @parameterized.parameters(0, 1, 2, 3, 4)
    def test_a_power_law_is_trusted(self, seed):
        curve = evaluation.LearningCurve.from_errors(SIZES, noisy(seed))
        self.assertTrue(curve.trusted, msg=curve.doubts)

    @parameterized.named_parameters(
        ("flat", SIZES, noisy(height=0.0), "does not fall"),
        ("few", SIZES[:3], noisy()[:3], "3 sizes are few"),
        ("narrow", np.arange(50, 56), noisy(), "factor of"),
        ("one_run", SIZES, noisy()[:, :1], "one run"),
        (
            "peak",
            SIZES,
            noisy() * np.array([1, 1, 1, 3, 1, 1])[:, None],
            "rises from 200 to 400",
        ),
        (
            "cliff",
            SIZES,
            noisy(off=0.01) * np.array([1, 1, 1, 1, 0.3, 0.3])[:, None],
            "farther off the law",
        ),
    )
    def test_others_are_not(self, sizes, errors, told):
        curve = evaluation.LearningCurve.from_errors(sizes, errors)
        self.assertFalse(curve.trusted)
        self.assertIn(told, str(curve))
        self.assertIn("not to be trusted", str(curve))


class TellingTest(parameterized.TestCase):
    def curve(self):
        errors = noisy()
        errors[2, 1] = np.nan
        return evaluation.LearningCurve.from_errors(
            SIZES[::-1], errors[::-1], training=errors[::-1] / 2
        )

    def test_sorted(self):
        self.assertEqual(self.curve().sizes, tuple(SIZES))
        self.assertGreater(*self.curve().means[[0, -1]])

    def test_page(self):
        blocks = self.curve().page_blocks()
        figure = next(b for b in blocks if isinstance(b, Figure))
        self.assertEqual(figure.labels, ("validation", "power law", "training"))
        xs, ys, lows, highs = figure.values[1]
        self.assertAlmostEqual(xs[-1], 3200)
        for low, y, high in zip(lows, ys, highs, strict=True):
            self.assertBetween(y, low, high)

    def test_json(self):
        held = json.loads(json.dumps(self.curve().to_dict(), allow_nan=False))
        self.assertIsNone(held["errors"][2][1])
        self.assertEqual(held["doubled"]["examples"], 3200)


class BadInputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("lengths", [1, 2, 3], [0.1, 0.2]),
        ("two", [1, 2], [0.1, 0.2]),
        ("twice", [1, 2, 2], [0.1, 0.2, 0.3]),
        ("half", [1.5, 2, 3], [0.1, 0.2, 0.3]),
        ("zero", [0, 2, 3], [0.1, 0.2, 0.3]),
        ("words", [1, 2, 3], ["a", "b", "c"]),
        ("negative", [1, 2, 3], [0.1, -0.2, 0.3]),
        ("infinite", [1, 2, 3], [0.1, np.inf, 0.3]),
        ("missing", [1, 2, 3], [0.1, np.nan, 0.3]),
        ("uneven", [1, 2, 3], [[0.1], [0.1, 0.2], [0.3]]),
        ("empty", [], []),
        ("none", None, None),
    )
    def test_points(self, sizes, errors):
        with self.assertRaisesRegex(ValueError, "To mend it"):
            evaluation.LearningCurve.from_errors(sizes, errors)


if __name__ == "__main__":
    absltest.main()
