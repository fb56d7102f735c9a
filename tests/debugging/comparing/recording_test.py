"""Tests of recordings: of what they hold, and of models beside them."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.debugging.comparing.compare_models import compare_models
from keras_troubleshoot.debugging.comparing.recording import Recording

RNG = np.random.default_rng(0)
ROWS = 24


def softmax(logits):
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


class Linear:
    """Two `Linear` layers with a tanh, its gradients derived by hand."""

    def __init__(self, decay=0.0, summed=False):
        self.w = {
            "fc1.weight": RNG.normal(size=(6, 6)),
            "fc1.bias": RNG.normal(size=6),
            "fc2.weight": RNG.normal(size=(3, 6)),
            "fc2.bias": RNG.normal(size=3),
        }
        self.x = RNG.normal(size=(ROWS, 6)).astype("float32")
        self.y = RNG.integers(0, 3, ROWS)
        self.decay, self.summed = decay, summed

    def recording(self):
        w, x = self.w, self.x
        hidden = np.tanh(x @ w["fc1.weight"].T + w["fc1.bias"])
        logits = hidden @ w["fc2.weight"].T + w["fc2.bias"]
        p = softmax(logits)
        share = 1 if self.summed else 1 / ROWS
        loss = -np.log(p[np.arange(ROWS), self.y]).sum() * share
        d = (p - np.eye(3)[self.y]) * share
        inner = d @ w["fc2.weight"] * (1 - hidden**2)
        gradients = {
            "fc1.weight": inner.T @ x,
            "fc1.bias": inner.sum(0),
            "fc2.weight": d.T @ hidden,
            "fc2.bias": d.sum(0),
        }
        updated = {
            n: w[n] - 0.1 * (gradients[n] + self.decay * w[n]) for n in w
        }
        outputs = {"fc1": hidden, "fc2": logits}
        return Recording(outputs, w, loss, gradients, updated)

    def model(self):
        model = keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(6, "tanh", name="fc1"),
                layers.Dense(3, name="fc2"),
            ]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(0.1), loss)
        return model


def compared(linear, **options):
    options = {"transfer_weights": True} | options
    return compare_models(
        linear.model(), linear.recording(), linear.x, linear.y, **options
    )


class RecordingTest(parameterized.TestCase):
    def test_a_step_derived_by_hand_is_the_same(self):
        result = compared(Linear())
        self.assertTrue(result.same, str(result))
        self.assertLen(result.gradients.compared, 4)
        self.assertLen(result.updates.compared, 4)
        self.assertEqual(
            {t.conversion for t in result.transfers},
            {"transposed from (out, in)", "as it is"},
        )

    def test_weight_decay_of_the_reference(self):
        result = compared(Linear(decay=0.05))
        self.assertEqual(result.differing.name, "updates")
        self.assertEqual(result.causes[0].kind, "weight decay")

    def test_summed_loss_of_the_reference(self):
        result = compared(Linear(summed=True))
        self.assertEqual(result.differing.name, "loss")
        self.assertEqual(result.causes[0].kind, "loss reduction")

    def test_kernel_that_was_not_transposed(self):
        linear = Linear()
        model = linear.model()
        w = linear.w
        model.get_layer("fc1").set_weights([w["fc1.weight"], w["fc1.bias"]])
        model.get_layer("fc2").set_weights([w["fc2.weight"].T, w["fc2.bias"]])
        result = compare_models(model, linear.recording(), linear.x)
        self.assertEqual(result.first.a, "fc1")
        self.assertEqual(result.causes[0].kind, "kernel transposed")
        self.assertTrue(result.causes[0].confirmed)

    def test_outputs_alone_are_enough(self):
        linear = Linear()
        model = linear.model()
        hidden = np.asarray(model.get_layer("fc1")(linear.x))
        outputs = np.asarray(model(linear.x))
        good = {"fc1": hidden, "fc2": outputs, "output": outputs}
        self.assertTrue(compare_models(model, good, linear.x).same)
        bad = {"fc1": hidden, "fc2": outputs + 1.0}
        result = compare_models(model, bad, linear.x)
        self.assertEqual(result.first.a, "fc2")
        self.assertEqual(result.first.relation, "shifted by 1")

    def test_pytorch_pads_another_way_for_strides(self):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input((8, 8, 2)),
                layers.Conv2D(3, 3, strides=2, padding="same", name="conv"),
            ]
        )
        x = RNG.normal(size=(6, 8, 8, 2)).astype("float32")
        kernel, bias = model.get_weights()
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        made = np.zeros((6, 3, 4, 4))
        for i in range(4):
            for j in range(4):
                part = padded[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
                made[:, :, i, j] = np.tensordot(part, kernel, 3) + bias
        result = compare_models(model, {"conv": made}, x)
        self.assertEqual(result.causes[0].kind, "padding")
        self.assertIn("PyTorch", result.causes[0].text)

    def test_inputs_may_come_with_channels_first(self):
        keras.utils.set_random_seed(0)
        conv = layers.Conv2D(3, 1, name="conv")
        model = keras.Sequential([keras.Input((5, 4, 2)), conv])
        x = RNG.normal(size=(6, 5, 4, 2)).astype("float32")
        kernel, bias = model.get_weights()
        made = (
            np.einsum("nhwc,co->nohw", x, kernel[0, 0]) + (bias[:, None, None])
        )
        first = np.moveaxis(x, -1, 1)
        self.assertTrue(compare_models(model, {"conv": made}, first).same)

    def test_moving_variance_as_pytorch_counts_it(self):
        x = RNG.normal(size=(10, 3)).astype("float32") * 2
        model = keras.Sequential(
            [keras.Input((3,)), layers.BatchNormalization(name="bn")]
        )
        y = x / np.sqrt(1 + 1e-3)
        weights = {"bn.running_mean": np.zeros(3), "bn.running_var": np.ones(3)}
        weights |= {"bn.weight": np.ones(3), "bn.bias": np.zeros(3)}

        def after(divisor):
            mean = 0.01 * x.mean(0)
            variance = 0.99 + 0.01 * x.var(0) * 10 / divisor
            updated = {"bn.running_mean": mean, "bn.running_var": variance}
            recording = Recording({"bn": y}, weights, updated=updated)
            return compare_models(model, recording, x)

        self.assertTrue(after(10).same)
        result = after(9)
        self.assertEqual(result.first.a, "bn/moving_variance")
        self.assertEqual(result.causes[0].kind, "batch variance")
        self.assertIn("1.111 times", result.causes[0].text)

    @parameterized.named_parameters(
        ("none", {}, ValueError, "the output of a layer at least"),
        ("list", [1], TypeError, "`outputs` must be a dictionary"),
        ("text", {"fc": "abc"}, TypeError, "must be an array of numbers"),
        ("key", {3: np.ones(2)}, TypeError, "names as keys"),
        ("number", {"fc": 1.0}, ValueError, "the same"),
        (
            "rows",
            {"a": np.ones((2, 3)), "b": np.ones((3, 3))},
            ValueError,
            "the same",
        ),
    )
    def test_bad_outputs(self, outputs, error, told):
        if outputs == {"fc": 1.0}:
            outputs = {"fc": np.ones((2, 3)), "scalar": 1.0}
        with self.assertRaisesRegex(error, told):
            Recording(outputs)

    def test_bad_loss(self):
        with self.assertRaisesRegex(TypeError, "`loss` must be a number"):
            Recording({"fc": np.ones((2, 3))}, loss="low")

    def test_other_rows_are_refused(self):
        linear = Linear()
        with self.assertRaisesRegex(ValueError, "the rows that were recorded"):
            compare_models(linear.model(), linear.recording(), linear.x[:5])

    def test_transfer_needs_weights(self):
        linear = Linear()
        outputs = dict(linear.recording().outputs)
        with self.assertRaisesRegex(ValueError, "a recording without"):
            compare_models(
                linear.model(), outputs, linear.x, transfer_weights=True
            )


if __name__ == "__main__":
    absltest.main()
