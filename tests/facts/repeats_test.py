import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import data
from keras_troubleshoot.facts import repeats
from keras_troubleshoot.facts.sample import Sample

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 8))
Y = RNG.integers(0, 2, 300)


def profile(x, y=None):
    return data.profile(Sample(x, y, rows=len(x)))


def duplicates(x, y=None):
    return repeats.duplicates(profile(x, y))


class DuplicatesTest(parameterized.TestCase):
    def test_none(self):
        got = duplicates(X, Y)
        self.assertEqual((got.rows, got.repeated, got.conflicting), (300, 0, 0))

    def test_counts(self):
        got = duplicates(np.r_[X, X[:40], X[:10]], np.r_[Y, Y[:40], Y[:10]])
        self.assertEqual((got.rows, got.repeated), (350, 50))
        self.assertEqual(got.conflicting, 0)

    def test_conflicts(self):
        got = duplicates(np.r_[X, X[:40]], np.r_[Y, 1 - Y[:40]])
        self.assertEqual((got.repeated, got.conflicting), (40, 80))

    def test_without_targets(self):
        self.assertEqual(duplicates(np.r_[X, X]).repeated, 300)

    def test_over_sampling(self):
        """Copies of a rare class are there on purpose."""
        y = (np.arange(300) < 30).astype(int)
        got = duplicates(np.r_[X, X[:30], X[:30]], np.r_[y, y[:30], y[:30]])
        self.assertEqual(got.rare_share, 1)
        got = duplicates(np.r_[X, X[100:130]], np.r_[y, y[100:130]])
        self.assertEqual(got.rare_share, 0)

    @parameterized.named_parameters(
        ("binary_columns", RNG.integers(0, 2, (300, 6))),
        ("small_counts", RNG.integers(0, 5, (300, 3))),
        ("flat_pictures", np.zeros((300, 8, 8))),
    )
    def test_what_meets_by_chance_is_not_compared(self, x):
        got = duplicates(x, Y)
        self.assertEqual(got.repeated, 0)

    def test_pictures(self):
        x = RNG.integers(0, 256, (100, 8, 8), "uint8")
        self.assertEqual(duplicates(np.r_[x, x[:5]]).repeated, 5)

    def test_several_inputs_belong_together(self):
        other = RNG.normal(size=(600, 8))
        x = {"a": np.r_[X, X], "b": other}
        got = repeats.duplicates(data.profile(Sample(x, rows=600)))
        self.assertEqual(got.repeated, 0)

    def test_nan_equals_nan(self):
        x = X.copy()
        x[:, 0] = np.nan
        self.assertEqual(duplicates(np.r_[x, x[:4]]).repeated, 4)

    def test_text(self):
        words = np.array([[f"{v:.4f}" for v in row] for row in X])
        self.assertEqual(duplicates(np.r_[words, words[:4]]).repeated, 4)


class LeakageTest(absltest.TestCase):
    def test_known_rows(self):
        other = RNG.normal(size=(100, 8))
        got = repeats.leakage(profile(X), profile(np.r_[other, X[:25]]))
        self.assertEqual((got.rows, got.known, got.within), (125, 25, 0))

    def test_other_precision(self):
        got = repeats.leakage(profile(X), profile(X[:50].astype("float32")))
        self.assertEqual(got.known, 50)

    def test_other_types(self):
        numbers = RNG.integers(-500, 500, (300, 8))
        got = repeats.leakage(
            profile(numbers.astype("int16")), profile(numbers * 1.0)
        )
        self.assertEqual(got.known, 300)

    def test_minus_zero(self):
        x = X.copy()
        x[:, 0] = 0.0
        other = x.copy()
        other[:, 0] = -0.0
        self.assertEqual(repeats.leakage(profile(x), profile(other)).known, 300)

    def test_none(self):
        got = repeats.leakage(profile(X), profile(X + 1))
        self.assertEqual(got.known, 0)

    def test_rows_beyond_the_sample(self):
        """Where the whole is at hand, all of it is compared."""
        some = np.arange(50)
        training = data.profile(
            Sample(X[some], rows=300, indices=some, whole=(X, None, None))
        )
        got = repeats.leakage(training, profile(X[200:]))
        self.assertEqual(got.known, 100)

    def test_arrays_of_one_row_stay_together(self):
        """Either the whole of all inputs is taken, or the sample of all."""
        some = np.arange(50)
        whole = {"a": X, "b": RNG.normal(size=(300, 100))}
        part = {name: values[some] for name, values in whole.items()}
        profiled = data.profile(
            Sample(part, rows=300, indices=some, whole=(whole, None, None))
        )
        for most, rows in ((300 * 108, 300), (300 * 108 - 1, 50)):
            parts = repeats.columns(profiled, most)
            self.assertEqual([len(p) for p in parts], [rows, rows])

    def test_within(self):
        got = repeats.leakage(profile(np.r_[X, X]), profile(X))
        self.assertAlmostEqual(got.within, 0.5)


if __name__ == "__main__":
    absltest.main()
