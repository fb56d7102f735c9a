"""Tests of the comparison of two Keras models."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.debugging.comparing.compare_models import compare_models
from tests.debugging import unchanged

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 8, 8, 3)).astype("float32")
Y = RNG.integers(0, 4, 40)
FLAT = RNG.normal(size=(40, 6)).astype("float32")
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def network(optimizer=None, loss=LOSS, conv=None, norm=None, seed=0):
    """Convolution, normalization, Dropout, dense layer."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(
                4, 3, **({"padding": "same"} | (conv or {})), name="conv"
            ),
            layers.BatchNormalization(**(norm or {}), name="norm"),
            layers.Dropout(0.5, name="drop"),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(4, name="head"),
        ]
    )
    model.compile(optimizer or keras.optimizers.Adam(0.01), loss)
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        if weight.name in ("bias", "beta", "moving_mean"):
            weight.assign(rng.normal(size=weight.shape))
    return model


class Block(layers.Layer):
    """A layer of the user's own, with layers and a factor inside."""

    def __init__(self, factor=1.0, epsilon=1e-3, **options):
        super().__init__(**options)
        self.dense = layers.Dense(6, "relu")
        self.norm = layers.LayerNormalization(epsilon=epsilon)
        self.factor = factor

    def call(self, x):
        return x + self.factor * self.norm(self.dense(x))


class Stacked(keras.Model):
    """Subclassed, with an operation after the last layer."""

    def __init__(self, power=1.0, **options):
        super().__init__()
        self.first = Block(name="first")
        self.second = Block(name="second", **options)
        self.head = layers.Dense(3, name="head")
        self.power = power

    def call(self, x):
        return ops.softmax(self.power * self.head(self.second(self.first(x))))


def stacked(**options):
    keras.utils.set_random_seed(1)
    model = Stacked(**options)
    model(FLAT[:2])
    return model


