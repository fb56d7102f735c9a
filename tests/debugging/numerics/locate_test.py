"""A step that fails is replayed, and its cause named."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.debugging import numerics
from keras_troubleshoot.debugging.numerics.culprits import culprits
from tests.debugging.numerics import planted


class LocateTest(parameterized.TestCase):
    @parameterized.named_parameters(planted.CASES)
    def test_names_operation_layer_and_example(self, case):
        model, x, y = case.make()
        found = numerics.locate(model, x[:32], y[:32])
        self.assertEqual(found.operation, case.operation)
        self.assertRegex(found.where, case.where)
        self.assertEqual(found.rows, case.rows)
        self.assertEqual(found.backward, case.backward)
        self.assertIn(case.cause, found.cause)
        self.assertEqual("planted.py" in found.place, case.own)
        self.assertIn(found.cause, str(found))

    def test_a_step_that_is_finite(self):
        model, x, y = planted.network(planted.nothing), planted.X, planted.Y
        self.assertIsNone(numerics.locate(model, x, y))

    def test_an_update_that_is_not_finite(self):
        model = planted.network(
            planted.nothing, optimizer=keras.optimizers.SGD(1e38)
        )
        model.optimizer.build(model.trainable_variables)
        before = [np.array(w.numpy()) for w in model.weights]
        steps = int(model.optimizer.iterations.numpy())
        found = numerics.locate(model, planted.X * 100, planted.Y)
        self.assertEqual(found.what, "update")
        self.assertRegex(found.where, "update of weight '.*dense.*'")
        self.assertIn("1e+38", found.cause)
        for old, weight in zip(before, model.weights, strict=True):
            np.testing.assert_array_equal(old, weight.numpy())
        self.assertEqual(int(model.optimizer.iterations.numpy()), steps)

    def test_a_weight_that_is_nan(self):
        model = planted.network(planted.nothing)
        kernel = model.trainable_weights[0]
        kernel.assign(kernel * np.nan)
        found = numerics.locate(model, planted.X, planted.Y)
        self.assertEqual(found.where, f"weight {kernel.path!r}")
        self.assertIn("earlier update", found.cause)

    def test_rows_that_only_meet_in_a_mean(self):
        inputs = keras.Input((8,))
        z = layers.BatchNormalization(name="norm")(inputs)
        model = keras.Model(inputs, layers.Dense(1)(z))
        model.compile("sgd", "mse")
        x = planted.X.copy()
        x[11, 2] = np.inf
        found = numerics.locate(model, x, planted.Y)
        self.assertEqual(found.rows, (11,))
        self.assertEqual(found.where, "layer 'norm'")

    def test_unequal_lengths(self):
        model = planted.network(planted.nothing)
        with self.assertRaisesRegex(ValueError, r"equally many.*\[31, 32\]"):
            numerics.locate(model, planted.X, planted.Y[:31])


class CulpritsTest(parameterized.TestCase):
    @parameterized.parameters([()], [(3,)], [(0, 31)], [(4, 5, 6, 20)])
    def test_rows_that_are_bad_alone(self, bad):
        found = culprits(32, lambda rows: bool(set(rows) & set(bad)))
        self.assertEqual(found, bad)

    def test_all_rows_are_none_in_particular(self):
        self.assertEqual(culprits(4, lambda rows: True), ())


class CheckTest(absltest.TestCase):
    def test_raises_inside_and_is_undone(self):
        model = planted.network(planted.reciprocal, jit_compile=True)
        x = planted.X.copy()
        x[5] = -np.abs(x[5])
        model.fit(x, planted.Y, verbose=0)
        trained = model.train_function
        with self.assertRaises(Exception) as raised:
            with numerics.check_numerics(model):
                self.assertFalse(model.jit_compile)
                model.fit(x, planted.Y, verbose=0)
        self.assertRegex(str(raised.exception), "(?i)inf|nan")
        self.assertTrue(model.jit_compile)
        self.assertIs(model.train_function, trained)
        keras.ops.log(keras.ops.zeros(1))

    def test_wants_models(self):
        with self.assertRaisesRegex(TypeError, "received: int"):
            with numerics.check_numerics(3):
                pass


class OperationsTest(absltest.TestCase):
    def test_prints_one_a_line(self):
        model = planted.network(planted.nothing, loss=planted.entropy)
        found = numerics.unsafe_operations(model, planted.X, planted.Y)
        self.assertLen(found, 1)
        self.assertRegex(str(found), "log in loss 'entropy', line .*planted")
        healthy = planted.network(planted.nothing)
        found = numerics.unsafe_operations(healthy, planted.X, planted.Y)
        self.assertEqual(str(found), "No unsafe operation.")


if __name__ == "__main__":
    absltest.main()
