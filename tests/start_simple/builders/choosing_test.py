"""Tests of what is built for which data, what comes next, and refusals."""

import contextlib
import io

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot as kts
from keras_troubleshoot.start_simple.builders import lenet
from keras_troubleshoot.start_simple.builders import resnet
from keras_troubleshoot.start_simple.builders import temporal_conv
from keras_troubleshoot.start_simple.builders import wavenet

RNG = np.random.default_rng(0)
ROWS = 60
IMAGES = RNG.integers(0, 256, (ROWS, 16, 16, 3)).astype("uint8")
WAVES = RNG.normal(size=(ROWS, 12, 2))
WORDS = np.where(
    np.arange(9) < RNG.integers(2, 10, (ROWS, 1)),
    RNG.integers(1, 90, (ROWS, 9)),
    0,
)
TABLE = RNG.normal(size=(ROWS, 4))
IDS = np.arange(ROWS) % 3


def count(model, kind):
    return sum(type(layer).__name__ == kind for layer in model.layers)


def operations(model):
    return [type(operation).__name__ for operation in model.operations]


class StartSimpleTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("images", IMAGES, "lenet"),
        ("sequences", WAVES, "lstm"),
        ("tokens", WORDS, "lstm"),
        ("table", TABLE, "mlp"),
        ("columns", {"a": TABLE[:, 0], "b": TABLE[:, 1:]}, "mlp"),
        ("several", {"a": IMAGES, "b": {"c": WAVES, "d": WORDS}}, "multimodal"),
        ("list", [IMAGES, TABLE], "multimodal"),
    )
    def test_takes_the_builder_for_the_data(self, x, expected):
        model = kts.models.start_simple(x, IDS, verbose=False)
        self.assertEqual(model.name, expected)
        if isinstance(x, list):
            x = tuple(x)  # As tf.data wants it.
        data = tf.data.Dataset.from_tensor_slices((x, IDS)).batch(20)
        model = kts.models.start_simple(data, verbose=False)
        self.assertEqual(model.name, expected)
        model.fit(data, verbose=0)

    def test_says_what_and_why(self):
        with self.subTest("told"):
            with contextlib.redirect_stdout(io.StringIO()) as out:
                kts.models.start_simple(IMAGES, IDS)
            self.assertIn(
                "kts.models.lenet: the inputs are images", out.getvalue()
            )
            self.assertIn("3 classes, told from the targets", out.getvalue())
        with contextlib.redirect_stdout(io.StringIO()) as out:
            kts.models.start_simple(TABLE, IDS, task="regression")
        self.assertIn("Task: regression, as you said", out.getvalue())

    def test_says_what_is_compressed(self):
        table = TABLE.copy()
        table[:, 2] = np.exp(3 * table[:, 2])
        with contextlib.redirect_stdout(io.StringIO()) as out:
            model = kts.models.start_simple(table, IDS)
        self.assertIn("`x` has a long tail in feature 2:", out.getvalue())
        self.assertIn("Arcsinh", operations(model))
        with contextlib.redirect_stdout(io.StringIO()) as out:
            model = kts.models.start_simple(table, IDS, skewed="keep")
        self.assertNotIn("long tail", out.getvalue())
        self.assertNotIn("Arcsinh", operations(model))

    def test_options_go_to_the_builder(self):
        model = kts.models.start_simple(TABLE, IDS, units=7, verbose=False)
        self.assertEqual(model.layers[2].units, 7)

    def test_the_data_stay_as_they_are(self):
        data, twin = (
            tf.data.Dataset.from_tensor_slices((TABLE, IDS))
            .shuffle(60, seed=3)
            .batch(20)
            for _ in range(2)
        )
        kts.models.start_simple(data, verbose=False)
        for (_, one), (_, other) in zip(data, twin, strict=True):
            np.testing.assert_array_equal(one, other)


class NextStepTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("mlp", "mlp", TABLE, "a deeper one", "layers=2"),
        ("lenet", "lenet", IMAGES, "a ResNet", "resnet"),
        ("resnet", "resnet", IMAGES, "pretrained", "ResNet50V2"),
        ("lstm", "lstm", WAVES, "attention, or a WaveNet", "transformer"),
        ("words", "lstm", WORDS, "attention", "wavenet"),
        ("temporal_conv", "temporal_conv", WAVES, "a WaveNet", "wavenet"),
        ("wavenet", "wavenet", WAVES, "attention", "transformer"),
        ("transformer", "transformer", WAVES, "larger", "size=128"),
        (
            "several",
            "multimodal",
            {"a": IMAGES, "b": WAVES},
            "more mature encoder",
            "start_simple",
        ),
    )
    def test_of_each_builder(self, builder, x, expected, code):
        step = kts.models.next_step(getattr(kts.models, builder)(x, IDS))
        self.assertIn(expected, step.next)
        self.assertIn(code, step.code)
        self.assertIn(step.why, str(step))

    def test_of_a_model_of_the_users(self):
        model = keras.Sequential(
            [
                keras.Input((8, 4)),
                keras.layers.Bidirectional(keras.layers.GRU(4)),
                keras.layers.Dense(1),
            ]
        )
        self.assertIn("attention", kts.models.next_step(model).next)

    def test_of_what_is_no_model(self):
        with self.assertRaisesRegex(TypeError, "must be a `keras.Model`"):
            kts.models.next_step(TABLE)


