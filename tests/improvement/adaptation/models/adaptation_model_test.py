"""Tests of `AdaptationModel` on plain `fit`, `evaluate`, `predict`, `save`."""

import os
import tempfile

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot as kts
from keras_troubleshoot.improvement.adaptation.aligners import coral
from keras_troubleshoot.improvement.adaptation.models import conditioning
from tests.improvement.adaptation.models import samples

ALIGNERS = samples.ALIGNERS


class FitTest(parameterized.TestCase):
    def test_weight_0_is_training_on_the_source_bit_for_bit(self):
        for normalized in (False, True):
            plain = samples.plain(normalized)
            samples.compiled(plain)
            batches = samples.batches()
            plain.fit(batches.map(lambda x, y: (x["source"], y)), verbose=0)
            for name, kind in ALIGNERS.items():
                with self.subTest(f"{name} {normalized}"):
                    model = samples.model(kind(weight=0), normalized)
                    model.fit(samples.batches(), verbose=0)
                    samples.assert_same_weights(
                        self, model.encoder, plain.layers[1]
                    )
                    samples.assert_same_weights(
                        self, model.head, plain.layers[2]
                    )

    @parameterized.parameters(*ALIGNERS)
    def test_the_logged_loss_is_the_recomputed_one(self, name):
        model = samples.model(ALIGNERS[name](weight=0.7))
        batch = next(iter(samples.batches(64)))
        x, y = batch
        model.build({"source": (None, 6), "target": (None, 6)})
        before = model.get_weights()
        logs = model.fit(samples.only(batch), verbose=0).history
        model.set_weights(before)
        source, target = model.encoder(x["source"]), model.encoder(x["target"])
        task = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(
            y, model.head(source)
        )
        model.aligner([source, target], training=True)
        added = sum(float(one) for one in model.aligner.losses)
        self.assertAlmostEqual(logs["loss"][0], float(task) + added, places=5)

    @parameterized.parameters(*ALIGNERS)
    def test_the_encoder_learns_from_both_losses(self, name):
        batch = next(iter(samples.batches(64)))

        def moved(aligner, labels_count):
            model = samples.model(aligner)
            model.optimizer = keras.optimizers.SGD(1.0)
            model.build({"source": (None, 6), "target": (None, 6)})
            before = model.encoder.get_weights()
            weight = np.full(64, float(labels_count), "float32")
            model.fit(samples.only((*batch, weight)), verbose=0)
            return [
                after - start
                for after, start in zip(
                    model.encoder.get_weights(), before, strict=True
                )
            ]

        both = moved(ALIGNERS[name](weight=0.5), 1)
        task = moved(None, 1)
        aligned = moved(ALIGNERS[name](weight=0.5), 0)
        for one, first, second in zip(both, task, aligned, strict=True):
            self.assertGreater(np.abs(first).max(), 0)
            self.assertGreater(np.abs(second).max(), 0)
            np.testing.assert_allclose(one, first + second, atol=1e-5)

    def test_aligning_makes_the_domains_alike(self):
        apart = []
        for aligner in (None, kts.adaptation.CORAL(100, match_means=True)):
            model = samples.model(aligner)
            model.fit(samples.batches(steps=200), verbose=0)
            source = model.encoder(samples.XS)
            target = model.encoder(samples.XT)
            apart.append(float(coral.coral_distance(source, target, True)))
        self.assertLess(apart[1], apart[0] / 5)

    def test_domains_of_unequal_size_are_fitted_as_arrays(self):
        model = samples.model(kts.adaptation.CORAL())
        history = model.fit(
            {"source": samples.XS, "target": samples.XT},
            samples.YS,
            batch_size=50,
            epochs=2,
            validation_split=0.2,
            class_weight={0: 1.0, 1: 2.0, 2: 1.0},
            verbose=0,
        ).history
        self.assertEqual(
            sorted(history),
            ["accuracy", "coral", "loss", "val_accuracy", "val_loss"],
        )
        self.assertLen(history["loss"], 2)
        self.assertEqual(int(model.optimizer.iterations), 2 * 4)

    def test_weights_of_rows_and_of_classes_are_the_same_weights(self):
        losses = []
        by_class = {0: 1.0, 1: 3.0, 2: 0.5}
        by_row = np.vectorize(by_class.get)(samples.YS)
        for options in ({"class_weight": by_class}, {"sample_weight": by_row}):
            model = samples.model(kts.adaptation.CORAL())
            keras.utils.set_random_seed(0)
            x = {"source": samples.XS, "target": samples.XT}
            history = model.fit(x, samples.YS, verbose=0, **options)
            losses.append(history.history["loss"][0])
        self.assertAlmostEqual(*losses, places=5)

    def test_val_loss_is_that_of_the_task(self):
        for name, kind in ALIGNERS.items():
            with self.subTest(name):
                model = samples.model(kind(weight=2.0))
                history = model.fit(
                    samples.batches(),
                    validation_data=(samples.XS, samples.YS),
                    verbose=0,
                ).history
                loss = keras.losses.SparseCategoricalCrossentropy(
                    from_logits=True
                )(samples.YS, model.predict(samples.XS, verbose=0))
                self.assertAlmostEqual(
                    history["val_loss"][0], float(loss), places=5
                )
                told = {key for key in history if key.startswith("val_")}
                self.assertEqual(told, {"val_loss", "val_accuracy"})
                again = model.evaluate(samples.batches(), verbose=0)
                self.assertLen(again, 2)

    def test_callbacks_see_what_they_ask_for(self):
        model = samples.model(kts.adaptation.CORAL(10.0))
        stop = keras.callbacks.EarlyStopping("coral", patience=0, mode="max")
        history = model.fit(
            samples.batches(), epochs=9, callbacks=[stop], verbose=0
        )
        self.assertLess(len(history.history["coral"]), 9)


