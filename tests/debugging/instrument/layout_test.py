"""Names and places of what is measured; gradients that may be read."""

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.debugging.instrument import settled
from keras_troubleshoot.debugging.instrument.layout import layout


class LayoutTest(absltest.TestCase):
    def test_nested_and_frozen(self):
        inner = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(4, "relu", name="a"),
                layers.BatchNormalization(name="b"),
            ],
            name="inner",
        )
        frozen = layers.Dense(4, "tanh", name="frozen", trainable=False)
        end = layers.Dense(2, name="end")
        model = keras.Sequential([keras.Input((3,)), inner, frozen, end])
        found = layout(model)
        names = [name for name, _ in found.weighted]
        self.assertEqual(names, ["a", "b", "end"])
        self.assertEqual(
            [(name, kind) for name, _, kind in found.units],
            [("a", "relu"), ("frozen", "tanh")],
        )
        self.assertIs(found.units[1][1], frozen)
        # The loss; three numbers for each layer, two for each activation.
        self.assertEqual(found.width, 1 + 3 * 3 + 2 * 2)
        self.assertEqual(
            {id(v) for v in found.variables},
            {id(v) for v in model.trainable_variables},
        )

    def test_layers_of_the_same_name(self):
        inputs = keras.Input((4, 6))
        x = layers.MultiHeadAttention(2, 3, name="first")(inputs, inputs)
        x = layers.MultiHeadAttention(2, 3, name="second")(x, x)
        names = [name for name, _ in layout(keras.Model(inputs, x)).weighted]
        self.assertLen(names, 8)
        self.assertLen(set(names), 8)
        self.assertTrue(all("/" in name for name in names))

    def test_shared_layer_counts_once(self):
        shared = layers.Dense(4, "relu", name="shared")
        inputs = keras.Input((4,))
        found = layout(keras.Model(inputs, shared(shared(inputs))))
        self.assertEqual([name for name, _ in found.weighted], ["shared"])
        self.assertLen(found.units, 1)

    def test_weights_of_the_model_itself(self):
        class Scaled(keras.Model):
            def build(self, shape):
                self.scale = self.add_weight(shape=(1,), name="scale")

            def call(self, x):
                return x * self.scale

        model = Scaled(name="scaled")
        model.build((None, 3))
        [(name, own)] = layout(model).weighted
        self.assertEqual(name, "scaled")
        self.assertIs(own[0], model.scale)


class SettledTest(parameterized.TestCase):
    """In a graph: what a gradient is the product of."""

    def factors(self, make, compiled=False):
        found = []

        @tf.function
        def graph(x):
            found.append(settled.factors(make(x), compiled))
            return x

        graph.get_concrete_function(tf.TensorSpec((3, 3), tf.float32))
        return found[0]

    @parameterized.named_parameters(
        ("sum", lambda x: x + x, 1),
        ("product", lambda x: x * tf.sin(x), 2),
        ("three", lambda x: x * tf.sin(x) * tf.cos(x), 3),
        ("moved", lambda x: tf.reshape(x * tf.sin(x), [9]), 2),
        ("matrices", lambda x: x @ x, 1),
    )
    def test_factors(self, make, count):
        self.assertLen(self.factors(make), count)

    def test_a_product_that_was_moved_within_one_stays_unread(self):
        self.assertIsNone(self.factors(lambda x: x * tf.transpose(x * x)))

    @parameterized.named_parameters(
        ("matrices", lambda x: tf.transpose(x @ x), True),
        ("total", lambda x: tf.reduce_sum(x, 0), True),
        ("product", lambda x: x * x, False),
        ("elementwise", tf.sin, False),
    )
    def test_under_xla_only_what_is_written_anyhow(self, make, read):
        self.assertEqual(self.factors(make, True) is not None, read)

    def test_values_are_read_as_they_are(self):
        value = tf.constant(np.eye(2))
        self.assertIs(settled.factors(value, True)[0], value)
        self.assertTrue(settled.in_branch(value))
        self.assertTrue(settled.in_branch(None))


if __name__ == "__main__":
    absltest.main()
