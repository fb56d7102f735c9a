import dataclasses
import json
import math

import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.looking.importance import importance
from tests.tuning.looking import support


def momentum(values):
    """Two thirds of the variance is whether it is on, the rest its value."""
    if "momentum" not in values:
        return 0.0
    return 1.0 + 2 * (values["momentum"] - 0.5)


class ImportanceTest(parameterized.TestCase):
    @parameterized.parameters("min", "max")
    def test_what_alone_decides_explains_all(self, direction):
        held = support.filled(support.depth, 120, direction)
        found = importance(held, repeats=8)
        first, *others = found.entries
        self.assertEqual(first.name, "learning_rate")
        self.assertGreater(first.share, 0.7)
        self.assertGreater(found.together, 0.9)
        self.assertLess(max(entry.share for entry in others), 0.03)
        self.assertEqual(str(first.kind.sensitivity), "high")
        self.assertNotIn("seed", [entry.name for entry in found.entries])

    def test_shares_of_a_conditional_are_those_of_its_variance(self):
        # By hand, of the score 0 with adam, uniform from 0 to 2 with sgd:
        # the variance is 1/4 (means 0 and 1) + 1/2 * 1/3, what momentum
        # explains 1/2 * 1/3, what the optimizer does 1/4 * (1 + 1/3).
        found = importance(support.filled(momentum, 400), repeats=8)
        whole = 1 / 4 + 1 / 6
        self.assertAlmostEqual(
            found["momentum"].share, 1 / 6 / whole, delta=0.08
        )
        self.assertAlmostEqual(
            found["optimizer"].share, 1 / 3 / whole, delta=0.12
        )
        self.assertTrue(found["optimizer"].told_apart)
        self.assertIn("more than usual", found["optimizer"].remark)

    def test_noise_is_not_told_apart(self):
        random = np.random.default_rng(5)
        held = support.filled(lambda values: random.normal(), 40)
        found = importance(held, repeats=8)
        self.assertIn("No hyperparameter is told apart", str(found))

    def test_the_same_seed_gives_the_same_and_touches_no_other(self):
        held = support.filled(support.depth, 20)
        before = np.random.get_state()[1].copy()
        first = importance(held, repeats=2, seed=4)
        self.assertEqual(first, importance(held, repeats=2, seed=4))
        np.testing.assert_array_equal(before, np.random.get_state()[1])
        self.assertNotEqual(first, importance(held, repeats=2, seed=5))

    @parameterized.parameters(
        ("min", math.nan), ("min", math.inf), ("max", math.inf), ("max", None)
    )
    def test_diverged_trials_are_the_worst(self, direction, lost):
        sign = 1 if direction == "min" else -1
        held = support.oracle(direction)
        other = support.oracle(direction)
        random = np.random.default_rng(0)
        for _ in range(40):
            values = support.draw(random)
            far = support.depth(values) > 0.2
            score = sign * (1.0 if far else support.depth(values))
            support.add(other, values, score)
            worst = lost if far and len(held.trials) > 12 else score
            status = "FAILED" if worst is None else "COMPLETED"
            support.add(held, values, worst, status)
        found = importance(held, repeats=2)
        plain = importance(other, repeats=2)
        self.assertEqual(found.entries, plain.entries)
        self.assertIn("diverged or failed", found.notes[0])

    def test_running_trials_are_left_out(self):
        held = support.filled(support.depth, 20)
        expected = importance(held, repeats=2)
        values = support.draw(np.random.default_rng(9))
        support.add(held, values, None, "RUNNING")
        self.assertEqual(importance(held, repeats=2), expected)

    def test_a_few_huge_scores_are_told(self):
        held = support.filled(support.depth, 40)
        list(held.trials.values())[7].score = 1e6
        found = importance(held, repeats=2)
        self.assertIn("A tenth of the trials makes up", found.notes[0])
        found = importance(held, repeats=2, ranks=True)
        self.assertEqual(found.entries[0].name, "learning_rate")
        self.assertEmpty(found.notes)

    def test_late_and_twice_named_hyperparameters(self):
        hp = keras_tuner.HyperParameters()
        hp.Choice("kind", ["mlp", "cnn"])
        for kind in ("mlp", "cnn"):
            with hp.conditional_scope("kind", [kind]):
                hp.Int("units", 1, 10)
        hp.Float("late", 0.0, 1.0)
        held = support.oracle(hp=hp)
        random = np.random.default_rng(0)
        for _ in range(30):
            kind = ["mlp", "cnn"][random.integers(2)]
            units = int(random.integers(1, 11))
            support.add(held, {"kind": kind, "units": units}, float(units))
        found = importance(held, repeats=2)
        self.assertEqual(found["late"].share, 0)
        names = {entry.name for entry in found.entries}
        self.assertIn("units [kind=mlp]", names)

    def test_the_result_in_words_and_for_the_report(self):
        found = importance(support.filled(support.depth, 20), repeats=8)
        self.assertIn("`learning_rate`", found.summary())
        self.assertLen(found.lines(), 2 + len(found.entries))
        told, bars, table = found.page_blocks()
        self.assertLen(bars.values, len(found.entries))
        self.assertLen(table.rows, len(found.entries))
        self.assertIn("lecture", str(found))
        plain = json.loads(json.dumps(found.plain(), allow_nan=False))
        self.assertEqual(plain["entries"][0]["sensitivity"], "high")
        with self.assertRaises(KeyError):
            found["other"]

    def test_remarks(self):
        found = importance(support.filled(support.depth, 20), repeats=2)
        entry = found["units"]
        self.assertIn("narrow", entry.remark)
        wide = dataclasses.replace(entry, low=0.0, high=0.9)
        self.assertEqual(wide.remark, "maybe chance")
        large = dataclasses.replace(entry, share=0.5, low=0.4, high=0.6)
        self.assertEqual(large.remark, "")

    def test_too_few(self):
        with self.assertRaisesRegex(ValueError, "at least 10 .* received: 9"):
            importance(support.filled(support.depth, 9))

    def test_all_alike(self):
        with self.assertRaisesRegex(ValueError, "different scores"):
            importance(support.filled(lambda values: 1.0, 12))
        with self.assertRaisesRegex(ValueError, "0 finite scores"):
            importance(support.filled(lambda values: math.nan, 12))

    def test_nothing_tuned(self):
        hp = keras_tuner.HyperParameters()
        hp.Fixed("seed", 1)
        held = support.oracle(hp=hp)
        for score in range(12):
            support.add(held, {"seed": 1}, float(score))
        with self.assertRaisesRegex(ValueError, "at least one hyperparameter"):
            importance(held)

    @parameterized.parameters(
        ({"repeats": 1}, "`repeats`"),
        ({"repeats": 2.5}, "`repeats`"),
        ({"confidence": 1.0}, "`confidence`"),
        ({"confidence": math.nan}, "`confidence`"),
    )
    def test_bad_options(self, options, told):
        with self.assertRaisesRegex(ValueError, told):
            importance(support.filled(support.depth, 20), **options)

    @parameterized.parameters(None, 3, keras_tuner.Oracle)
    def test_no_tuner(self, given):
        with self.assertRaisesRegex(TypeError, "`tuner` must be"):
            importance(given)


if __name__ == "__main__":
    absltest.main()
