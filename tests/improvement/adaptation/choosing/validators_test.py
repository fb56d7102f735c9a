import random

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.choosing import class_scores
from keras_troubleshoot.improvement.adaptation.choosing import risk_scores
from keras_troubleshoot.improvement.adaptation.choosing import validators


def domains(rows=90, classes=3, seed=0):
    """Clear classes; the target is moved a little."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % classes
    x = rng.normal(size=(rows, 4)).astype("float32")
    x[:, 0] += 4 * y
    return x, y, x[::-1] + np.float32(0.5)


def network(classes=3, dropout=0.3):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(dropout),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.05),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


class Paired(keras.Model):
    """As `AdaptationModel` is read: an encoder and a head."""

    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([keras.layers.Dense(5)])
        self.head = keras.layers.Dense(3, activation="softmax")

    def call(self, x):
        return self.head(self.encoder(x))


def numbers(structure):
    return [keras.ops.convert_to_numpy(v) for v in structure]


class ValidatorsTest(parameterized.TestCase):
    def test_each_scores_as_its_function(self):
        x, y, target = domains()
        model = network()
        of_target = ("entropy", "information_maximization")
        for name in (*of_target, "soft_neighborhood_density"):
            made = validators.VALIDATORS[name].score(model, None, target)
            self.assertAlmostEqual(
                made, getattr(class_scores, name)(model, target)
            )
        made = validators.VALIDATORS["source_risk"].score(model, (x, y), None)
        self.assertAlmostEqual(made, risk_scores.source_risk(model, x, y))
        name = "deep_embedded_validation"
        made = validators.VALIDATORS[name].score(model, (x, y), target)
        self.assertAlmostEqual(
            made, risk_scores.deep_embedded_validation(model, (x, y), target)
        )

    def test_directions(self):
        found = {n: v.direction for n, v in validators.VALIDATORS.items()}
        higher = {"information_maximization", "soft_neighborhood_density"}
        self.assertEqual(
            {n for n, d in found.items() if d == validators.HIGHER}, higher
        )
        self.assertLen(found, 5)

    def test_an_assessment_of_classes(self):
        x, y, target = domains()
        model = network()
        model.fit(x, y, epochs=8, verbose=0)
        found = validators.assess(model, (x, y), target, validators.VALIDATORS)
        made = model.predict(target, verbose=0).argmax(axis=1)
        shares = np.bincount(made) / len(made)
        shares = shares[shares > 0]
        self.assertAlmostEqual(
            found.target_classes, np.exp(-(shares * np.log(shares)).sum())
        )
        accuracy = model.evaluate(x, y, verbose=0)[1]
        self.assertAlmostEqual(found.source_accuracy, accuracy, places=5)
        self.assertAlmostEqual(found.source_classes, 3.0)
        self.assertEqual(list(found.scores), list(validators.VALIDATORS))

    def test_one_hot_labels(self):
        x, y, target = domains()
        model = network()
        plain = validators.assess(model, (x, y), target)
        model.compile("sgd", "categorical_crossentropy")
        found = validators.assess(model, (x, np.eye(3)[y]), target)
        self.assertEqual(found, plain)
        self.assertEqual(list(found.scores), ["information_maximization"])

    def test_numbers_by_source_risk_and_dev(self):
        x, _, target = domains()
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        found = validators.assess(model, (x, x[:, 1]), target)
        self.assertEqual(list(found.scores), list(validators.NUMBERS))
        self.assertIsNone(found.source_accuracy)
        self.assertIsNone(found.target_classes)
        with self.assertRaisesRegex(ValueError, "must predict classes"):
            validators.assess(model, (x, x[:, 1]), target, ["entropy"])

    def test_features_are_those_of_the_encoder(self):
        x, y, target = domains()
        model = Paired()
        model.compile("sgd", "sparse_categorical_crossentropy")
        look = validators.look_lib.at(model, (x, y), target)
        np.testing.assert_allclose(
            look.features("target"), model.encoder(target), rtol=1e-5
        )
        self.assertIn("'sequential", look.sight.where)

    def test_features_of_a_plain_model_are_what_its_last_layer_is_given(self):
        x, y, target = domains()
        model = network()
        look = validators.look_lib.at(model, (x, y), target)
        inner = keras.Sequential(model.layers[:-1])
        np.testing.assert_allclose(
            look.features("source"), inner(x), rtol=1e-4, atol=1e-5
        )

    def test_several_outputs_are_assessed_by_one(self):
        inputs = keras.Input((4,))
        a = keras.layers.Dense(3, activation="softmax", name="a")(inputs)
        b = keras.layers.Dense(1, name="b")(inputs)
        model = keras.Model(inputs, {"a": a, "b": b})
        losses = {"a": "sparse_categorical_crossentropy", "b": "mse"}
        model.compile("sgd", losses)
        x, y, target = domains()
        both = {"a": y, "b": x[:, :1]}
        found = validators.assess(model, (x, both), target, output="a")
        self.assertAlmostEqual(found.source_classes, 3.0)
        found = validators.assess(model, (x, both), target)
        self.assertEqual(list(found.scores), list(validators.NUMBERS))

    def test_looking_changes_nothing(self):
        x, y, target = domains()
        model = network()
        model.fit(x, y, epochs=1, verbose=0)
        kept = numbers(model.variables), numbers(model.optimizer.variables)
        states = random.getstate(), np.random.get_state()[1].copy()
        validators.assess(model, (x, y), target, validators.VALIDATORS)
        now = numbers(model.variables), numbers(model.optimizer.variables)
        for one, other in zip(kept, now, strict=True):
            for before, after in zip(one, other, strict=True):
                np.testing.assert_array_equal(before, after)
        self.assertEqual(random.getstate(), states[0])
        np.testing.assert_array_equal(np.random.get_state()[1], states[1])

    @parameterized.named_parameters(
        ("unknown", ["accuracy"], "received: 'accuracy'"),
        ("none", [], "received: none"),
    )
    def test_names(self, names, told):
        x, y, target = domains()
        with self.assertRaisesRegex(ValueError, told):
            validators.assess(network(), (x, y), target, names)

    def test_what_a_validator_needs(self):
        _, _, target = domains()
        name = "deep_embedded_validation"
        with self.assertRaisesRegex(ValueError, "held-out `.x, y.`"):
            validators.VALIDATORS[name].score(network(), None, target)

    def test_labels_of_the_target_are_refused(self):
        x, y, target = domains()
        with self.assertRaisesRegex(ValueError, "leave the labels out"):
            validators.assess(network(), (x, y), (target, y))

    def test_a_random_state_of_tensorflow_is_kept(self):
        x, y, target = domains()
        model = network()
        tf.random.set_seed(1)
        expected = float(tf.random.uniform(()))
        tf.random.set_seed(1)
        validators.assess(model, (x, y), target)
        self.assertEqual(float(tf.random.uniform(())), expected)


if __name__ == "__main__":
    absltest.main()