class ShapesTest(parameterized.TestCase):
    @parameterized.parameters(
        *[(name, None) for name in ALIGNERS], ("coral", "separate")
    )
    def test_several_inputs_and_outputs(self, name, forward):
        model = samples.many(ALIGNERS[name](weight=0.1), forward)
        source = {"a": samples.XS, "b": samples.XS[:, :2]}
        target = {"a": samples.XT, "b": samples.XT[:, :2]}
        labels = {"kind": samples.YS, "size": samples.XS[:, :1]}
        history = model.fit(
            {"source": source, "target": target}, labels, verbose=0
        ).history
        self.assertTrue(np.isfinite(history["loss"][0]))
        told = model.predict(target, verbose=0)
        self.assertEqual(told["kind"].shape, (len(samples.XT), 3))
        model.evaluate(source, labels, verbose=0)

    @parameterized.parameters(
        ("sparse_categorical_crossentropy", samples.YS),
        ("categorical_crossentropy", np.eye(3)[samples.YS]),
        ("mse", np.eye(3)[samples.YS] + samples.XS[:, :3]),
    )
    def test_labels(self, loss, labels):
        model = samples.model(kts.adaptation.MMD(), loss=loss)
        history = model.fit(
            {"source": samples.XS, "target": samples.XT}, labels, verbose=0
        )
        self.assertTrue(np.isfinite(history.history["loss"][0]))

    @parameterized.parameters(*ALIGNERS)
    def test_several_sources_are_aligned_one_by_one(self, name):
        keras.utils.set_random_seed(0)
        model = samples.model(ALIGNERS[name](weight=1.0), sources=2)
        shifted = (samples.XS + 1, samples.YS)
        batches = kts.adaptation.paired(
            [(samples.XS, samples.YS), shifted], samples.XT, 16, seed=1
        )
        x, y = next(iter(batches))
        model.fit(samples.only((x, y)), verbose=0, epochs=1)
        fresh = samples.model(ALIGNERS[name](weight=1.0), sources=2)
        fresh.build({"source": (None, 6), "target": (None, 6)})
        features = fresh.encoder(x["source"])
        fresh.aligner(
            [features[::2], features[1::2], fresh.encoder(x["target"])],
            training=True,
        )
        task = fresh.loss(y, fresh.head(features))
        expected = float(task) + sum(map(float, fresh.aligner.losses))
        logged = samples.model(ALIGNERS[name](weight=1.0), sources=2)
        logged.build({"source": (None, 6), "target": (None, 6)})
        for one, other in zip(
            logged.aligner.trainable_variables,
            fresh.aligner.trainable_variables,
            strict=True,
        ):
            one.assign(other)
        loss = logged.fit(samples.only((x, y)), verbose=0).history["loss"][0]
        self.assertAlmostEqual(loss, expected, places=4)

    @parameterized.parameters((1, True), (1, False), (3, True), (3, False))
    def test_conditional_is_the_outer_product(self, classes, logits):
        rng = np.random.default_rng(0)
        features = rng.normal(size=(5, 4)).astype("float32")
        given = rng.normal(size=(5, classes)).astype("float32")
        if classes == 1:
            shares = 1 / (1 + np.exp(-given))
            shares = np.concatenate([1 - shares, shares], axis=1)
        else:
            shares = np.exp(given) / np.exp(given).sum(1, keepdims=True)
        outputs = given if logits else shares[:, -classes:]
        made = conditioning.product(
            tf.constant(features), tf.constant(outputs), logits
        )
        expected = [
            np.outer(*row).ravel() for row in zip(features, shares, strict=True)
        ]
        np.testing.assert_allclose(made, expected, atol=1e-6)

    @parameterized.parameters(*ALIGNERS)
    def test_conditional_models_train_and_are_saved(self, name):
        encoder, head = samples.parts()
        model = kts.adaptation.AdaptationModel(
            encoder, head, ALIGNERS[name](weight=0.1), conditional=True
        )
        samples.compiled(model)
        history = model.fit(samples.batches(), verbose=0).history
        self.assertTrue(np.isfinite(history["loss"][0]))
        self.assertEqual(model.aligner.features, 8 * 3)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.keras")
            model.save(path)
            again = keras.saving.load_model(path)
        self.assertTrue(again.conditional)
        samples.assert_same_weights(self, again, model)

    def test_conditional_needs_classes(self):
        model = samples.many(kts.adaptation.CORAL(), None)
        model.conditional = True
        source = {"a": samples.XS, "b": samples.XS[:, :2]}
        target = {"a": samples.XT, "b": samples.XT[:, :2]}
        labels = {"kind": samples.YS, "size": samples.XS[:, :1]}
        with self.assertRaisesRegex(ValueError, "`conditional=True` needs"):
            model.fit({"source": source, "target": target}, labels, verbose=0)

    def test_joint_and_separate_are_the_same_without_batch_statistics(self):
        found = []
        for forward in ("joint", "separate"):
            model = samples.model(kts.adaptation.CORAL(5.0), forward=forward)
            model.fit(samples.batches(), verbose=0)
            found.append(model.get_weights())
        for one, other in zip(*found, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)

    @parameterized.parameters((False, True), (True, False))
    def test_batch_normalization_parts_the_domains(self, normalized, joins):
        model = samples.model(kts.adaptation.CORAL(), normalized)
        self.assertEqual(model.joins(samples.XS, samples.XT), joins)

    def test_layers_work_in_a_model_of_the_user(self):
        source, target = keras.Input((6,)), keras.Input((6,))
        dense = keras.layers.Dense(4, "relu")
        features = kts.adaptation.CORAL(1.0)([dense(source), dense(target)])
        model = keras.Model([source, target], keras.layers.Dense(3)(features))
        samples.compiled(model)
        rows = samples.XT[: len(samples.XS)]
        xs, ys = samples.XS[: len(rows)], samples.YS[: len(rows)]
        history = model.fit(
            [xs, rows], ys, validation_data=([xs, rows], ys), verbose=0
        ).history
        self.assertGreater(history["coral"][0], 0)
        task = model.loss(ys, model.predict([xs, rows], verbose=0))
        self.assertAlmostEqual(history["val_loss"][0], float(task), places=5)