class ArchitectureTest(parameterized.TestCase):
    def test_the_example_of_the_lecture(self):
        x = {"front": IMAGES, "side": IMAGES, "text": WORDS}
        model = kts.models.multimodal(
            x, IDS % 2, sizes={"front": 64, "side": 72, "text": 48}
        )
        joined = next(n for n in model.layers if "concatenate" in n.name)
        self.assertEqual(joined.output.shape, (None, 184))
        widths = [n.units for n in model.layers if hasattr(n, "units")][-3:]
        self.assertEqual(widths, [256, 128, 1])

    @parameterized.parameters(8, 14, 20, 32, 50, 56, 110)
    def test_resnet_has_the_depth_that_was_asked_for(self, depth):
        model = kts.models.resnet(IMAGES, IDS, depth=depth, filters=2)
        shortcuts = sum(
            type(n).__name__ == "Conv2D" and n.kernel_size == (1, 1)
            for n in model.layers
        )
        convolutions = count(model, "Conv2D")
        blocks, bottleneck = resnet.block_count(depth, 3)
        inner = (3 if bottleneck else 2) * blocks
        self.assertEqual(count(model, "Add"), blocks)
        self.assertEqual(inner + 2, depth)
        extra = convolutions - 1 - inner
        self.assertLessEqual(extra, 3)
        self.assertGreaterEqual(shortcuts, extra)

    def test_resnet_of_large_images_has_the_stem_of_the_paper(self):
        large = np.zeros((4, 64, 64, 1), "uint8")
        model = kts.models.resnet(large, IDS[:4], depth=18, filters=4)
        self.assertEqual(count(model, "MaxPooling2D"), 1)
        self.assertEqual(count(model, "Add"), 8)

    @parameterized.parameters(21, 2, 7, "18", True)
    def test_resnet_of_no_such_depth(self, depth):
        with self.assertRaisesRegex(ValueError, "`depth` must be 2 \\+ 2 n"):
            kts.models.resnet(IMAGES, IDS, depth=depth)

    @parameterized.parameters((8, 8), (28, 28), (32, 20), (224, 224), (3, 50))
    def test_lenet_ends_with_few_pixels(self, height, width):
        images = np.zeros((4, height, width, 1), "uint8")
        model = kts.models.lenet(images, IDS[:4], filters=2)
        last = [n for n in model.layers if "flatten" in n.name][0].input
        self.assertLessEqual(max(last.shape[1:3]), lenet.SIDE)
        self.assertGreaterEqual(count(model, "Conv2D"), lenet.STAGES)

    @parameterized.product(
        builder=("temporal_conv", "wavenet"), size=(2, 3), steps=(1, 5, 33)
    )
    def test_the_last_step_sees_all_and_none_sees_later_ones(
        self, builder, size, steps
    ):
        x = RNG.normal(size=(20, steps, 2)).astype("float32")
        model = getattr(kts.models, builder)(
            x, x[:, :, :1], kernel_size=size, filters=8
        )
        rows = tf.constant(x)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(rows)
            made = model(rows)
            last, first = made[:, -1], made[:, 0]
        seen = np.abs(tape.gradient(last, rows)).sum((0, 2))
        self.assertGreater(seen[0], 0)
        later = np.abs(tape.gradient(first, rows)).sum((0, 2))[1:]
        self.assertTrue((later == 0).all())

    def test_as_many_layers_as_the_length_asks_for(self):
        for length in range(2, 200):
            blocks = temporal_conv.block_count(length, 3)
            self.assertGreaterEqual(1 + 4 * (2**blocks - 1), length)
            layers = wavenet.layer_count(length, 2)
            self.assertGreaterEqual(2**layers, length)
            self.assertLess(2 ** (layers - 1), length)

    @parameterized.parameters("lstm", "temporal_conv", "wavenet", "transformer")
    def test_padding_changes_nothing(self, builder):
        words = np.where(np.arange(9) < 5, WORDS.clip(1), 0)
        words[0, 5:7] = 3
        model = getattr(kts.models, builder)(words, IDS, vocabulary=90)
        short = model.predict(words[1:4], verbose=0)
        kts.testing.assert_batch_independent(model, words)
        shifted = np.concatenate([words[1:4, :5], 0 * words[1:4, 5:]], axis=1)
        np.testing.assert_allclose(
            short, model.predict(shifted, verbose=0), atol=1e-6
        )
        # What stands in padded places has no influence, whatever its vector.
        table = next(n for n in model.layers if "embedding" in n.name)
        weights = table.get_weights()[0]
        weights[0] += 5.0
        table.set_weights([weights])
        np.testing.assert_allclose(
            short, model.predict(words[1:4], verbose=0), atol=1e-6
        )

    @parameterized.parameters("lstm", "temporal_conv", "wavenet")
    def test_batches_of_various_lengths(self, builder):
        rows = [(WORDS[i, : 2 + i % 7].clip(1), IDS[i]) for i in range(ROWS)]
        data = tf.data.Dataset.from_generator(
            lambda: iter(rows),
            output_signature=(
                tf.TensorSpec([None], tf.int64),
                tf.TensorSpec([], tf.int64),
            ),
        ).padded_batch(4)
        model = getattr(kts.models, builder)(data)
        self.assertIsNone(model.input_shape[1])
        model.fit(data, verbose=0)
        with self.assertRaisesRegex(ValueError, "one length.*padded_batch"):
            kts.models.transformer(data)

    def test_steps_that_are_filled_up_are_left_out(self):
        waves = WAVES.copy()
        waves[:, 8:] = -9.0
        model = kts.models.lstm(waves, IDS, mask_value=-9.0)
        whole = model.predict(waves, verbose=0)
        self.assertGreater(np.ptp(whole), 0)
        plain = kts.models.lstm(waves[:, :8], IDS)
        plain.set_weights(model.get_weights())
        np.testing.assert_allclose(
            plain.predict(waves[:, :8], verbose=0), whole, atol=1e-5
        )

    def test_predictions_come_in_the_units_of_the_targets(self):
        y = np.c_[1e6 + 1e5 * TABLE[:, 0], 1e-3 * TABLE[:, 1]]
        model = kts.models.mlp(TABLE, y, learning_rate=0.01)
        model.fit(TABLE, y, epochs=100, verbose=0)
        made = model.predict(TABLE, verbose=0)
        error = ((made - y) ** 2).mean(0) / y.var(0)
        self.assertLess(error.max(), 0.1)


class RefusalsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("no targets", TABLE, None, "`y` must be given"),
        ("other length", TABLE, IDS[:9], "x: 60, y: 9"),
        ("one example", TABLE[:1], IDS[:1], "at least two rows"),
        ("one class", TABLE, 0 * IDS, "at least two classes.*class 0"),
        ("one class, yes", TABLE, 0 * IDS + 1, "two classes.*class 1"),
        ("one class, one-hot", TABLE, np.eye(3)[0 * IDS + 2], "class 2"),
        ("one class of ids", TABLE, 0 * IDS + 4, "two classes.*class 4"),
        ("ids from 3", TABLE, IDS + 3, "from 3 to 5.*return_inverse"),
        ("negative ids", TABLE, np.r_[-1, IDS[1:]], "class ids"),
        ("strings", np.array([["a"]] * 60), IDS, "received: strings"),
        ("names of classes", TABLE, IDS.astype(str), "return_inverse"),
        ("NaN", TABLE * np.r_[np.nan, [1] * 3], IDS, "60 missing.*feature 0"),
        ("NaN in y", TABLE, np.r_[np.nan, TABLE[1:, 0]], "1 that are NaN"),
        ("-1 and 1", TABLE, 2 * (IDS > 0) - 1, "yes or no"),
        ("several targets", TABLE, {"a": IDS}, "must be one array"),
        ("images as targets", TABLE, IMAGES, "to a row"),
        ("no channels", IMAGES[..., 0], IDS, r"x\[..., None\]"),
        ("unequal", [[1, 2], [3]] * 30, IDS, "unequal length"),
        ("a dictionary of lists", {"a": [1, 2]}, IDS, "plain values"),
    )
    def test_data(self, x, y, expected):
        with self.assertRaisesRegex(ValueError, expected) as raised:
            kts.models.start_simple(x, y, verbose=False)
        self.assertIn("To mend it, ", str(raised.exception))
        self.assertNotIn("\n", str(raised.exception))

    @parameterized.named_parameters(
        ("table", "lenet", TABLE, "rows, height, width, channels"),
        ("no channels", "lenet", WAVES, "no axis for the channels"),
        ("channels first", "resnet", np.zeros((60, 3, 32, 32)), "moveaxis"),
        ("no features", "lstm", TABLE, r"x\[..., None\]"),
        ("images", "transformer", IMAGES, "rows, steps, features"),
        ("several", "lstm", {"a": WAVES, "b": WAVES}, "kts.models.multimodal"),
    )
    def test_builder(self, builder, x, expected):
        with self.assertRaisesRegex(ValueError, expected):
            getattr(kts.models, builder)(x, IDS)

    @parameterized.named_parameters(
        ("task", {"task": "ranking"}, ValueError, "must be one of"),
        ("option", {"unit": 3}, TypeError, "`unit`.*write `units=`"),
        ("classes", {"classes": 2}, ValueError, "pass `classes=3`"),
        ("kind", {"kinds": "word"}, ValueError, "correct the word"),
        ("range", {"image_range": (0, 9)}, ValueError, "image_range"),
    )
    def test_options(self, options, error, expected):
        with self.assertRaisesRegex(error, expected):
            kts.models.mlp(TABLE, IDS, **options)

    def test_ids_beyond_the_vocabulary(self):
        with self.assertRaisesRegex(ValueError, "ids below 5"):
            kts.models.lstm(WORDS, IDS, vocabulary=5)

    def test_sizes_of_no_input(self):
        with self.assertRaisesRegex(ValueError, r"received: \['c'\]"):
            kts.models.multimodal({"a": TABLE}, IDS, sizes={"c": 3})


if __name__ == "__main__":
    absltest.main()
