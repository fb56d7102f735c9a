import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import heads
from keras_troubleshoot.facts import targets
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.targets import Target

RNG = np.random.default_rng(0)
ONE_HOT = np.eye(3)[RNG.integers(0, 3, 60)]


def array(values, **options):
    return Array("y", np.asarray(values), **options)


class KindTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("binary", [0, 1, 1, 0], Target.BINARY),
        ("binary_column", [[0.0], [1.0]], Target.BINARY),
        ("booleans", [True, False], Target.BINARY),
        ("only_ones", [1, 1, 1], Target.BINARY),
        ("signs", [-1, 1, -1], Target.TWO_VALUED),
        ("grey", [0, 255, 0], Target.TWO_VALUED),
        ("ids", RNG.integers(0, 7, 90), Target.CLASSES),
        ("ids_from_one", RNG.integers(1, 8, 90), Target.CLASSES),
        ("ids_as_floats", RNG.integers(0, 7, (90, 1)) * 1.0, Target.CLASSES),
        ("prices", RNG.integers(100, 9000, 400), Target.REAL),
        ("counts", RNG.poisson(50, 400), Target.REAL),
        ("normal", RNG.normal(size=90), Target.REAL),
        ("shares", RNG.uniform(size=90), Target.SHARES),
        ("one_hot", ONE_HOT, Target.ONE_HOT),
        ("one_hot_steps", np.stack([ONE_HOT, ONE_HOT], 1), Target.ONE_HOT),
        ("multi_hot", [[0, 1, 1], [1, 0, 0], [0, 0, 0]], Target.MULTI_HOT),
        ("soft", RNG.dirichlet([1, 1, 1], 60), Target.SOFT),
        ("smoothed", 0.9 * ONE_HOT + 0.1 / 3, Target.SOFT),
        ("pixels", RNG.uniform(size=(60, 4)), Target.SHARES),
        ("vectors", RNG.normal(size=(60, 3)), Target.REAL),
        ("text", ["a", "b"], Target.OTHER),
        ("objects", np.array([None, 1], object), Target.OTHER),
        ("only_nan", [np.nan, np.nan], Target.OTHER),
        ("some_nan", [0.0, 1.0, np.nan], Target.BINARY),
        ("infinite", [0.0, 1.0, np.inf], Target.BINARY),
    )
    def test_of(self, values, expected):
        self.assertIs(targets.kind(array(values)), expected)

    def test_segmentation_mask(self):
        mask = RNG.integers(0, 4, (6, 5, 5, 1))
        self.assertIs(targets.kind(array(mask)), Target.CLASSES)

    def test_many_classes_need_many_rows(self):
        ids = np.arange(2000) % 100
        self.assertIs(targets.kind(array(ids)), Target.CLASSES)
        self.assertIs(targets.kind(array(ids[:150])), Target.REAL)


class ArrayTest(parameterized.TestCase):
    def test_non_finite_of_the_whole(self):
        whole = np.zeros((100, 3), "float32")
        whole[70, 1] = np.nan
        whole[90, 2] = np.inf
        indices = np.arange(0, 100, 10)
        got = array(whole[indices], whole=whole, indices=indices).non_finite
        self.assertEqual(
            got, {"rows": 2, "of": 100, "first": [70, 90], "features": [1, 2]}
        )

    def test_non_finite_of_a_sample(self):
        values = np.zeros((10, 1), "float16")
        values[4] = np.inf
        got = array(values, indices=np.arange(0, 100, 10)).non_finite
        self.assertEqual((got["rows"], got["first"]), (1, [40]))

    @parameterized.parameters("int64", "bool", "uint8")
    def test_whole_numbers_are_finite(self, dtype):
        self.assertEqual(array(np.zeros(5, dtype)).non_finite["rows"], 0)

    @parameterized.parameters(
        ([0.5, 1.0], False), ([2.0, np.nan], True), ([1, 2], True)
    )
    def test_integral(self, values, expected):
        self.assertEqual(array(values).integral, expected)

    @parameterized.parameters(
        ((9, 28, 28), True), ((9, 28, 28, 3), True), ((9, 3, 28), False)
    )
    def test_spatial(self, shape, expected):
        self.assertEqual(array(np.zeros(shape)).spatial, expected)

    def test_labels(self):
        np.testing.assert_array_equal(
            array(ONE_HOT).labels(), ONE_HOT.argmax(1)
        )
        np.testing.assert_array_equal(array([[3], [5]]).labels(), [3, 5])

    def test_numeric(self):
        self.assertTrue(array(np.zeros(2, "float16")).numeric)
        self.assertFalse(array(["a"]).numeric)
        self.assertFalse(array(np.zeros(2, [("a", "f4")])).numeric)


class MetricTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("one_unit", [0, 1], (2, 1), "BinaryAccuracy"),
        ("one_hot", ONE_HOT, (9, 3), "CategoricalAccuracy"),
        ("ids", [0, 1, 2, 1], (4, 3), "SparseCategoricalAccuracy"),
        ("ids_in_a_column", [[0], [1]], (2, 3), "SparseCategoricalAccuracy"),
        (
            "as_many_ids_as_units",
            [0, 1, 2],
            (3, 3),
            "SparseCategoricalAccuracy",
        ),
        ("as_many_steps", [[0, 1]], (1, 2, 2), "SparseCategoricalAccuracy"),
    )
    def test_accuracy_means(self, y, shape, expected):
        for name in ("accuracy", "acc"):
            got = heads.metric(name, array(y), shape)
            self.assertEqual((got.name, got.class_name), (name, expected))

    @parameterized.parameters(
        ("mae", "MeanAbsoluteError", None),
        ("auc", "AUC", None),
        ("AUC", "AUC", None),
        ("binary_accuracy", "BinaryAccuracy", 0.5),
        ("Precision", "Precision", None),
    )
    def test_names(self, name, class_name, threshold):
        got = heads.metric(name, None, (9, 1))
        self.assertEqual(got.class_name, class_name)
        self.assertEqual(got.threshold, threshold)

    def test_function(self):
        def r_squared(y, y_pred):
            return 0

        got = heads.metric(r_squared, None, (9, 1))
        self.assertEqual((got.name, got.class_name), ("r_squared", "RSquared"))


if __name__ == "__main__":
    absltest.main()
