"""Tests of copies of training programs."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies import program as programs
from tests.debugging import kinds

NAMES = tuple((name,) for name in kinds.KINDS)


def copied(model, x, y, **known):
    return programs.copy_of(model, feeding.feeding(x, y), x=x, **known)


class ProgramTest(parameterized.TestCase):
    @parameterized.parameters(*NAMES)
    def test_trains_and_leaves_the_original(self, name):
        make, x, y = kinds.KINDS[name]
        model = make()
        if not model.built:
            model(x[:16])
        model.fit(x, y, batch_size=16, verbose=0)
        before = [np.asarray(v) for v in model.variables]
        slots = [np.asarray(v) for v in model.optimizer.variables]
        program = copied(model, x, y)
        made = program.compile()
        made.fit(**program.data.arguments, batch_size=16, verbose=0)
        for one, other in zip(before, model.variables, strict=True):
            np.testing.assert_array_equal(one, other)
        for one, other in zip(slots, model.optimizer.variables, strict=True):
            np.testing.assert_array_equal(one, other)

    def test_arguments_of_compile(self):
        model = kinds.several()
        program = copied(model, kinds.BOTH, kinds.TWO)
        compiled = program.compiled
        self.assertEqual(
            compiled["loss"], {"yes": "binary_crossentropy", "sum": "mse"}
        )
        self.assertEqual(compiled["loss_weights"], {"yes": 1.0, "sum": 0.5})
        made = program.compile()
        model.evaluate(kinds.BOTH, kinds.TWO, verbose=0)
        one = model.evaluate(kinds.BOTH, kinds.TWO, verbose=0, return_dict=True)
        other = made.evaluate(
            kinds.BOTH, kinds.TWO, verbose=0, return_dict=True
        )
        self.assertEqual(one.keys(), other.keys())
        for name, value in one.items():
            self.assertAlmostEqual(value, other[name], places=5)

    def test_the_optimizer_is_fresh(self):
        model = kinds.sequential()
        model.compile(
            keras.optimizers.SGD(0.3, momentum=0.8, clipnorm=2.0), "mse"
        )
        model.fit(kinds.X, kinds.Y, verbose=0)
        made = copied(model, kinds.X, kinds.Y).compile().optimizer
        self.assertEqual(int(made.iterations), 0)
        self.assertAlmostEqual(float(made.learning_rate), 0.3)
        self.assertEqual((made.momentum, made.clipnorm), (0.8, 2.0))

    def test_metrics_are_copied(self):
        metric = keras.metrics.MeanAbsoluteError(name="far")
        model = kinds.sequential(metrics=[metric])
        made = copied(model, kinds.X, kinds.Y).compile()
        made.evaluate(kinds.X, kinds.Y, verbose=0)
        self.assertEqual(float(metric.count), 0)
        self.assertIn(
            "far", made.evaluate(kinds.X, kinds.Y, verbose=0, return_dict=True)
        )

    def test_compile_takes_changes(self):
        program = copied(kinds.sequential(), kinds.X, kinds.Y)
        made = program.compile(loss="mse")
        self.assertEqual(made.loss, "mse")
        self.assertEqual(program.compiled["loss"], "binary_crossentropy")

    def test_arguments_of_fit_without_the_data(self):
        fit = {"x": kinds.X, "y": kinds.Y, "epochs": 3, "validation_data": 1}
        program = copied(kinds.sequential(), kinds.X, kinds.Y, fit=fit)
        self.assertEqual(program.fit, {"epochs": 3})

    def test_changed_data_are_those_of_validation_too(self):
        model = kinds.sequential()
        program = programs.copy_of(
            model,
            feeding.feeding(kinds.X, kinds.Y),
            feeding.feeding(kinds.X[:5], kinds.Y[:5]),
        )
        program.changed_data(x=lambda x: x * 3)
        np.testing.assert_array_equal(program.data.x, kinds.X * 3)
        np.testing.assert_array_equal(program.validation.x, kinds.X[:5] * 3)

    def test_layer_by_name(self):
        model = kinds.nested()
        program = copied(model, kinds.X, kinds.Y)
        name = model.layers[1].layers[0].name
        found = program.layer(name)
        self.assertEqual(found.name, name)
        self.assertIsNot(found, model.layers[1].layers[0])
        with self.assertRaises(LookupError):
            program.layer("nowhere")

    def test_optimizer_that_cannot_be_copied(self):
        class Own(keras.optimizers.SGD):
            def __init__(self, needed, rate=0.1):
                super().__init__(rate)

        model = kinds.sequential(optimizer=Own(1))
        with self.assertRaises(cloning.CannotCopy) as caught:
            copied(model, kinds.X, kinds.Y)
        self.assertIn("Own", str(caught.exception))
        self.assertIn("To mend it, ", str(caught.exception))


if __name__ == "__main__":
    absltest.main()
