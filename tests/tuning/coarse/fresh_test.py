import itertools

import keras_tuner
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.coarse import drawing
from keras_troubleshoot.tuning.coarse import fresh


class FreshTest(parameterized.TestCase):
    def test_all_configurations_once(self):
        hp = keras_tuner.HyperParameters()
        hp.Choice("kind", ["a", "b"])
        with hp.conditional_scope("kind", ["b"]):
            hp.Int("n", 1, 5)
            hp.Boolean("flag")
        hp.Fixed("seed", 1)
        found = list(fresh.walk(hp.space))
        self.assertLen(found, 1 + 5 * 2)
        self.assertLen({fresh.key(hp.space, v) for v in found}, 11)
        self.assertIn({"kind": "a", "seed": 1}, found)

    @parameterized.parameters(
        {"sampling": "log"},
        {"sampling": "reverse_log"},
        {"step": 3},
        {"step": 2, "sampling": "log"},
    )
    def test_every_value_of_a_range(self, **options):
        hp = keras_tuner.HyperParameters()
        hp.Int("n", 2, 40, **options)
        found = [values["n"] for values in fresh.walk(hp.space)]
        expected = {
            3: range(2, 41, 3),
            2: [2, 4, 8, 16, 32],
        }.get(options.get("step"), range(2, 41))
        self.assertCountEqual(found, expected)

    def test_a_continuum_has_no_end(self):
        hp = keras_tuner.HyperParameters()
        hp.Float("x", 0, 1)
        found = itertools.islice(fresh.walk(hp.space), 5)
        self.assertSequenceAlmostEqual(
            [v["x"] for v in found], [0, 1, 0.5, 0.25, 0.75]
        )
        known = {fresh.key(hp.space, {"x": 0.0})}
        self.assertAlmostEqual(fresh.unknown(hp.space, known)["x"], 1.0)

    def test_an_empty_space(self):
        self.assertEqual(fresh.unknown([], set()), {})
        self.assertIsNone(fresh.unknown([], {()}))

    def test_points_are_even(self):
        points = [drawing.point(7, number, 0, 3) for number in range(64)]
        for column in zip(*points, strict=True):
            counted = [int(64 * place) for place in column]
            self.assertCountEqual(counted, range(64))
        # A longer sequence, or more dimensions, change none of them.
        again = drawing.point(7, 5, 0, 20)
        self.assertSequenceEqual(list(again), list(points[5]))


if __name__ == "__main__":
    absltest.main()
