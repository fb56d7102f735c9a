import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from scipy import stats

from keras_troubleshoot.improvement.adaptation.choosing import domain_gap as of
from keras_troubleshoot.improvement.adaptation.choosing.domain_gap import (
    domain_gap,
)


def apart(by, rows=400, columns=3, seed=0):
    """Two normal domains, the second moved along the first column."""
    rng = np.random.default_rng(seed)
    one, other = rng.normal(size=(2, rows, columns))
    other[:, 0] += by
    return one, other


class DomainGapTest(parameterized.TestCase):
    @parameterized.parameters(1.0, 2.0, 3.0)
    def test_distance_is_that_of_the_best_linear_classifier(self, by):
        found = domain_gap(*apart(by, 2000))
        error = stats.norm.cdf(-by / 2)  # The hyperplane halfway between.
        self.assertAlmostEqual(found.error, error, delta=0.02)
        self.assertAlmostEqual(found.distance, 2 * (1 - 2 * found.error))
        self.assertLess(found.low, 2 * (1 - 2 * error))
        self.assertGreater(found.high, 2 * (1 - 2 * error))
        self.assertTrue(found.apart)

    def test_halves_of_one_domain_are_not_told_apart(self):
        alarms = [domain_gap(*apart(0, seed=s)).apart for s in range(5)]
        self.assertLessEqual(sum(alarms), 1)
        found = domain_gap(*apart(0))
        self.assertEqual(found.low, 0.0)
        self.assertIn("No gap is seen beyond chance", str(found))

    def test_domains_that_never_meet(self):
        found = domain_gap(*apart(50))
        self.assertEqual((found.distance, found.high, found.error), (2, 2, 0))
        self.assertBetween(found.low, 1.9, 2.0)
        self.assertIn("100% of held-out rows", str(found))

    def test_unequal_sizes_weigh_the_same(self):
        one, other = apart(2.0, 2000)
        found = domain_gap(one, other[:200])
        self.assertAlmostEqual(found.error, stats.norm.cdf(-1), delta=0.04)
        self.assertEqual(found.rows, (2000, 200))

    def test_rows_are_drawn_by_the_seed(self):
        one, other = apart(1.0, 1000)
        found = domain_gap(one, other, rows=100, seed=3)
        self.assertEqual(found.rows, (100, 100))
        self.assertEqual(found, domain_gap(one, other, rows=100, seed=3))
        self.assertNotEqual(found, domain_gap(one, other, rows=100, seed=4))

    def test_wide_images_are_seen_by_components(self):
        rng = np.random.default_rng(0)
        one, other = rng.random((2, 150, 32, 32, 3)).astype("float32")
        self.assertGreater(domain_gap(one, other * 0.5).distance, 1.9)
        self.assertFalse(domain_gap(one, other).apart)

    def test_nested_inputs_are_put_side_by_side(self):
        one, other = apart(4.0)
        a = {"image": np.zeros((400, 4, 4), "uint8"), "row": one}
        b = {"image": np.zeros((400, 4, 4), "uint8"), "row": other}
        self.assertAlmostEqual(
            domain_gap(a, b).distance, domain_gap(one, other).distance
        )

    def test_texts_and_tokens_by_their_words(self):
        rng = np.random.default_rng(0)
        words = np.array([f"word{i}" for i in range(60)])
        one = [" ".join(rng.choice(words[:40], 8)) for _ in range(200)]
        other = [" ".join(rng.choice(words[20:], 8)) for _ in range(200)]
        found = domain_gap(one, other)
        self.assertGreater(found.distance, 1.7)
        self.assertEqual(found.where, "the words")
        ids = [rng.integers(lo, lo + 400, (200, 12)) for lo in (1, 200)]
        for each in ids:
            each[np.arange(12) >= rng.integers(5, 12, (200, 1))] = 0
        self.assertGreater(domain_gap(*ids).distance, 1.2)

    def test_streams_of_inputs(self):
        one, other = apart(3.0)
        streams = [
            tf.data.Dataset.from_tensor_slices(x).batch(64)
            for x in (one, other)
        ]
        self.assertAlmostEqual(
            domain_gap(*streams).distance, domain_gap(one, other).distance
        )

    def test_the_interval_holds_the_error_of_new_rows(self):
        held = 0
        for seed in range(20):
            found = domain_gap(*apart(1.0, 150, 2, seed))
            held += found.low <= 2 * (1 - 2 * stats.norm.cdf(-0.5)) + 0.02
            held += found.high >= 2 * (1 - 2 * stats.norm.cdf(-0.5)) - 0.02
        self.assertGreaterEqual(held, 38)  # Of 40 ends, 95%.

    @parameterized.named_parameters(
        ("shapes", (40, 3), (40, 4), "must have the features of `source`"),
        ("ranks", (40, 3), (40, 3, 1), "must have the features of `source`"),
        ("empty", (40, 3), (0, 3), "target.* at least one row"),
        ("few", (40, 3), (19, 3), "`target` must have at least 20 rows"),
    )
    def test_shapes_that_do_not_go_together(self, one, other, told):
        with self.assertRaisesRegex(ValueError, told):
            domain_gap(np.zeros(one), np.zeros(other))

    def test_not_a_number_is_refused(self):
        one, other = apart(1.0)
        other[7, 1] = np.nan
        told = "`target` must hold finite.* 1 of 400 rows, row 7 first.*mend"
        with self.assertRaisesRegex(ValueError, told):
            domain_gap(one, other)

    def test_labels_are_refused(self):
        one, other = apart(1.0)
        y = np.arange(400) % 2
        told = "`target` must hold inputs alone.*leave the labels out"
        with self.assertRaisesRegex(ValueError, told):
            domain_gap(one, (other, y))
        stream = tf.data.Dataset.from_tensor_slices((other, y)).batch(50)
        with self.assertRaisesRegex(ValueError, told):
            domain_gap(one, stream)

    @parameterized.named_parameters(
        ("rows", {"rows": 5}, ValueError, "`rows` must be at least 20"),
        ("half_rows", {"rows": 50.5}, TypeError, "`rows` must be a whole"),
        ("confidence", {"confidence": 1}, ValueError, "`confidence` must"),
        ("features", {"features": "a"}, ValueError, "pass `model=`"),
        ("model", {"model": "a.keras"}, TypeError, "`model` must be a"),
    )
    def test_arguments(self, given, error, told):
        with self.assertRaisesRegex(error, told):
            domain_gap(*apart(1.0), **given)