class RunningTest(parameterized.TestCase):
    @parameterized.parameters(
        *[(name, {"jit_compile": True}) for name in ALIGNERS],
        ("mmd", {"steps_per_execution": 3}),
        ("adversarial", {"steps_per_execution": 3}),
        ("adversarial", {"run_eagerly": True}),
    )
    def test_compile_options_change_nothing(self, name, options):
        losses = []
        for given in ({"jit_compile": False}, options):
            keras.utils.set_random_seed(0)
            model = samples.model(ALIGNERS[name](weight=0.5))
            # Adam's first steps are signs: one rounding would be a whole step.
            model.compile(keras.optimizers.SGD(1e-2), model.loss, **given)
            history = model.fit(samples.batches(steps=3), verbose=0)
            losses.append(history.history["loss"][0])
        self.assertAlmostEqual(*losses, places=4)

    @parameterized.parameters(*ALIGNERS)
    def test_mixed_precision(self, name):
        keras.config.set_dtype_policy("mixed_float16")
        self.addCleanup(keras.config.set_dtype_policy, "float32")
        model = samples.model(ALIGNERS[name](weight=0.5))
        history = model.fit(samples.batches(steps=5), verbose=0).history
        self.assertTrue(np.isfinite(history["loss"][0]))
        self.assertEqual(model.encoder.compute_dtype, "float16")

    @parameterized.parameters(*ALIGNERS)
    def test_is_saved_and_resumed(self, name):
        schedule = kts.adaptation.Ramp(10, 0.5)
        whole = samples.model(ALIGNERS[name](weight=schedule))
        first = samples.batches(seed=1)
        keras.utils.set_random_seed(0)
        whole.fit(first, verbose=0)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.keras")
            whole.save(path)
            again = keras.saving.load_model(path)
        samples.assert_same_weights(self, again, whole)
        self.assertEqual(int(again.aligner.steps.value), len(first))
        np.testing.assert_array_equal(
            again.predict(samples.XT, verbose=0),
            whole.predict(samples.XT, verbose=0),
        )
        for model in (whole, again):
            model.fit(samples.batches(seed=2), verbose=0)
        samples.assert_same_weights(self, again, whole)

    def test_the_plain_form_needs_nothing_of_this_library(self):
        model = samples.many(kts.adaptation.CORAL(), None)
        target = {"a": samples.XT, "b": samples.XT[:, :2]}
        plain = model.without_aligner()
        self.assertIsInstance(plain, keras.Model)
        for name, told in plain.predict(target, verbose=0).items():
            np.testing.assert_array_equal(
                told, model.predict(target, verbose=0)[name]
            )
        plain = samples.model(None).without_aligner()
        config = str(plain.get_config())
        self.assertNotIn("keras_troubleshoot", config)


