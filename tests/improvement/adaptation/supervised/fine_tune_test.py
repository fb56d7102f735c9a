import functools
import random

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.supervised.fine_tune import (
    fine_tune,
)
from tests.improvement.adaptation.supervised import models

SHIFT = 1.5


@functools.cache
def trained(build=models.functional):
    """A model of the source."""
    keras.utils.set_random_seed(0)
    model = build()
    model.fit(*models.rows(300), epochs=15, verbose=0)
    return model


def turned(rows):
    """Rows of which the features stand for other classes."""
    return np.roll(rows[0], 1, axis=1), rows[1]


def accuracy(model, rows):
    return (model.predict(rows[0], verbose=0).argmax(1) == rows[1]).mean()


def state(model):
    """All that must stay: weights, flags, optimizer, losses."""
    return (
        [w.tolist() for w in model.get_weights()],
        [v.trainable for v in model.variables],
        [np.asarray(v).tolist() for v in model.optimizer.variables],
        id(model.optimizer),
        id(model.loss),
        [m.name for m in model.metrics],
    )


class Interrupting(keras.callbacks.Callback):
    """Stands for Ctrl-C in some epoch of all stages."""

    def __init__(self, epochs):
        super().__init__()
        self.epochs = epochs

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs -= 1
        if self.epochs < 0:
            raise KeyboardInterrupt


class FineTuneTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("sequential", models.sequential),
        ("functional", models.functional),
        ("nested", models.nested),
        ("subclass", models.written),
    )
    def test_adapts_and_leaves_the_model(self, build):
        model = trained(build)
        few, test = turned(models.rows(15, 0, 1)), turned(models.rows(300))
        before = state(model)
        made = fine_tune(
            model, *few, epochs=20, learning_rate=0.1, verbose=False
        )
        self.assertEqual(state(model), before)
        self.assertIs(type(made.model), type(model))
        self.assertGreater(
            accuracy(made.model, test), accuracy(model, test) + 0.2
        )
        sizes = [3 * 7, 3 * 7 + 6 * 9, 3 * 7 + 6 * 9 + 8 * 5]
        self.assertEqual([s.parameters for s in made.stages], sizes)
        self.assertEqual([s.layers for s in made.stages][0], ("head",))
        np.testing.assert_allclose(
            made.stages[2].rates, [0.1, 0.1 / 2.6, 0.1 / 2.6**2], rtol=1e-6
        )
        self.assertLen(made.history["loss"], 60)
        self.assertIn("head: 21 parameters, rate 0.1, 20 epochs", str(made))

    def test_the_head_alone_is_trained_first(self):
        model = trained(models.sequential)
        few = models.rows(15, SHIFT, 1)
        made = fine_tune(model, *few, groups=1, epochs=3, verbose=False)
        for layer in model.layers:
            same = layer.name != "head"
            new = made.model.get_layer(layer.name).get_weights()
            for one, two in zip(layer.get_weights(), new, strict=True):
                self.assertEqual(np.array_equal(one, two), same, layer.name)

    def test_batch_normalization_stays(self):
        model = trained(models.sequential)
        few = models.rows(15, 5.0, 1)
        made = fine_tune(model, *few, epochs=3, verbose=False)
        for one, two in zip(
            model.get_layer("norm").get_weights(),
            made.model.get_layer("norm").get_weights(),
            strict=True,
        ):
            np.testing.assert_array_equal(one, two)
        self.assertTrue(made.model.get_layer("norm").trainable)
        self.assertIn("BatchNormalization (1) kept", str(made))

    def test_first_step_by_hand(self):
        inputs = keras.Input((2,))
        hidden = keras.layers.Dense(2, name="low")(inputs)
        model = keras.Model(inputs, keras.layers.Dense(1, name="head")(hidden))
        model.compile(keras.optimizers.SGD(0.1), "mse")
        x, y = np.array([[1.0, -2.0]], "float32"), np.array([[3.0]], "float32")
        low, _, head, _ = model.get_weights()
        made = fine_tune(
            model, x, y, epochs=1, groups=2, decay=4.0, verbose=False
        )
        hidden = x @ low
        error = 2 * (hidden @ head - y)
        head_1 = head - 0.1 * hidden.T @ error
        bias_1 = -0.1 * error
        error = 2 * (hidden @ head_1 + bias_1 - y)
        low_2 = low - 0.1 / 4 * x.T @ (error @ head_1.T)
        np.testing.assert_allclose(
            made.model.get_layer("low").get_weights()[0], low_2, rtol=1e-5
        )

    @parameterized.named_parameters(
        ("frozen", True),
        ("whole", False),
    )
    def test_the_new_model_trains_on_and_saves_without_us(self, frozen):
        model = trained.__wrapped__()
        if frozen:
            model.get_layer("low").trainable = False
        made = fine_tune(model, *models.rows(9), epochs=1, verbose=False)
        self.assertIsInstance(made.model.optimizer, keras.optimizers.Adam)
        self.assertAlmostEqual(float(made.model.optimizer.learning_rate), 0.01)
        flags = [v.trainable for v in model.variables]
        self.assertEqual([v.trainable for v in made.model.variables], flags)
        self.assertEqual(made.fixed, 40 if frozen else 0)
        logs = made.model.evaluate(*models.rows(9), verbose=0, return_dict=True)
        self.assertCountEqual(logs, ["loss", "accuracy"])

    def test_keeps_the_best_by_validation(self):
        model = trained()
        few, other = models.rows(9, SHIFT, 1), models.rows(60, SHIFT, 2)
        made = fine_tune(
            model, *few, validation_data=other, epochs=8, verbose=False
        )
        losses = made.history["val_loss"]
        self.assertAlmostEqual(made.best.value, min(losses), places=6)
        got = made.model.evaluate(*other, verbose=0, return_dict=True)
        self.assertAlmostEqual(got["loss"], min(losses), places=4)
        place = int(np.argmin(losses))
        self.assertEqual(made.best.stage, place // 8 + 1)
        self.assertEqual(made.best.epoch, place % 8 + 1)
        before = model.evaluate(*other, verbose=0)[0]
        self.assertAlmostEqual(made.best.before, before, places=5)

    def test_keeps_the_first_where_nothing_is_better(self):
        model, other = trained(), models.rows(60)
        x, y = models.rows(12, 0.0, 1)
        made = fine_tune(
            model,
            *(x, (y + 1) % 3),
            validation_data=tf.data.Dataset.from_tensor_slices(other).batch(16),
            epochs=5,
            verbose=False,
        )
        self.assertEqual(made.best.stage, 0)
        self.assertIn("Nothing was better than the model before", str(made))
        for one, two in zip(
            model.get_weights(), made.model.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(one, two)

    def test_interrupted(self):
        model = trained()
        made = fine_tune(
            model,
            *models.rows(9, SHIFT, 1),
            epochs=4,
            callbacks=[Interrupting(6)],
            verbose=False,
        )
        self.assertTrue(made.interrupted)
        self.assertEqual([s.epochs for s in made.stages], [4, 2])
        self.assertIn("Broken off", str(made))
        self.assertTrue(all(v.trainable for v in made.model.variables))

    @parameterized.named_parameters(
        ("functional", models.functional),
        ("nested", models.nested),
    )
    def test_a_new_head(self, build):
        model = trained(build)
        x, _ = models.rows(40, 0.0, 1)
        y = np.arange(40) % 5
        made = [
            fine_tune(model, x, y, head=5, epochs=1, verbose=False)
            for _ in range(2)
        ]
        self.assertEqual(made[0].model.output_shape, (None, 5))
        self.assertEqual(made[0].stages[0].parameters, 5 * 7)
        for one, two in zip(
            *[each.model.get_weights() for each in made], strict=True
        ):
            np.testing.assert_array_equal(one, two)

    def test_in_place(self):
        model = trained.__wrapped__()
        few = models.rows(15, SHIFT, 1)
        copied = fine_tune(model, *few, epochs=2, verbose=False)
        made = fine_tune(model, *few, epochs=2, in_place=True, verbose=False)
        self.assertIs(made.model, model)
        for one, two in zip(
            model.get_weights(), copied.model.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(one, two)

    def test_several_inputs_and_outputs(self):
        model = models.several()
        x = {"left": models.rows(12)[0], "mid": np.ones((12, 2), "float32")}
        y = {"kind": models.rows(12)[1], "size": np.ones((12, 1), "float32")}
        made = fine_tune(model, x, y, epochs=2, verbose=False)
        self.assertLen(made.stages, 2)
        self.assertCountEqual(made.stages[0].layers, ["kind", "size"])

    def test_a_dataset_and_weights(self):
        model = trained()
        x, y = models.rows(20, SHIFT, 1)
        weight = np.linspace(0, 1, 20).astype("float32")
        data = tf.data.Dataset.from_tensor_slices((x, y, weight)).batch(20)
        one = fine_tune(model, data, epochs=2, verbose=False)
        two = fine_tune(
            model, x, y, weight, epochs=2, batch_size=20, verbose=False
        )
        for a, b in zip(
            one.model.get_weights(), two.model.get_weights(), strict=True
        ):
            np.testing.assert_allclose(a, b, atol=1e-5)

    def test_epochs_by_default(self):
        model = trained()
        made = fine_tune(model, *models.rows(9), groups=1, verbose=False)
        self.assertEqual(made.stages[0].epochs, 50)
        made = fine_tune(
            model, *models.rows(96), groups=1, verbose=False, batch_size=32
        )
        self.assertEqual(made.stages[0].epochs, 25)

    def test_callbacks_may_set_the_rate(self):
        model, rates = trained(), []
        noting = keras.callbacks.LearningRateScheduler(
            lambda epoch, rate: rates.append(rate) or rate
        )
        fine_tune(
            model,
            *models.rows(9),
            epochs=2,
            learning_rate=0.5,
            callbacks=[noting],
            verbose=False,
        )
        np.testing.assert_allclose(rates, [0.5] * 6)

    def test_a_schedule_of_the_model(self):
        model = models.functional()
        decay = keras.optimizers.schedules.ExponentialDecay(0.02, 1, 0.1)
        model.compile(keras.optimizers.Adam(decay), model.loss)
        made = fine_tune(model, *models.rows(9), epochs=1, verbose=False)
        self.assertAlmostEqual(made.stages[0].rates[0], 0.02, places=6)

    def test_deterministic_and_without_traces(self):
        model, few = trained(models.sequential), models.rows(15, SHIFT, 1)
        np.random.seed(5)
        random.seed(5)
        states = np.random.get_state()[1].copy(), random.getstate()
        made = [
            fine_tune(model, *few, epochs=2, verbose=False) for _ in range(2)
        ]
        for one, two in zip(
            *[each.model.get_weights() for each in made], strict=True
        ):
            np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(np.random.get_state()[1], states[0])
        self.assertEqual(random.getstate(), states[1])

    @parameterized.named_parameters(
        ("decay", {"decay": 0.5}, "`decay` must be"),
        ("groups", {"groups": 0}, "`groups` must be"),
        ("epochs", {"epochs": [1, 2]}, "one number for each of 3 stages"),
        ("no_epochs", {"epochs": 0}, "`epochs` must be"),
        ("rate", {"learning_rate": -1}, "`learning_rate` must be"),
        ("head", {"head": 1.5}, "`head` must be the name"),
        ("no_head", {"head": "top"}, "`head` must name layers"),
        ("in_place", {"head": 4, "in_place": True}, "`in_place` must be False"),
        ("split", {"validation_split": 0.1}, "`validation_split` must not"),
        ("seed", {"seed": -1}, "`seed` must be"),
    )
    def test_bad_arguments(self, arguments, told):
        with self.assertRaisesRegex(ValueError, told):
            fine_tune(models.functional(), *models.rows(9), **arguments)

    @parameterized.named_parameters(
        ("no_labels", lambda x, y: (x, None), "`y` must hold the labels"),
        ("lengths", lambda x, y: (x, y[:5]), "same number of rows"),
        ("empty", lambda x, y: (x[:0], y[:0]), "at least one row"),
        ("nan", lambda x, y: (x * np.nan, y), "`x` must be finite"),
        ("shape", lambda x, y: (x[:, :3], y), r"\(4,\), received: \(3,\)"),
        ("generator", lambda x, y: ((i for i in x), None), "a generator"),
    )
    def test_bad_data(self, change, told):
        with self.assertRaisesRegex(ValueError, told):
            fine_tune(models.functional(), *change(*models.rows(9)))

    def test_bad_models(self):
        few = models.rows(9)
        with self.assertRaisesRegex(TypeError, "trained Keras model"):
            fine_tune("model", *few)
        empty = keras.Sequential([keras.layers.Dense(3)])
        with self.assertRaisesRegex(ValueError, "built and trained"):
            fine_tune(empty, *few)
        plain = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        with self.assertRaisesRegex(ValueError, "must be compiled"):
            fine_tune(plain, *few)
        with self.assertRaisesRegex(ValueError, "written as a class"):
            fine_tune(models.written(), *few, head=5)
        with self.assertRaisesRegex(ValueError, "a model of 2 heads"):
            x = {"left": few[0], "mid": few[0][:, :2]}
            y = {"kind": few[1], "size": few[0][:, :1]}
            fine_tune(models.several(), x, y, head=5)


if __name__ == "__main__":
    absltest.main()
