"""Tests of an aligner of outputs in `AdaptationModel`."""

import os
import tempfile

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot as kts
from keras_troubleshoot.improvement.adaptation.models import conditioning
from tests.improvement.adaptation.models import samples

Confusion = kts.adaptation.ClassConfusion


def model(weight=0.7, aligner=None, loss=None, **options):
    """The parts with an aligner of outputs, compiled."""
    return samples.model(
        aligner, output_aligner=Confusion(weight), loss=loss, **options
    )


def coral():
    return kts.adaptation.CORAL(0.3)


class OutputAlignerTest(parameterized.TestCase):
    @parameterized.parameters(None, 0)
    def test_weight_0_is_training_on_the_source_bit_for_bit(self, weight):
        aligner = None if weight is None else kts.adaptation.CORAL(weight)
        plain, made = samples.model(None), model(0, aligner)
        for one in (plain, made):
            one.fit(samples.batches(), verbose=0)
        samples.assert_same_weights(self, made.encoder, plain.encoder)
        samples.assert_same_weights(self, made.head, plain.head)

    @parameterized.product(aligned=[True, False], conditional=[True, False])
    def test_the_logged_loss_is_the_recomputed_one(self, aligned, conditional):
        made = model(
            aligner=coral() if aligned else None, conditional=conditional
        )
        batch = next(iter(samples.batches(64)))
        (x, y) = batch
        made.build({"source": (None, 6), "target": (None, 6)})
        before = made.get_weights()
        logs = made.fit(samples.only(batch), verbose=0).history
        made.set_weights(before)
        source, target = made.encoder(x["source"]), made.encoder(x["target"])
        outputs, unsure = made.head(source), made.head(target)
        expected = float(made.loss(y, outputs))
        layer = Confusion(0.7)
        layer([outputs, unsure], training=True)
        expected += float(layer.losses[0])
        if aligned:
            given = [source, target]
            if conditional:
                pairs = ((source, outputs), (target, unsure))
                given = [conditioning.product(*one, True) for one in pairs]
            layer = coral()
            layer(given, training=True)
            expected += float(layer.losses[0])
        self.assertAlmostEqual(logs["loss"][0], expected, places=5)
        self.assertIn("class_confusion", logs)
        self.assertEqual("coral" in logs, aligned)

    def test_probabilities_are_taken_as_their_logits(self):
        losses = []
        for activation, logits in ((None, True), ("softmax", False)):
            encoder, head = samples.parts()
            head.layers[-1].activation = keras.activations.get(activation)
            made = kts.adaptation.AdaptationModel(
                encoder, head, output_aligner=Confusion()
            )
            samples.compiled(
                made,
                keras.losses.SparseCategoricalCrossentropy(from_logits=logits),
            )
            history = made.fit(samples.batches(steps=3), verbose=0).history
            losses.append(history["class_confusion"][0])
        self.assertAlmostEqual(*losses, places=4)

    @parameterized.parameters(True, False)
    def test_one_column_is_the_second_of_two(self, logits):
        given = np.float32([[-1.0], [0.5]])
        outputs = given if logits else 1 / (1 + np.exp(-given))
        made = conditioning.class_logits(tf.constant(outputs), logits)
        np.testing.assert_allclose(
            tf.nn.softmax(made)[:, 1:], 1 / (1 + np.exp(-given)), atol=1e-6
        )

    def test_predictions_become_sure(self):
        found = []
        for weight in (0, 5.0):
            made = model(weight)
            made.fit(samples.batches(steps=100), verbose=0)
            logits = tf.constant(made.predict(samples.XT, verbose=0))
            layer = Confusion()
            layer([logits, logits], training=True)
            found.append(float(layer.losses[0]))
        self.assertLess(found[1], found[0] - 0.05)

    def test_val_loss_is_that_of_the_task(self):
        made = model(2.0)
        history = made.fit(
            samples.batches(),
            validation_data=(samples.XS, samples.YS),
            verbose=0,
        ).history
        told = {key for key in history if key.startswith("val_")}
        self.assertEqual(told, {"val_loss", "val_accuracy"})
        loss = made.loss(samples.YS, made.predict(samples.XS, verbose=0))
        self.assertAlmostEqual(history["val_loss"][0], float(loss), places=5)

    def test_is_saved_and_resumed(self):
        schedule = kts.adaptation.Ramp(10, 0.5)
        whole = model(schedule, kts.adaptation.CORAL(schedule))
        whole.fit(samples.batches(seed=1), verbose=0)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.keras")
            whole.save(path)
            again = keras.saving.load_model(path)
        self.assertEqual(int(again.output_aligner.steps.value), 8)
        for one in (whole, again):
            one.fit(samples.batches(seed=2), verbose=0)
        samples.assert_same_weights(self, again, whole)

    def test_what_was_saved_without_one_is_read(self):
        made = samples.model(coral())
        config = made.get_config()
        self.assertIsNone(config.pop("output_aligner"))
        again = kts.adaptation.AdaptationModel.from_config(config)
        self.assertIsNone(again.output_aligner)

    def test_several_sources(self):
        made = model(aligner=coral(), sources=2)
        batches = kts.adaptation.paired(
            [(samples.XS, samples.YS)] * 2, samples.XT, 16, seed=1
        )
        history = made.fit(batches, verbose=0).history
        self.assertTrue(np.isfinite(history["loss"][0]))

    @parameterized.parameters({"jit_compile": True}, {"steps_per_execution": 3})
    def test_compile_options_change_nothing(self, **options):
        losses = []
        for given in ({"jit_compile": False}, options):
            made = model(0.5, coral(), conditional=True)
            made.compile(keras.optimizers.SGD(1e-2), made.loss, **given)
            history = made.fit(samples.batches(steps=3), verbose=0).history
            losses.append(history["loss"][0])
        self.assertAlmostEqual(*losses, places=4)

    def test_mixed_precision(self):
        keras.config.set_dtype_policy("mixed_float16")
        self.addCleanup(keras.config.set_dtype_policy, "float32")
        history = model().fit(samples.batches(steps=5), verbose=0).history
        self.assertTrue(np.isfinite(history["loss"][0]))


class RefusesTest(parameterized.TestCase):
    def test_no_layer(self):
        dense = keras.layers.Dense(3)
        with self.assertRaisesRegex(ValueError, "`output_aligner` must be a"):
            kts.adaptation.AdaptationModel(dense, dense, output_aligner=0.5)

    def test_numbers(self):
        made = model(loss="mse")
        x = {"source": samples.XS, "target": samples.XT}
        with self.assertRaisesRegex(ValueError, "`output_aligner` needs a los"):
            made.fit(x, np.eye(3)[samples.YS], verbose=0)

    def test_outputs_of_another_shape(self):
        with self.assertRaisesRegex(ValueError, "`output_aligner` needs one"):
            conditioning.class_logits(tf.ones((2, 5, 3)), True)

    def test_a_missing_target(self):
        with self.assertRaisesRegex(ValueError, '`x` must be `{"source"'):
            model().fit(samples.XS, samples.YS, verbose=0)


if __name__ == "__main__":
    absltest.main()
