"""Suspicions are settled by trials; fixes are tried and trained with."""

import keras
import numpy as np
from absl.testing import absltest
from keras import layers

import keras_troubleshoot as kts


def data(rows: int = 600):
    """Which of three directions a point lies in."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 8)).astype("float32")
    return x, np.argmax(x[:, :3], axis=1)


def network(end="softmax", rate=0.01):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(16, activation="relu"),
            layers.Dense(3, activation=end),
        ]
    )
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy"
    )
    return model


def accuracy(model, x, y) -> float:
    return float((np.argmax(model.predict(x, verbose=0), 1) == y).mean())


def watched(model, x, y, confirm=0.0, **fit):
    """A session with one `fit`."""
    with kts.supervise(quiet=True, confirm=confirm) as session:
        model.fit(x, y, verbose=0, **({"epochs": 4} | fit))
    return session


def told(session, rule: str):
    return [f for f in session.report.findings if f.rule == rule]


class ConfirmTest(absltest.TestCase):
    def test_a_high_rate_is_confirmed(self):
        x, _ = data()
        y = x.sum(axis=1, keepdims=True)
        model = network(end=None)
        model.compile(keras.optimizers.SGD(0.9), "mse")
        y = np.repeat(y, 3, axis=1)
        session = watched(model, x, y, confirm=20.0)
        (found,) = told(session, "learning-rate-too-high")
        self.assertEqual(found.severity, kts.Severity.WARNING)
        self.assertIn("It helps", found.tried)

    def test_a_rate_that_learns_well_stays_advice(self):
        x, y = data()
        session = watched(network(rate=0.03), x, y, confirm=20.0, epochs=12)
        for found in told(session, "learning-rate-too-high"):
            self.assertEqual(found.severity, kts.Severity.ADVICE)
        self.assertTrue(session.report.ok)

    def test_without_time_nothing_is_tried(self):
        x, y = data()
        session = watched(network(rate=0.2), x, y, confirm=0)
        (found,) = told(session, "learning-rate-too-high")
        self.assertEqual(
            (found.severity, found.tried), (kts.Severity.ADVICE, "")
        )

    def test_trials_change_nothing(self):
        x, y = data()
        plain, tried = network(rate=0.2), network(rate=0.2)
        np.random.seed(3)
        plain.fit(x, y, epochs=4, verbose=0)
        expected = np.random.rand()
        np.random.seed(3)
        keras.utils.set_random_seed(0)
        tried = network(rate=0.2)
        np.random.seed(3)
        session = watched(tried, x, y, confirm=20.0)
        self.assertNotEmpty(told(session, "learning-rate-too-high")[0].tried)
        self.assertEqual(np.random.rand(), expected)
        for one, other in zip(
            plain.get_weights(), tried.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(one, other)


class FixesTest(absltest.TestCase):
    def test_fixed_patched_and_trained(self):
        x, y = data()
        model = network(end=None)
        session = watched(model, x, y)
        before = model.get_weights()
        report = session.try_fixes(seconds=20, seeds=2)
        (found,) = told(session, "logits-without-from-logits")
        self.assertIn("2 seeds", found.tried)
        self.assertIn("softmax", report.patch())
        self.assertEqual(found.figures[-1].kind, "lines")
        fixed = report.fixed_model()
        self.assertEqual(fixed.layers[-1].activation.__name__, "softmax")
        self.assertTrue(fixed.compiled)
        trained = session.refit()
        self.assertGreater(accuracy(trained, x, y), accuracy(model, x, y))
        self.assertGreater(accuracy(trained, x, y), 0.8)
        for one, other in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
        self.assertLen(session.fits, 1)

    def test_raw_inputs_go_into_the_repaired_model(self):
        x, y = data()
        x = x * 3000 + 1000
        model = network()
        session = watched(model, x, y)
        trained = session.refit()
        self.assertGreater(accuracy(trained, x, y), 0.8)

    def test_an_interrupt_in_a_trial_loses_nothing(self):
        x, y = data()
        model = network(end=None)
        session = watched(model, x, y)
        before = model.get_weights()
        count = len(session.report.findings)

        class Interrupting(keras.optimizers.Adam):
            def apply(self, *args, **kwargs):
                raise KeyboardInterrupt

        model.optimizer = Interrupting()
        with self.assertRaises(KeyboardInterrupt):
            session.try_fixes(seconds=10)
        for one, other in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
        self.assertLen(session.report.findings, count)

    def test_nothing_was_trained(self):
        with kts.supervise(quiet=True) as session:
            pass
        with self.assertRaisesRegex(RuntimeError, "No `fit` has ended"):
            session.try_fixes()
        with self.assertRaisesRegex(RuntimeError, "No remedies were tried"):
            session.report.patch()

    def test_data_of_a_generator_are_gone(self):
        x, y = data()

        def batches():
            while True:
                yield x[:32], y[:32]

        session = watched(network(end=None), batches(), None, steps_per_epoch=5)
        session.try_fixes(seconds=10, seeds=1)
        with self.assertWarnsRegex(UserWarning, "generator"):
            model = session.refit()
        self.assertIs(model, session.last.model)

    def test_a_model_that_cannot_be_copied(self):
        """The user's trained model is not lost."""
        x, y = data()

        class Odd(layers.Dense):
            """Its configuration makes another layer than it is."""

            def get_config(self):
                return super().get_config() | {"units": self.units + 1}

        model = keras.Sequential([keras.Input((8,)), Odd(3)])
        model.compile("adam", "sparse_categorical_crossentropy")
        session = watched(model, x, y)
        with self.assertWarnsRegex(UserWarning, "No fix was tried"):
            report = session.try_fixes(seconds=10, seeds=1)
        self.assertNotEmpty(told(session, "logits-without-from-logits"))
        self.assertEqual(report.patch(), "")
        with self.assertRaisesRegex(RuntimeError, "No fix could be tried"):
            report.fixed_model()
        with self.assertWarnsRegex(UserWarning, "yours is returned"):
            self.assertIs(session.refit(), model)

    def test_what_nothing_mends(self):
        """`fit` raised, and raises again."""
        x, _ = data()
        names = np.array(["red", "blue"] * 300, dtype=object)
        with kts.supervise(quiet=True) as session:
            with self.assertRaises(ValueError):
                network().fit(np.column_stack([x, names]), x, verbose=0)
        with self.assertWarns(UserWarning):
            session.refit()

    def test_troubleshoot_tries_fixes(self):
        x, y = data()
        report = kts.troubleshoot(
            network(end=None), (x, y), try_fixes=True, seconds=10
        )
        self.assertIn("softmax", report.patch())


if __name__ == "__main__":
    absltest.main()
