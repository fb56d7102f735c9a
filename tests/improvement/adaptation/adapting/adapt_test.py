"""Tests of `adapt`."""

import inspect
from unittest import mock

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot as kts
from keras_troubleshoot.improvement.adaptation.adapting import augmenting
from keras_troubleshoot.improvement.adaptation.adapting import candidates
from keras_troubleshoot.improvement.adaptation.adapting import holding_out
from keras_troubleshoot.improvement.adaptation.adapting import splitting
from keras_troubleshoot.improvement.adaptation.adapting import training
from keras_troubleshoot.improvement.adaptation.adapting.adapt import adapt
from keras_troubleshoot.improvement.adaptation.adapting.recoloring import (
    Recolor,
)

RNG = np.random.default_rng(0)
YS = np.arange(600) % 3
CENTERS = np.array([[4.0, 0, 0, 0], [0, 4, 0, 0], [0, 0, 4, 0]])
XS = CENTERS[YS] + RNG.normal(size=(600, 4))
YT = np.arange(500) % 3
# The target is shifted along a direction that tells no class.
XT = CENTERS[YT] + RNG.normal(size=(500, 4)) + [2.5, 2.5, 2.5, 6]
QUICK = {"steps": 60, "batch_size": 32, "verbose": False}


def build():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(16, "relu", name="hidden"),
            keras.layers.Dense(8, "relu"),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(1e-2),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def layers_of(model):
    """All layers, of nested models too."""
    for layer in model.layers:
        yield layer
        yield from layers_of(layer) if hasattr(layer, "layers") else ()


