import threading

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from tests.facts import running


class Plain(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x)


class Stepping(Plain):
    def train_step(self, data):
        return {}


class Losing(Plain):
    def compute_loss(self, *args, **kwargs):
        return 0.0


class Flagged(Plain):
    def call(self, x, training=False):
        return self.dense(x)


def small(**options):
    model = keras.Sequential([keras.Input((3,), **options), layers.Dense(2)])
    return model


def branching():
    inputs = keras.Input((3,), name="left")
    ends = [layers.Dense(1, name=n)(inputs) for n in ("b", "a")]
    return keras.Model(inputs, {"b": ends[0], "a": ends[1]})


class ModelTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("sequential", small, "Sequential"),
        ("functional", branching, "Functional"),
        ("subclass", Plain, "subclass"),
        ("unbuilt", lambda: keras.Sequential([layers.Dense(1)]), "Sequential"),
    )
    def test_model_kind(self, make, kind):
        self.assertEqual(keras_internals.model_kind(make()), kind)

    def test_leaf_layers_of_nested_models(self):
        inner = keras.Sequential(
            [layers.Dense(2, name="a"), layers.ReLU(name="b")]
        )
        last = layers.Dense(1, name="c")
        model = running.functional((3,), lambda x: last(inner(x)))
        names = [n.name for n in keras_internals.leaf_layers(model)]
        self.assertEqual([n for n in names if len(n) == 1], ["a", "b", "c"])
        self.assertNotIn(inner.name, names)

    def test_all_layers(self):
        inner = keras.Sequential([layers.Dense(2)])
        model = keras.Sequential([inner, inner])
        got = keras_internals.all_layers(model)
        self.assertEqual(got, [model, inner, inner.layers[0]])

    def test_is_tracked_container(self):
        model = Plain()
        model.list, model.dict, model.set = [1], {1: 2}, {3}
        for name in ("list", "dict", "set"):
            value = getattr(model, name)
            self.assertTrue(keras_internals.is_tracked_container(value))
        self.assertFalse(keras_internals.is_tracked_container([1]))

    def test_own_weights(self):
        dense = layers.Dense(2)
        dense.build((None, 3))
        self.assertEqual(keras_internals.own_weights(dense), 3 * 2 + 2)
        norm = layers.BatchNormalization()
        norm.build((None, 3))
        self.assertEqual(keras_internals.own_weights(norm), 4 * 3)

    def test_own_weights_leave_out_sublayers(self):
        wrapper = layers.TimeDistributed(layers.Dense(2))
        wrapper.build((None, 4, 3))
        self.assertEqual(keras_internals.own_weights(wrapper), 0)

    def test_largest_weight_rank(self):
        for layer, shape, rank in (
            (layers.Dense(2), (None, 3), 2),
            (layers.Conv2D(2, 3), (None, 8, 8, 1), 4),
            (layers.BatchNormalization(), (None, 3), 1),
            (layers.ReLU(), (None, 3), 0),
        ):
            layer.build(shape)
            got = keras_internals.largest_weight_rank(layer)
            self.assertEqual(got, rank, layer)

    def test_fixed_batch(self):
        self.assertEqual(keras_internals.fixed_batch(small(batch_size=7)), 7)
        self.assertIsNone(keras_internals.fixed_batch(small()))
        self.assertIsNone(keras_internals.fixed_batch(Plain()))

    def test_input_shapes(self):
        shapes = keras_internals.input_shapes(branching())
        self.assertEqual(shapes, {"left": (None, 3)})
        self.assertEqual(keras_internals.input_shapes(Plain()), {})
        unbuilt = keras.Sequential([layers.Dense(1)])
        self.assertEqual(keras_internals.input_shapes(unbuilt), {})

    @parameterized.parameters(
        (Plain, False, False),
        (Stepping, True, True),
        (Losing, True, False),
    )
    def test_own_train_step(self, kind, either, step):
        model = kind()
        self.assertEqual(keras_internals.own_train_step(model), either)
        self.assertEqual(keras_internals.own_step(model), step)

    @parameterized.parameters((Plain, False), (Flagged, True), (small, True))
    def test_calls_training(self, make, expected):
        model = make()
        self.assertIs(keras_internals.calls_training(model), expected)

    def test_build(self):
        model = Plain()
        keras_internals.build(model, np.zeros((9, 3)))
        self.assertTrue(model.built)
        self.assertEqual(model.dense.kernel.shape, (3, 2))

    def test_build_gives_the_weights_that_fit_would_give(self):
        made = []
        for build in (keras_internals.build, lambda model, x: model(x)):
            keras.utils.set_random_seed(3)
            model = keras.Sequential([layers.Dense(4), layers.Dense(1)])
            build(model, np.zeros((9, 3), "float32"))
            made.append(model.get_weights())
        for one, other in zip(*made, strict=True):
            np.testing.assert_array_equal(one, other)

    def test_what_a_symbolic_tensor_comes_out_of(self):
        model = small()
        made = keras_internals.made_by(model.outputs[0])
        self.assertIs(made, model.layers[-1])


