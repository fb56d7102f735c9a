import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import data
from keras_troubleshoot.facts import influence
from keras_troubleshoot.facts import loss_behaviour
from keras_troubleshoot.facts.sample import Sample
from tests.facts import running

X = running.numbers(80, 6)


def dense(x):
    return layers.Dense(2)(layers.Dense(4, "tanh")(x))


def mixing(function, x=X, shape=(6,)):
    model = running.functional(shape, function)
    looked = running.runner(model, x)
    return influence.mixing(looked, looked.record())


def ignored(model, x):
    looked = running.runner(model, x)
    inputs = data.profile(Sample(x, rows=80)).inputs
    return influence.ignored(looked, looked.record(), inputs)


class Training(layers.Layer):
    """Runs a layer in training mode, in inference too."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, x):
        return self.layer(x, training=True)


class MonteCarlo(layers.Layer):
    """Dropout that stays on, in inference too."""

    def __init__(self, draw):
        super().__init__()
        self.draw = draw

    def call(self, x):
        return x * self.draw(ops.shape(x))


class MixingTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("mean", lambda x: dense(x - ops.mean(x, axis=0))),
        ("softmax", lambda x: ops.softmax(dense(x), axis=0)),
        ("reshape", lambda x: dense(ops.transpose(ops.reshape(x, (6, -1))))),
        (
            "attention",
            lambda x: layers.Attention()([ops.expand_dims(dense(x), 0)] * 2)[0],
        ),
        (
            "normalized",
            lambda x: Training(layers.BatchNormalization())(dense(x)),
        ),
        ("sorted", lambda x: ops.sort(dense(x), axis=0)),
    )
    def test_rows_that_meet(self, function):
        got = mixing(function)
        self.assertGreater(got.change, influence.ROUNDING)
        self.assertTrue(got.repeats)

    @parameterized.named_parameters(
        ("dense", dense),
        (
            "batch_normalization",
            lambda x: dense(layers.BatchNormalization()(x)),
        ),
        (
            "layer_normalization",
            lambda x: dense(layers.LayerNormalization()(x)),
        ),
        ("dropout", lambda x: layers.Dropout(0.5)(dense(x))),
        ("softmax", lambda x: ops.softmax(dense(x))),
        ("monte_carlo", lambda x: Training(layers.Dropout(0.5))(dense(x))),
    )
    def test_rows_that_do_not(self, function):
        got = mixing(function)
        self.assertLess(got.change, influence.ROUNDING)

    @parameterized.named_parameters(
        ("keras", keras.random.uniform, True),
        ("tensorflow", tf.random.uniform, False),
    )
    def test_noise_is_no_mixing(self, draw, repeats):
        """What differs from call to call is known by its not repeating."""
        got = mixing(lambda x: MonteCarlo(draw)(dense(x)))
        self.assertEqual(got.repeats, repeats)
        if repeats:
            self.assertLess(got.change, influence.ROUNDING)

    def test_few_rows(self):
        got = mixing(dense, X[:5])
        self.assertLess(got.change, influence.ROUNDING)
        got = mixing(lambda x: dense(x - ops.mean(x, axis=0)), X[:4])
        self.assertTrue(got.repeats)

    def test_crossings_inside_the_model(self):
        def broadcast(x):
            return dense(x)[:, 0] - layers.Dense(1)(x)

        model = running.functional((6,), broadcast)
        looked = running.runner(model, X)
        done = [
            o
            for o in looked.record().recorder.operations
            if loss_behaviour.crosses(o, looked.rows)
        ]
        self.assertLen(done, 1)
        self.assertEqual(done[0].type, "Sub")


class IgnoredTest(parameterized.TestCase):
    def two_inputs(self, function):
        parts = [keras.Input((3,), name=n) for n in ("left", "right")]
        model = keras.Model(
            {"left": parts[0], "right": parts[1]}, function(*parts)
        )
        x = {"left": X[:, :3], "right": X[:, 3:]}
        return ignored(model, x)

    def test_all_are_used(self):
        got = self.two_inputs(lambda a, b: dense(layers.Concatenate()([a, b])))
        self.assertEqual((got.inputs, got.features), ((), {}))
        self.assertEqual(got.of, {"x['left']": 3, "x['right']": 3})

    def test_variable_used_twice(self):
        got = self.two_inputs(lambda a, b: dense(layers.Concatenate()([a, a])))
        self.assertEqual(got.inputs, ("x['right']",))

    def test_times_zero(self):
        got = self.two_inputs(lambda a, b: dense(a) + 0 * dense(b))
        self.assertEqual(got.inputs, ("x['right']",))

    def test_wrong_slice(self):
        model = running.functional((6,), lambda x: dense(x[:, :4]))
        got = ignored(model, X)
        self.assertEqual(got.features, {"x": (4, 5)})

    def test_features_in_between(self):
        model = running.functional((6,), lambda x: dense(x[:, ::2]))
        self.assertEqual(ignored(model, X).features, {"x": (1, 3, 5)})

    def test_every_feature_counts(self):
        model = running.functional((6,), dense)
        self.assertEqual(ignored(model, X).features, {})

    @parameterized.named_parameters(
        ("softmax", lambda x: ops.softmax(dense(x))),
        ("rounded", lambda x: dense(ops.round(x))),
        (
            "looked_up",
            lambda x: layers.Flatten()(
                layers.Embedding(40, 2)(ops.cast(10 * ops.abs(x), "int32"))
            ),
        ),
        ("only_the_largest", lambda x: dense(ops.max(x, -1, keepdims=True))),
        ("first_last", lambda x: dense(x[:, ::-1])),
    )
    def test_influence_without_a_smooth_gradient(self, function):
        model = running.functional((6,), function)
        self.assertEqual(ignored(model, X).features, {})

    def test_constant_feature_is_not_judged(self):
        x = X.copy()
        x[:, 2] = 1
        model = running.functional((6,), dense)
        got = ignored(model, x)
        self.assertEqual((got.features, got.of), ({}, {"x": 5}))

    def test_ids(self):
        ids = np.random.default_rng(0).integers(0, 9, (80, 5))
        model = running.functional(
            (5,),
            lambda x: dense(layers.Flatten()(layers.Embedding(9, 2)(x[:, 1:]))),
            dtype="int32",
        )
        self.assertEqual(ignored(model, ids).features, {"x": (0,)})

    def test_dead_unit_is_not_an_ignored_input(self):
        """A ReLU that is off for these rows hides nothing but itself."""
        model = running.functional(
            (6,), lambda x: layers.Dense(1)(layers.Dense(8, "relu")(x))
        )
        self.assertEqual(ignored(model, X).features, {})


if __name__ == "__main__":
    absltest.main()