class RefusesTest(parameterized.TestCase):
    def test_parts(self):
        dense = keras.layers.Dense(3)
        for arguments, name in (
            ((1, dense), "encoder"),
            ((dense, None), "head"),
            ((dense, dense, 0.5), "aligner"),
        ):
            with self.assertRaisesRegex(ValueError, f"`{name}` must be a Ker"):
                kts.adaptation.AdaptationModel(*arguments)

    @parameterized.parameters(
        ({"forward": "both"}, "`forward` must be"),
        ({"sources": 0}, "`sources` must be"),
    )
    def test_options(self, options, told):
        dense = keras.layers.Dense(3)
        with self.assertRaisesRegex(ValueError, told):
            kts.adaptation.AdaptationModel(dense, dense, **options)

    def test_inputs_that_are_named_like_the_domains(self):
        inputs = {
            name: keras.Input((3,), name=name) for name in ("source", "target")
        }
        encoder = keras.Model(
            inputs, keras.layers.Add()([inputs["source"], inputs["target"]])
        )
        with self.assertRaisesRegex(ValueError, "must have other names"):
            kts.adaptation.AdaptationModel(encoder, keras.layers.Dense(3))

    def test_a_missing_target(self):
        model = samples.model(kts.adaptation.CORAL())
        plain = tf.data.Dataset.from_tensor_slices((samples.XS, samples.YS))
        for x, y in ((samples.XS, samples.YS), (plain.batch(8), None)):
            with self.assertRaisesRegex(ValueError, '`x` must be `{"source"'):
                model.fit(x, y, verbose=0)
        samples.model(None).fit(samples.XS, samples.YS, verbose=0)

    def test_labels_of_the_target(self):
        model = samples.model(kts.adaptation.CORAL())
        with self.assertRaisesRegex(ValueError, "must be inputs alone"):
            model.fit(
                {
                    "source": samples.XS,
                    "target": (samples.XT, samples.XT[:, 0]),
                },
                samples.YS,
            )

    def test_encoders_of_domains_of_different_shapes(self):
        model = samples.model(kts.adaptation.CORAL())
        with self.assertRaisesRegex(ValueError, "inputs of the same shape"):
            model.fit(
                {"source": samples.XS, "target": samples.XT[:, :5]},
                samples.YS,
            )

    @parameterized.parameters(-0.1, 1.0, 2)
    def test_a_validation_split(self, share):
        model = samples.model(kts.adaptation.CORAL())
        with self.assertRaisesRegex(ValueError, "`validation_split` must"):
            model.fit(
                {"source": samples.XS, "target": samples.XT},
                samples.YS,
                validation_split=share,
            )


if __name__ == "__main__":
    absltest.main()