class OptimizerTest(parameterized.TestCase):
    @parameterized.parameters(0.25, -0.5, 0.0)
    def test_learning_rate(self, rate):
        got = keras_internals.learning_rate(keras.optimizers.SGD(rate))
        self.assertEqual(got, (rate, False))

    def test_schedule(self):
        schedule = keras.optimizers.schedules.ExponentialDecay(0.25, 10, 0.5)
        optimizer = keras.optimizers.Adam(schedule)
        got = keras_internals.learning_rate(optimizer)
        self.assertEqual(got, (0.25, True))

    def test_broken_schedule(self):
        class Broken(keras.optimizers.schedules.LearningRateSchedule):
            def __call__(self, step):
                raise ArithmeticError

        optimizer = keras.optimizers.Adam(Broken())
        got = keras_internals.learning_rate(optimizer)
        self.assertEqual(got, (None, True))

    def test_swapped_optimizers(self):
        model = small()
        model.compile("sgd", "mse")
        model.second = keras.optimizers.Adam()
        own, second = model.optimizer, model.second
        with self.assertRaises(ArithmeticError):
            with keras_scopes.swapped_optimizers(model, lambda x: [x]):
                self.assertEqual(model.optimizer, [own])
                self.assertEqual(model.second, [second])
                raise ArithmeticError
        self.assertIs(model.optimizer, own)
        self.assertIs(model.second, second)

    def test_spare_compiled(self):
        model = small()
        model.compile("sgd", "mse", metrics=["mae"])
        pair = tf.zeros((4, 2)), tf.ones((4, 2))
        own = model._compile_loss, model._compile_metrics
        with keras_scopes.spare_compiled(model):
            loss = model.compute_loss(None, *pair)
            logs = model.compute_metrics(None, *pair)
        self.assertEqual(float(loss), 1)
        self.assertEqual(float(logs["mae"]), 1)
        self.assertIs(model._compile_loss, own[0])
        self.assertIs(model._compile_metrics, own[1])
        self.assertFalse(own[0].built)
        self.assertFalse(own[1].built)
        with keras_scopes.spare_compiled(small()):
            pass


class CompiledTest(parameterized.TestCase):
    def pairs(self, model, y, y_pred):
        tensors = [
            {k: tf.constant(v) for k, v in part.items()}
            if isinstance(part, dict)
            else tf.constant(part)
            for part in (y, y_pred)
        ]
        return keras_internals.loss_parts(model, *tensors)

    def test_one_loss(self):
        model = small()
        model.compile(loss="mse")
        [(loss, weight, y, y_pred)] = self.pairs(
            model, np.zeros((5, 2)), np.ones((5, 2))
        )
        self.assertEqual(loss.fn.__name__, "mean_squared_error")
        self.assertIsNone(weight)
        self.assertEqual(float(loss(y, y_pred)), 1)

    def test_several(self):
        model = branching()
        model.compile(
            loss={"a": "mse", "b": "mae"}, loss_weights={"a": 2, "b": 0.5}
        )
        y = {"a": np.zeros((5, 1)), "b": np.zeros((5, 1))}
        made = {"a": np.full((5, 1), 3.0), "b": np.full((5, 1), 4.0)}
        parts = self.pairs(model, y, made)
        got = {(w, float(loss(t, p))) for loss, w, t, p in parts}
        self.assertEqual(got, {(2, 9), (0.5, 4)})

    def test_output_without_loss(self):
        model = branching()
        model.compile(loss={"a": "mse"})
        y = {"a": np.zeros((5, 1))}
        made = {"a": np.ones((5, 1)), "b": np.ones((5, 1))}
        self.assertLen(self.pairs(model, y, made), 1)

    def test_leaves_the_model_alone(self):
        model = small()
        model.compile(loss="mse", metrics=["mae"])
        self.pairs(model, np.zeros((5, 2)), np.ones((5, 2)))
        self.assertFalse(model._compile_loss.built)
        self.assertFalse(model._compile_metrics.built)

    def test_not_compiled(self):
        self.assertEqual(keras_internals.loss_parts(small(), 1, 1), [])
        got = keras_internals.compiled_metrics(small())
        self.assertEqual(got, (None, None))

    def test_compiled_metrics(self):
        model = small()
        model.compile(loss="mse", metrics=["mae"], weighted_metrics=["mse"])
        got = keras_internals.compiled_metrics(model)
        self.assertEqual(got, (["mae"], ["mse"]))

    def test_is_adapted(self):
        given = layers.Normalization(mean=0.0, variance=1.0)
        self.assertTrue(keras_internals.is_adapted(given))
        layer = layers.Normalization()
        layer.build((None, 3))
        self.assertFalse(keras_internals.is_adapted(layer))
        self.assertFalse(keras_internals.is_adapted(layers.Normalization()))
        layer.adapt(running.numbers(20, 3) + 5)
        self.assertTrue(keras_internals.is_adapted(layer))


