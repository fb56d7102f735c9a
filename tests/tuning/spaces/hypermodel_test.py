import copy
import pickle

import keras
import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras.optimizers import schedules

from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.tuning.spaces.hypermodel import hypermodel
from tests.tuning.spaces import nets

# Of a cosine from 0.1 to 0 that begins after 50 of 1000 steps, at step 500.
HALFWAY = 0.05 * (1 + np.cos(np.pi * 450 / 950))


class Stepping(keras.Model):
    """Functional, with a step of its own."""

    def train_step(self, data):
        logs = super().train_step(data)
        return logs | {"twice": 2 * logs["loss"]}


@keras.saving.register_keras_serializable(package="spaces_test")
class Falling(schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.01

    def get_config(self):
        return {}


def without_build(config):
    """A configuration without the shapes that it was built for."""
    if isinstance(config, dict):
        return {
            k: without_build(v)
            for k, v in config.items()
            if k != "build_config"
        }
    if isinstance(config, list | tuple):
        return [without_build(v) for v in config]
    return config


class HyperModelTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("residual", nets.residual),
        ("table", nets.table),
        ("several", nets.several),
        ("own_class", lambda: nets.functional(Stepping)),
        (
            "scheduled",
            lambda: nets.table(
                keras.optimizers.SGD(
                    schedules.CosineDecay(0.1, 50, warmup_target=0.2),
                    momentum=0.5,
                )
            ),
        ),
        ("adamw", lambda: nets.table(keras.optimizers.AdamW(1e-3))),
        (
            "scaled",
            lambda: nets.table(
                keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())
            ),
        ),
        ("own_schedule", lambda: nets.table(keras.optimizers.SGD(Falling()))),
    )
    def test_defaults_give_the_model_itself(self, make):
        model = make()
        made = hypermodel(model, batch_size=32).build(nets.chosen())
        self.assertIs(type(made), type(model))
        self.assertIsNot(made, model)
        self.assertEqual(
            without_build(made.get_config()), without_build(model.get_config())
        )
        self.assertIs(type(made.optimizer), type(model.optimizer))
        self.assertEqual(
            made.optimizer.get_config(), model.optimizer.get_config()
        )
        self.assertEqual(made.loss, model.loss)
        self.assertEqual(
            [w.shape for w in made.weights], [w.shape for w in model.weights]
        )

    def test_the_model_stays_as_it_is(self):
        model = nets.residual()
        weights = model.get_weights()
        config = model.get_config()
        tuned = hypermodel(model, each=True)
        tuned.build(nets.chosen(width_fc=30, dropout=0.5, weight_decay=0.1))
        self.assertEqual(model.get_config(), config)
        self.assertIsNone(model.optimizer.weight_decay)
        for now, before in zip(model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(now, before)

    def test_ranked(self):
        self.assertEqual(
            hypermodel(nets.table(), batch_size=32).space.names,
            (
                "learning_rate",
                "learning_rate_sgd",
                "schedule",
                "width",
                "weight_decay",
                "dropout_first",
                "dropout_second",
                "optimizer",
                "momentum",
                "batch_size",
            ),
        )

    def test_widths_follow_a_factor(self):
        made = hypermodel(nets.residual()).build(nets.chosen(width=0.3))
        self.assertEqual(made.get_layer("inner").filters, round(0.3 * 12))
        self.assertEqual(made.get_layer("fc").units, round(0.3 * 16))
        for name, size in (("stem", 8), ("back", 8)):
            self.assertEqual(made.get_layer(name).filters, size)
        self.assertEqual(made.get_layer("out").units, 3)

    def test_widths_and_dropout_of_each(self):
        tuned = hypermodel(nets.table(), each=True)
        made = tuned.build(
            nets.chosen(width_one=50, width_two=3, dropout_second=0.1)
        )
        self.assertEqual(made.get_layer("one").units, 50)
        self.assertEqual(made.get_layer("two").units, 3)
        self.assertEqual(made.get_layer("first").rate, 0.2)
        self.assertEqual(made.get_layer("second").rate, 0.1)

    def test_rate_schedule_and_decay(self):
        tuned = hypermodel(nets.residual(), steps=100)
        made = tuned.build(
            nets.chosen(
                learning_rate=0.02, schedule="cosine", weight_decay=0.01
            )
        )
        config = made.optimizer.get_config()
        pace = config["learning_rate"]["config"]
        self.assertEqual(config["learning_rate"]["class_name"], "CosineDecay")
        self.assertEqual(pace["initial_learning_rate"], 0.02)
        self.assertEqual(pace["decay_steps"], 100)
        self.assertEqual(config["weight_decay"], 0.01)
        # The rest is as compiled.
        self.assertEqual(config["clipnorm"], 1.0)
        self.assertEqual(config["beta_2"], 0.99)

    @parameterized.named_parameters(
        ("cosine", "cosine", 0.1, 0.05, 0.0),
        ("exponential", "exponential", 0.1, 0.01, 0.001),
        ("warmup_cosine", "warmup_cosine", 0.0, HALFWAY, 0.0),
    )
    def test_schedules(self, name, first, middle, last):
        tuned = hypermodel(nets.table("sgd"), steps=1000)
        made = tuned.build(nets.chosen(learning_rate=0.1, schedule=name))
        pace = made.optimizer._learning_rate
        np.testing.assert_allclose(
            [float(pace(s)) for s in (0, 500, 1000)],
            [first, middle, last],
            rtol=1e-5,
            atol=1e-6,
        )

    def test_a_compiled_schedule_is_scaled(self):
        own = schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.05, 0.01])
        tuned = hypermodel(nets.table(keras.optimizers.SGD(own)))
        entry = tuned.space.entries[0].parameter
        self.assertAlmostEqual(entry.default, 0.1)
        made = tuned.build(nets.chosen(learning_rate=0.2))
        pace = made.optimizer._learning_rate
        np.testing.assert_allclose(
            [float(pace(s)) for s in (5, 15, 25)], [0.2, 0.1, 0.02], rtol=1e-6
        )

    def test_a_schedule_of_the_user_is_kept(self):
        tuned = hypermodel(nets.table(keras.optimizers.SGD(Falling())))
        self.assertNotIn("learning_rate", tuned.space.names)
        self.assertIn("not one of Keras", tuned.space.kept["learning_rate"])

    def test_other_optimizers_have_rates_of_their_own(self):
        tuned = hypermodel(nets.residual())
        made = tuned.build(
            nets.chosen(optimizer="sgd", learning_rate_sgd=0.05, momentum=0.99)
        )
        config = made.optimizer.get_config()
        self.assertIsInstance(made.optimizer, keras.optimizers.SGD)
        self.assertAlmostEqual(config["learning_rate"], 0.05, places=6)
        self.assertEqual(config["momentum"], 0.99)
        self.assertEqual(config["clipnorm"], 1.0)
        hp = nets.chosen(optimizer="rmsprop", learning_rate=0.003)
        made = tuned.build(hp)
        self.assertIsInstance(made.optimizer, keras.optimizers.RMSprop)
        self.assertAlmostEqual(float(made.optimizer.learning_rate), 0.003)
        self.assertNotIn("learning_rate_sgd", hp.values)

    def test_the_optimizer_alone(self):
        tuned = hypermodel(nets.residual(), tune=["optimizer"])
        self.assertEqual(tuned.space.names, ("optimizer",))
        made = tuned.build(nets.chosen(optimizer="sgd"))
        self.assertAlmostEqual(float(made.optimizer.learning_rate), 0.01)
        self.assertEqual(made.optimizer.momentum, 0.9)

    def test_loss_scaling_stays(self):
        scaled = keras.optimizers.LossScaleOptimizer(
            keras.optimizers.Adam(0.01), initial_scale=8.0
        )
        tuned = hypermodel(nets.table(scaled))
        made = tuned.build(nets.chosen(learning_rate=0.02, schedule="cosine"))
        self.assertIsInstance(
            made.optimizer, keras.optimizers.LossScaleOptimizer
        )
        self.assertEqual(made.optimizer.initial_scale, 8.0)
        self.assertEqual(
            type(made.optimizer.inner_optimizer._learning_rate).__name__,
            "CosineDecay",
        )

    def test_weights_are_fresh_but_statistics_stay(self):
        model = nets.residual()
        made = hypermodel(model).build(nets.chosen(width=2.0))
        np.testing.assert_array_equal(
            made.get_layer("normal").mean, model.get_layer("normal").mean
        )
        one, other = (m.get_layer("stem").kernel.numpy() for m in (made, model))
        self.assertGreater(np.abs(one - other).max(), 1e-3)

    def test_frozen_layers_keep_their_weights(self):
        model = nets.residual()
        model.get_layer("stem").trainable = False
        frozen = model.get_layer("batch")
        frozen.moving_mean.assign(np.arange(8.0))
        frozen.trainable = False
        model.compile("adam", "mse")
        made = hypermodel(model).build(nets.chosen())
        self.assertFalse(made.get_layer("stem").trainable)
        for name in ("stem", "batch"):
            for new, old in zip(
                made.get_layer(name).weights,
                model.get_layer(name).weights,
                strict=True,
            ):
                np.testing.assert_array_equal(new.numpy(), old.numpy())

    def test_learned_statistics_start_anew(self):
        model = nets.residual()
        model.get_layer("batch").moving_mean.assign(np.arange(8.0))
        made = hypermodel(model).build(nets.chosen())
        np.testing.assert_array_equal(
            made.get_layer("batch").moving_mean.numpy(), np.zeros(8)
        )

    def test_keep_weights(self):
        model = nets.residual()
        tuned = hypermodel(model, keep_weights=True)
        before = model.get_weights()
        self.assertNotIn("width", tuned.space.names)
        model.set_weights([w + 1 for w in before])
        made = tuned.build(nets.chosen(dropout=0.1, learning_rate=0.02))
        for new, old in zip(made.get_weights(), before, strict=True):
            np.testing.assert_array_equal(new, old)

    def test_several_inputs_and_outputs_train(self):
        model = nets.several()
        rng = np.random.default_rng(0)
        x = {k: rng.normal(size=(20, 6)) for k in ("front", "side")}
        y = {"size": rng.normal(size=(20, 1)), "kind": np.arange(20) % 3}
        made = hypermodel(model).build(nets.chosen(width=2.0))
        history = made.fit(x, y, verbose=0)
        self.assertIn("kind_accuracy", history.history)
        self.assertEqual(made.get_layer("shared").units, 10)
        self.assertEqual(set(made.predict(x, verbose=0)), {"size", "kind"})

    def test_a_functional_class_of_the_user_trains_its_way(self):
        made = hypermodel(nets.functional(Stepping)).build(
            nets.chosen(width=2.0)
        )
        self.assertIsInstance(made, Stepping)
        self.assertEqual(made.get_layer("hidden").units, 12)
        history = made.fit(*nets.rows(), verbose=0).history
        self.assertAlmostEqual(
            history["twice"][0], 2 * history["loss"][0], places=5
        )

    def test_names_of_inputs_stay(self):
        made = hypermodel(nets.several()).build(nets.chosen())
        self.assertEqual(set(made.input), {"front", "side"})
        self.assertEqual(
            [layer.name for layer in made.layers[:2]],
            [layer.name for layer in nets.several().layers[:2]],
        )

    @parameterized.named_parameters(("pickle", True), ("copy", False))
    def test_copies(self, pickled):
        tuned = hypermodel(nets.residual(), 30)
        if pickled:
            other = pickle.loads(pickle.dumps(tuned))
        else:
            other = copy.deepcopy(tuned)
        self.assertEqual(other.space.names, tuned.space.names)
        made = other.build(nets.chosen(width=2.0))
        self.assertEqual(made.get_layer("fc").units, 32)
        self.assertEqual(made.optimizer.clipnorm, 1.0)

    def test_values_go_through_protos(self):
        tuned = hypermodel(nets.table(), batch_size=32)
        hp = tuned.space.hyperparameters
        back = keras_tuner.HyperParameters.from_proto(hp.to_proto())
        self.assertEqual(set(back.values), set(hp.values))
        tuned.build(back)

    def test_a_layer_that_cannot_be_made(self):
        tuned = hypermodel(nets.table())
        broken = RuntimeError("no configuration")
        with absltest.mock.patch.object(
            cloning, "clone_layer", side_effect=broken
        ):
            with self.assertRaisesRegex(
                ValueError, "cannot be made anew .no configuration"
            ):
                tuned.build(nets.chosen())


if __name__ == "__main__":
    absltest.main()
