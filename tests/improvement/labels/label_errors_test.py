import random

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from sklearn import linear_model

from keras_troubleshoot.improvement.labels.label_errors import label_errors
from keras_troubleshoot.report import page


def blobs(rows=300, classes=3, wrong=12, seed=0):
    """Clear classes with some labels flipped, and which ones."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % classes
    x = rng.normal(size=(rows, 4))
    x[:, 0] += 8 * y
    which = np.sort(rng.permutation(rows)[:wrong])
    flipped = y.copy()
    flipped[which] = (y[which] + 1) % classes
    return x, flipped, y, which


def build():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Normalization(
                mean=[8.0, 0, 0, 0], variance=[40.0, 1, 1, 1]
            ),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.optimizer.learning_rate = 0.02
    return model


def one_hot():
    model = build()
    model.compile(keras.optimizers.Adam(0.02), "categorical_crossentropy")
    return model


def one_unit():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(
        keras.optimizers.Adam(0.05),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    return model


class LabelErrorsTest(parameterized.TestCase):
    def assert_finds(self, found, which):
        """Nearly all that were flipped, and hardly another."""
        hits = np.isin(found.indices, which).sum()
        self.assertGreaterEqual(hits, 0.75 * len(which))
        self.assertLessEqual(len(found.indices) - hits, 0.1 * len(which))

    def assert_ranks(self, found, which):
        """Some that were flipped; by confidence nearly all come first."""
        self.assertTrue(np.isin(found.indices, which).all())
        self.assertGreaterEqual(len(found.indices), 0.3 * len(which))
        first = np.argsort(found.confidence)[: len(which)]
        self.assertGreaterEqual(np.isin(first, which).mean(), 0.9)

    @parameterized.named_parameters(
        ("ids", lambda y: y),
        ("column", lambda y: y[:, None]),
        ("from_five", lambda y: y + 5),
        ("words", lambda y: np.array(["ant", "bee", "cat"])[y]),
        ("objects", lambda y: np.array(["ant", "bee", "cat"], object)[y]),
        ("one_hot", lambda y: np.eye(3)[y]),
        ("list", lambda y: y.tolist()),
    )
    def test_finds_what_was_flipped(self, given):
        x, flipped, y, which = blobs()
        found = label_errors(x, given(flipped))
        self.assert_finds(found, which)
        names = np.asarray(given(np.arange(3)))
        if names.ndim == 2:
            names = names.argmax(1) if names.shape[1] > 1 else names[:, 0]
        hit = np.isin(found.indices, which)
        np.testing.assert_array_equal(
            found.suggested[hit], names[y[found.indices[hit]]]
        )
        self.assertAlmostEqual(found.noise, 12 / 300, delta=0.015)

    def test_healthy_labels_stay(self):
        x, _, y, _ = blobs()
        found = label_errors(x, y)
        self.assertEmpty(found.indices)
        self.assertIn("None of 300 labels is likely wrong", str(found))
        self.assertEqual(found.noise, 0)

    def test_what_is_said(self):
        x, flipped, _, _ = blobs()
        found = label_errors(x, flipped)
        told = str(found)
        count = len(found.indices)
        self.assertIn(f"{count} of 300 labels (", told)
        self.assertIn(") are likely wrong; estimated noise", told)
        given, true, share, count = found.pairs[0]
        self.assertEqual(true, (given - 1) % 3)
        self.assertAlmostEqual(share * 300, count, delta=2)
        self.assertIn(f"labelled {given}, should be {true}", told)
        own = found.confidence[found.indices]
        np.testing.assert_array_equal(own, np.sort(own))

    @parameterized.named_parameters(
        ("ids", build, lambda y: y),
        ("one_hot", one_hot, lambda y: np.eye(3)[y]),
    )
    def test_keras_builder(self, builder, given):
        x, flipped, _, which = blobs()
        found = label_errors(
            x, given(flipped), model=builder, fit={"epochs": 20}
        )
        self.assert_finds(found, which)

    def test_keras_builder_of_one_logit(self):
        x, flipped, _, which = blobs(classes=2)
        x[:, 0] -= 4
        found = label_errors(x, flipped, model=one_unit, fit={"epochs": 20})
        self.assert_finds(found, which)

    def test_estimator_is_not_touched(self):
        x, flipped, _, which = blobs()
        model = linear_model.LogisticRegression()
        found = label_errors(x, flipped, model=model)
        self.assert_finds(found, which)
        self.assertFalse(hasattr(model, "coef_"))

    def test_recorded_probabilities(self):
        _, flipped, y, which = blobs()
        shares = 0.9 * np.eye(3)[y] + 0.1 / 3
        found = label_errors(np.zeros(300), flipped, probabilities=shares)
        self.assert_finds(found, which)
        _, flipped, y, which = blobs(classes=2)
        found = label_errors(
            np.zeros(300), flipped, probabilities=0.1 + 0.8 * y
        )
        self.assert_finds(found, which)

    def test_a_dataset(self):
        x, flipped, _, which = blobs()
        data = tf.data.Dataset.from_tensor_slices((x, flipped)).batch(32)
        found = label_errors(data)
        self.assert_finds(found, which)

    def test_texts_and_their_page(self):
        rng = np.random.default_rng(0)
        y = np.arange(200) % 2
        words = [["good", "fine", "nice", "great"], ["bad", "poor", "dull"]]
        texts = [" ".join(rng.choice(words[i], 6)) for i in y]
        flipped = y.copy()
        flipped[3::20] ^= 1
        found = label_errors(texts, flipped)
        self.assert_ranks(found, np.arange(3, 200, 20))
        gallery = found.page_blocks()[-1]
        self.assertIsInstance(gallery, page.Gallery)
        self.assertEqual(gallery.examples[0].text, texts[found.indices[0]])

    def test_pictures_and_their_page(self):
        rng = np.random.default_rng(0)
        y = np.arange(200) % 2
        x = rng.integers(0, 60, (200, 12, 12, 1)).astype("uint8")
        x[y == 1, :6] += 150
        flipped = y.copy()
        flipped[3::20] ^= 1
        found = label_errors(x, flipped)
        self.assert_ranks(found, np.arange(3, 200, 20))
        gallery = found.page_blocks()[-1]
        self.assertTrue(gallery.examples[0].png.startswith(b"\x89PNG"))

    def test_numbers(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(400, 3))
        y = x @ [3.0, 2.0, 1.0] + 0.1 * rng.normal(size=400)
        model = linear_model.LinearRegression()
        self.assertEmpty(label_errors(x, y, model=model).indices)
        y[[5, 60]] += 20, -15
        found = label_errors(x, y, model=model)
        np.testing.assert_array_equal(found.indices, [5, 60])
        np.testing.assert_allclose(
            found.suggested, x[[5, 60]] @ [3, 2, 1], atol=0.5
        )
        self.assertIn("heuristic", str(found))

    def test_holes_in_the_inputs(self):
        x, flipped, _, which = blobs()
        x[:, 1], x[::7, 2], x[5, 3] = np.nan, np.nan, np.inf
        self.assert_finds(label_errors(x, flipped), which)

    def test_deterministic_and_without_traces(self):
        x, flipped, _, _ = blobs()
        before = x.copy(), flipped.copy()
        keras.utils.set_random_seed(3)
        states = np.random.get_state()[1].copy(), random.getstate()
        found = [
            label_errors(x, flipped, model=build, fit={"epochs": 2})
            for _ in range(2)
        ]
        np.testing.assert_array_equal(found[0].confidence, found[1].confidence)
        np.testing.assert_array_equal(np.random.get_state()[1], states[0])
        self.assertEqual(random.getstate(), states[1])
        np.testing.assert_array_equal(x, before[0])
        np.testing.assert_array_equal(flipped, before[1])

    def test_interrupted_keeps_what_is_known(self):
        x, flipped, _, which = blobs()
        made = []

        def breaking():
            made.append(1)
            if len(made) == 3:
                raise KeyboardInterrupt
            return linear_model.LogisticRegression()

        found = label_errors(x, flipped, model=breaking)
        self.assertEqual(found.judged, 120)
        self.assertEqual(np.isfinite(found.confidence).sum(), 120)
        self.assertIn("Broken off: 120 of 300", str(found))
        self.assertTrue(np.isin(found.indices, which).all())


class BadInputTest(parameterized.TestCase):
    X, Y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2

    @parameterized.named_parameters(
        ("none", None, "`y` must hold the labels"),
        ("short", Y[:30], "same number of rows"),
        ("one_class", Y * 0, "at least two classes"),
        ("nan", Y + np.where(np.arange(40) == 3, np.nan, 0), "no NaN"),
        ("multilabel", np.ones((40, 3)) * Y[:, None], "one label a row"),
        ("missing", np.where(Y, "a", None), "missing labels"),
        ("nested", {"a": Y, "b": Y}, "one array"),
    )
    def test_labels(self, y, told):
        with self.assertRaisesRegex(ValueError, told):
            label_errors(self.X, y)

    @parameterized.named_parameters(
        ("folds", {"folds": 1}, "`folds` must be"),
        ("many_folds", {"folds": 30}, "at least 60 rows"),
        ("seconds", {"seconds": 0}, "`seconds` must be"),
        ("seed", {"seed": "x"}, "`seed` must be a whole number"),
        ("method", {"method": "best"}, "`method` must be one of"),
        ("logits", {"probabilities": 3 * np.ones((40, 2))}, "sum to 1"),
        ("few", {"probabilities": np.ones((3, 2)) / 2}, r"shape \(40, "),
        ("nan", {"probabilities": np.full(40, np.nan)}, "finite"),
    )
    def test_options(self, options, told):
        with self.assertRaisesRegex(ValueError, told):
            label_errors(self.X, self.Y, **options)

    @parameterized.named_parameters(
        ("model", {"model": build()}, "not `build_model\\(\\)`"),
        ("word", {"model": "forest"}, "must be a function that builds"),
        ("fit", {"fit": 3}, "`fit` must be a dictionary"),
    )
    def test_types(self, options, told):
        with self.assertRaisesRegex(TypeError, told):
            label_errors(self.X, self.Y, **options)


if __name__ == "__main__":
    absltest.main()
