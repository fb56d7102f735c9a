"""Tests of what rounding is granted, and of what it is not."""

import keras
import numpy as np
from absl.testing import absltest
from keras import layers

from keras_troubleshoot.debugging.comparing import differences
from keras_troubleshoot.debugging.comparing import tolerance
from keras_troubleshoot.debugging.comparing.compare_models import compare_models

RNG = np.random.default_rng(0)


class ToleranceTest(absltest.TestCase):
    def test_deep_network_in_float64_is_the_same(self):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((64,))])
        for place in range(30):
            model.add(layers.Dense(64, "tanh", name=f"dense{place}"))
        x = RNG.normal(size=(32, 64)).astype("float32")
        outputs, made = {}, x.astype("float64")
        for layer in model.layers:
            kernel, bias = layer.get_weights()
            # Summed from the other end, in another precision.
            made = np.tanh(made[:, ::-1] @ kernel[::-1] + bias)
            outputs[layer.name] = made
        result = compare_models(model, outputs, x)
        self.assertTrue(result.same, str(result))
        wrong = outputs | {"dense20": outputs["dense20"] * (1 + 1e-4)}
        result = compare_models(model, wrong, x)
        self.assertEqual(result.first.a, "dense20")

    def test_limit_grows_with_what_layers_make_of_errors(self):
        x = RNG.normal(size=(32, 16)).astype("float32")
        model = keras.Sequential(
            [
                keras.Input((16,)),
                layers.Dense(16, name="dense"),
                layers.Rescaling(1.0, offset=-1000.0, name="far"),
                layers.Rescaling(1.0, offset=1000.0, name="back"),
            ]
        )
        same = np.asarray(model.layers[0](x))
        # Near 1000, float32 keeps 6e-5; that is no error of `back`.
        result = compare_models(model, {"dense": same, "back": same}, x)
        self.assertTrue(result.same, str(result))
        self.assertGreater(result.outputs.compared[1].difference.max_abs, 1e-6)

    def test_half_precision_is_granted_more(self):
        model = keras.Sequential([keras.Input((8,)), layers.Dense(4)])
        half = keras.Sequential(
            [keras.Input((8,)), layers.Dense(4, dtype="mixed_float16")]
        )
        half.set_weights(model.get_weights())
        x = RNG.normal(size=(32, 8)).astype("float32")
        result = compare_models(half, model, x)
        self.assertTrue(result.same, str(result))
        self.assertGreater(result.outputs.compared[0].difference.relative, 1e-5)

    def test_what_is_not_finite_differs(self):
        a = np.ones((32, 2))
        b = a.copy()
        b[0, 0] = np.nan
        self.assertFalse(differences.measure(a, b, 1.0).same)
        self.assertTrue(differences.measure(b, b, 1.0).same)
        shapes = differences.measure(a, b[:, :1], 1.0)
        self.assertEqual(shapes.shapes, ((32, 2), (32, 1)))

    def test_terms_are_those_of_the_sums(self):
        layer = layers.Conv2D(5, 3)
        layer.build((None, 8, 8, 7))
        self.assertEqual(tolerance.terms(layer), 63)


if __name__ == "__main__":
    absltest.main()
