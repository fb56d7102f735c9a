"""`kts.debugging.memory`: the parts of an estimate, and batch sizes."""

import pathlib
import tempfile
import textwrap

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.debugging import batch_sizes
from keras_troubleshoot.debugging import memory
from keras_troubleshoot.debugging import probes

MB = 2**20
BUILD = """
    import keras

    def build():
        model = keras.Sequential([
            keras.Input((256,)),
            keras.layers.Dense(8192, "relu"),
            keras.layers.Dense(1),
        ])
        model.compile("sgd", "mse")
        return model
"""


def dense(width=8, compiled="adam"):
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(width, "relu"), layers.Dense(2)]
    )
    if compiled:
        model.compile(compiled, "mse")
    return model


class Subclass(keras.Model):
    def __init__(self):
        super().__init__()
        self.one = layers.Dense(3)

    def call(self, x):
        return self.one(x)


class EstimateTest(parameterized.TestCase):
    def test_weights_by_hand(self):
        found = memory.estimate(dense(), 16)
        numbers = (4 * 8 + 8) + (8 * 2 + 2)
        self.assertEqual(found.weights, 4 * numbers)
        self.assertEqual(found.gradients, 4 * numbers)
        self.assertEqual(found.slots, 2 * 4 * numbers)
        self.assertEqual(found.total, found.weights + found.slots + found.step)

    @parameterized.named_parameters(
        ("sgd", "sgd", 0),
        ("adam", "adam", 2),
        ("amsgrad", keras.optimizers.Adam(amsgrad=True), 3),
        ("momentum", keras.optimizers.SGD(momentum=0.9), 1),
        ("average", keras.optimizers.SGD(use_ema=True), 1),
        (
            "accumulating",
            keras.optimizers.SGD(gradient_accumulation_steps=2),
            1,
        ),
        (
            "scaled",
            keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()),
            2,
        ),
    )
    def test_slots(self, optimizer, each):
        found = memory.estimate(dense(compiled=None), 4, optimizer)
        self.assertEqual(found.slots, each * found.weights)

    def test_slots_are_what_the_optimizer_makes(self):
        for name in ("adafactor", "nadam", "ftrl", "lion", "rmsprop"):
            model = dense(64)
            found = memory.estimate(model, 4, name)
            optimizer = keras.optimizers.get(name)
            optimizer.build(model.trainable_variables)
            made = [v for v in optimizer.variables if len(v.shape)]
            expected = sum(4 * int(np.prod(v.shape)) for v in made)
            self.assertEqual(found.slots, expected, name)

    def test_activations_that_the_backward_pass_reads(self):
        found = memory.estimate(dense(100), 32)
        kept = {layer.layer: layer.activations for layer in found.layers}
        # The output of ReLU serves its own gradient and the next kernel's.
        hidden = [n for name, n in kept.items() if name.endswith("dense")]
        hidden = hidden or [max(kept.values())]
        self.assertEqual(max(kept.values()), 32 * 100 * 4)
        self.assertEqual(hidden, [32 * 100 * 4])

    def test_grows_with_the_batch(self):
        small, large = (memory.estimate(dense(), n) for n in (10, 1000))
        # All but the mean of the loss, a few numbers.
        grown = large.activations - 100 * small.activations
        self.assertBetween(abs(grown), 0, 1000)
        self.assertEqual(large.weights, small.weights)

    def test_frozen_weights_have_no_gradient(self):
        model = dense()
        model.layers[0].trainable = False
        found = memory.estimate(model, 4)
        self.assertEqual(found.gradients, 4 * (8 * 2 + 2))

    def test_subclass(self):
        model, x = Subclass(), np.zeros((5, 7), "float32")
        found = memory.estimate(model, 3, x=x)
        self.assertEqual(found.weights, 4 * (7 * 3 + 3))

    def test_dictionaries_and_nested_models(self):
        inputs = {"a": keras.Input((4,)), "b": keras.Input((6,))}
        joined = layers.Concatenate()([inputs["a"], inputs["b"]])
        inner = keras.Sequential([keras.Input((10,)), layers.Dense(5)])
        model = keras.Model(inputs, inner(joined))
        found = memory.estimate(model, 3)
        self.assertEqual(found.weights, 4 * (10 * 5 + 5))

    def test_changes_nothing(self):
        model = dense()
        model.add(layers.BatchNormalization())
        before = [v.numpy() for v in model.variables]
        built = model.optimizer.built
        memory.estimate(model, 4)
        self.assertEqual(model.optimizer.built, built)
        self.assertFalse(model.optimizer.built)
        self.assertEmpty(model.losses)
        for one, other in zip(before, model.variables, strict=True):
            np.testing.assert_array_equal(one, other.numpy())

    def test_sorted_and_printed(self):
        found = memory.estimate(dense(500), 64)
        weights = [layer.weights for layer in found.sorted("weights")]
        self.assertEqual(weights, sorted(weights, reverse=True))
        text = str(found)
        self.assertIn("One training step of 64 rows", text)
        self.assertIn("dense", text)
        with self.assertRaisesRegex(ValueError, "`by` must be"):
            found.sorted("bytes")

    @parameterized.named_parameters(
        ("zero", 0), ("negative", -1), ("half", 0.5), ("flag", True)
    )
    def test_batch_size(self, batch_size):
        with self.assertRaisesRegex(ValueError, "`batch_size` must be"):
            memory.estimate(dense(), batch_size)

    def test_a_model_that_does_not_run(self):
        class Broken(keras.Model):
            def call(self, x):
                raise KeyError("width")

        model = Broken()
        with self.assertRaisesRegex(ValueError, "width"):
            memory.estimate(model, 4, x=np.zeros((5, 7), "float32"))

    def test_other_arguments(self):
        with self.assertRaisesRegex(TypeError, "`model` must be"):
            memory.estimate(None, 4)
        with self.assertRaisesRegex(ValueError, "`optimizer` must be"):
            memory.estimate(dense(), 4, "no-such")
        with self.assertRaisesRegex(ValueError, "`x` must be given"):
            memory.estimate(Subclass(), 4)
        open_axes = keras.Sequential(
            [keras.Input((None, 3)), layers.GlobalMaxPooling1D()]
        )
        with self.assertRaisesRegex(ValueError, "open axes"):
            memory.estimate(open_axes, 4)


