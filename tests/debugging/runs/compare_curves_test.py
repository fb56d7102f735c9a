"""Learning curves beside those of other seeds."""

import math
import pathlib
import tempfile

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging.runs import seed_bands
from keras_troubleshoot.debugging.runs.compare_curves import compare_curves


def curve(seed, epochs=30, floor=0.2, spread=0.05):
    """A falling loss whose seeds differ by a walk on the logarithm."""
    rng = np.random.default_rng(seed)
    walk = spread * rng.normal(size=epochs)
    for epoch in range(1, epochs):
        walk[epoch] = 0.7 * walk[epoch - 1] + 0.7 * walk[epoch]
    fall = floor + 2 * np.exp(-np.arange(epochs) / 6)
    return {"loss": (fall * np.exp(walk)).tolist()}


class BandTest(parameterized.TestCase):
    @parameterized.product(seeds=(3, 5), alike=(0.0, 0.5, 0.95), epochs=(8, 40))
    def test_whole_curves_leave_it_rarely(self, seeds, alike, epochs):
        rng = np.random.default_rng(1)
        out = 0
        for _ in range(200):
            noise = rng.normal(size=(seeds + 1, epochs))
            for epoch in range(1, epochs):
                noise[:, epoch] *= math.sqrt(1 - alike**2)
                noise[:, epoch] += alike * noise[:, epoch - 1]
            band = seed_bands.seed_band(noise[:-1], 0.05)
            out += (np.abs(noise[-1] - band.centre) > band.width).any()
        # 5% of 200 are 10; 20 would be more than three deviations away.
        self.assertLessEqual(out, 20)

    def test_one_epoch_is_the_prediction_interval_of_student(self):
        values = np.array([[1.0], [2.0], [4.0]])
        band = seed_bands.seed_band(values, 0.05)
        # t(0.975, 2 degrees) = 4.30265; deviation sqrt(7 / 3).
        self.assertAlmostEqual(band.centre[0], 7 / 3)
        self.assertAlmostEqual(
            band.width[0], 4.30265 * math.sqrt(7 / 3 * (1 + 1 / 3)), places=3
        )


class CompareTest(parameterized.TestCase):
    good = [curve(seed) for seed in range(4)]

    def test_other_seeds_stay_inside(self):
        alarms = [
            not compare_curves(curve(seed), self.good).ok
            for seed in range(10, 50)
        ]
        self.assertLessEqual(sum(alarms), 3)

    def test_a_higher_floor_leaves_it(self):
        found = compare_curves(curve(9, floor=0.6), self.good)
        self.assertFalse(found.ok)
        self.assertBetween(found.epoch, 3, 20)
        self.assertIn(f"in epoch {found.epoch} (from 0)", str(found))
        self.assertIn("more than their middle", str(found))
        self.assertLen(found.page_blocks(), 2)

    def test_one_reference_has_the_tolerance(self):
        flat = {"loss": [1.0] * 10}
        for value, tolerance, ok in (
            (1.4, None, True),
            (1.6, None, False),
            (1.1, 0.05, False),
            (0.96, 0.05, True),
        ):
            found = compare_curves(
                {"loss": [value] * 10}, flat, tolerance=tolerance
            )
            self.assertEqual(found.ok, ok, (value, tolerance))

    def test_tolerance_widens_the_band(self):
        worse = curve(9, floor=0.6)
        self.assertTrue(compare_curves(worse, self.good, tolerance=5.0).ok)

    def test_nan_is_outside(self):
        broken = {"loss": [*curve(9)["loss"][:7], math.nan, math.nan]}
        found = compare_curves(broken, self.good)
        self.assertEqual(found.epoch, 7)
        self.assertIn("Only the first 9 epochs", str(found))

    def test_accuracies(self):
        good = [
            {"val_accuracy": [0.6 + d, 0.8 + d / 2, 0.9 + d / 4]}
            for d in (-0.02, 0.0, 0.02, 0.01)
        ]
        inside = {"val_accuracy": [0.61, 0.79, 0.9]}
        outside = {"val_accuracy": [0.61, 0.79, 0.5]}
        self.assertTrue(compare_curves(inside, good, "val_accuracy").ok)
        self.assertEqual(compare_curves(outside, good, "val_accuracy").epoch, 2)

    def test_files_of_csv_logger(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = pathlib.Path(folder) / "log.csv"
        lines = [f"{i},{v}" for i, v in enumerate(curve(9)["loss"])]
        path.write_text("\n".join(["epoch,loss", *lines]))
        self.assertTrue(compare_curves(path, self.good).ok)
        np.testing.assert_allclose(
            compare_curves(path, self.good).values, curve(9)["loss"]
        )


class BadInputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        (
            "metric",
            {"loss": [1]},
            {"loss": [1]},
            {"metric": "acc"},
            ValueError,
            "must be logged in `history`",
        ),
        (
            "reference",
            {"loss": [1]},
            {"acc": [1]},
            {},
            ValueError,
            "in `reference`",
        ),
        ("none", {"loss": [1]}, [], {}, ValueError, "a history at least"),
        ("type", 3, {"loss": [1]}, {}, TypeError, "`history` must be a His"),
        ("words", {"loss": ["a"]}, {"loss": [1]}, {}, ValueError, "numbers"),
        ("empty", {"loss": []}, {"loss": [1]}, {}, ValueError, "one value"),
        ("nan", {"loss": [1]}, {"loss": [math.nan]}, {}, ValueError, "finite"),
        (
            "tolerance",
            {"loss": [1]},
            {"loss": [1]},
            {"tolerance": -1},
            ValueError,
            "at least 0",
        ),
        (
            "name",
            {"loss": [1]},
            {"loss": [1]},
            {"metric": 3},
            TypeError,
            "`metric` must be a string",
        ),
        ("file", "no.csv", {"loss": [1]}, {}, ValueError, "no such file"),
    )
    def test_one_sentence(self, history, reference, more, error, sentence):
        with self.assertRaisesRegex(error, sentence):
            compare_curves(history, reference, **more)


if __name__ == "__main__":
    absltest.main()
