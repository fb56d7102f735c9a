"""Tests of the aligners with a domain classifier."""

import math

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.aligners import reversal
from keras_troubleshoot.improvement.adaptation.aligners.adversarial import (
    DomainAdversarial,
)
from keras_troubleshoot.improvement.adaptation.aligners.confusion import (
    DomainConfusion,
)
from keras_troubleshoot.improvement.adaptation.aligners.reversal import (
    GradientReversal,
)
from keras_troubleshoot.improvement.adaptation.aligners.weights import Ramp

BOTH = (DomainAdversarial, DomainConfusion)
RNG = np.random.default_rng(0)
SOURCE = RNG.normal(size=(12, 4)).astype("float32")
TARGET = (RNG.normal(size=(20, 4)) + 0.5).astype("float32")


def classifier(domains=2):
    """One without dropout: each pass gives the same."""
    return keras.Sequential(
        [keras.layers.Dense(9, "relu"), keras.layers.Dense(domains)]
    )


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def gradients(layer, domains):
    """Of the features of each domain, and of the classifier's weights."""
    layer(domains, training=True)  # Builds it.
    features = [tf.Variable(one) for one in domains]
    with tf.GradientTape() as tape:
        layer(features, training=True)
        loss = sum(layer.losses)
    weights = layer.classifier.trainable_variables
    return tape.gradient(loss, [features, [one.value for one in weights]])


def textbook(layer, domains, loss):
    """Gradients of a loss of the domains' logits."""
    features = [tf.Variable(one) for one in domains]
    with tf.GradientTape() as tape:
        value = loss([layer.classifier(one) for one in features])
    weights = layer.classifier.trainable_variables
    return tape.gradient(value, [features, [one.value for one in weights]])


def cross_entropy(logits):
    losses = [
        tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(
                tf.fill([one.shape[0]], place), one
            )
        )
        for place, one in enumerate(logits)
    ]
    return tf.add_n(losses) / len(losses)


def to_uniform(logits):
    losses = [
        tf.reduce_mean(
            tf.nn.softmax_cross_entropy_with_logits(
                tf.fill(one.shape, 1.0 / one.shape[1]), one
            )
        )
        for one in logits
    ]
    return tf.add_n(losses) / len(losses)


