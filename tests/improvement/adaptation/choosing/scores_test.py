import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.choosing import class_scores
from keras_troubleshoot.improvement.adaptation.choosing import ratios
from keras_troubleshoot.improvement.adaptation.choosing import risk_scores

OF_CLASSES = (
    class_scores.entropy,
    class_scores.information_maximization,
    class_scores.soft_neighborhood_density,
)


def network(units, last=None, loss=None, seed=0):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(6, activation="relu"),
            keras.layers.Dense(units, activation=last, name="last"),
        ]
    )
    if loss is not None:
        model.compile("sgd", loss)
    return model


def data(rows=60, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4)).astype("float32")
    return x, np.arange(rows) % classes


def softmax(logits):
    made = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return made / made.sum(axis=-1, keepdims=True)


def plain(name, shares):
    """Scores of probabilities, written out."""
    if name == "entropy":
        return -(shares * np.log(shares)).sum(axis=1).mean()
    if name == "information_maximization":
        mean = shares.mean(axis=0)
        return (shares * np.log(shares / mean)).sum(axis=1).mean()
    unit = shares / np.linalg.norm(shares, axis=1, keepdims=True)
    near = unit @ unit.T / 0.05
    near = near[~np.eye(len(near), dtype=bool)].reshape(len(near), -1)
    weight = softmax(near)
    return -(weight * np.log(weight + 1e-300)).sum(axis=1).mean()


class OfClassesTest(parameterized.TestCase):
    @parameterized.product(
        score=OF_CLASSES, end=("logits", "softmax", "custom", "float16")
    )
    def test_logits_and_probabilities(self, score, end):
        model = network(
            3,
            "softmax" if end != "logits" else None,
            keras.losses.SparseCategoricalCrossentropy(
                from_logits=end == "logits"
            ),
        )
        if end == "custom":

            def surprise(y, p):
                return -keras.ops.log(p[:, 0])

            model.compile("sgd", surprise)
        x, _ = data()
        x = x.astype("float16") if end == "float16" else x
        made = model.predict(x, verbose=0).astype("float64")
        shares = softmax(made) if end == "logits" else made
        self.assertAlmostEqual(
            score(model, x), plain(score.__name__, shares), places=5
        )

    @parameterized.product(score=OF_CLASSES, logits=(True, False))
    def test_one_sigmoid_has_two_classes(self, score, logits):
        loss = keras.losses.BinaryCrossentropy(from_logits=logits)
        model = network(1, None if logits else "sigmoid", loss)
        x, _ = data()
        made = model.predict(x, verbose=0).astype("float64")
        yes = 1 / (1 + np.exp(-made)) if logits else made
        shares = np.concatenate([1 - yes, yes], axis=1)
        expected = plain(score.__name__, shares)
        self.assertAlmostEqual(score(model, x), expected, places=5)
        self.assertAlmostEqual(
            score(probabilities=yes[:, 0]), expected, places=6
        )

    def test_several_labels_are_decisions_each(self):
        model = network(3, "sigmoid", "binary_crossentropy")
        x, _ = data()
        yes = model.predict(x, verbose=0).astype("float64")
        for score in OF_CLASSES[:2]:
            parts = [score(probabilities=yes[:, i]) for i in range(3)]
            self.assertAlmostEqual(score(model, x), np.mean(parts), places=5)

    def test_steps_are_decisions_each(self):
        model = keras.Sequential(
            [keras.Input((5, 4)), keras.layers.Dense(3, activation="softmax")]
        )
        x = np.random.default_rng(0).normal(size=(12, 5, 4))
        shares = model.predict(x, verbose=0).reshape(-1, 3)
        for score in OF_CLASSES:
            self.assertAlmostEqual(
                score(model, x), plain(score.__name__, shares), places=5
            )

    def test_collapse_has_the_least_entropy_and_no_information(self):
        model = network(3, "softmax")
        last = model.get_layer("last")
        last.set_weights([np.zeros((6, 3)), np.array([90.0, 0, 0])])
        x, _ = data()
        self.assertEqual(class_scores.entropy(model, x), 0.0)
        self.assertEqual(class_scores.information_maximization(model, x), 0.0)
        self.assertAlmostEqual(
            class_scores.soft_neighborhood_density(model, x),
            np.log(59),
            places=6,
        )

    def test_one_of_several_outputs(self):
        inputs = keras.Input((4,))
        a = keras.layers.Dense(3, activation="softmax", name="a")(inputs)
        b = keras.layers.Dense(2, activation="softmax", name="b")(inputs)
        model = keras.Model(inputs, {"a": a, "b": b})
        x, _ = data()
        made = model.predict(x, verbose=0)["b"]
        self.assertAlmostEqual(
            class_scores.entropy(model, x, output="b"),
            plain("entropy", made),
            places=5,
        )
        with self.assertRaisesRegex(ValueError, "`output` must name one"):
            class_scores.entropy(model, x)

    @parameterized.parameters(*OF_CLASSES)
    def test_numbers_have_no_entropy(self, score):
        x, _ = data()
        told = "must predict classes for .* trained as a number.*source_risk"
        with self.assertRaisesRegex(ValueError, told):
            score(network(1, None, "mse"), x)

    def test_an_output_that_may_be_anything(self):
        with self.assertRaisesRegex(ValueError, "say what its output is for"):
            class_scores.entropy(network(3), data()[0])

    @parameterized.named_parameters(
        ("neither", {}, "received: neither"),
        ("both", {"model": 1, "probabilities": [[1.0]]}, "received: both"),
        ("rows", {"model": 1}, "inputs of the target|keras.Model"),
        ("sums", {"probabilities": [[0.5, 0.6]]}, "must sum to 1"),
        ("nan", {"probabilities": [[np.nan, 1]]}, "must be finite"),
        ("none", {"probabilities": np.zeros((0, 3))}, "at least one row"),
        ("logit", {"probabilities": [3.0, -1.0]}, "between 0 and 1"),
    )
    def test_what_is_given(self, given, told):
        with self.assertRaisesRegex((ValueError, TypeError), told):
            class_scores.entropy(**given)

    def test_temperature_is_above_zero(self):
        with self.assertRaisesRegex(ValueError, "`temperature` must be"):
            class_scores.soft_neighborhood_density(
                probabilities=np.eye(3), temperature=0
            )
        with self.assertRaisesRegex(ValueError, "at least two rows"):
            class_scores.soft_neighborhood_density(probabilities=[[0.5, 0.5]])


class SourceRiskTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("ids", "sparse_categorical_crossentropy", lambda y: y),
        ("column", "sparse_categorical_crossentropy", lambda y: y[:, None]),
        (
            "smoothed",
            keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
            lambda y: np.eye(3)[y],
        ),
        ("squares", "mse", lambda y: np.eye(3)[y]),
        (
            "focal",
            keras.losses.CategoricalFocalCrossentropy(),
            lambda y: np.eye(3)[y],
        ),
    )
    def test_it_is_the_loss_that_evaluate_says(self, loss, of):
        model = network(3, "softmax", loss)
        x, y = data()
        y = of(y)
        expected = model.evaluate(x, y, verbose=0)
        self.assertAlmostEqual(
            risk_scores.source_risk(model, x, y), expected, places=5
        )
        stream = tf.data.Dataset.from_tensor_slices((x, y)).batch(7)
        self.assertAlmostEqual(
            risk_scores.source_risk(model, stream), expected, places=5
        )

    def test_several_outputs_are_summed_by_weight(self):
        inputs = keras.Input((4,))
        a = keras.layers.Dense(3, activation="softmax", name="a")(inputs)
        b = keras.layers.Dense(1, name="b")(inputs)
        model = keras.Model(inputs, {"a": a, "b": b})
        model.compile(
            "sgd",
            {"a": "sparse_categorical_crossentropy", "b": "mse"},
            loss_weights={"a": 1.0, "b": 0.3},
        )
        x, y = data()
        y = {"a": y, "b": x[:, :1]}
        expected = model.evaluate(x, y, verbose=0, return_dict=True)["loss"]
        self.assertAlmostEqual(
            risk_scores.source_risk(model, x, y), expected, places=5
        )

    def test_penalties_of_weights_are_left_out(self):
        inputs = keras.Input((4,))
        outputs = keras.layers.Dense(1, kernel_regularizer="l2")(inputs)
        model = keras.Model(inputs, outputs)
        model.compile("sgd", "mse")
        x, _ = data()
        y = x[:, 0]
        error = model.predict(x, verbose=0)[:, 0] - y
        self.assertAlmostEqual(
            risk_scores.source_risk(model, x, y), np.mean(error**2), places=5
        )

    def test_a_given_loss(self):
        model = network(1)
        x, _ = data()
        y = x[:, 0]
        error = model.predict(x, verbose=0)[:, 0] - y

        def cubes(true, made):
            return keras.ops.abs(made[:, 0] - true) ** 3

        self.assertAlmostEqual(
            risk_scores.source_risk(model, x, y, loss=cubes),
            np.mean(np.abs(error) ** 3),
            places=5,
        )
        with self.assertRaisesRegex(ValueError, "compiled with a loss"):
            risk_scores.source_risk(model, x, y)

    @parameterized.named_parameters(
        ("rows", lambda x, y: (x, y[:9]), "same number of rows"),
        ("one_class", lambda x, y: (x, 0 * y), "at least two classes"),
        ("labels", lambda x, y: (x, None), "must be `.x, y.`"),
        ("shape", lambda x, y: (x, np.zeros((60, 7)) + y[:, None]), "loss"),
        ("nan", lambda x, y: (x, np.where(y, np.nan, 1)), "targets of x"),
    )
    def test_what_does_not_go_together(self, of, told):
        model = network(3, "softmax", "sparse_categorical_crossentropy")
        with self.assertRaisesRegex(ValueError, told):
            risk_scores.source_risk(model, *of(*data()))