class Seeing(keras.Model):
    """Counts its calls, outside of what Keras knows."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)
        self.seen = []

    def call(self, x):
        self.seen.append(len(x))
        return self.dense(x)


class CompareModelsTest(parameterized.TestCase):
    def test_same_model_is_the_same_in_all_parts(self):
        result = compare_models(network(), network(), X, Y)
        self.assertTrue(result.same, str(result))
        self.assertEmpty(result.causes)
        self.assertEqual(result.rows, 32)
        self.assertLen(result.outputs.compared, 6)
        for part in (result.gradients, result.updates):
            self.assertLen(part.compared, 6)
        self.assertLen(result.statistics.compared, 2)
        self.assertIn("Both agree on 32 rows", str(result))

    @parameterized.named_parameters(
        ("epsilon", {"norm": {"epsilon": 1e-5}}, "norm", "epsilon"),
        ("padding", {"conv": {"padding": "valid"}}, "conv", "padding"),
        ("strides", {"conv": {"strides": 2}}, "conv", "strides"),
        ("activation", {"conv": {"activation": "relu"}}, "conv", "activation"),
    )
    def test_difference_in_a_layer_is_found(self, options, layer, kind):
        result = compare_models(network(**options), network(), X)
        self.assertFalse(result.same)
        self.assertEqual(result.first.a, layer)
        self.assertEqual(result.causes[0].kind, kind)
        self.assertTrue(result.causes[0].confirmed)
        self.assertIn(f"layer '{layer}'", str(result))
        self.assertIn(f"Likely cause: {kind}", str(result))

    def test_size_of_the_difference_is_that_of_numpy(self):
        a, b = network(norm={"epsilon": 1e-5}), network()
        result = compare_models(a, b, X[:32])
        parts = [
            np.asarray(keras.Sequential(m.layers[:2])(X[:32])) for m in (a, b)
        ]
        apart = np.abs(parts[0] - parts[1]).max()
        self.assertAlmostEqual(
            result.first.difference.max_abs, float(apart), places=6
        )

    def test_momentum_shows_in_the_moving_averages_alone(self):
        a = network(norm={"momentum": 0.9})
        for y in (Y, None):
            result = compare_models(a, network(), X, y)
            self.assertEqual(result.differing.name, "statistics")
            self.assertEqual(result.first.a, "norm/moving_mean")
            self.assertEqual(result.causes[0].kind, "momentum")
            self.assertIn("0.9 in a, 0.99 in b", result.causes[0].text)

    @parameterized.named_parameters(
        ("rate", keras.optimizers.Adam(0.02), "learning rate"),
        ("epsilon", keras.optimizers.Adam(0.01, epsilon=0.1), "epsilon"),
        ("other", keras.optimizers.SGD(0.01), "optimizer"),
    )
    def test_other_optimizer_shows_in_the_update(self, optimizer, kind):
        result = compare_models(network(optimizer), network(), X, Y)
        self.assertEqual(result.differing.name, "updates")
        self.assertEqual(result.causes[0].kind, kind)
        self.assertTrue(result.gradients.same)

    def test_reduction_of_the_loss(self):
        summed = keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="sum"
        )
        result = compare_models(network(loss=summed), network(), X, Y)
        self.assertEqual(result.differing.name, "loss")
        self.assertEqual(result.causes[0].kind, "loss reduction")
        self.assertEqual(result.gradients.causes[0].kind, "loss")

    def test_penalty_of_a_layer_shows_in_loss_and_gradient(self):
        a = network(conv={"kernel_regularizer": keras.regularizers.L2(0.01)})
        result = compare_models(a, network(), X, Y)
        self.assertEqual(result.causes[0].kind, "regularization")
        self.assertEqual(result.gradients.first.a, "conv/kernel")
        self.assertIn("-0.02 times", result.gradients.causes[0].text)

    def test_other_weights_are_the_cause_until_they_are_transferred(self):
        a, b = network(seed=3), network()
        before = [np.array(w) for w in a.get_weights()]
        result = compare_models(a, b, X)
        self.assertEqual(result.causes[0].kind, "weights")
        self.assertTrue(result.causes[0].confirmed)
        moved = compare_models(a, b, X, transfer_weights=True)
        self.assertTrue(moved.same, str(moved))
        self.assertLen(moved.transfers, 8)
        np.testing.assert_equal(a.get_weights(), before)

    def test_activation_as_a_layer_of_its_own_is_the_same(self):
        fused = keras.Sequential(
            [keras.Input((6,)), layers.Dense(5, "tanh"), layers.Dense(2)]
        )
        apart = keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(5),
                layers.Activation("tanh"),
                layers.Dense(2),
            ]
        )
        apart.set_weights(fused.get_weights())
        for a, b in ((fused, apart), (apart, fused)):
            result = compare_models(a, b, FLAT)
            self.assertTrue(result.same, str(result))
            self.assertLen(result.outputs.compared, 3)

    def test_channels_first_is_the_same_as_channels_last(self):
        def build(data_format):
            first = data_format == "channels_first"
            shape, axis = ((3, 8, 6), 1) if first else ((8, 6, 3), -1)
            return keras.Sequential(
                [
                    keras.Input(shape),
                    layers.Conv2D(4, 3, data_format=data_format),
                    layers.BatchNormalization(axis),
                    layers.Flatten(),
                    layers.Dense(5),
                ]
            )

        a, b = build("channels_last"), build("channels_first")
        result = compare_models(a, b, X[:, :, :6], transfer_weights=True)
        self.assertTrue(result.same, str(result))
        self.assertIn("rows in the order of our `Flatten`", str(result))
        # Without that order, the dense layer is wrong.
        a.set_weights(b.get_weights())
        wrong = compare_models(a, b, X[:, :, :6])
        self.assertEqual(wrong.first.kind, "Dense")
        self.assertEqual(wrong.causes[0].kind, "flatten order")

    @parameterized.named_parameters(
        ("factor", {"factor": 0.5}, "second", "factor"),
        ("inner", {"epsilon": 1e-5}, "layer_normalization", "epsilon"),
    )
    def test_layers_of_the_users_own(self, options, layer, kind):
        result = compare_models(stacked(**options), stacked(), FLAT)
        self.assertStartsWith(result.first.a, layer)
        self.assertEqual(result.causes[0].kind, kind)
        self.assertTrue(result.causes[0].confirmed)

    def test_operation_outside_of_all_layers(self):
        result = compare_models(stacked(power=2.0), stacked(), FLAT)
        self.assertEqual(result.first.kind, "model")
        self.assertIn("outside of its layers", str(result))

    def test_layer_that_is_used_twice_is_compared_twice(self):
        def build(activation):
            keras.utils.set_random_seed(0)
            inputs = keras.Input((6,))
            shared = layers.Dense(6, activation, name="shared")
            return keras.Model(inputs, shared(shared(inputs)))

        result = compare_models(build("tanh"), build("tanh"), FLAT)
        names = [one.a for one in result.outputs.compared]
        self.assertIn("shared (call 2)", names)
        self.assertTrue(result.same)
        other = compare_models(build("tanh"), build("relu"), FLAT)
        self.assertEqual(other.first.a, "shared")

    def test_several_inputs_and_outputs(self):
        def build(slope):
            keras.utils.set_random_seed(0)
            inputs = {n: keras.Input((6,), name=n) for n in ("u", "v")}
            sums = layers.Add(name="sum")(list(inputs.values()))
            act = layers.LeakyReLU(negative_slope=slope, name="act")(sums)
            heads = {n: layers.Dense(2, name=n)(act) for n in ("p", "q")}
            model = keras.Model(inputs, heads)
            model.compile("sgd", {"p": "mse", "q": "mae"})
            return model

        x = {"u": FLAT, "v": FLAT[::-1]}
        y = {"p": FLAT[:, :2], "q": FLAT[:, 2:4]}
        same = compare_models(build(0.2), build(0.2), x, y)
        self.assertTrue(same.same, str(same))
        other = compare_models(build(0.2), build(0.3), x, y)
        self.assertEqual(other.first.a, "act")
        self.assertEqual(other.causes[0].kind, "activation")

    def test_dropout_in_inference_is_no_difference_in_train_mode(self):
        result = compare_models(network(), network(), X, training=True)
        self.assertTrue(result.same, str(result))

    def test_tolerance_of_the_user_replaces_the_default(self):
        a, b = network(norm={"epsilon": 1e-5}), network()
        self.assertFalse(compare_models(a, b, X).same)
        self.assertTrue(compare_models(a, b, X, rtol=0.1).outputs.same)

    @parameterized.named_parameters(
        ("order", "order"), ("name", "name"), ("shape", "shape")
    )
    def test_ways_to_align(self, way):
        a, b = network(norm={"epsilon": 1e-5}), network()
        result = compare_models(a, b, X, align=way)
        self.assertEqual(result.first.a, "norm")

    def test_alignment_by_the_user(self):
        result = compare_models(
            network(), network(), X, align={"conv": "norm", "head": "head"}
        )
        self.assertEqual(result.first.a, "conv")
        self.assertEqual(result.first.b, "norm")
        self.assertLen(result.outputs.compared, 3)

    def test_nothing_is_changed(self):
        a, b = network(norm={"momentum": 0.5}), network(seed=2)
        a.fit(X, Y, epochs=1, verbose=0), b.fit(X, Y, epochs=1, verbose=0)
        x, y = X.copy(), Y.copy()
        before = [unchanged.state(model) for model in (a, b)]
        for options in ({}, {"transfer_weights": True}, {"training": True}):
            compare_models(a, b, x, y, **options)
        for model, state in zip((a, b), before, strict=True):
            unchanged.assert_same(state, unchanged.state(model))
        np.testing.assert_array_equal(x, X)
        np.testing.assert_array_equal(y, Y)

    def test_what_the_users_layers_hold_is_put_back(self):
        a, b = Seeing(), Seeing()
        a(FLAT[:3]), b(FLAT[:3])
        before = list(a.seen), list(b.seen)
        compare_models(a, b, FLAT)
        self.assertEqual((list(a.seen), list(b.seen)), before)

    def test_same_seed_same_result(self):
        a, b = network(norm={"epsilon": 1e-5}), network()
        self.assertEqual(
            str(compare_models(a, b, X, Y)), str(compare_models(a, b, X, Y))
        )

    def test_page_blocks_hold_the_table(self):
        _, table = compare_models(network(), network(), X).page_blocks()
        self.assertLen(table.rows, 6)

    @parameterized.named_parameters(
        ("a", {"a": 3}, TypeError, "`a` must be a `keras.Model`"),
        ("b", {"b": "net"}, TypeError, "`b` must be a Keras model"),
        ("nan", {"x": X * np.nan}, ValueError, "`x` must be finite"),
        ("text", {"x": "rows"}, ValueError, "`x` must be an array"),
        ("empty", {"x": X[:0]}, ValueError, "at least one row"),
        ("shape", {"x": FLAT}, ValueError, "must run on `x`"),
        ("rows", {"y": Y[:3]}, ValueError, "same number of rows"),
        ("align", {"align": "luck"}, ValueError, "`align` must be one of"),
        ("layer", {"align": {"x": "y"}}, ValueError, "must name layers"),
        ("rtol", {"rtol": -1.0}, ValueError, "`rtol` must be a number"),
        ("atol", {"atol": "big"}, ValueError, "`atol` must be a number"),
        ("seed", {"seed": -1}, ValueError, "`seed` must be a whole"),
        ("training", {"training": "on"}, TypeError, "`training` must be"),
    )
    def test_bad_input(self, wrong, error, told):
        given = {"a": network(), "b": network(), "x": X} | wrong
        with self.assertRaisesRegex(error, told):
            compare_models(**given)

    def test_step_that_fails_leaves_the_outputs(self):
        wrong = RNG.normal(size=(40, 7))
        result = compare_models(
            network(loss="mse"), network(loss="mse"), X, wrong
        )
        self.assertTrue(result.outputs.same)
        self.assertIn("No training step was made", str(result))

    def test_gradient_that_is_stopped(self):
        a, b = network(), network()
        a.get_layer("conv").trainable = False
        for model in (a, b):
            model.compile(keras.optimizers.SGD(0.1), LOSS)
        result = compare_models(a, b, X, Y)
        self.assertEqual(result.differing.name, "gradients")
        self.assertEqual(result.first.a, "conv/bias")
        self.assertEqual(result.causes[0].kind, "no gradient")

    def test_interrupted_it_tells_what_is_known(self):
        class Stops(layers.Layer):
            def call(self, x, training=False):
                if training:
                    raise KeyboardInterrupt
                return x

        def build():
            model = keras.Sequential(
                [keras.Input((6,)), layers.Dense(3), Stops()]
            )
            model.compile("sgd", LOSS)
            return model

        result = compare_models(build(), build(), FLAT, Y % 3)
        self.assertTrue(result.stopped)
        self.assertLen(result.outputs.compared, 3)
        self.assertIn("Interrupted", str(result))

    def test_targets_need_compiled_models(self):
        plain = keras.Sequential([keras.Input((6,)), layers.Dense(2)])
        with self.assertRaisesRegex(ValueError, "must be compiled"):
            compare_models(plain, plain, FLAT, Y)

    def test_weights_that_cannot_fit_are_refused(self):
        wide = keras.Sequential([keras.Input((6,)), layers.Dense(3, name="d")])
        slim = keras.Sequential([keras.Input((6,)), layers.Dense(2, name="d")])
        with self.assertRaisesRegex(ValueError, r"`kernel` would be \(6, 2\)"):
            compare_models(wide, slim, FLAT, transfer_weights=True)


if __name__ == "__main__":
    absltest.main()
