import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import augmentation
from keras_troubleshoot.facts import fit_call
from keras_troubleshoot.facts import measuring
from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.sample import Sample
from tests.facts import running

RNG = np.random.default_rng(0)
IDS = RNG.integers(0, 2, 300)
X = (RNG.normal(size=(300, 4)) + 3 * IDS[:, None]).astype("float32")


def classifier(**options):
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, "relu"), layers.Dense(2, "softmax")]
    )
    options = {"loss": "sparse_categorical_crossentropy"} | options
    model.compile("adam", **options)
    return model


def stream(y, batches=10):
    """What is known of a stream of equal batches."""
    size = len(y) // batches
    return Sample(
        X[: len(y)],
        y,
        batch_sizes=(size,) * batches,
        batch_indices=tuple(range(batches)),
        streamed=True,
    )


class MeasureTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = classifier()
        cls.facts = measuring.measure(cls.model, Sample(X, IDS, rows=300))

    @parameterized.parameters(*((name,) for name in measuring.MEASURED))
    def test_every_fact_can_be_had_or_says_why_not(self, name):
        try:
            getattr(self.facts, name)
        except Unavailable as reason:
            self.assertNotEmpty(str(reason))

    def test_measured_once(self):
        self.assertIs(self.facts.forward, self.facts.forward)
        self.assertIs(self.facts.heads, self.facts.heads)

    def test_model_and_data(self):
        self.assertEqual(self.facts.model.name, self.model.name)
        self.assertEqual(self.facts.data.sampled, 300)
        self.assertTrue(self.facts.signal.found)

    def test_what_was_not_given(self):
        for name in ("validation", "leakage", "shift", "fit", "history"):
            with self.assertRaises(Unavailable):
                getattr(self.facts, name)

    def test_validation(self):
        other = Sample(X[:50], IDS[:50], rows=50)
        facts = measuring.measure(self.model, Sample(X, IDS, rows=300), other)
        self.assertEqual(facts.validation.sampled, 50)
        self.assertEqual(facts.leakage.rows, 50)
        self.assertLess(facts.shift.distance, 0.3)

    def test_model_that_cannot_be_run(self):
        facts = measuring.measure(self.model, Sample(X[:, :2], IDS, rows=300))
        self.assertIsNotNone(facts.forward.failure)
        for name in ("heads", "entries", "mixing", "influence", "masking"):
            with self.assertRaisesRegex(Unavailable, "cannot be run"):
                getattr(facts, name)
        self.assertTrue(facts.signal.found)

    @parameterized.parameters((False, False), (True, True))
    def test_tolerates(self, masks, tolerated):
        """A loss of the user's that leaves rows without target out."""

        def squares(y, y_pred):
            wrong = keras.ops.square(keras.ops.nan_to_num(y) - y_pred)
            known = keras.ops.cast(keras.ops.isfinite(y), "float32")
            return keras.ops.mean(wrong * known if masks else y - y_pred)

        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        model.compile(loss=squares)
        y = IDS[:, None].astype("float32")
        y[5:20] = np.nan
        facts = measuring.measure(model, Sample(X, y, rows=300))
        self.assertEqual(facts.tolerates_targets, tolerated)
        self.assertFalse(facts.tolerates_inputs)


class OrderTest(absltest.TestCase):
    def order(self, sample, fit=None):
        return measuring.measure(classifier(), sample, fit=fit).order

    def test_of_a_stream(self):
        got = self.order(stream(np.sort(IDS)))
        self.assertEqual((got.batches, got.rows), (10, 30))
        self.assertLess(got.ratio, 0.3)

    def test_of_arrays_in_the_batches_of_fit(self):
        fit = fit_call.FitCall(batch_size=10, shuffle=False)
        got = self.order(Sample(X, np.sort(IDS), rows=300), fit)
        self.assertEqual((got.batches, got.rows), (30, 10))

    def test_of_more_rows_than_were_sampled(self):
        """The rows as they are fed, not those that were sampled."""
        whole = np.arange(3000) // 1500
        some = np.arange(0, 3000, 10)
        sample = Sample(
            X,
            whole[some],
            rows=3000,
            indices=some,
            whole=(np.zeros((3000, 4)), whole, None),
        )
        got = self.order(sample)
        self.assertEqual(got.batches, 3000 // 32)
        self.assertLess(got.ratio, 0.05)

    def test_too_few_batches_in_a_row(self):
        sample = stream(IDS)
        skipping = Sample(
            sample.x,
            sample.y,
            batch_sizes=sample.batch_sizes,
            batch_indices=tuple(range(0, 20, 2)),
            streamed=True,
        )
        with self.assertRaisesRegex(Unavailable, "batches in a row"):
            self.order(skipping)


class AugmentationTest(parameterized.TestCase):
    """Pictures of a bar: upright ones are class 0, lying ones class 1."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rng = np.random.default_rng(1)
        cls.y = np.arange(300) % 2
        cls.x = rng.normal(scale=0.1, size=(300, 8, 8, 1)).astype("float32")
        for picture, lying in zip(cls.x, cls.y, strict=True):
            at = rng.integers(2, 6)
            (picture if lying else picture.swapaxes(0, 1))[at] += 1

    def measured(self, *parts):
        model = keras.Sequential(
            [keras.Input((8, 8, 1)), *parts, layers.Flatten(), layers.Dense(2)]
        )
        looked = running.runner(model, self.x)
        return augmentation.augmentation(
            looked, looked.record(training=True), self.y
        )

    def test_harmless(self):
        got = self.measured(layers.RandomFlip("horizontal", seed=1))
        self.assertGreater(got.clean, 0.95)
        self.assertGreater(got.augmented, 0.9)
        self.assertEqual((got.chance, got.rows), (0.5, 300))
        self.assertLen(got.layers, 1)

    def test_destroys_the_labels(self):
        got = self.measured(
            layers.RandomFlip("horizontal", seed=1, name="flip"),
            layers.RandomRotation(0.5, fill_mode="wrap", seed=1, name="turn"),
            layers.GaussianNoise(1.0, seed=1, name="noise"),
        )
        self.assertGreater(got.clean, 0.95)
        self.assertLess(got.augmented, 0.8)
        self.assertEqual(got.layers, ("flip", "turn", "noise"))

    def test_none(self):
        self.assertIsNone(self.measured(layers.Dropout(0.5)))

    def test_told(self):
        x = np.r_[np.zeros((20, 3)), np.ones((20, 3))]
        x += 1e-3 * RNG.normal(size=x.shape)
        y = np.repeat([0, 1], 20)
        self.assertEqual(augmentation.told(x, x, y), 1)
        self.assertEqual(augmentation.told(1 - x, x, y), 0)
        self.assertIsNone(
            neighbours.labels(
                measuring.profiles.Array("y", np.zeros((4, 3)) + 0.5)
            )
        )


if __name__ == "__main__":
    absltest.main()
