"""Tests of the normalization of inputs of any structure."""

import os
import tempfile
import warnings

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.start_simple.data.input_normalizer import (
    InputNormalizer,
)

RNG = np.random.default_rng(0)
ROWS = 200
TABLE = RNG.normal([5, -300, 1e-4], [2, 50, 1e-6], (ROWS, 3))
WAVES = RNG.normal(3, 2, (ROWS, 7, 2))
WORDS = np.where(
    np.arange(12) < RNG.integers(3, 13, (ROWS, 1)),
    RNG.integers(1, 900, (ROWS, 12)),
    0,
)
BYTES = RNG.integers(0, 256, (ROWS, 8, 8, 3)).astype("uint8")
INCOMES = np.c_[TABLE[:, 0], RNG.lognormal(9, 1.5, ROWS)]
ALL = {"table": TABLE, "waves": [WAVES, WORDS], "image": BYTES}


def standardized(values):
    """What should come out, by NumPy in float64."""
    axes = tuple(range(values.ndim - 1))
    return (values - values.mean(axes)) / values.std(axes)


class InputNormalizerTest(parameterized.TestCase):
    def test_each_kind_in_a_structure(self):
        made = InputNormalizer().adapt(ALL)(ALL)
        self.assertEqual(list(made), list(ALL))
        np.testing.assert_allclose(
            made["table"], standardized(TABLE), atol=2e-3
        )
        np.testing.assert_allclose(
            made["waves"][0], standardized(WAVES), atol=1e-5
        )
        np.testing.assert_array_equal(made["waves"][1], WORDS)
        np.testing.assert_allclose(made["image"], BYTES / 255, rtol=1e-6)

    @parameterized.named_parameters(
        ("bytes", BYTES, 0.0, 255.0),
        ("unit", BYTES / 255.0, 0.0, 1.0),
        ("bytes as floats", BYTES.astype("float32"), 0.0, 255.0),
        ("other range", BYTES * 10.0 - 500.0, -500.0, 2050.0),
        ("16 bits", BYTES.astype("uint16") * 257, 0.0, 65535.0),
    )
    def test_pixels_come_into_the_range(self, pixels, low, high):
        for start in (0.0, -0.5):
            normalizer = InputNormalizer(image_range=(start, start + 1))
            made = np.asarray(normalizer.adapt(pixels)(pixels))
            expected = (pixels.astype("float64") - low) / (high - low) + start
            np.testing.assert_allclose(made, expected, atol=1e-4)

    def test_a_float32_column_of_mean_1e8(self):
        column = RNG.normal(1e8, 1, (500_000, 1)).astype("float32")
        made = np.asarray(InputNormalizer().adapt(column)(column), "float64")
        self.assertAlmostEqual(made.mean(), 0, places=4)
        self.assertAlmostEqual(made.std(), 1, places=4)

    def test_a_mean_that_float32_cannot_hold(self):
        column = RNG.normal(1e8 + 3, 30, (1000, 1)).astype("float32")
        made = np.asarray(InputNormalizer().adapt(column)(column))
        expected = standardized(column.astype("float64"))
        np.testing.assert_allclose(made, expected, atol=1e-5)

    def test_other_ways_of_feeding_give_the_same(self):
        expected = InputNormalizer().adapt(TABLE).scalings

        class Batches(keras.utils.PyDataset):
            def __len__(self):
                return 2

            def __getitem__(self, index):
                return TABLE[100 * index :][:100], np.zeros(100)

        for data in (
            tf.data.Dataset.from_tensor_slices((TABLE, TABLE)).batch(32),
            tf.data.Dataset.from_tensor_slices(TABLE).batch(32),
            tf.constant(TABLE),
            Batches(),
        ):
            found = InputNormalizer().adapt(data).scalings
            np.testing.assert_allclose(found.mean, expected.mean)
            np.testing.assert_allclose(found.std, expected.std)

    def test_constant_features_are_only_centred_and_named(self):
        table = TABLE.copy()
        table[:, 1] = 7.0
        with self.assertWarnsRegex(UserWarning, "feature 1 of 3"):
            normalizer = InputNormalizer().adapt(table)
        made = np.asarray(normalizer(np.array([[5, 9.0, 1e-4]])))
        self.assertEqual(made[0, 1], 2.0)

    def test_healthy_data_warn_of_nothing(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            InputNormalizer().adapt(ALL)

    def test_a_deviation_that_float32_rounds_away_is_named(self):
        with self.assertWarnsRegex(UserWarning, "mean of 1e\\+08.*feature 0"):
            InputNormalizer().adapt(RNG.normal(1e8, 1, (100, 1)))

    def test_missing_values(self):
        table = TABLE.copy()
        table[3, 1] = np.nan
        with self.assertRaisesRegex(ValueError, "1 missing.*feature 1.*fill"):
            InputNormalizer().adapt(table)
        normalizer = InputNormalizer(missing="mean").adapt(table)
        made = np.asarray(normalizer(table))
        self.assertEqual(made[3, 1], 0.0)
        expected = (table - np.nanmean(table, 0)) / np.nanstd(table, 0)
        np.testing.assert_allclose(made[4:], expected[4:], atol=2e-3)
        table[5, 0] = np.inf
        with self.assertRaisesRegex(ValueError, "1 infinite.*feature 0"):
            InputNormalizer(missing="mean").adapt(table)

    def test_steps_that_are_filled_up_do_not_count(self):
        waves = WAVES.copy()
        waves[:, 5:] = -1.0
        normalizer = InputNormalizer(mask_value=-1.0).adapt(waves)
        np.testing.assert_allclose(
            normalizer.scalings.mean, WAVES[:, :5].mean((0, 1))
        )

    def test_inverse(self):
        normalizer = InputNormalizer(image_range=(-0.5, 0.5)).adapt(ALL)
        made = keras.tree.map_structure(np.asarray, normalizer(ALL))
        back = normalizer.inverse(made)
        np.testing.assert_allclose(back["table"], TABLE, rtol=1e-3)
        np.testing.assert_allclose(back["image"], BYTES, atol=1e-3)

    def test_long_tails_are_kept_or_compressed(self):
        kept = np.asarray(InputNormalizer().adapt(INCOMES)(INCOMES))
        np.testing.assert_allclose(kept, standardized(INCOMES), atol=1e-4)
        normalizer = InputNormalizer(skewed="compress")
        made = np.asarray(normalizer.adapt(INCOMES)(INCOMES))
        flat = INCOMES.copy()
        flat[:, 1] = np.arcsinh(flat[:, 1] / np.median(flat[:, 1]))
        np.testing.assert_allclose(made, standardized(flat), atol=1e-4)
        np.testing.assert_allclose(normalizer.inverse(made), INCOMES, rtol=1e-4)
        # Sequences and images have none that are looked for.
        waves = np.exp(WAVES)
        scalings = normalizer.adapt({"waves": waves, "image": BYTES}).scalings
        self.assertEqual(scalings["waves"].unit, ())

    def test_long_tails_with_what_is_missing(self):
        normalizer = InputNormalizer(skewed="compress", missing="mean")
        table = INCOMES.copy()
        table[:5, 1] = np.nan
        made = np.asarray(normalizer.adapt(table)(table))
        np.testing.assert_array_equal(made[:5, 1], 0)
        self.assertAlmostEqual(made[5:, 1].std(), 1, places=4)
        with self.assertRaisesRegex(
            ValueError, "5 missing values in feature 1"
        ):
            InputNormalizer(skewed="compress").adapt(table)
        table[:5, 1] = np.inf
        with self.assertRaisesRegex(ValueError, "5 infinite values"):
            normalizer.adapt(table)

    def test_a_column_alone_with_a_long_tail(self):
        column = INCOMES[:, 1]
        normalizer = InputNormalizer(skewed="compress").adapt(column)
        made = np.asarray(normalizer(column))
        self.assertEqual(made.shape, column.shape)
        self.assertLess(np.abs(made).max(), 6)

    def test_long_tails_of_a_stream(self):
        data = tf.data.Dataset.from_tensor_slices(INCOMES).batch(32)
        made, expected = (
            InputNormalizer(skewed="compress").adapt(x).scalings
            for x in (data, INCOMES)
        )
        np.testing.assert_allclose(made.unit, expected.unit)
        np.testing.assert_allclose(made.mean, expected.mean)

    @parameterized.named_parameters(("layer", False), ("unrolled", True))
    def test_is_a_part_of_the_saved_model(self, unrolled):
        data = {**ALL, "incomes": INCOMES}
        normalizer = InputNormalizer(missing="mean", skewed="compress")
        normalizer.adapt(data)
        inputs = {
            "table": keras.Input((3,), name="table"),
            "waves": [keras.Input((7, 2)), keras.Input((12,), dtype="int32")],
            "image": keras.Input((8, 8, 3), name="image"),
            "incomes": keras.Input((2,), name="incomes"),
        }
        scale = normalizer.unrolled if unrolled else normalizer
        model = keras.Model(inputs, scale(inputs))
        path = os.path.join(tempfile.mkdtemp(), "model.keras")
        model.save(path)
        loaded = keras.saving.load_model(path)
        for a, b in zip(
            keras.tree.flatten(model.predict(data, verbose=0)),
            keras.tree.flatten(loaded.predict(data, verbose=0)),
            strict=True,
        ):
            np.testing.assert_array_equal(a, b)
        own = [type(part).__module__ for part in loaded.layers]
        self.assertEqual(
            any(name.startswith("keras_troubleshoot") for name in own),
            not unrolled,
        )

    def test_as_the_first_layer_of_a_sequential_model(self):
        model = keras.Sequential(
            [InputNormalizer().adapt(TABLE), keras.layers.Dense(1)]
        )
        model.compile("sgd", "mse", jit_compile=True)
        loss = model.fit(TABLE, np.zeros(ROWS), verbose=0).history["loss"]
        self.assertTrue(np.isfinite(loss).all())

    def test_stays_in_float32_under_mixed_precision(self):
        self.addCleanup(
            keras.mixed_precision.set_global_policy,
            keras.mixed_precision.global_policy(),
        )
        keras.mixed_precision.set_global_policy("mixed_float16")
        table = TABLE * [1, 1e3, 1]
        made = np.asarray(InputNormalizer().adapt(table)(table))
        np.testing.assert_allclose(made, standardized(table), atol=2e-3)

    @parameterized.named_parameters(
        ("strings", np.array([["a"]] * 4), "hold numbers, received: strings"),
        ("video", np.zeros((4, 2, 8, 8, 3)), "more axes"),
        ("no channels", BYTES[..., 0], r"x\[..., None\]"),
        ("channels first", np.zeros((4, 3, 32, 32)), "np.moveaxis"),
        ("lists of unequal length", [[1, 2], [3]], "unequal.*pad_sequences"),
        ("lists", [[1, 2], [3, 4]], r"np.asarray\(x\)"),
        (
            "objects of unequal length",
            np.array([[1, 2], [3]], dtype=object),
            "unequal.*pad_sequences",
        ),
        ("ragged", tf.ragged.constant([[1], [2, 3]]), "to_tensor"),
        ("none", None, "received: None"),
        ("no features", np.zeros((4, 0)), "at least one feature"),
        ("a pixel of NaN", np.full((2, 8, 8, 1), np.nan), "NaN or inf"),
    )
    def test_what_cannot_be_normalized(self, data, expected):
        with self.assertRaisesRegex(ValueError, f"(?s){expected}"):
            InputNormalizer().adapt(data)

    @parameterized.named_parameters(
        ("range", {"image_range": (0, 2)}, "image_range"),
        ("missing", {"missing": "drop"}, "missing"),
        ("skewed", {"skewed": "log"}, "skewed"),
    )
    def test_arguments_that_are_none(self, arguments, expected):
        with self.assertRaisesRegex(ValueError, f"`{expected}` must be"):
            InputNormalizer(**arguments)

    def test_kinds_that_are_none(self):
        with self.assertRaisesRegex(ValueError, "correct the word"):
            InputNormalizer(kinds="picture").adapt(TABLE)
        with self.assertRaisesRegex(ValueError, "must name inputs"):
            InputNormalizer(kinds={"b": "image"}).adapt({"a": TABLE})
        with self.assertRaisesRegex(ValueError, "rows, steps, features"):
            InputNormalizer(kinds="sequence").adapt(TABLE)
        with self.assertRaisesRegex(ValueError, "fractions"):
            InputNormalizer(kinds="tokens").adapt(TABLE)

    def test_before_adapt(self):
        with self.assertRaisesRegex(ValueError, "call `adapt"):
            InputNormalizer()(TABLE)


if __name__ == "__main__":
    absltest.main()