class GradientsTest(parameterized.TestCase):
    @parameterized.product(weight=[1.0, 0.3], sources=[1, 2])
    def test_the_adversary_gets_the_gradient_turned_round(
        self, weight, sources
    ):
        layer = DomainAdversarial(weight, classifier=classifier(sources + 1))
        domains = [SOURCE] * sources + [TARGET]
        features, weights = gradients(layer, domains)
        wanted, wanted_weights = textbook(layer, domains, cross_entropy)
        for found, expected in zip(features, wanted, strict=True):
            np.testing.assert_allclose(found, -weight * expected, atol=1e-6)
        for found, expected in zip(weights, wanted_weights, strict=True):
            np.testing.assert_allclose(found, expected, atol=1e-6)

    @parameterized.product(weight=[1.0, 0.3], sources=[1, 2])
    def test_confusion_parts_the_encoder_from_the_classifier(
        self, weight, sources
    ):
        layer = DomainConfusion(weight, classifier=classifier(sources + 1))
        domains = [SOURCE] * sources + [TARGET]
        features, weights = gradients(layer, domains)
        wanted, _ = textbook(layer, domains, to_uniform)
        _, wanted_weights = textbook(layer, domains, cross_entropy)
        for found, expected in zip(features, wanted, strict=True):
            np.testing.assert_allclose(found, weight * expected, atol=1e-6)
        for found, expected in zip(weights, wanted_weights, strict=True):
            np.testing.assert_allclose(found, expected, atol=1e-6)

    @parameterized.parameters(0.0, 0.5, 2.0)
    def test_reversal_multiplies_the_gradient(self, weight):
        x = tf.Variable(SOURCE)
        with tf.GradientTape() as tape:
            y = GradientReversal(weight)(x)
            loss = tf.reduce_sum(tf.sin(y))
        np.testing.assert_allclose(y, SOURCE, rtol=1e-6)
        np.testing.assert_allclose(
            tape.gradient(loss, x), -weight * np.cos(SOURCE), atol=1e-6
        )

    def test_reversal_is_compiled(self):
        @tf.function(jit_compile=True)
        def slope(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_sum(reversal.reverse(x, 0.5) ** 2)
            return tape.gradient(y, x)

        np.testing.assert_allclose(
            slope(tf.constant(SOURCE)), -SOURCE, rtol=1e-5
        )

    @parameterized.parameters(*BOTH)
    def test_weight_0_adds_nothing(self, kind):
        layer = kind(weight=0)
        layer([SOURCE, TARGET], training=True)
        self.assertEmpty(layer.losses)
        self.assertEmpty(layer.trainable_variables)

    @parameterized.parameters(*BOTH)
    def test_nothing_is_added_outside_of_training(self, kind):
        layer = kind()
        returned = layer([SOURCE, TARGET])
        np.testing.assert_array_equal(returned, SOURCE)
        self.assertEmpty(layer.losses)


class MetricsTest(parameterized.TestCase):
    @parameterized.parameters(*BOTH)
    def test_logs_show_what_numpy_finds(self, kind):
        layer = kind(weight=1.0, classifier=classifier())
        layer([SOURCE, TARGET])
        layer([SOURCE, TARGET], training=True)
        logits = [np.asarray(layer.classifier(x)) for x in (SOURCE, TARGET)]
        shares = [np.mean(one.argmax(1) == k) for k, one in enumerate(logits)]
        told = [log_softmax(one) for one in logits]
        loss = -np.mean([told[0][:, 0].mean(), told[1][:, 1].mean()])
        if kind is DomainConfusion:
            loss = -np.mean([one.mean() for one in told])
        self.assertAlmostEqual(
            float(layer.accuracy.result()), np.mean(shares), places=5
        )
        self.assertAlmostEqual(float(layer.loss.result()), loss, places=5)
        self.assertEqual(
            [metric.name for metric in layer.metrics],
            [f"{layer.name}_loss", f"{layer.name}_accuracy"],
        )

    @parameterized.parameters(*BOTH)
    def test_equal_domains_are_told_by_chance(self, kind):
        layer = kind(weight=1.0, classifier=classifier())
        layer([SOURCE, SOURCE], training=True)
        self.assertEqual(float(layer.accuracy.result()), 0.5)

    @parameterized.parameters(*BOTH)
    def test_the_classifier_learns_to_tell(self, kind):
        # Its output is not constant: apart from the encoder it separates.
        layer = kind(weight=1.0)
        layer([SOURCE, TARGET])
        optimizer = keras.optimizers.Adam(1e-2)
        for _ in range(200):
            with tf.GradientTape() as tape:
                layer([SOURCE, TARGET], training=True)
                loss = sum(layer.losses)
            weights = layer.classifier.trainable_variables
            optimizer.apply(
                tape.gradient(loss, [one.value for one in weights]), weights
            )
        layer.accuracy.reset_state()
        layer([SOURCE, TARGET], training=True)
        self.assertGreater(float(layer.accuracy.result()), 0.8)
        logits = np.asarray(layer.classifier(TARGET))
        self.assertGreater(np.std(logits), 0.1)


class OptionsTest(parameterized.TestCase):
    @parameterized.product(kind=BOTH, policy=["float32", "mixed_float16"])
    def test_takes_a_classifier_of_the_user(self, kind, policy):
        mine = keras.Sequential(
            [keras.layers.Dense(7, "tanh"), keras.layers.Dense(2)]
        )
        layer = kind(weight=1.0, classifier=mine, dtype=policy)
        layer([SOURCE, TARGET], training=True)
        self.assertIs(layer.classifier, mine)
        self.assertLen(layer.trainable_variables, 4)
        again = kind.from_config(layer.get_config())
        again([SOURCE, TARGET])
        self.assertEqual(
            [one.shape for one in again.trainable_variables],
            [one.shape for one in layer.trainable_variables],
        )

    @parameterized.parameters(*BOTH)
    def test_is_saved_and_read_again(self, kind):
        layer = kind(weight=Ramp(7, 0.5), units=(3, 2), name="mine")
        layer([SOURCE, TARGET])
        again = kind.from_config(layer.get_config())
        self.assertEqual(again.get_config(), layer.get_config())
        self.assertEqual(again.weight.steps, 7)

    @parameterized.parameters(*BOTH)
    def test_dropout_is_for_training_alone(self, kind):
        layer = kind(weight=1.0)
        layer([SOURCE, TARGET])
        rates = [
            one.rate
            for one in layer.classifier.layers
            if isinstance(one, keras.layers.Dropout)
        ]
        self.assertEqual(rates, [0.5])
        losses = []
        for _ in range(2):
            layer([SOURCE, TARGET], training=True)
            losses.append(float(sum(layer.losses)))
        self.assertNotEqual(*losses)
        np.testing.assert_array_equal(
            layer.classifier(SOURCE), layer.classifier(SOURCE)
        )

    @parameterized.product(kind=BOTH, units=[(0,), ("8",), (1.5,)])
    def test_refuses_units(self, kind, units):
        with self.assertRaisesRegex(ValueError, "`units` must be sizes"):
            kind(units=units)

    @parameterized.parameters(*BOTH, GradientReversal)
    def test_refuses_a_weight_below_0(self, kind):
        with self.assertRaisesRegex(ValueError, "`weight` must be a number"):
            kind(weight=-0.1)

    @parameterized.parameters(*BOTH)
    def test_a_schedule_counts_the_training_steps(self, kind):
        layer = kind(weight=keras.optimizers.schedules.PolynomialDecay(4, 4))
        seen = []
        for _ in range(3):
            layer([SOURCE, TARGET], training=True)
            layer([SOURCE, TARGET], training=False)
            seen.append(int(layer.steps.value))
        self.assertEqual(seen, [1, 2, 3])


class RampTest(parameterized.TestCase):
    @parameterized.parameters(0, 1, 250, 1000, 5000)
    def test_is_the_published_one(self, step):
        p = step / 1000
        expected = 2 / (1 + math.exp(-10 * p)) - 1
        self.assertAlmostEqual(float(Ramp()(step)), expected, places=6)
        self.assertAlmostEqual(
            float(Ramp(maximum=3.0)(step)), 3 * expected, places=5
        )

    @parameterized.parameters(
        ({"steps": 0}, "`steps`"),
        ({"steps": 1.5}, "`steps`"),
        ({"maximum": -1}, "`maximum`"),
        ({"sharpness": 0}, "`sharpness`"),
    )
    def test_refuses(self, options, name):
        with self.assertRaisesRegex(ValueError, f"{name} must be"):
            Ramp(**options)


if __name__ == "__main__":
    absltest.main()
