"""Tests that all builders share."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import keras
import keras_tuner
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot as kts

ROOT = pathlib.Path(kts.__file__).parent.parent
RNG = np.random.default_rng(0)
ROWS = 1000
IMAGES = RNG.integers(0, 256, (ROWS, 12, 12, 1)).astype("uint8")
WAVES = RNG.normal(3, 5, (ROWS, 10, 2)).astype("float32")
LENGTHS = RNG.integers(3, 9, (ROWS, 1))
WORDS = np.where(np.arange(8) < LENGTHS, RNG.integers(1, 50, (ROWS, 8)), 0)
TABLE = RNG.normal([50, -3, 0.01], [9, 2, 0.001], (ROWS, 3))
SEVERAL = {"image": IMAGES, "wave": WAVES, "words": WORDS, "size": TABLE[:, 0]}

BRIGHT = (IMAGES[:, :, :6].mean((1, 2, 3)) > 127).astype("int32")
AHEAD = 1e4 + 200 * WAVES[:, -1, 0]
KIND = (WORDS[:, 0] // 17).astype("int32")
SUM = np.c_[TABLE[:, 0], 1e3 * TABLE[:, 2]]
LABELS = np.stack([BRIGHT, WAVES[:, 0, 0] > 3, WORDS[:, 1] > 9], 1) * 1.0

LESS = ("column", "ids", "steps", "conv of words", "wavenet of numbers")
SMALL_RESNET = {"depth": 8, "filters": 4}
CASES = {
    "mlp": ("mlp", TABLE, SUM, {}),
    "mlp of one column": ("mlp", TABLE, TABLE[:, 0], {}),
    "mlp of ids": ("mlp", WORDS, KIND, {"kinds": "tabular"}),
    "lenet": ("lenet", IMAGES, BRIGHT, {}),
    "resnet": ("resnet", IMAGES, BRIGHT, SMALL_RESNET),
    "lstm of numbers": ("lstm", WAVES, AHEAD, {}),
    "lstm of words": ("lstm", WORDS, KIND, {}),
    "lstm of steps": ("lstm", WAVES, WAVES[:, :, :1], {}),
    "temporal_conv of numbers": ("temporal_conv", WAVES, AHEAD, {}),
    "temporal_conv of words": ("temporal_conv", WORDS, KIND, {}),
    "wavenet of numbers": ("wavenet", WAVES, AHEAD, {}),
    "wavenet of words": ("wavenet", WORDS, KIND, {}),
    "transformer of numbers": ("transformer", WAVES, AHEAD, {}),
    "transformer of words": ("transformer", WORDS, KIND, {}),
    "multimodal": ("multimodal", SEVERAL, LABELS, {}),
}
ALL = [(name, *case) for name, case in CASES.items()]
# One for each builder, where each takes seconds.
ONE_EACH = [case for case in ALL if not case[0].endswith(LESS)]


def build(builder, x, y, **options):
    keras.utils.set_random_seed(0)
    return getattr(kts.models, builder)(x, y, **options)


def part(data, rows=64):
    return keras.tree.map_structure(lambda a: a[:rows], data)


class BuildersTest(parameterized.TestCase):
    @parameterized.named_parameters(*ALL)
    def test_has_no_findings(self, builder, x, y, options):
        report = kts.check(build(builder, x, y, **options), x, y)
        self.assertEqual([str(f) for f in report.findings], [])

    @parameterized.named_parameters(*ALL)
    def test_starts_at_the_loss_of_a_guess(self, builder, x, y, options):
        model = build(builder, x, y, **options)
        start = model.evaluate(x, y, verbose=0)[0]
        head = model.layers[-1]
        if model.loss.name.startswith(("mean", "normalized")):
            expected = 1.0
        else:
            head = model.get_layer("logits")
            share = keras.ops.convert_to_numpy(head.bias)
            guess = np.broadcast_to(share, (len(y), len(share)))
            labels = y if y.ndim > 1 or len(share) > 1 else y[:, None]
            expected = float(model.loss(labels, guess.astype("float32")))
        self.assertBetween(start, 0.8 * expected, 1.2 * expected)

    @parameterized.named_parameters(*ONE_EACH)
    def test_learns_from_a_dataset_under_xla(self, builder, x, y, options):
        x, y = part(x, 400), y[:400]
        data = tf.data.Dataset.from_tensor_slices((x, y)).batch(20)
        model = build(
            builder, data, None, jit_compile=True, learning_rate=3e-3, **options
        )
        loss = model.fit(data, epochs=3, verbose=0).history["loss"]
        self.assertTrue(np.isfinite(loss).all())
        self.assertLess(loss[-1], loss[0])

    @parameterized.named_parameters(*ALL)
    def test_is_saved_and_loaded(self, builder, x, y, options):
        model = build(builder, x, y, **options)
        model.fit(part(x), y[:64], verbose=0)
        path = os.path.join(tempfile.mkdtemp(), "model.keras")
        model.save(path)
        loaded = keras.saving.load_model(path, safe_mode=True)
        np.testing.assert_array_equal(
            model.predict(part(x), verbose=0),
            loaded.predict(part(x), verbose=0),
        )
        loaded.fit(part(x), y[:64], verbose=0)

    @parameterized.named_parameters(*ONE_EACH)
    def test_trains_in_half_precision(self, builder, x, y, options):
        self.addCleanup(
            keras.mixed_precision.set_global_policy,
            keras.mixed_precision.global_policy(),
        )
        keras.mixed_precision.set_global_policy("mixed_float16")
        x, y = part(x, 400), y[:400]
        model = build(builder, x, y, learning_rate=3e-3, **options)
        loss = model.fit(x, y, epochs=3, verbose=0).history["loss"]
        self.assertTrue(np.isfinite(loss).all())
        self.assertLess(loss[-1], loss[0])
        self.assertEqual(model.output.dtype, "float32")

    @parameterized.named_parameters(*ONE_EACH)
    def test_is_a_hypermodel(self, builder, x, y, options):
        problem = kts.models.read(x, y, kinds=options.get("kinds"))
        options = {k: v for k, v in options.items() if k != "kinds"}
        tuner = keras_tuner.RandomSearch(
            lambda hp: build(builder, problem, None, hp=hp, **options),
            objective=keras_tuner.Objective("loss", "min"),
            max_trials=2,
            seed=0,
            directory=tempfile.mkdtemp(),
        )
        names = [p.name for p in tuner.oracle.get_space().space]
        self.assertEqual(names[:2], ["learning_rate", "schedule"])
        self.assertLess(names.index("weight_decay"), names.index("optimizer"))
        tuner.search(part(x), y[:64], epochs=1, verbose=0)
        self.assertLen(tuner.oracle.trials, 2)
        values = tuner.get_best_hyperparameters()[0].values
        self.assertContainsSubset(names, values)

    def test_train_on_two_replicas(self):
        ran = subprocess.run(
            [sys.executable, "-m", "tests.start_simple.builders.replicas"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        losses = json.loads(ran.stdout.splitlines()[-1])
        for name, (one, two) in losses.items():
            with self.subTest(name):
                np.testing.assert_allclose(two, one, rtol=0.02)

    def test_loads_where_this_library_is_not(self):
        model = build("multimodal", SEVERAL, LABELS)
        path = os.path.join(tempfile.mkdtemp(), "model.keras")
        model.save(path)
        ran = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys, keras; sys.modules['keras_troubleshoot'] = None; "
                f"print(keras.saving.load_model({path!r}).name)",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.stdout.strip(), "multimodal", ran.stderr)


if __name__ == "__main__":
    absltest.main()