class AdaptTest(parameterized.TestCase):
    def test_takes_no_labels_of_the_target(self):
        names = set(inspect.signature(adapt).parameters)
        self.assertFalse({"y", "target_labels", "yt"} & names)
        with self.assertRaisesRegex(ValueError, "must be inputs alone"):
            adapt((XS, YS), (XT, YT), build=build, **QUICK)

    def test_adapts_to_a_shift(self):
        mean = {
            "match": lambda: kts.adaptation.CORAL(100.0, match_means=True),
        }
        found = adapt(
            (XS, YS),
            XT,
            build=build,
            candidates=mean,
            steps=300,
            verbose=False,
        )
        accuracies = {
            name: one.model.evaluate(XT, YT, verbose=0)[1]
            for name, one in found.candidates.items()
        }
        self.assertGreater(accuracies["match"], accuracies["source only"] + 0.1)
        self.assertIs(found.model, found.candidates[found.best].model)

    def test_all_candidates_are_there_and_told(self):
        found = adapt((XS, YS), XT, build=build, **QUICK)
        names = ["source only", "coral", "mmd", "adversarial", "confusion"]
        self.assertEqual(list(found.candidates), names)
        told = str(found)
        for name in names:
            self.assertIn(name, told)
        kinds = [type(block).__name__ for block in found.page_blocks()]
        self.assertEqual(kinds, ["Table"])
        self.assertLen(found.page_blocks()[0].rows, 5)
        report = kts.Report((), pages=(found.page(),))
        self.assertIn("information maximization", str(report))
        self.assertIn(
            "domain_adversarial_accuracy", found.candidates["adversarial"].logs
        )

    def test_images_are_augmented_by_default(self):
        images = RNG.uniform(size=(60, 8, 8, 1)).astype("float32")

        def convolutional():
            model = keras.Sequential(
                [
                    keras.Input((8, 8, 1)),
                    keras.layers.Conv2D(4, 3, activation="relu"),
                    keras.layers.Flatten(),
                    keras.layers.Dense(8, "relu"),
                    keras.layers.Dense(3, "softmax"),
                ]
            )
            model.compile("adam", "sparse_categorical_crossentropy")
            return model

        found = adapt(
            (images, YS[:60]),
            images,
            build=convolutional,
            steps=2,
            batch_size=8,
            verbose=False,
        )
        self.assertEqual(
            list(found.candidates),
            [
                "source only",
                "augmented",
                "coral",
                "mmd",
                "adversarial",
                "confusion",
            ],
        )
        names = {
            name: [layer.name for layer in one.model.encoder.layers]
            for name, one in found.candidates.items()
        }
        self.assertNotIn("augment", names["source only"])
        self.assertIn("augment", names["augmented"])
        self.assertIn("augment", names["coral"])
        self.assertTrue(found.candidates["adversarial"].model.conditional)

    def test_images_of_three_channels_are_recolored_too(self):
        images = RNG.uniform(size=(60, 8, 8, 3)).astype("float32")

        def flat():
            model = keras.Sequential(
                [
                    keras.Input((8, 8, 3)),
                    keras.layers.Flatten(),
                    keras.layers.Dense(8, "relu"),
                    keras.layers.Dense(3, "softmax"),
                ]
            )
            model.compile("adam", "sparse_categorical_crossentropy")
            return model

        options = {"build": flat, "steps": 2, "verbose": False}
        with mock.patch.object(
            training, "train", side_effect=training.train
        ) as called:
            found = adapt((images, YS[:60]), images, batch_size=8, **options)
        names = list(found.candidates)
        self.assertEqual(names[:3], ["source only", "augmented", "recolored"])
        self.assertLen(names, 7)
        plan = called.call_args.args[0]
        for name, expected in (("augmented", False), ("recolored", True)):
            model, _ = training.train(plan, candidates.KNOWN[name])
            held = list(layers_of(model.encoder))
            self.assertEqual(Recolor in map(type, held), expected)
            moved = "augment" in [one.name for one in held]
            self.assertNotEqual(moved, expected)

    def test_candidates_start_from_the_same_weights_and_batches(self):
        started = []

        def recorded(*arguments, **options):
            model, logs = training_train(*arguments, **options)
            started.append(model)
            return model, logs

        training_train = training.train
        with mock.patch.object(training, "train", recorded):
            adapt(
                (XS, YS),
                XT,
                build=build,
                candidates={"none": lambda: kts.adaptation.CORAL(0)},
                **QUICK,
            )
        plain, idle = started
        for one, other in zip(
            plain.encoder.weights, idle.encoder.weights, strict=True
        ):
            np.testing.assert_array_equal(one, other)

    def test_nothing_random_is_moved(self):
        keras.utils.set_random_seed(5)
        expected = np.random.rand(), float(keras.random.uniform(()))
        keras.utils.set_random_seed(5)
        adapt((XS, YS), XT, build=build, candidates=["mmd"], **QUICK)
        self.assertEqual(
            (np.random.rand(), float(keras.random.uniform(()))), expected
        )

    def test_the_same_seed_gives_the_same_models(self):
        found = [
            adapt((XS, YS), XT, build=build, candidates=["coral"], **QUICK)
            for _ in range(2)
        ]
        for one, other in zip(
            found[0].candidates["coral"].model.get_weights(),
            found[1].candidates["coral"].model.get_weights(),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)

    def test_ctrl_c_keeps_what_is_trained(self):
        train = training.train
        count = iter(range(9))

        def interrupted(*arguments):
            if next(count) == 2:
                raise KeyboardInterrupt
            return train(*arguments)

        with mock.patch.object(training, "train", interrupted):
            found = adapt((XS, YS), XT, build=build, **QUICK)
        self.assertEqual(list(found.candidates), ["source only", "coral"])
        self.assertEqual(
            list(found.missing), ["mmd", "adversarial", "confusion"]
        )
        self.assertIn("broken off", str(found))

    def test_ctrl_c_before_anything(self):
        with (
            mock.patch.object(training, "train", side_effect=KeyboardInterrupt),
            self.assertRaises(KeyboardInterrupt),
        ):
            adapt((XS, YS), XT, build=build, **QUICK)

    def test_regression(self):
        def regression():
            model = keras.Sequential(
                [
                    keras.Input((4,)),
                    keras.layers.Dense(8, "relu"),
                    keras.layers.Dense(1),
                ]
            )
            model.compile("adam", "mse")
            return model

        found = adapt(
            (XS, XS[:, :1]),
            XT,
            build=regression,
            candidates=["coral"],
            **QUICK,
        )
        self.assertIn("source risk", str(found))


class WaysTest(parameterized.TestCase):
    def trained(self, way, labels, loss="sparse_categorical_crossentropy"):
        """A model, and what `paired` was told."""

        def compiled():
            model = build()
            model.compile("sgd", loss)
            return model

        plan = training.Plan(
            build=compiled,
            source=(XS, labels),
            target=XT,
            steps=1,
            batch_size=30,
            features=None,
            augment=None,
            seed=0,
        )
        with mock.patch.object(
            training, "paired", side_effect=training.paired
        ) as called:
            model, _ = training.train(plan, candidates.KNOWN[way])
        return model, called.call_args.kwargs["balanced"]

    @parameterized.parameters(
        ("coral", True, True, False),
        ("mmd", True, True, False),
        ("adversarial", False, True, True),
        ("confusion", False, True, True),
        ("augmented", False, False, False),
    )
    def test_each_has_what_helps_it(self, way, balanced, decided, conditional):
        model, told = self.trained(way, YS)
        self.assertEqual(told, balanced)
        self.assertEqual(model.output_aligner is not None, decided)
        self.assertEqual(model.conditional, conditional)

    @parameterized.parameters(("mmd", 10.0), ("adversarial", 0.1))
    def test_ramps_are_as_long_as_the_training(self, way, maximum):
        ramp = candidates.KNOWN[way].make(70).weight
        self.assertEqual((ramp.steps, ramp.maximum), (70, maximum))

    def test_one_hot_labels_are_classes_and_several_a_row_are_not(self):
        one = np.eye(3)[YS]
        loss = "categorical_crossentropy"
        self.assertTrue(self.trained("mmd", one, loss)[1])
        self.assertIsNotNone(
            self.trained("adversarial", one, loss)[0].output_aligner
        )
        several, loss = 1 - one, "binary_crossentropy"
        self.assertFalse(self.trained("mmd", several, loss)[1])
        self.assertIsNone(
            self.trained("adversarial", several, loss)[0].output_aligner
        )

    def test_numbers_are_not_even_if_they_are_whole(self):
        whole = np.stack([YS, YS, YS], axis=1).astype("float32")
        self.assertFalse(self.trained("mmd", whole, "mse")[1])
        model, _ = self.trained("confusion", whole, "mse")
        self.assertIsNone(model.output_aligner)


