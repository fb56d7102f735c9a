"""Remedies change what they say, in a copy."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.debugging import look as looking
from keras_troubleshoot.facts.fit_call import FitCall
from keras_troubleshoot.remedies.catalogue import REMEDIES
from keras_troubleshoot.remedies.registry import NotApplicable
from keras_troubleshoot.remedies.workshop import Workshop
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.rules.catalogue import RULES

SPARSE = "sparse_categorical_crossentropy"
BINARY = "binary_crossentropy"
ROWS = 120


def table(scale: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (scale * rng.normal(size=(ROWS, 6))).astype("float32")


def ids(classes: int = 3, first: int = 0) -> np.ndarray:
    return np.arange(ROWS) % classes + first


def amounts(scale: float = 1.0) -> np.ndarray:
    return (scale * table().sum(axis=1, keepdims=True)).astype("float32")


def network(*ends, width: int = 8, activation="relu", **known):
    """A compiled network: hidden layer, then the layers of `ends`."""
    known = {"optimizer": "adam"} | known
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(width, activation, name="hidden")]
    )
    for end in ends:
        model.add(end)
    model.compile(**known)
    return model


def shop_for(model, x, y, **arguments):
    """A workshop for a model that was looked at, not trained."""
    found = looking.look(model, x, y, fit=FitCall())
    data = (x, y, None, None)
    return Workshop(model, None, data, arguments, found.facts), found


def finding(rule: str, where: str = "the model", **evidence) -> Finding:
    return Finding(
        rule, Severity.WARNING, Kind.ROOT, where, "told", evidence=evidence
    )


def mended(rule, model, x, y, found=None, which=0, **arguments):
    """The program after the remedy of a rule, and the workshop."""
    shop, look = shop_for(model, x, y, **arguments)
    if found is None:
        found = next(f for f in look.findings if f.rule == rule)
    program = shop.small()
    REMEDIES[rule][which].apply(program, found, shop.facts)
    return program


class LengthTest(absltest.TestCase):
    def test_the_longer_one_is_cut(self):
        model = network(layers.Dense(3, "softmax", name="end"), loss=SPARSE)
        shop, look = shop_for(model, table(), ids()[:-5])
        (found,) = [f for f in look.findings if f.rule == "length-mismatch"]
        program = shop.whole()
        REMEDIES["length-mismatch"][0].apply(program, found, shop.facts)
        np.testing.assert_array_equal(program.data.x, table()[:-5])
        np.testing.assert_array_equal(program.data.y, ids()[:-5])


class RowsTest(absltest.TestCase):
    def test_validation_is_drawn_at_random(self):
        """Of a file that is sorted by class, cut by `validation_split`."""
        x, y = table(), np.sort(ids())
        model = network(layers.Dense(3, "softmax", name="end"), loss=SPARSE)
        shop, _ = shop_for(model, x[:90], y[:90])
        shop.data = (x[:90], y[:90], None, (x[90:], y[90:]))
        program = shop.whole()
        found = finding("train-validation-shift")
        REMEDIES[found.rule][0].apply(program, found, shop.facts)
        self.assertLen(program.data.x, 90)
        self.assertLen(program.validation.x, 30)
        self.assertCountEqual(np.unique(program.validation.y), [0, 1, 2])
        both = np.concatenate([program.data.x, program.validation.x])
        np.testing.assert_array_equal(np.sort(both, 0), np.sort(x, 0))

    def test_copies_go(self):
        x, y = np.repeat(table()[:60], 2, axis=0), np.repeat(ids()[:60], 2)
        model = network(layers.Dense(3, "softmax", name="end"), loss=SPARSE)
        shop, look = shop_for(model, x, y)
        (found,) = [f for f in look.findings if f.rule == "duplicate-examples"]
        program = shop.whole()
        REMEDIES[found.rule][0].apply(program, found, shop.facts)
        np.testing.assert_array_equal(program.data.x, table()[:60])
        np.testing.assert_array_equal(program.data.y, ids()[:60])


class OutputTest(parameterized.TestCase):
    @parameterized.named_parameters(
        (
            "softmax_on_one",
            "softmax-on-single-unit",
            1,
            "softmax",
            BINARY,
            2,
            "sigmoid",
        ),
        (
            "no_softmax",
            "logits-without-from-logits",
            3,
            None,
            SPARSE,
            3,
            "softmax",
        ),
    )
    def test_activation(self, rule, units, activation, loss, classes, wanted):
        model = network(layers.Dense(units, activation, name="end"), loss=loss)
        program = mended(rule, model, table(), ids(classes))
        self.assertEqual(program.layer("end").activation.__name__, wanted)
        own = getattr(model.layers[-1].activation, "__name__", "linear")
        self.assertEqual(own, activation or "linear")
        self.assertNotEmpty(program.code)

    def test_softmax_twice_becomes_one(self):
        model = network(
            layers.Dense(3, "softmax", name="end"),
            layers.Softmax(),
            loss=SPARSE,
        )
        x = table()
        program = mended("double-softmax", model, x, ids())
        copied = program.compile()
        last = x
        for layer in model.layers[:-2]:
            last = layer(last)
        kernel, bias = model.get_layer("end").get_weights()
        logits = np.asarray(last) @ kernel + bias
        expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(copied(x), expected, atol=1e-5)

    def test_loss_for_classes(self):
        model = network(layers.Dense(3, "softmax"), loss="mse")
        y = np.eye(3, dtype="float32")[ids()]
        program = mended("wrong-loss-for-task", model, table(), y)
        self.assertEqual(program.compiled["loss"], "categorical_crossentropy")

    def test_as_many_units_as_classes(self):
        model = network(layers.Dense(2, "softmax", name="end"), loss=SPARSE)
        found = finding("output-units-mismatch", "output 'end'")
        program = mended(found.rule, model, table(), ids(3), found)
        self.assertEqual(program.compile()(table()).shape, (ROWS, 3))


class DataTest(parameterized.TestCase):
    def test_inputs_are_standardized_and_the_model_takes_raw_ones(self):
        x = table(1000.0) + 500
        model = network(layers.Dense(1), loss="mse")
        program = mended("input-not-normalized", model, x, amounts(), which=1)
        np.testing.assert_allclose(
            program.data.x, (x - x.mean(axis=0)) / x.std(axis=0), atol=1e-3
        )
        inner = program.compile()
        whole = inner
        for finish in program.finish:
            whole = finish(whole)
        np.testing.assert_allclose(
            whole(x), inner(program.data.x), rtol=1e-3, atol=1e-3
        )

    def test_targets_are_standardized_and_predicted_in_their_units(self):
        y = amounts(1e5) + 3e5
        model = network(layers.Dense(1), loss="mse")
        program = mended("target-not-normalized", model, table(), y)
        self.assertAlmostEqual(float(program.data.y.std()), 1.0, places=3)
        inner = program.compile()
        whole = program.finish[0](inner)
        expected = np.asarray(inner(table())) * y.std() + y.mean()
        np.testing.assert_allclose(whole(table()), expected, rtol=1e-4)

    def test_rows_with_nan_are_left_out(self):
        y = amounts()
        y[::10] = np.nan
        model = network(layers.Dense(1), loss="mse")
        program = mended("target-non-finite", model, table(), y)
        self.assertLen(program.data.x, ROWS - ROWS // 10)
        self.assertTrue(np.isfinite(program.data.y).all())

    def test_ids_from_one(self):
        model = network(layers.Dense(3, "softmax"), loss=SPARSE)
        program = mended("labels-out-of-range", model, table(), ids(3, 1))
        np.testing.assert_array_equal(program.data.y, ids(3))

    def test_minus_one_and_one(self):
        model = network(layers.Dense(1, "sigmoid"), loss=BINARY)
        y = np.where(ids(2) == 1, 1.0, -1.0).astype("float32")
        program = mended("labels-wrong-encoding", model, table(), y)
        np.testing.assert_array_equal(program.data.y, ids(2))

    def test_labels_that_were_scaled(self):
        model = network(layers.Dense(3, "softmax"), loss=SPARSE)
        y = (ids(3) / 255).astype("float32")
        program = mended("labels-wrong-encoding", model, table(), y)
        np.testing.assert_array_equal(program.data.y, ids(3))

    def test_columns_meet_columns(self):
        class Own(keras.losses.Loss):
            def call(self, y_true, y_pred):
                return keras.ops.mean((y_true - y_pred) ** 2)

        model = network(layers.Dense(1), loss=Own())
        program = mended("loss-broadcasts", model, table(), amounts()[:, 0])
        self.assertEqual(program.data.y.shape, (ROWS, 1))

    def test_classes_are_balanced(self):
        y = (np.arange(ROWS) % 6 == 0).astype("int64")
        model = network(layers.Dense(1, "sigmoid"), loss=BINARY)
        found = finding("example-weights-misconfigured", "class_weight")
        program = mended(found.rule, model, table(), y, found)
        self.assertEqual(
            program.fit["class_weight"], {0: 120 / 200, 1: 120 / 40}
        )


class LayersTest(parameterized.TestCase):
    def test_hidden_layers_get_relu(self):
        model = network(layers.Dense(1), activation=None, loss="mse", width=4)
        found = finding("missing-nonlinearity")
        program = mended(found.rule, model, table(), amounts(), found)
        self.assertEqual(program.layer("hidden").activation.__name__, "relu")
        end = program.model.layers[-1]
        self.assertEqual(end.activation.__name__, "linear")

    def test_softmax_inside_becomes_relu(self):
        model = network(
            layers.Softmax(), layers.Dense(1), activation="softmax", loss="mse"
        )
        found = finding("softmax-in-hidden-layer")
        program = mended(found.rule, model, table(), amounts(), found)
        names = [type(layer).__name__ for layer in program.model.layers]
        self.assertNotIn("Softmax", names)
        self.assertEqual(program.layer("hidden").activation.__name__, "relu")

    def test_penalties_are_gone(self):
        model = network(layers.Dense(1, kernel_regularizer="l2"), loss="mse")
        found = finding("over-regularized")
        program = mended(found.rule, model, table(), amounts(), found)
        program.compile()(table())
        self.assertEmpty(program.model.losses)
        self.assertNotEmpty(model.losses)

    def test_dropout_is_lowered(self):
        model = network(layers.Dropout(0.9), layers.Dense(1), loss="mse")
        found = finding("excessive-dropout")
        program = mended(found.rule, model, table(), amounts(), found)
        self.assertEqual(program.model.layers[1].rate, 0.2)
        self.assertEqual(model.layers[1].rate, 0.9)

    def test_weights_are_drawn_anew(self):
        model = network(
            layers.Dense(1),
            loss="mse",
            width=50,
        )
        model.layers[0].set_weights([np.ones((6, 50)), np.ones(50)])
        found = finding("constant-initialization", "layer 'hidden'")
        program = mended(found.rule, model, table(), amounts(), found)
        kernel, bias = program.layer("hidden").get_weights()
        # He: uniform in +-sqrt(6 / inputs), of variance 2 / inputs.
        self.assertAlmostEqual(float(kernel.var()), 2 / 6, delta=0.06)
        np.testing.assert_array_equal(bias, 0)
        np.testing.assert_array_equal(model.layers[0].get_weights()[0], 1)


class OptimizationTest(parameterized.TestCase):
    def rate(self, program) -> float:
        return float(program.compile().optimizer.learning_rate)

    @parameterized.named_parameters(
        ("negative", -0.01, "learning-rate-invalid", 0, 0.01),
        ("too_high", 0.5, "learning-rate-too-high", 0, 0.05),
        ("too_low", 1e-6, "learning-rate-too-low", 0, 1e-5),
    )
    def test_rate(self, rate, rule, which, expected):
        optimizer = keras.optimizers.Adam(rate)
        model = network(layers.Dense(1), loss="mse", optimizer=optimizer)
        program = mended(rule, model, table(), amounts(), finding(rule), which)
        self.assertAlmostEqual(self.rate(program), expected, places=7)
        self.assertAlmostEqual(float(optimizer.learning_rate), rate, places=7)

    @parameterized.parameters(
        ("learning-rate-too-high", 10.0), ("learning-rate-too-low", 1e-7)
    )
    def test_a_rate_is_found(self, rule, rate):
        optimizer = keras.optimizers.Adam(rate)
        model = network(layers.Dense(1), loss="mse", optimizer=optimizer)
        which = [r.slow for r in REMEDIES[rule]].index(True)
        program = mended(rule, model, table(), amounts(), finding(rule), which)
        self.assertBetween(self.rate(program), 1e-3, 0.5)

    def test_a_decay_lasts_as_long_as_the_training(self):
        schedule = keras.optimizers.schedules.CosineDecay(0.1, 5)
        model = network(
            layers.Dense(1),
            loss="mse",
            optimizer=keras.optimizers.SGD(schedule),
        )
        found = finding("schedule-misconfigured")
        program = mended(found.rule, model, table(), amounts(), found)
        config = program.optimizer.get_config()["learning_rate"]["config"]
        self.assertEqual(config["decay_steps"], -(-ROWS // 32))

    def test_callbacks_watch_the_loss_in_a_copy(self):
        stop = keras.callbacks.EarlyStopping("accuracy", mode="max")
        model = network(layers.Dense(1), loss="mse")
        found = finding("callback-misconfigured", "callback EarlyStopping")
        program = mended(
            found.rule, model, table(), amounts(), found, callbacks=[stop]
        )
        (copied,) = program.fit["callbacks"]
        self.assertEqual((copied.monitor, copied.mode), ("loss", "min"))
        self.assertEqual((stop.monitor, stop.mode), ("accuracy", "max"))

    def test_more_epochs(self):
        model = network(layers.Dense(1), loss="mse")
        found = finding("too-few-epochs")
        program = mended(found.rule, model, table(), amounts(), found, epochs=2)
        self.assertGreaterEqual(program.fit["epochs"] * 4, 1000)


class CatalogueTest(parameterized.TestCase):
    @parameterized.parameters(*REMEDIES)
    def test_mends_a_diagnosis_that_there_is(self, rule):
        self.assertIn(rule, RULES)

    def test_says_where_it_cannot_be_carried_out(self):
        model = network(layers.Dense(1), loss="mse")
        found = finding("excessive-dropout")
        with self.assertRaisesRegex(NotApplicable, "no layer"):
            mended(found.rule, model, table(), amounts(), found)


if __name__ == "__main__":
    absltest.main()
