"""One step is that of the paper, computed another way."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.cyclegan import decay
from tests.improvement.adaptation.cyclegan.samples import GREY
from tests.improvement.adaptation.cyclegan.samples import small


def images(rows, seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (rows, *GREY)).astype("float32")


def by_hand(gan, source, target):
    """The losses as NumPy has them."""

    def run(net, x):
        return np.asarray(net(x), "float64")

    fake_target, fake_source = (
        run(gan.to_target, source),
        run(gan.to_source, target),
    )
    judged = {
        "source": run(gan.judge_source, source),
        "target": run(gan.judge_target, target),
        "fake_source": run(gan.judge_source, fake_source),
        "fake_target": run(gan.judge_target, fake_target),
    }
    adversarial = np.mean((judged["fake_source"] - 1) ** 2) + np.mean(
        (judged["fake_target"] - 1) ** 2
    )
    cycle = np.abs(run(gan.to_source, fake_target) - source).mean()
    cycle += np.abs(run(gan.to_target, fake_source) - target).mean()
    same = np.abs(run(gan.to_target, target) - target).mean()
    same += np.abs(run(gan.to_source, source) - source).mean()
    doubt = sum(
        0.5 * np.mean((judged[name] - 1) ** 2)
        + 0.5 * np.mean(judged[f"fake_{name}"] ** 2)
        for name in ("source", "target")
    )
    return {
        "generator_loss": adversarial,
        "cycle_loss": cycle,
        "identity_loss": same,
        "discriminator_loss": doubt,
        "loss": adversarial
        + gan.cycle_weight * cycle
        + gan.identity_weight * same,
    }


class StepTest(parameterized.TestCase):
    def test_the_losses_are_those_of_numpy(self):
        gan = small(cycle_weight=3.0, identity_weight=2.0)
        gan.compile(run_eagerly=True)
        source, target = images(5, 1), images(5, 2)
        expected = by_hand(gan, source, target)
        made = gan.evaluate(source, target, verbose=0, return_dict=True)
        self.assertEqual(set(made), set(expected))
        for name, value in expected.items():
            self.assertAlmostEqual(made[name], value, places=5, msg=name)
        # The first step of training sees the same generators; the pool still
        # returns what it gets.
        made = gan.train_on_batch(source, target, return_dict=True)
        for name, value in expected.items():
            self.assertAlmostEqual(float(made[name]), value, places=5)

    def test_without_identity_it_is_neither_taken_nor_logged(self):
        gan = small(identity_weight=0)
        gan.compile(run_eagerly=True)
        source, target = images(3, 1), images(3, 2)
        expected = by_hand(gan, source, target)
        made = gan.evaluate(source, target, verbose=0, return_dict=True)
        self.assertNotIn("identity_loss", made)
        self.assertAlmostEqual(made["loss"], expected["loss"], places=5)

    @parameterized.named_parameters(("generators", 1), ("discriminators", 0))
    def test_each_optimizer_changes_its_own_networks(self, changed):
        gan = small()
        still, moving = keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.1)
        pair = (moving, still) if changed else (still, moving)
        gan.compile(*pair, run_eagerly=True)
        sides = [gan.discriminator_variables, gan.generator_variables]
        before = [[np.asarray(v) for v in side] for side in sides]
        gan.train_on_batch(images(4, 1), images(4, 2))
        for place, (side, old) in enumerate(zip(sides, before, strict=True)):
            moved = any(
                not np.array_equal(v, w) for v, w in zip(side, old, strict=True)
            )
            self.assertEqual(moved, place == changed)

    def test_discriminators_are_shown_the_pool(self):
        # Rates of 0: what is generated stays, so that the loss tells which
        # images were judged.
        gan = small(pool_size=4)
        gan.compile(keras.optimizers.SGD(0.0), run_eagerly=True)
        gan.train_on_batch(images(4, 1), images(4, 2))
        held = np.asarray(gan.pool_target.images)
        np.testing.assert_allclose(held, gan.to_target(images(4, 1)), atol=1e-6)
        for seed in range(3, 9):
            gan.train_on_batch(images(4, seed), images(4, -seed + 50))
        later = np.asarray(gan.pool_target.images)
        self.assertFalse(np.allclose(held, later))
        known = np.concatenate(
            [gan.to_target(images(4, seed)) for seed in (1, *range(3, 9))]
        )
        for one in later:
            gap = np.abs(known - one).max((1, 2, 3)).min()
            self.assertLess(gap, 1e-5)

    def test_evaluate_changes_nothing(self):
        gan = small()
        gan.compile(run_eagerly=True)
        gan.train_on_batch(images(4, 1), images(4, 2))
        old = [np.asarray(v) for v in gan.variables]
        metrics = {id(v) for m in gan.metrics for v in m.variables}
        gan.evaluate(images(4, 3), images(4, 4), verbose=0)
        gan.translate(images(4, 3))
        gan.adapt_dataset(images(4, 3), np.arange(4))
        for variable, value in zip(gan.variables, old, strict=True):
            if id(variable) not in metrics:
                np.testing.assert_array_equal(variable, value, variable.path)

    def test_the_rate_falls_in_the_second_half(self):
        schedule = decay.ConstantThenLinear(0.2, steps=10, constant=0.4)
        made = [float(schedule(step)) for step in range(12)]
        expected = [0.2] * 5 + [0.2 * left / 6 for left in (5, 4, 3, 2, 1)]
        np.testing.assert_allclose(made, [*expected, 0, 0], atol=1e-7)
        twin = decay.ConstantThenLinear.from_config(schedule.get_config())
        self.assertEqual(twin.get_config(), schedule.get_config())

    @parameterized.named_parameters(
        ("steps", {"steps": 0}, "`steps` must be"),
        ("rate", {"rate": -1.0}, "`rate` must be"),
        ("constant", {"constant": 1.0}, "`constant` must be"),
    )
    def test_bad_schedules(self, options, told):
        with self.assertRaisesRegex(ValueError, told):
            decay.ConstantThenLinear(**{"rate": 0.1, "steps": 5, **options})


if __name__ == "__main__":
    absltest.main()
