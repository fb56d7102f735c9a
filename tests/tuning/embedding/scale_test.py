import math

import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.embedding import scale


def made(kind, *args, **options):
    hp = keras_tuner.HyperParameters()
    getattr(hp, kind)("p", *args, **options)
    return hp.space[0]


STEPPED = (
    ("int", made("Int", 3, 11), list(range(3, 12))),
    ("int_step", made("Int", 6, 13, step=3), [6, 9, 12]),
    (
        "int_log_step",
        made("Int", 2, 32, step=2, sampling="log"),
        [2, 4, 8, 16, 32],
    ),
    (
        "float_step",
        made("Float", 0, 1, step=0.2),
        [0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
    ),
    (
        "float_log_step",
        made("Float", 1e-3, 10, step=10, sampling="log"),
        [1e-3, 1e-2, 1e-1, 1.0, 10.0],
    ),
    (
        "reverse_step",
        made("Int", 1, 8, step=2, sampling="reverse_log"),
        [1, 5, 7, 8],
    ),
    ("choice", made("Choice", ["c", "a", "b"]), ["c", "a", "b"]),
    ("numbers", made("Choice", [16, 64, 256]), [16, 64, 256]),
    ("boolean", made("Boolean"), [False, True]),
    ("fixed", made("Fixed", 7), [7]),
)
RANGES = (
    ("linear", made("Float", -2, 6), lambda u: -2 + 8 * u),
    (
        "log",
        made("Float", 1e-4, 1, sampling="log"),
        lambda u: 10 ** (4 * u - 4),
    ),
    (
        "reverse_log",
        made("Float", 1, 100, sampling="reverse_log"),
        lambda u: 101 - 100 ** (1 - u),
    ),
)


class ScaleTest(parameterized.TestCase):
    @parameterized.named_parameters(*STEPPED)
    def test_values_have_equal_parts(self, hp, values):
        count = len(values)
        places = (np.arange(count) + 0.5) / count
        np.testing.assert_allclose(
            [scale.to_unit(hp, value) for value in values], places
        )
        found = [scale.from_unit(hp, place) for place in places]
        self.assertEqual([type(v) for v in found], [type(v) for v in values])
        if isinstance(values[0], float):
            np.testing.assert_allclose(found, values)
        else:
            self.assertEqual(found, values)
        self.assertEqual(scale.count_of(hp), count)

    @parameterized.named_parameters(*STEPPED)
    def test_a_part_is_as_wide_as_the_others(self, hp, values):
        places = np.linspace(0, 1, 100 * len(values), endpoint=False)
        drawn = [scale.from_unit(hp, place) for place in places]
        for value in set(drawn):
            self.assertAlmostEqual(drawn.count(value), 100, delta=1)

    @parameterized.named_parameters(*RANGES)
    def test_ranges(self, hp, value):
        for place in (0, 0.1, 0.37, 0.5, 0.99):
            self.assertAlmostEqual(scale.from_unit(hp, place), value(place))
            self.assertAlmostEqual(scale.to_unit(hp, value(place)), place)
        self.assertAlmostEqual(scale.from_unit(hp, 1.0), hp.max_value)
        self.assertLessEqual(scale.from_unit(hp, 2.0), hp.max_value)
        self.assertEqual(scale.count_of(hp), math.inf)

    @parameterized.parameters("linear", "log", "reverse_log")
    def test_whole_numbers_come_back(self, sampling):
        hp = made("Int", 4, 300, sampling=sampling)
        places = [scale.to_unit(hp, value) for value in range(4, 301)]
        self.assertEqual(places, sorted(places))
        back = [scale.from_unit(hp, place) for place in places]
        self.assertEqual(back, list(range(4, 301)))
        self.assertEqual(scale.from_unit(hp, 1.0), 300)
        self.assertEqual(scale.from_unit(hp, 0.0), 4)
        self.assertEqual(scale.count_of(hp), 297)

    def test_strange_values_are_the_nearest(self):
        self.assertEqual(scale.to_unit(made("Float", 0, 1), 3.0), 1.0)
        self.assertEqual(scale.to_unit(made("Choice", ["a", "b"]), "z"), 0.5)
        self.assertEqual(scale.to_unit(made("Choice", [1, 9]), 8), 0.75)
        self.assertEqual(scale.to_unit(made("Int", 1, 4), 99), 0.875)

    def test_large_ranges_take_no_time(self):
        hp = made("Int", 0, 10**12)
        self.assertEqual(scale.to_unit(hp, 0), 0.5 / (10**12 + 1))
        self.assertAlmostEqual(scale.from_unit(hp, 0.5) / 10**12, 0.5)

    def test_a_range_of_one_value(self):
        hp = made("Float", 2, 2)
        self.assertEqual(scale.from_unit(hp, scale.to_unit(hp, 2.0)), 2.0)
        self.assertEqual(scale.count_of(hp), 1)


if __name__ == "__main__":
    absltest.main()
