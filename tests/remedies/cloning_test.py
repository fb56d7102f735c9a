"""Tests of copies of models."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.remedies import cloning
from tests.remedies import copies

NAMES = tuple((name,) for name in copies.MODELS)


def values(model):
    return [v.numpy() for v in model.variables]


def outputs(model, x):
    made = model(x)
    return [np.asarray(part) for part in keras.tree.flatten(made)]


def targets(model, x):
    return keras.tree.map_structure(
        lambda t: np.ones(t.shape, "float32"), model(x)
    )


class CloneTest(parameterized.TestCase):
    @parameterized.parameters(*NAMES)
    def test_predicts_the_same(self, name):
        model, x = copies.made(name)
        copied = cloning.clone(model, x)
        self.assertIs(type(copied), type(model))
        for one, other in zip(
            outputs(model, x), outputs(copied, x), strict=True
        ):
            np.testing.assert_allclose(one, other, rtol=1e-5)

    @parameterized.parameters(*NAMES)
    def test_shares_nothing_that_is_trained(self, name):
        model, x = copies.made(name)
        copied = cloning.clone(model, x)
        self.assertEqual(
            [tuple(w.shape) for w in model.weights],
            [tuple(w.shape) for w in copied.weights],
        )
        own = {id(v) for v in model.variables}
        both = [v.path for v in copied.variables if id(v) in own]
        self.assertEmpty(both)

    @parameterized.parameters(*NAMES)
    def test_the_original_stays_when_the_copy_is_trained(self, name):
        model, x = copies.made(name)
        y = targets(model, x)
        copied = cloning.clone(model, x)
        before, start = values(model), values(copied)
        copied.compile(keras.optimizers.SGD(0.1), "mse")
        copied.fit(x, y, batch_size=16, epochs=2, verbose=0)
        for one, other in zip(before, values(model), strict=True):
            np.testing.assert_array_equal(one, other)
        moved = [
            not np.array_equal(one, other)
            for one, other in zip(start, values(copied), strict=True)
        ]
        self.assertTrue(any(moved))

    @parameterized.parameters(*NAMES)
    def test_trainable_flags(self, name):
        model, x = copies.made(name)
        copied = cloning.clone(model, x)
        self.assertEqual(
            [v.path for v in model.trainable_variables],
            [v.path for v in copied.trainable_variables],
        )

    def test_frozen_stays_frozen_in_training(self):
        model, x = copies.made("frozen")
        copied = cloning.clone(model, x)
        self.assertLen(copied.trainable_variables, 2)
        copied.compile("sgd", "mse")
        copied.fit(x, targets(model, x), verbose=0)
        for one, other in zip(
            model.layers[1].get_weights(),
            copied.layers[1].get_weights(),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)

    def test_earlier_weights(self):
        model, x = copies.made("random")
        start = model.get_weights()
        model.set_weights([w + 1 for w in start])
        copied = cloning.clone(model, x, start)
        for one, other in zip(start, copied.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_shared_layers_stay_shared(self):
        model, x = copies.made("shared")
        self.assertLen(cloning.clone(model, x).weights, 4)

    def test_says_that_it_cannot(self):
        class Own(keras.optimizers.SGD):
            """Its configuration lacks what it needs."""

            def __init__(self, needed, **options):
                super().__init__(0.1)

        class Stubborn(keras.Model):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(1)
                self.second = Own(3)

            def call(self, x):
                return self.dense(x)

        model = Stubborn()
        model(copies.X)
        with self.assertRaises(cloning.CannotCopy) as caught:
            cloning.clone(model, copies.X)
        said = str(caught.exception)
        self.assertNotIn("\n", said)
        self.assertIn(repr(model.name), said)
        self.assertIn("To mend it, ", said)

    def test_says_that_the_copy_differs(self):
        class Wider(layers.Dense):
            """Its configuration makes another layer than it is."""

            def get_config(self):
                return super().get_config() | {"units": self.units + 1}

        model = keras.Sequential([keras.Input((6,)), Wider(4)])
        with self.assertRaises(cloning.CannotCopy) as caught:
            cloning.clone(model, copies.X)
        self.assertIn("cannot be copied", str(caught.exception))
        self.assertIn("To mend it, ", str(caught.exception))


if __name__ == "__main__":
    absltest.main()
