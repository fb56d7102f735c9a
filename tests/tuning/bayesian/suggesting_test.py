import math
import time

import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.bayesian import cube
from keras_troubleshoot.tuning.bayesian import suggesting
from keras_troubleshoot.tuning.bayesian.suggesting import suggest


def plane():
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 1e-5, 1.0, sampling="log")
    hp.Int("units", 1, 64)
    hp.Choice("kind", ["a", "b", "c"])
    return hp.space


def loss(values):
    """Best at a rate of 0.001, 40 units, "b"; diverges at large rates."""
    if values["rate"] > 0.03:
        return math.inf
    away = (math.log10(values["rate"]) + 3) ** 2 / 4
    return away + ((values["units"] - 40) / 64) ** 2 + (values["kind"] != "b")


def search(count, direction="min", seed=0, initial=6):
    sign = 1 if direction == "min" else -1
    trials = []
    for _ in range(count):
        values = suggest(plane(), trials, (), direction, seed, initial)
        trials.append((values, sign * loss(values)))
    return trials


def small():
    """Six configurations."""
    hp = keras_tuner.HyperParameters()
    hp.Choice("kind", ["linear", "net"])
    hp.Int("layers", 1, 5, parent_name="kind", parent_values=["net"])
    return hp.space


class SuggestTest(parameterized.TestCase):
    @parameterized.named_parameters(("min", "min"), ("max", "max"))
    def test_the_best_is_found(self, direction):
        trials = search(25, direction)
        values = min(trials, key=lambda trial: abs(trial[1]))[0]
        self.assertLess(loss(values), 0.02)
        self.assertEqual(values["kind"], "b")

    def test_what_diverges_is_avoided_with_what_is_near(self):
        trials = search(40, initial=10)
        wild = [not math.isfinite(score) for _, score in trials]
        # Three tenths of the range of rates diverge.
        self.assertGreater(sum(wild[:10]), 1)
        self.assertLess(sum(wild[10:]), 4)

    def test_none_and_nan_say_the_same_as_infinity(self):
        trials = search(12)
        found = [
            suggest(
                plane(),
                [(v, s if math.isfinite(s) else bad) for v, s in trials],
            )
            for bad in (math.inf, -math.inf, math.nan, None)
        ]
        self.assertEqual(found, [found[0]] * 4)

    def test_it_depends_on_its_arguments_alone(self):
        trials = search(12)
        np.random.seed(1)
        first = suggest(plane(), trials, seed=5)
        suggesting.fitted.cache_clear()
        np.random.seed(2)
        state = np.random.get_state()[1].copy()
        self.assertEqual(suggest(plane(), trials, seed=5), first)
        np.testing.assert_array_equal(np.random.get_state()[1], state)
        self.assertNotEqual(search(3, seed=5), search(3, seed=6))

    def test_a_trial_under_way_sends_the_next_one_elsewhere(self):
        trials = search(15)
        first = suggest(plane(), trials)
        second = suggest(plane(), trials, [first])
        third = suggest(plane(), trials, [first, second])
        apart = {str(values) for values in (first, second, third)}
        self.assertLen(apart, 3)

    @parameterized.named_parameters(("round", 20), ("model", 0))
    def test_each_configuration_once_then_none(self, initial):
        trials = []
        for number in range(6):
            values = suggest(small(), trials, initial=initial)
            self.assertNotIn(values, [tried for tried, _ in trials])
            trials.append((values, float(number % 3)))
        self.assertIsNone(suggest(small(), trials, initial=initial))
        running = [values for values, _ in trials[3:]]
        self.assertIsNone(suggest(small(), trials[:3], running))

    def test_a_branch_that_looks_bad_is_searched_now_and_then(self):
        hp = keras_tuner.HyperParameters()
        hp.Choice("kind", ["plain", "net"])
        hp.Float("rate", 0, 1, parent_name="kind", parent_values=["net"])
        hp.Float("share", 0, 1)
        rng = np.random.default_rng(0)
        trials = []
        for number in range(suggesting.BRANCHES * 5 + 1):
            net = {"kind": "net", "rate": 0.5 + rng.random() / 2}
            values = net if number % 8 == 0 else {"kind": "plain"}
            score = 5.0 if number % 8 == 0 else rng.random()
            trials.append(({**values, "share": rng.random()}, score))
        self.assertEqual(suggest(hp.space, trials)["kind"], "net")
        self.assertEqual(suggest(hp.space, trials[:-2])["kind"], "plain")

    def test_a_space_of_nothing_is_tried_once(self):
        self.assertEqual(suggest([], []), {})
        self.assertIsNone(suggest([], [({}, 0.5)]))

    def test_trials_from_before_a_hyperparameter_had_its_default(self):
        hp = keras_tuner.HyperParameters()
        hp.Choice("kind", ["a", "b"])
        hp.Choice("late", [1, 2], default=2)
        trials = [({"kind": "a"}, 0.1), ({"kind": "b"}, 0.2)]
        found = [suggest(hp.space, trials, seed=seed) for seed in range(5)]
        self.assertEqual({values["late"] for values in found}, {1})

    def test_entries_outside_the_space_do_not_matter(self):
        trials = search(8)
        more = [({**values, "other": 7}, score) for values, score in trials]
        self.assertEqual(suggest(plane(), more), suggest(plane(), trials))

    def test_where_all_diverged_the_round_goes_on(self):
        trials = [
            (suggest(plane(), [], seed=seed), math.nan) for seed in range(9)
        ]
        self.assertIsNotNone(suggest(plane(), trials))

    def test_many_trials_are_represented_by_some(self):
        y = np.random.default_rng(0).permutation(1000).astype(float)
        kept = suggesting.representative(y, 100)
        self.assertLen(set(kept), 100)
        self.assertTrue(set(np.argsort(y)[:50]) <= set(kept))
        self.assertGreater(y[kept].max(), 900)

    def test_a_suggestion_after_400_trials_is_cheap(self):
        rng = np.random.default_rng(0)
        box = cube.Cube(plane())
        rows = box.valid(rng.random((400, len(box))))
        trials = [(values, loss(values)) for values in map(box.decode, rows)]
        suggest(plane(), trials)
        start = time.process_time()
        suggest(plane(), trials, seed=1)
        # Seconds of a core; 0.05 were measured.
        self.assertLess(time.process_time() - start, 0.3)

    def test_an_unknown_direction_is_refused(self):
        with self.assertRaisesRegex(ValueError, "'min' or 'max', received"):
            suggest(plane(), [], objective_direction="down")


if __name__ == "__main__":
    absltest.main()
