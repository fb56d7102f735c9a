"""Runs of formulas: another seed is inside, each planted change is named."""

import dataclasses
import math

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging.runs.compare_runs import compare_runs
from tests.debugging.runs import recorded

GOOD = [recorded.run(seed) for seed in range(3)]


def changed(record, **columns):
    """A run with some columns changed by functions."""
    new = {n: columns.get(n, lambda v: v)(v) for n, v in record.columns.items()}
    return dataclasses.replace(record, columns=new)


class HealthyTest(parameterized.TestCase):
    @parameterized.parameters(1, 3)
    def test_other_seeds_stay_inside(self, references):
        alarms = [
            not compare_runs(GOOD[:references], recorded.run(seed)).ok
            for seed in range(10, 40)
        ]
        self.assertLessEqual(sum(alarms), 2)

    def test_a_slower_machine_is_no_difference(self):
        found = compare_runs(GOOD, recorded.run(9, slower=1.5))
        self.assertTrue(found.ok, found)
        self.assertIn("behaves as 3 references", str(found))
        self.assertIsNone(found.first)

    def test_the_reference_itself(self):
        self.assertTrue(compare_runs(GOOD[0], GOOD[0]).ok)

    def test_names_that_keras_numbers(self):
        new = recorded.run(9, layers=("dense_4", "dense_5"))
        old = [recorded.run(s, layers=("dense", "dense_1")) for s in (0, 1)]
        found = compare_runs(old, new)
        self.assertTrue(found.ok, found)
        self.assertIn("gradient/dense_1", found.compared)


class SickTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("rate_up", {"rate": 10.0}, "update/", 0, "learning rate"),
        ("rate_down", {"rate": 0.1}, "update/", 0, "learning rate"),
        ("labels", {"floor": 0.9}, "loss", 16, "wrong labels"),
        ("augmentation", {"floor": 0.05}, "loss", 16, "augmentation"),
        ("scale", {"start": 23.0}, "loss", 0, "scaling"),
        ("frozen", {"layers": ("two",)}, "layer/one", 0, "trainable"),
        ("slow", {"slower": 4.0}, "seconds", 0, "Only the time"),
    )
    def test_the_first_difference(self, change, quantity, at_least, cause):
        found = compare_runs(GOOD, recorded.run(9, **change))
        self.assertFalse(found.ok)
        self.assertStartsWith(
            found.first.quantity.replace("history/", ""), quantity
        )
        if found.first.unit == "step":
            self.assertGreaterEqual(found.first.first, at_least)
        self.assertIn(cause, found.cause)
        self.assertIn(found.cause, str(found))

    def test_a_change_in_the_middle_is_dated(self):
        def jump(values):
            return np.where(recorded.STEPS >= 64, 20 * values, values)

        new = changed(recorded.run(9), **{"gradient/two": jump})
        found = compare_runs(GOOD, new)
        self.assertEqual(found.first.quantity, "gradient/two")
        self.assertEqual((found.first.first, found.first.last), (64, 127))
        # The mean of logarithms over the phase, by hand.
        inside = (recorded.STEPS >= 64) & (recorded.STEPS < 128)
        mean = np.exp(np.log(new.columns["gradient/two"][inside]).mean())
        self.assertAlmostEqual(found.first.value / mean, 1, places=3)
        self.assertLess(found.first.high, mean)

    def test_dying_units(self):
        new = changed(recorded.run(9), **{"dead/one": lambda v: v + 0.75})
        found = compare_runs(GOOD, new)
        self.assertEqual(found.first.quantity, "dead/one")

    def test_nan(self):
        def broken(values):
            return np.where(recorded.STEPS >= 40, np.nan, values)

        found = compare_runs(GOOD, changed(recorded.run(9), loss=broken))
        self.assertEqual(found.first.quantity, "loss")
        self.assertEqual(found.first.first, 32)
        self.assertIn("not finite", found.cause)

    def test_nan_from_the_start(self):
        new = changed(recorded.run(9), loss=lambda v: v * np.nan)
        self.assertFalse(compare_runs(GOOD, new).ok)

    def test_report(self):
        report = compare_runs(GOOD, recorded.run(9, rate=10.0)).report
        self.assertFalse(report.ok)
        self.assertEqual(report.findings[0].rule, "run-differs")
        self.assertIn("What differs", report.to_html())
        self.assertTrue(compare_runs(GOOD, recorded.run(9)).report.ok)


class PartlyRecordedTest(absltest.TestCase):
    def test_shorter_runs_are_compared_as_far_as_they_go(self):
        whole = recorded.run(9)
        keep = recorded.STEPS < 60
        short = dataclasses.replace(
            whole,
            steps=whole.steps[keep],
            columns={n: v[keep] for n, v in whole.columns.items()},
            history={},
        )
        found = compare_runs(GOOD, short)
        self.assertTrue(found.ok, found)
        self.assertEqual(found.steps, 60)
        self.assertIn("to step 60, the reference to 351", str(found))
        self.assertIn("history/loss", found.left_out)

    def test_gradients_that_could_not_be_recorded(self):
        nan = {f"gradient/{n}": lambda v: v * np.nan for n in ("one", "two")}
        found = compare_runs(GOOD, changed(recorded.run(9), **nan))
        self.assertTrue(found.ok, found)
        self.assertIn("gradient/one", found.left_out)

    def test_losses_below_zero(self):
        def shifted(record):
            return changed(record, loss=lambda v: v - 1)

        good = [shifted(each) for each in GOOD]
        self.assertTrue(compare_runs(good, shifted(recorded.run(9))).ok)
        bad = shifted(recorded.run(9, floor=1.5))
        self.assertFalse(compare_runs(good, bad).ok)


class BadInputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("no_reference", [], GOOD[0], {}, ValueError, "must hold a run"),
        ("number", 3, GOOD[0], {}, TypeError, "`reference` must be a path"),
        ("run", GOOD, {"loss": [1]}, {}, TypeError, "`run` must be a path"),
        ("slower", GOOD, GOOD[0], {"slower": 1}, ValueError, "above 1"),
        ("nan", GOOD, GOOD[0], {"slower": math.nan}, ValueError, "above 1"),
        ("missing", "no.json", GOOD[0], {}, ValueError, "no such file"),
    )
    def test_one_sentence(self, reference, run, more, error, sentence):
        with self.assertRaisesRegex(error, sentence):
            compare_runs(reference, run, **more)

    def test_a_reference_that_broke(self):
        bad = changed(GOOD[0], loss=lambda v: np.where(v < 1, np.nan, v))
        with self.assertRaisesRegex(ValueError, "whose loss is not finite"):
            compare_runs([GOOD[1], bad], GOOD[2])

    def test_nothing_in_common(self):
        other = dataclasses.replace(
            GOOD[0], columns={"other": GOOD[0].steps}, history={}
        )
        with self.assertRaisesRegex(ValueError, "in common"):
            compare_runs(GOOD, other)


if __name__ == "__main__":
    absltest.main()
