"""Toy problems in the form of the user's data."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.start_simple.data import synthetic

RNG = np.random.default_rng(0)
IDS = np.arange(300) % 3
SIGNS = RNG.choice([-1.0, 1.0], 300)

INPUTS = {
    "bytes": RNG.integers(0, 256, (300, 12, 12, 3), "uint8"),
    "grey": RNG.integers(0, 256, (300, 12, 14), "uint8"),
    "centred": RNG.uniform(-0.5, 0.5, (300, 12, 12, 1)).astype("float32"),
    "series": RNG.normal([5, 100], [1, 30], (300, 20, 2)),
    "texts": RNG.integers(0, 5000, (300, 30)),
    "table": RNG.gamma(2.0, [1, 10, 1e4], (300, 3)).astype("float32"),
    "column": RNG.normal(size=300),
    "whole": RNG.integers(-100, 100, (300, 4), "int16"),
}

TARGETS = {
    "ids": IDS,
    "ids_from_one": (IDS + 1).astype("uint8"),
    "column": IDS[:, None].astype("float32"),
    "zero_or_one": IDS % 2,
    "signs": SIGNS,
    "one_hot": np.eye(3, dtype="float32")[IDS],
    "several_labels": RNG.integers(0, 2, (300, 5)).astype("float64"),
    "probabilities": RNG.dirichlet([1, 2, 3], 300),
    "real": RNG.normal(50, 7, 300),
    "columns": RNG.normal([5, -3], [1, 9], (300, 2)).astype("float32"),
    "shares": RNG.uniform(0.2, 0.7, (300, 1)),
    "amounts": RNG.integers(0, 10**6, 300),
}


def told(y):
    """Different rows of targets."""
    return np.unique(np.reshape(y, (len(y), -1)), axis=0)


class InputsTest(parameterized.TestCase):
    @parameterized.product(name=list(INPUTS), target=("ids", "columns"))
    def test_shape_type_and_range(self, name, target):
        x = INPUTS[name]
        toy = synthetic.like(x, TARGETS[target], rows=100, test_rows=50)
        self.assertEqual(toy.x.shape, (100, *x.shape[1:]))
        self.assertEqual(toy.x_test.shape, (50, *x.shape[1:]))
        self.assertEqual(toy.x.dtype, x.dtype)
        features = name in ("series", "table", "whole")
        axes = tuple(range(x.ndim - 1)) if features else None
        low, high = x.min(axes), x.max(axes)
        self.assertTrue((toy.x >= low - 1e-6).all())
        self.assertTrue((toy.x <= high + 1e-6).all())
        used = np.ptp(toy.x.astype(float), axes) / np.ptp(x.astype(float), axes)
        self.assertTrue(np.all(used > 0.3))

    def test_structure(self):
        x = {
            "photo": INPUTS["bytes"],
            "rest": [INPUTS["table"], (INPUTS["series"],)],
        }
        toy = synthetic.like(x, IDS, rows=100)
        self.assertEqual(list(toy.x), ["photo", "rest"])
        self.assertIsInstance(toy.x["rest"][1], tuple)
        for part in (toy.x, toy.x_test):
            self.assertEqual(part["photo"].dtype, "uint8")
            self.assertEqual(part["rest"][0].shape[1:], (3,))
            self.assertEqual(part["rest"][1][0].shape[1:], (20, 2))
        third = 1 / 3 + 2 / 3 * 0.34
        self.assertEqual(
            list(toy.alone), ["x['photo']", "x['rest'][0]", "x['rest'][1][0]"]
        )
        self.assertAlmostEqual(toy.alone["x['photo']"], third, delta=0.01)

    def test_features_that_cannot_show_anything(self):
        x = np.stack([IDS % 2, 1000 * np.arange(300), np.full(300, 7)], 1)
        toy = synthetic.like(x, IDS)
        self.assertSequenceEqual(np.unique(toy.x[:, 0]).tolist(), [0, 1])
        self.assertSequenceEqual(np.unique(toy.x[:, 2]).tolist(), [7])
        self.assertGreater(len(np.unique(toy.x[:, 1])), 500)
        # They are of rows at random: no class has more of them.
        means = [toy.x[toy.y == c, 0].mean() for c in range(3)]
        self.assertLess(np.ptp(means), 0.2)

    def test_shift_leaves_the_range_of_floats_only(self):
        for name, beyond in (("table", True), ("whole", False)):
            x = INPUTS[name]
            toy = synthetic.like(x, IDS, shift=3.0)
            outside = (toy.x_test > x.max(0)) | (toy.x_test < x.min(0))
            self.assertEqual(outside.any(), beyond)

    def test_missing_values(self):
        x = INPUTS["table"].copy()
        x[::2, 1], x[3, 0] = np.nan, np.inf
        self.assertTrue(np.isfinite(synthetic.like(x, IDS).x).all())

    def test_kinds_are_heeded(self):
        few = INPUTS["texts"] % 60
        self.assertIn("texts of", str(synthetic.like(few, IDS, kinds="tokens")))
        self.assertIn("rows of", str(synthetic.like(few, IDS)))


class TargetsTest(parameterized.TestCase):
    @parameterized.parameters(*TARGETS)
    def test_shape_and_type(self, name):
        y = TARGETS[name]
        toy = synthetic.like(INPUTS["table"], y, rows=100, test_rows=50)
        self.assertEqual(toy.y.shape, (100, *y.shape[1:]))
        self.assertEqual(toy.y_test.shape, (50, *y.shape[1:]))
        self.assertEqual(toy.y.dtype, y.dtype)

    @parameterized.parameters(
        "ids", "ids_from_one", "column", "zero_or_one", "signs", "one_hot"
    )
    def test_classes_have_the_same_values(self, name):
        y = TARGETS[name]
        toy = synthetic.like(INPUTS["table"], y, noise=0.1)
        np.testing.assert_array_equal(told(toy.y), told(y))
        self.assertEqual(toy.metric, "accuracy")
        self.assertEqual(toy.reachable, 0.9)

    def test_probabilities_are_all_for_one(self):
        toy = synthetic.like(INPUTS["table"], TARGETS["probabilities"])
        np.testing.assert_array_equal(told(toy.y), told(np.eye(3)))

    def test_several_labels_are_independent(self):
        x = RNG.normal(size=(300, 12, 12, 1)).astype("float32")
        x = np.tile(x, (1, 2, 2, 1))
        toy = synthetic.like(x, TARGETS["several_labels"][:, :4], rows=2000)
        self.assertLen(told(toy.y), 16)
        self.assertEqual(toy.chance, 0.5)

    @parameterized.parameters("real", "columns", "amounts")
    def test_real_values_have_the_same_mean_and_deviation(self, name):
        y = TARGETS[name]
        toy = synthetic.like(INPUTS["table"], y, rows=5000, noise=0.5)
        away = np.abs(toy.y.mean(0) - y.mean(0)) / y.std(0)
        self.assertLess(away.max(), 0.05)
        np.testing.assert_allclose(toy.y.std(0), y.std(0), rtol=0.05)
        self.assertEqual((toy.metric, toy.reachable), ("r2", 0.8))

    def test_shares_stay_in_their_range(self):
        y = TARGETS["shares"]
        toy = synthetic.like(INPUTS["table"], y, rows=5000, noise=0.5)
        self.assertBetween(toy.y.min(), y.min(), 0.35)
        self.assertBetween(toy.y.max(), 0.55, y.max())

    def test_rows_for_many_classes(self):
        ids = np.arange(2000) % 40
        toy = synthetic.like(RNG.normal(size=(2000, 50)), ids)
        self.assertSequenceEqual(np.bincount(toy.y).tolist(), [50] * 40)


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 10

    def __getitem__(self, index):
        part = slice(30 * index, 30 * (index + 1))
        return INPUTS["table"][part], IDS[part]


class StreamsTest(parameterized.TestCase):
    def test_dataset_is_left_as_it_was(self):
        def make():
            data = tf.data.Dataset.from_tensor_slices((INPUTS["bytes"], IDS))
            return data.shuffle(300, seed=3).batch(16)

        expected = [y.numpy().tolist() for _, y in make()]
        dataset = make()
        toy = synthetic.like(dataset, rows=100)
        self.assertEqual(
            (toy.x.shape, toy.x.dtype), ((100, 12, 12, 3), "uint8")
        )
        self.assertEqual([y.numpy().tolist() for _, y in dataset], expected)

    def test_py_dataset(self):
        toy = synthetic.like(Batches(), rows=100)
        self.assertEqual(toy.x.shape, (100, 3))
        np.testing.assert_array_equal(np.unique(toy.y), [0, 1, 2])


class RefusalsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("no_targets", INPUTS["table"], None, {}, "one array of targets"),
        ("two", INPUTS["table"], [IDS, IDS], {}, "one array of targets"),
        ("one_class", INPUTS["table"], IDS * 0, {}, "at least 2 classes"),
        (
            "pixels",
            INPUTS["bytes"],
            np.broadcast_to(IDS[:, None, None] + 0.5, (300, 12, 12)),
            {},
            "one target a row",
        ),
        ("bits", np.eye(300, dtype=int)[:, :9], IDS, {}, "astype"),
        ("still", np.ones((300, 3)), IDS, {}, "rows that differ"),
        ("masks", INPUTS["bytes"] % 2, IDS, {}, "astype"),
        ("text", np.array([["a", "b"]] * 300), IDS, {}, "a table of numbers"),
        ("video", np.ones((300, 2, 8, 8, 3)), IDS, {}, "a table of numbers"),
        (
            "wrong_kind",
            INPUTS["table"],
            IDS,
            {"kinds": "image"},
            "must be an image",
        ),
        (
            "small",
            np.ones((300, 1, 1, 1)) * IDS[:, None, None, None],
            IDS,
            {},
            "too small",
        ),
        (
            "imbalance",
            INPUTS["table"],
            TARGETS["real"],
            {"imbalance": 2.0},
            "of classes",
        ),
        ("rows", INPUTS["table"], IDS, {"rows": 2}, "a row for each"),
    )
    def test_one_sentence(self, x, y, arguments, message):
        with self.assertRaisesRegex(ValueError, message):
            synthetic.like(x, y, **arguments)

    @parameterized.parameters({"classes": 3}, {"task": "regression"})
    def test_what_the_targets_tell(self, **arguments):
        with self.assertRaisesRegex(TypeError, "from the targets"):
            synthetic.like(INPUTS["table"], IDS, **arguments)


if __name__ == "__main__":
    absltest.main()