class PartsTest(parameterized.TestCase):
    @parameterized.parameters((None, 8), ("hidden", 16))
    def test_a_model_is_parted(self, features, size):
        model = build()
        encoder, head = splitting.split(model, features)
        self.assertEqual(encoder.output_shape, (None, size))
        np.testing.assert_allclose(head(encoder(XS)), model(XS), atol=1e-6)
        self.assertLen(
            {*map(id, encoder.weights), *map(id, head.weights)},
            len(model.weights),
        )

    def test_what_goes_past_the_features_is_refused(self):
        inputs = keras.Input((4,))
        one = keras.layers.Dense(3, name="one")(inputs)
        outputs = keras.layers.Add()([one, keras.layers.Dense(3)(inputs)])
        model = keras.Model(inputs, outputs)
        with self.assertRaisesRegex(ValueError, "which others go past"):
            splitting.split(model, "one")
        with self.assertRaisesRegex(ValueError, "take one of: .*one"):
            splitting.split(model, "two")

    def test_a_single_layer_is_refused(self):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        with self.assertRaisesRegex(ValueError, "at least two layers"):
            splitting.split(model)

    def test_an_adaptation_model_has_parts(self):
        encoder, head = splitting.split(build())
        model = kts.adaptation.AdaptationModel(encoder, head)
        model.compile("sgd", "sparse_categorical_crossentropy")
        found = adapt(
            (XS, YS), XT, build=lambda: model, candidates=["coral"], **QUICK
        )
        self.assertIs(found.candidates["coral"].model.encoder, encoder)

    def test_images_are_augmented_while_training_alone(self):
        images = RNG.uniform(size=(8, 12, 12, 1)).astype("float32")
        layer = augmenting.read("auto", images)()
        np.testing.assert_array_equal(layer(images, training=False), images)
        changed = np.asarray(layer(images, training=True))
        self.assertGreater(np.abs(changed - images).max(), 0.1)
        # What comes in from outside is black, whatever its value.
        centered = np.asarray(
            augmenting.read("auto", images - 0.5)()(images - 0.5, training=True)
        )
        self.assertLess(centered.min(), -0.4)
        self.assertIsNone(augmenting.read("auto", XT))
        self.assertIsNone(augmenting.read(None, images))

    def test_held_out_rows_are_stratified(self):
        train, held = holding_out.split({"a": XS}, YS, seed=0)
        np.testing.assert_array_equal(np.bincount(held[1]), [40, 40, 40])
        self.assertLen(train[0]["a"], 480)
        both = np.concatenate([train[0]["a"], held[0]["a"]])
        self.assertLen(np.unique(both, axis=0), 600)


class RefusesTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("a name", {"candidates": ["corall"]}, ValueError, "`candidates` must"),
        ("no name", {"candidates": []}, ValueError, "`candidates` must"),
        (
            "an aligner",
            {"candidates": {"a": kts.adaptation.CORAL()}},
            ValueError,
            "must be a function that returns a fresh aligner",
        ),
        (
            "other colours of what is no image",
            {"candidates": ["recolored"]},
            ValueError,
            'may hold "recolored" where inputs are images',
        ),
        ("augment", {"augment": "much"}, ValueError, "`augment` must be"),
        (
            "validators",
            {"validators": ["luck"]},
            ValueError,
            "`validators` must",
        ),
        ("batch size", {"batch_size": 0}, ValueError, "`batch_size` must"),
    )
    def test_options(self, options, kind, told):
        with self.assertRaisesRegex(kind, told):
            adapt((XS, YS), XT, build=build, **{**QUICK, **options})

    def test_builds(self):
        with self.assertRaisesRegex(TypeError, "`build` must be a function"):
            adapt((XS, YS), XT, build=build(), **QUICK)
        for made, told in (
            (keras.Sequential([keras.Input((4,))]), "not compiled"),
            (None, "received: NoneType"),
        ):
            with self.assertRaisesRegex(TypeError, told):
                adapt((XS, YS), XT, build=lambda made=made: made, **QUICK)


if __name__ == "__main__":
    absltest.main()