class DeepEmbeddedTest(parameterized.TestCase):
    def identity(self):
        """Predicts 0, with its inputs as features."""
        model = keras.Sequential(
            [keras.Input((1,)), keras.layers.Dense(1, use_bias=False)]
        )
        model.set_weights([np.zeros((1, 1))])
        model.compile("sgd", "mse")
        return model

    @parameterized.product(train=(True, False), by=(0.0, 0.7))
    def test_the_risk_of_the_target(self, train, by):
        rng = np.random.default_rng(0)
        x, other, target = rng.normal(size=(3, 3000, 1))
        found = risk_scores.deep_embedded_validation(
            self.identity(),
            (x, x[:, 0]),
            target + by,
            train=other if train else None,
        )
        # The mean of the squares: 1 in the source.
        self.assertAlmostEqual(found, 1 + by**2, delta=0.12)

    def test_density_ratios_of_normal_domains(self):
        rng = np.random.default_rng(0)
        held, train, target = rng.normal(size=(3, 4000, 1))
        found = ratios.of_source(held, target + 1, train)
        expected = np.exp(held[:, 0] - 0.5)  # Of N(1, 1) to N(0, 1).
        self.assertGreater(np.corrcoef(np.log(found), held[:, 0])[0, 1], 0.999)
        np.testing.assert_allclose(found, expected, rtol=0.3)
        self.assertAlmostEqual(found.mean(), 1, delta=0.1)

    def test_sizes_of_the_domains_do_not_matter(self):
        rng = np.random.default_rng(0)
        held, train, target = rng.normal(size=(3, 4000, 1))
        found = ratios.of_source(held, target[:500], train)
        self.assertAlmostEqual(found.mean(), 1, delta=0.1)

    def test_classes_by_the_same_formula(self):
        model = network(3, "softmax", "sparse_categorical_crossentropy")
        x, y = data(600)
        found = risk_scores.deep_embedded_validation(model, (x, y), x[::2])
        expected = model.evaluate(x, y, verbose=0)
        self.assertAlmostEqual(found, expected, delta=0.05)

    def test_few_rows_are_refused(self):
        x, _ = data()
        with self.assertRaisesRegex(ValueError, "`target` must have at least"):
            risk_scores.deep_embedded_validation(
                self.identity(), (x[:, :1], x[:, 0]), x[:5, :1]
            )

    def test_a_model_without_a_kernel(self):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Softmax()])
        model.compile("sgd", "sparse_categorical_crossentropy")
        x, y = data()
        with self.assertRaisesRegex(ValueError, "`features='...'`"):
            risk_scores.deep_embedded_validation(model, (x, y % 3), x)


if __name__ == "__main__":
    absltest.main()