class FindTest(absltest.TestCase):
    def test_finds_what_fits(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name) / "made.py"
        path.write_text(textwrap.dedent(BUILD), "utf-8")
        x = np.zeros((4, 256), "float32")
        found = memory.find_batch_size(
            f"{path}:build", x, x[:, :1], 64 * MB, 4096, tolerance=0.9
        )
        # One row of the hidden layer takes 32 KiB: 2048 rows fill 64 MB.
        self.assertBetween(found.batch_size, 128, 2048)
        self.assertFalse(all(tried.fits for tried in found.attempts))
        self.assertIn(str(found.batch_size), str(found))

    def test_search_between_the_last_two(self):
        class Probe:
            def run(self, sizes):
                done = []
                for size in sizes:
                    done.append(probes.Attempt(size, size <= 700, size))
                    if not done[-1].fits:
                        break
                return done

        found = batch_sizes.search(Probe(), 4096, 0.001, MB)
        self.assertEqual(found.batch_size, 700)
        found = batch_sizes.search(Probe(), 600, 0.1, MB)
        self.assertEqual(found.batch_size, 600)

    def test_not_even_one(self):
        class Probe:
            def run(self, sizes):
                return [probes.Attempt(sizes[0], False, None, "no room")]

        with self.assertRaisesRegex(MemoryError, "no room"):
            batch_sizes.search(Probe(), 8, 0.1, MB)

    def test_arguments(self):
        x = np.zeros((4, 4))
        cases = (
            (dense(compiled=None), ValueError, "must be compiled"),
            (3, TypeError, "`model` must be"),
            ("nowhere.py:build", ValueError, "file.py:build"),
            (lambda: dense(), ValueError, "at the top of a file"),
        )
        for model, kind, words in cases:
            with self.subTest(words), self.assertRaisesRegex(kind, words):
                memory.find_batch_size(model, x, x, limit=MB)
        with self.assertRaisesRegex(ValueError, "`limit`"):
            memory.find_batch_size(dense(), x, x, limit=-1)
        with self.assertRaisesRegex(ValueError, "`tolerance`"):
            memory.find_batch_size(dense(), x, x, limit=MB, tolerance=2)

    def test_what_cannot_be_saved(self):
        model = keras.Sequential(
            [keras.Input((4,)), layers.Lambda(lambda t: t + 1), layers.Dense(1)]
        )
        model.compile("sgd", "mse")
        x = np.zeros((4, 4))
        with self.assertRaisesRegex(ValueError, "build"):
            memory.find_batch_size(model, x, x[:, :1], limit=MB)


if __name__ == "__main__":
    absltest.main()