class FeaturesTest(parameterized.TestCase):
    def encoder(self):
        keras.utils.set_random_seed(0)
        keep = keras.layers.Dense(2, use_bias=False, name="keep")
        model = keras.Sequential([keras.Input((3,)), keep])
        # What moves, the first column, is left out.
        keep.set_weights([np.array([[0, 0], [1, 0], [0, 1]], "float32")])
        return model

    def test_an_encoder_by_its_output(self):
        found = domain_gap(*apart(5.0), model=self.encoder())
        self.assertFalse(found.apart)
        self.assertIn("the outputs of", found.where)

    @parameterized.named_parameters(
        ("compiled", None, "mse"), ("softmax", "softmax", None)
    )
    def test_a_model_with_a_head_by_what_its_head_is_given(self, last, loss):
        head = keras.layers.Dense(2, activation=last, name="head")
        model = keras.Sequential([*self.encoder().layers, head])
        model.build((None, 3))
        model.layers[0].set_weights(
            [np.array([[0, 0], [1, 0], [0, 1]], "float32")]
        )
        if loss:
            model.compile("sgd", loss)
        found = domain_gap(*apart(5.0), model=model)
        self.assertFalse(found.apart)
        self.assertIn("'head' is given", found.where)

    def test_a_named_layer_by_what_it_gives(self):
        inputs = keras.Input((3,))
        scaled = keras.layers.Rescaling(2.0, name="scaled")(inputs)
        model = keras.Model(inputs, keras.layers.Dense(1)(scaled))
        found = domain_gap(*apart(5.0), model=model, features="scaled")
        self.assertGreater(found.distance, 1.9)
        self.assertEqual(found.where, "the features that 'scaled' gives")
        with self.assertRaisesRegex(ValueError, "take one of: .*scaled"):
            domain_gap(*apart(5.0), model=model, features="other")

    def test_a_model_that_does_not_take_the_target(self):
        one, other = apart(1.0)
        with self.assertRaisesRegex(ValueError, "must run on rows of target"):
            domain_gap(one, other[:, :2], model=self.encoder())

    def test_features_that_are_not_finite(self):
        model = self.encoder()
        model.layers[0].set_weights([np.full((3, 2), np.nan)])
        with self.assertRaisesRegex(ValueError, "the features of source"):
            domain_gap(*apart(1.0), model=model)


class IntervalTest(parameterized.TestCase):
    def test_one_domain_alone_is_wilson_s(self):
        # Equal errors and rows: half as wide as one, times the root of two.
        rows = 2.25 * 100
        low, high = of.interval((0.1, 0.1), (rows, rows), 0.95)
        self.assertAlmostEqual(low, 0.1 - (0.1 - 0.0552) / 2**0.5, places=4)
        self.assertAlmostEqual(high, 0.1 + (0.1744 - 0.1) / 2**0.5, places=4)


if __name__ == "__main__":
    absltest.main()
