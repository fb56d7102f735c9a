import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.rows.find_duplicates import find_duplicates


def normal(rows, columns, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, columns))


def as_lists(found):
    return [group.tolist() for group in found.groups]


class ExactTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("float64", "float64"), ("float32", "float32"), ("float16", "float16")
    )
    def test_planted_copies(self, dtype):
        x = normal(200, 40).astype(dtype)
        x[[7, 50]], x[9] = x[3], x[8]
        found = find_duplicates(x, near=None)
        self.assertEqual(as_lists(found), [[3, 7, 50], [8, 9]])
        self.assertLen(found.keep, 197)
        self.assertEqual(found.duplicated, 5)
        self.assertIn("2 groups of 5 equal rows", str(found))

    def test_nan_equals_nan_and_zero_minus_zero(self):
        x = normal(100, 40)
        x[2, 3], x[2, 4] = np.nan, 0.0
        x[9] = x[2]
        x[9, 4] = -0.0
        x[10] = x[2]
        x[10, 3] = 1.0
        found = find_duplicates(x)
        self.assertEqual(as_lists(found), [[2, 9]])

    def test_whole_numbers_beyond_float32(self):
        x = 2**40 + np.arange(200 * 8).reshape(200, 8) ** 2
        x[5] = x[4]
        x[5, 0] += 1
        x[9] = x[8]
        found = find_duplicates(x, near=None)
        self.assertEqual(as_lists(found), [[8, 9]])

    def test_columns_in_another_order_are_another_row(self):
        x = normal(100, 30)
        x[1] = x[0][::-1]
        self.assertEqual(find_duplicates(x).duplicated, 0)

    def test_nested_inputs_must_all_be_equal(self):
        x = {
            "a": normal(100, 20),
            "b": [normal(100, 30, 1), np.arange(100).astype(str)],
        }
        for leaf in (x["a"], *x["b"]):
            leaf[20] = leaf[10]
        x["a"][40] = x["a"][30]
        self.assertEqual(as_lists(find_duplicates(x)), [[10, 20]])

    def test_conflicting_targets(self):
        x, y = normal(100, 20), np.arange(100) % 3
        x[5], x[8] = x[4], x[2]
        found = find_duplicates(x, y)
        self.assertEqual(found.conflicts, 2)
        self.assertIn("2 rows stand in groups whose targets differ", str(found))
        self.assertEqual(y[2], y[8])

    def test_a_dataset_is_read_in_its_order(self):
        x = normal(300, 20).astype("float32")
        x[200] = x[100]
        data = tf.data.Dataset.from_tensor_slices((x, np.zeros(300))).batch(16)
        self.assertEqual(as_lists(find_duplicates(data)), [[100, 200]])


class ChanceTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("bits", lambda rng: rng.integers(0, 2, (2000, 8))),
        ("codes", lambda rng: rng.integers(0, 9, (2000, 3))),
        ("rare_ones", lambda rng: (rng.random((2000, 40)) < 0.01) * 1.0),
        ("a_number", lambda rng: rng.integers(0, 99, 2000)),
        ("words", lambda rng: rng.choice(["a", "b", "c"], (2000, 2))),
    )
    def test_poor_rows_repeat_by_chance(self, draw):
        x = draw(np.random.default_rng(0))
        found = find_duplicates(x)
        self.assertEqual(found.duplicated, 0)
        _, counts = np.unique(x.reshape(2000, -1), axis=0, return_counts=True)
        self.assertEqual(found.by_chance, counts[counts > 1].sum())
        self.assertIn("as chance would have it", str(found))

    @parameterized.product(
        columns=(1, 2, 3, 5, 10, 64),
        draw=("normal", "uniform", "lognormal", "mixture"),
    )
    def test_independent_rows_are_not_near(self, columns, draw):
        rng = np.random.default_rng(columns)
        x = rng.normal(size=(2000, columns))
        if draw == "uniform":
            x = rng.random((2000, columns))
        if draw == "lognormal":
            x = np.exp(1.5 * x)
        if draw == "mixture":
            x = x * np.exp(rng.normal(size=(2000, 1)))
            x += 10 * rng.normal(size=(20, columns))[np.arange(2000) % 20]
        # 24 cases, in each of which a pair is met with probability 0.05.
        self.assertLessEqual(find_duplicates(x).duplicated, 2)