class WatchingTest(absltest.TestCase):
    def test_stateless(self):
        norm = layers.BatchNormalization()
        model = keras.Sequential([keras.Input((3,)), norm])
        seed = keras.random.SeedGenerator(1)
        before = seed.state.numpy()
        with keras_scopes.stateless(model):
            model(running.numbers(20, 3) + 5, training=True)
            seed.next()
        np.testing.assert_array_equal(norm.moving_mean.numpy(), 0)
        np.testing.assert_array_equal(seed.state.numpy(), before)

    def test_stateless_losses(self):
        class Penalized(layers.Layer):
            def call(self, x):
                self.add_loss(tf.reduce_sum(x))
                return x

        model = keras.Sequential(
            [
                keras.Input((3,)),
                Penalized(),
                layers.Dense(2, kernel_regularizer="l2"),
            ]
        )
        model(tf.fill((1, 3), 5.0))
        before = [float(loss) for loss in model.losses]
        with keras_scopes.stateless(model):
            model(tf.ones((1, 3)))
            inside = [float(loss) for loss in model.losses]
        self.assertEqual([float(loss) for loss in model.losses], before)
        self.assertEqual(before[0], 15)
        self.assertEqual(inside, [3, before[1]])
        with keras_scopes.stateless(model):
            self.assertLen(model.losses, 1)

    def test_graph_calls(self):
        inputs = keras.Input((3,))
        shared = layers.Dense(3, name="shared")
        outputs = layers.Add(name="add")([shared(inputs), shared(inputs)])
        calls = keras_internals.graph_calls(keras.Model(inputs, outputs))
        self.assertEqual(
            [(call.name, len(given)) for call, given, _ in calls[1:]],
            [("shared", 1), ("shared", 1), ("add", 2)],
        )
        self.assertIs(calls[-1][2][0], outputs)
        model = keras.Sequential([inputs, layers.Dense(2, name="one")])
        self.assertEqual(keras_internals.graph_calls(model)[-1][0].name, "one")

    def test_have_values(self):
        self.assertTrue(keras_internals.have_values((tf.ones(2), np.ones(2))))
        self.assertTrue(keras_internals.have_values(()))
        symbolic = keras.Input((3,))
        self.assertFalse(keras_internals.have_values((tf.ones(2), symbolic)))

        @tf.function
        def traced(x):
            self.assertFalse(keras_internals.have_values((x,)))

        traced(tf.ones(2))

    def test_watched_calls(self):
        model, told = small(), []
        x = tf.constant(running.numbers(5, 3))
        expected = model(x)
        original = keras.layers.Layer.__call__
        with keras_scopes.watched_calls(
            lambda layer, args, kwargs: told.append(("in", layer)),
            lambda layer, args, kwargs, outputs: told.append(("out", layer)),
        ):
            got = model(x)
        np.testing.assert_array_equal(got, expected)
        dense = model.layers[0]
        self.assertIn(("in", dense), told)
        self.assertLess(told.index(("in", model)), told.index(("out", dense)))
        self.assertIs(keras.layers.Layer.__call__, original)

    def test_watched_calls_may_change_outputs(self):
        dense = layers.Dense(2)
        with keras_scopes.watched_calls(after=lambda *_: "other"):
            self.assertEqual(dense(running.numbers(5, 3)), "other")
        self.assertEqual(dense(running.numbers(5, 3)).shape, (5, 2))

    def test_watched_calls_of_other_threads_pass_by(self):
        dense, told = layers.Dense(2), []
        x = running.numbers(5, 3)
        with keras_scopes.watched_calls(lambda *_: told.append(1)):
            thread = threading.Thread(target=dense, args=(x,))
            thread.start()
            thread.join()
        self.assertEqual(told, [])

    def test_watched_operations(self):
        told = []

        def note(kind, inputs, outputs):
            told.append((kind, [tuple(t.shape) for t in inputs], outputs))

        with keras_scopes.watched_operations(note):
            result = tf.matmul(tf.ones((2, 3)), tf.ones((3, 4)))
        tf.ones((2, 3)) + 1
        self.assertIn(told[-1][0], ("MatMul", b"MatMul"))
        self.assertEqual(told[-1][1], [(2, 3), (3, 4)])
        self.assertIs(told[-1][2][0], result)


if __name__ == "__main__":
    absltest.main()
