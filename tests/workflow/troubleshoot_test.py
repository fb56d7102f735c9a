"""The whole decision tree: where it stops, and what the report shows."""

import functools
from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot as kts
from keras_troubleshoot.workflow import evaluating

RNG = np.random.default_rng(0)
CENTRES = 1.2 * RNG.normal(size=(3, 6))


def rows(count, seed):
    """Three clouds, of which neighbours overlap."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, count)
    x = CENTRES[y] + rng.normal(size=(count, 6))
    return x.astype("float32"), y.astype("int32")


TRAIN, VALIDATION, TEST = rows(600, 1), rows(300, 2), rows(300, 3)


def network():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(3, name="logits"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.01),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def trained(epochs=15):
    keras.utils.set_random_seed(0)
    model = network()
    model.fit(*TRAIN, epochs=epochs, verbose=0, validation_data=VALIDATION)
    return model


@functools.cache
def healthy():
    """A sound model, and the report on it."""
    model = trained()
    before = [v.numpy().copy() for v in variables(model)]
    report = kts.troubleshoot(
        model,
        TRAIN,
        VALIDATION,
        TEST,
        seconds=40,
        irreducible=0.05,
        build=network,
        names=["red", "green", "blue"],
        verbose=False,
    )
    return model, before, report


def variables(model):
    return [*model.variables, *model.optimizer.variables]


def stages(*args, **options):
    options = {"seconds": 0, "verbose": False} | options
    return kts.troubleshoot(*args, **options).context["stages"]


class HealthyTest(absltest.TestCase):
    def test_all_stages_are_walked(self):
        _, _, report = healthy()
        told = report.context["stages"]
        self.assertEqual(
            list(told), ["start simple", "debug", "evaluate", "improve", "tune"]
        )
        self.assertStartsWith(told["debug"], "nothing to mend; accuracy")
        self.assertStartsWith(told["evaluate"], "Test error")
        self.assertStartsWith(told["tune"], "tune learning_rate, ")
        self.assertNotIn("not walked", "".join(told.values()))
        self.assertTrue(report.ok)

    def test_pages(self):
        _, _, report = healthy()
        titles = [(page.stage, page.title) for page in report.pages]
        self.assertEqual(
            titles,
            [
                ("start simple", "What is there"),
                ("debug", "How the training went"),
                ("debug", "One batch by heart"),
                ("debug", "Simple baselines"),
                ("evaluate", "Where the error comes from"),
                ("evaluate", "Training data (a), test data (b)"),
                ("evaluate", "More data"),
                ("improve", "What to do next"),
                ("improve", "Which errors there are"),
                ("tune", "What to tune"),
            ],
        )
        html = report.to_html()
        self.assertLess(len(html), 3e6)
        for _, title in titles:
            self.assertIn(title, html)
        self.assertIn("taken for", html)
        again = kts.Report.from_json(report.to_json())
        self.assertEqual(again.to_dict(), report.to_dict())
        self.assertIn("What to do next", str(report))

    def test_nothing_changed(self):
        model, before, _ = healthy()
        for was, now in zip(before, variables(model), strict=True):
            np.testing.assert_array_equal(was, now.numpy())

    def test_the_numbers_are_those_of_keras(self):
        model, _, report = healthy()
        evaluated = model.evaluate(*TEST, verbose=0, return_dict=True)
        error = 100 * (1 - evaluated["accuracy"])
        self.assertIn(
            f"Test error {error:.3g}%", report.context["stages"]["evaluate"]
        )

    def test_a_stream(self):
        data = tf.data.Dataset.from_tensor_slices(TRAIN).batch(50)
        other = tf.data.Dataset.from_tensor_slices(TEST).batch(50)
        told = stages(trained(), data, test=other)
        self.assertStartsWith(told["evaluate"], "Test error")
        self.assertNotIn("not walked", told["improve"])

    def test_amounts(self):
        x, y = TRAIN[0], TRAIN[0] @ np.arange(6.0)
        model = kts.models.mlp(x, y, task="regression")
        model.fit(x, y, epochs=3, verbose=0)
        test = TEST[0], TEST[0] @ np.arange(6.0)
        told = stages(model, (x, y), test=test, target=1e6)
        self.assertIn("target is reached", told["evaluate"])
        self.assertIn("mean squared error", told["evaluate"])


class StoppingTest(absltest.TestCase):
    def test_at_an_error(self):
        x, y = TRAIN
        told = stages(trained(), (x, y + 1), VALIDATION, TEST)
        self.assertIn("errors", told["debug"])
        self.assertStartsWith(told["evaluate"], "not walked: debug comes first")
        self.assertStartsWith(told["improve"], "not walked: debug comes first")

    def test_at_a_model_that_guesses(self):
        keras.utils.set_random_seed(1)
        model = network()
        model.layers[-1].set_weights([np.zeros((16, 3)), np.array([0, 0, 1])])
        told = stages(model, TRAIN, VALIDATION, TEST, seconds=40)
        self.assertStartsWith(told["debug"], "nothing learned: accuracy")
        self.assertIn("not walked", told["evaluate"])

    def test_not_at_rare_classes_that_are_ranked_well(self):
        x, y = TRAIN
        rare = (y == 0) & (np.arange(len(y)) % 10 == 0)
        held = VALIDATION[1] == 0
        held &= np.arange(len(held)) % 10 == 0
        model = keras.Sequential(
            [keras.Input((6,)), keras.layers.Dense(1, activation="sigmoid")]
        )
        model.compile("adam", "binary_crossentropy")
        model.fit(x, rare.astype("int32"), epochs=40, verbose=0)
        told = stages(
            model,
            (x, rare.astype("int32")),
            (VALIDATION[0], held.astype("int32")),
            seconds=40,
        )
        self.assertNotIn("nothing learned", told["debug"])
        self.assertNotIn("not walked", told["evaluate"])

    def test_at_the_target(self):
        told = stages(trained(), TRAIN, VALIDATION, TEST, target=0.2)
        self.assertStartsWith(told["evaluate"], "The target is reached")
        self.assertIn("not walked: evaluate comes first", told["improve"])
        missed = stages(trained(), TRAIN, VALIDATION, TEST, target=0.999)
        self.assertNotIn("not walked", missed["improve"])

    def test_without_other_data(self):
        told = stages(trained(), TRAIN)
        self.assertIn("pass `validation=`", told["evaluate"])

    def test_at_ctrl_c(self):
        with mock.patch.object(
            evaluating, "walk", side_effect=KeyboardInterrupt
        ):
            report = kts.troubleshoot(
                trained(), TRAIN, VALIDATION, seconds=0, verbose=False
            )
        self.assertEqual(report.context["stages"]["evaluate"], "interrupted")
        self.assertNotEmpty(report.pages)
        self.assertNotEmpty(report.examined)

    def test_several_outputs_are_not_evaluated(self):
        x = keras.Input((6,))
        one = keras.layers.Dense(3, name="one")(x)
        two = keras.layers.Dense(1, name="two")(x)
        model = keras.Model(x, [one, two])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("adam", [loss, "mse"])
        data = TRAIN[0], [TRAIN[1], TRAIN[0][:, 0]]
        other = TEST[0], [TEST[1], TEST[0][:, 0]]
        told = stages(model, data, other)
        self.assertIn("could not be walked: `output` must", told["evaluate"])


class RefusedTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("no model", lambda: (3, TRAIN), {}, TypeError, "`model` must be"),
        (
            "target",
            lambda: (network(), TRAIN),
            {"target": "95%"},
            TypeError,
            "`target` must be a number",
        ),
        (
            "seconds",
            lambda: (network(), TRAIN),
            {"seconds": -1},
            ValueError,
            "`seconds` must be",
        ),
        (
            "a model to build",
            lambda: (network(), TRAIN),
            {"build": 3},
            TypeError,
            "`build` must be a function",
        ),
        (
            "four parts",
            lambda: (network(), (*TRAIN, None, None)),
            {},
            ValueError,
            "4 elements",
        ),
    )
    def test_refused(self, make, options, kind, said):
        with self.assertRaisesRegex(kind, said):
            kts.troubleshoot(*make(), **options)


if __name__ == "__main__":
    absltest.main()