class NearTest(parameterized.TestCase):
    @parameterized.parameters(3, 6, 20, 300)
    def test_planted_near_copies(self, columns):
        x = normal(1000, columns) * np.logspace(-3, 3, columns)
        noise = np.random.default_rng(1).normal(size=(50, columns))
        x[900:950] = x[:50] + 1e-4 * noise * x.std(axis=0)
        found = find_duplicates(x)
        self.assertEqual(as_lists(found), [[i, 900 + i] for i in range(50)])
        self.assertLen(found.keep, 950)
        self.assertIn("50 groups of 100 near rows", str(found))

    def test_each_row_has_a_copy(self):
        x = normal(1500, 10)
        noise = 1e-3 * np.random.default_rng(1).normal(size=x.shape)
        found = find_duplicates(np.concatenate([x, x + noise]))
        self.assertEqual(as_lists(found), [[i, 1500 + i] for i in range(1500)])

    def test_a_number_sets_the_radius(self):
        x = normal(1000, 10)
        x[1] = x[0] + 0.05
        self.assertEqual(find_duplicates(x, near=0.01).duplicated, 0)
        self.assertEqual(as_lists(find_duplicates(x, near=0.2)), [[0, 1]])

    def test_missing_values_must_be_the_same(self):
        x = normal(1000, 10)
        x[0, 3] = np.nan
        x[1], x[2] = x[0] + 1e-5, x[0] + 2e-5
        x[2, 3] = 0.0
        self.assertEqual(as_lists(find_duplicates(x)), [[0, 1]])

    def test_pictures_without_their_light(self):
        rng = np.random.default_rng(0)
        x = rng.integers(0, 200, (500, 12, 12, 3)).astype("uint8")
        darker = 0.8 * x[:20] + 20 + rng.normal(0, 1, (20, 12, 12, 3))
        x[400:420] = darker.astype("uint8")
        found = find_duplicates(x)
        self.assertEqual(as_lists(found), [[i, 400 + i] for i in range(20)])

    def test_texts(self):
        rng = np.random.default_rng(0)
        words = ["".join(rng.choice(list("abcdefghij"), 6)) for _ in range(99)]
        texts = [" ".join(rng.choice(words, 25)) for _ in range(300)]
        texts[7] = texts[3].upper() + "!"
        texts[9] = texts[8]
        texts[20] = ""
        found = find_duplicates(texts)
        self.assertEqual(as_lists(found), [[3, 7], [8, 9]])
        self.assertIn("80% of the pieces", str(found))

    def test_tokens(self):
        rng = np.random.default_rng(0)
        x = rng.integers(1, 900, (400, 30))
        x[::2, 20:] = 0
        x[11] = x[1]
        x[11, 15] = 899
        self.assertEqual(as_lists(find_duplicates(x)), [[1, 11]])

    def test_many_rows_are_hashed(self):
        x = normal(40_000, 20).astype("float32")
        x[20_000:20_200] = x[:200] + 0.005
        found = find_duplicates(x)
        self.assertBetween(found.recall, 0.98, 0.9999)
        # All lie well within the radius.
        self.assertEqual(as_lists(found), [[i, 20_000 + i] for i in range(200)])


class ContractTest(parameterized.TestCase):
    def test_the_data_and_the_generators_stay(self):
        x = normal(200, 5)
        before, state = x.copy(), np.random.get_state()[1].copy()
        keras.utils.set_random_seed(1)
        state = np.random.get_state()[1].copy()
        one, two = find_duplicates(x), find_duplicates(x)
        np.testing.assert_array_equal(x, before)
        np.testing.assert_array_equal(np.random.get_state()[1], state)
        np.testing.assert_array_equal(one.group, two.group)

    @parameterized.named_parameters(
        ("near", {"near": 2}, "`near` must be 'auto'"),
        ("near_word", {"near": "yes"}, "`near` must be 'auto'"),
        ("seed", {"seed": -1}, "`seed` must be a whole number"),
    )
    def test_bad_options(self, options, told):
        with self.assertRaisesRegex(ValueError, told):
            find_duplicates(normal(20, 2), **options)

    @parameterized.named_parameters(
        ("none", None, None, "received: None"),
        ("empty", np.zeros((0, 3)), None, "at least one row"),
        ("lengths", normal(5, 2), np.zeros(4), "same number of rows"),
        ("a_word", "rows.csv", None, "must be an array"),
    )
    def test_bad_data(self, x, y, told):
        with self.assertRaisesRegex(ValueError, told):
            find_duplicates(x, y)

    @parameterized.parameters(1, 2, 17)
    def test_few_rows(self, rows):
        found = find_duplicates(np.ones((rows, 3)))
        self.assertEqual(found.rows, rows)
        self.assertEqual(found.by_chance, rows if rows > 1 else 0)


if __name__ == "__main__":
    absltest.main()
