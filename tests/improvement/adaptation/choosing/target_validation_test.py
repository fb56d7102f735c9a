import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.aligners import coral
from keras_troubleshoot.improvement.adaptation.choosing import class_scores
from keras_troubleshoot.improvement.adaptation.choosing import risk_scores
from keras_troubleshoot.improvement.adaptation.choosing import (
    target_validation as of,
)
from keras_troubleshoot.improvement.adaptation.models import adaptation_model


def domains(rows=96, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % 3
    x = rng.normal(size=(rows, 4)).astype("float32")
    x[:, 0] += 3 * y
    return x, y, x[::-1] + np.float32(0.5)


def network(loss="sparse_categorical_crossentropy", units=3, last="softmax"):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(units, activation=last),
        ]
    )
    model.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"])
    return model


class Recorder(keras.callbacks.Callback):
    """The weights and the logs at the end of each epoch."""

    def __init__(self):
        super().__init__()
        self.weights, self.logs = [], []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())
        self.logs.append(dict(logs))


def fit(callbacks, epochs=4, **compiled):
    x, y, _ = domains()
    model = network(**compiled)
    run = model.fit(
        x, y, 32, epochs, verbose=0, validation_split=0.25, callbacks=callbacks
    )
    return model, run


class TargetValidationTest(parameterized.TestCase):
    def test_history_holds_what_the_functions_say_of_each_epoch(self):
        x, y, target = domains()
        judge = of.TargetValidation(
            target,
            (x, y),
            validators=["entropy", "source_risk"],
            every=2,
        )
        recorder = Recorder()
        model, _ = fit([judge, recorder], epochs=5)
        self.assertEqual(judge.history["epoch"], [1, 3])
        for place, epoch in enumerate((1, 3)):
            model.set_weights(recorder.weights[epoch])
            for name, found in (
                ("entropy", class_scores.entropy(model, target)),
                ("source_risk", risk_scores.source_risk(model, x, y)),
                ("source_accuracy", model.evaluate(x, y, verbose=0)[1]),
            ):
                self.assertAlmostEqual(
                    judge.history[name][place], found, places=5
                )
        self.assertLen(judge.history["target_classes"], 2)

    def test_training_is_the_same_bit_for_bit(self):
        x, y, target = domains()
        plain, seen = Recorder(), Recorder()
        one, run = fit([plain])
        judge = of.TargetValidation(
            target,
            (x, y),
            validators=of.of.VALIDATORS,
        )
        other, again = fit([judge, seen])
        for a, b in zip(one.variables, other.variables, strict=True):
            np.testing.assert_array_equal(a, b)
        for a, b in zip(
            one.optimizer.variables, other.optimizer.variables, strict=True
        ):
            np.testing.assert_array_equal(a, b)
        self.assertEqual(run.history, again.history)
        self.assertEqual(plain.logs, seen.logs)
        self.assertLen(judge.history["deep_embedded_validation"], 4)

    @parameterized.parameters("entropy", "information_maximization")
    def test_the_best_weights_are_put_back(self, name):
        _, _, target = domains()
        judge = of.TargetValidation(
            target, validators=[name], restore_best=True
        )
        recorder = Recorder()
        model, _ = fit([judge, recorder])
        made = judge.history[name]
        pick = np.argmin if name == "entropy" else np.argmax
        self.assertEqual(judge.best_epoch, pick(made))
        for a, b in zip(
            model.get_weights(),
            recorder.weights[judge.best_epoch],
            strict=True,
        ):
            np.testing.assert_array_equal(a, b)

    def test_broken_off_it_can_be_restored(self):
        _, _, target = domains()

        class Stop(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 2:
                    raise KeyboardInterrupt

        judge = of.TargetValidation(
            target, validators="entropy", restore_best=True
        )
        recorder = Recorder()
        x, y, _ = domains()
        model = network()
        with self.assertRaises(KeyboardInterrupt):
            model.fit(
                x, y, epochs=4, verbose=0, callbacks=[judge, recorder, Stop()]
            )
        judge.restore()
        best = recorder.weights[judge.best_epoch]
        for a, b in zip(model.get_weights(), best, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_a_model_of_two_domains(self):
        x, y, target = domains()

        def model():
            keras.utils.set_random_seed(0)
            encoder = keras.Sequential(
                [
                    keras.Input((4,)),
                    keras.layers.Dense(6, activation="relu"),
                    keras.layers.BatchNormalization(),
                ]
            )
            head = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])
            made = adaptation_model.AdaptationModel(
                encoder, head, coral.CORAL()
            )
            made.compile(
                keras.optimizers.Adam(0.02),
                keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            )
            return made

        judge = of.TargetValidation(target, (x, y), validators=of.of.VALIDATORS)
        ends = []
        for callbacks in ([], [judge]):
            made = model()
            keras.utils.set_random_seed(1)
            run = made.fit(
                {"source": x, "target": target},
                y,
                epochs=2,
                verbose=0,
                callbacks=callbacks,
            )
            ends.append((run.history, made.get_weights()))
        self.assertEqual(ends[0][0], ends[1][0])
        for a, b in zip(ends[0][1], ends[1][1], strict=True):
            np.testing.assert_array_equal(a, b)
        self.assertAlmostEqual(
            judge.history["entropy"][-1],
            class_scores.entropy(made, target),
            places=5,
        )
        np.testing.assert_allclose(
            judge.sight.see(judge.target).features,
            made.encoder(target),
            rtol=1e-4,
            atol=1e-5,
        )

    def test_a_second_training_starts_anew(self):
        x, y, target = domains()
        judge = of.TargetValidation(target)
        model, _ = fit([judge], epochs=3)
        model.fit(x, y, epochs=1, verbose=0, callbacks=[judge])
        self.assertEqual(judge.history["epoch"], [0])
        self.assertLen(judge.history["information_maximization"], 1)

    def test_numbers_by_the_validators_for_them(self):
        x, _, target = domains()
        judge = of.TargetValidation(target, (x, x[:, 0]))
        model = network("mse", 1, None)
        model.fit(x, x[:, 0], epochs=1, verbose=0, callbacks=[judge])
        self.assertEqual(
            list(judge.history),
            ["epoch", "source_risk", "deep_embedded_validation"],
        )

    def test_scores_that_are_not_finite_are_never_best(self):
        self.assertFalse(of.better(np.nan, np.nan, "entropy"))
        self.assertTrue(of.better(3.0, np.nan, "entropy"))
        self.assertFalse(of.better(3.0, 2.0, "entropy"))
        self.assertTrue(of.better(3.0, 2.0, "information_maximization"))
        self.assertFalse(of.better(2.0, 2.0, "entropy"))

    @parameterized.named_parameters(
        ("unknown", {"validators": ["mean"]}, "received: 'mean'"),
        ("source", {"validators": ["source_risk"]}, "`source` must be given"),
        (
            "monitor",
            {"validators": ["entropy"], "monitor": "source_risk"},
            "`monitor` must be one of",
        ),
        ("every", {"every": 0}, "`every` must be at least 1"),
        ("source_without_labels", {"source": np.zeros((5, 4))}, "`.x, y.`"),
    )
    def test_bad_arguments(self, given, told):
        with self.assertRaisesRegex(ValueError, told):
            of.TargetValidation(domains()[2], **given)

    @parameterized.named_parameters(
        ("empty", np.zeros((0, 4)), "at least one row"),
        ("nan", np.full((5, 4), np.nan), "finite numbers"),
        ("labels", (np.zeros((5, 4)), np.arange(5)), "leave the labels out"),
    )
    def test_bad_targets(self, target, told):
        with self.assertRaisesRegex(ValueError, told):
            of.TargetValidation(target)


if __name__ == "__main__":
    absltest.main()
