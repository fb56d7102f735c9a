"""Tests that what does not come back from a file is named."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot import testing
from tests.debugging import kinds

X, Y = kinds.X, kinds.Y
register = keras.saving.register_keras_serializable("round_trip")


@register
class Good(keras.Model):
    """Two inputs by name; comes back."""

    def __init__(self, units=3, **options):
        super().__init__(**options)
        self.units = units
        self.left = layers.Dense(units)
        self.right = layers.Dense(units)

    def call(self, x):
        return self.left(x["left"]) + self.right(x["right"])

    def get_config(self):
        return super().get_config() | {"units": self.units}


class Unregistered(keras.Model):
    """Keras does not find its class."""

    def __init__(self, **options):
        super().__init__(**options)
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(x)


@register
class NoOptions(keras.Model):
    """Takes no `name`, nor whatever else Keras passes."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(x)


@register
class Late(keras.Model):
    """Is frozen after it was made."""

    def __init__(self, **options):
        super().__init__(**options)
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(x)


@register
class Attribute(layers.Layer):
    """Keeps what it has learned where no file has it."""

    def __init__(self, **options):
        super().__init__(**options)
        self.offset = 0.0

    def call(self, x):
        return x + self.offset


@register
class OneMore(layers.Layer):
    """Makes other weights when it is made again."""

    def __init__(self, units=None, **options):
        super().__init__(**options)
        self.units = units or 4

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units))

    def call(self, x):
        return ops.matmul(x, self.kernel)

    def get_config(self):
        return super().get_config() | {"units": 4}

    def load_own_variables(self, store):
        """Leaves the weights as they are."""


@register
class Forgets(layers.Dense):
    """Does not read its weights."""

    def load_own_variables(self, store):
        """Leaves the weights as they are."""


def sequential(*some):
    return keras.Sequential([keras.Input((6,)), *some])


def trained(model, x=X, y=Y):
    keras.utils.set_random_seed(0)
    kinds.compiled(model)
    model.fit(x, y, verbose=0)
    return model


def late():
    model = Late()
    model(X)
    model.dense.trainable = False
    return model


def attribute():
    model = sequential(Attribute(name="own"))
    model.layers[0].offset = 3.0
    return model


def optimizer_forgets():
    """An optimizer that does not read its variables."""
    model = sequential(layers.Dense(1, "sigmoid"))
    kinds.compiled(model, optimizer=ForgetfulAdam(0.1))
    model.fit(X, Y, verbose=0)
    return model


@register
class ForgetfulAdam(keras.optimizers.Adam):
    """Does not read its variables."""

    def load_own_variables(self, store):
        """Leaves the variables as they are."""


class SaveRoundTripTest(parameterized.TestCase):
    @parameterized.parameters(
        "block", "nested", "several", "stateful", "mixed", "random_layers"
    )
    def test_trained_models_pass(self, kind):
        make, x, y = kinds.KINDS.get(kind, (kinds.block, X, Y))
        model = make()
        model.fit(x, y, batch_size=16, verbose=0)
        self.assertIsNone(testing.assert_save_round_trip(model, x))

    def test_models_that_are_not_compiled_pass(self):
        testing.assert_save_round_trip(sequential(layers.Dense(1)), X)
        testing.assert_save_round_trip(Good(), kinds.BOTH)

    def test_custom_objects(self):
        model = trained(Unregistered())
        testing.assert_save_round_trip(
            model, X, custom_objects={"Unregistered": Unregistered}
        )

    @parameterized.named_parameters(
        ("unregistered", Unregistered,
         ("cannot be loaded", "Could not locate class 'Unregistered'",
          "register_keras_serializable")),
        ("lambda", lambda: sequential(layers.Lambda(lambda x: x * 2)),
         ("cannot be loaded", "is a Python lambda", "a named function")),
        ("options", NoOptions,
         ("cannot be loaded", "unexpected keyword argument", "`**kwargs`")),
        ("frozen", late,
         ("2 of its 2 weights are frozen no longer", "dense",
          "`trainable`")),
        ("attribute", attribute,
         ("output 'own' changes by 3", "same weights", "not in attributes")),
        ("shape", lambda: sequential(OneMore(5, name="more")),
         ("'sequential_", "of shape (6, 5) comes back in shape (6, 4)")),
        ("forgets", lambda: sequential(Forgets(1, name="forgets")),
         ("1 of its 2 weights is not the same", "forgets/kernel'",
          "changes by")),
        ("optimizer", optimizer_forgets,
         ("of its 6 optimizer variables", "not the same", "changes by",
          "training would go on otherwise")),
    )  # fmt: skip
    def test_sick_models_are_named(self, make, parts):
        with self.assertRaises(AssertionError) as caught:
            testing.assert_save_round_trip(make(), X)
        for part in (*parts, "must come back from a `.keras` file", "To mend"):
            self.assertIn(part, str(caught.exception))

    def test_random_outputs_are_not_compared(self):
        noise = layers.Lambda(keras.ops.abs)
        model = sequential(layers.Dense(2), noise)
        noise.function = lambda x: x + np.random.normal()
        before = np.random.get_state()[1].tolist()
        with self.assertRaisesRegex(AssertionError, "cannot be loaded"):
            testing.assert_save_round_trip(model, X)
        self.assertEqual(np.random.get_state()[1].tolist(), before)

    def test_what_is_wrong_with_arguments_is_said(self):
        model = sequential(layers.Dense(1))
        with self.assertRaisesRegex(TypeError, "must be a dictionary"):
            testing.assert_save_round_trip(model, X, custom_objects=[Good])
        with self.assertRaisesRegex(ValueError, "`atol` must be a number"):
            testing.assert_save_round_trip(model, X, atol="no")


if __name__ == "__main__":
    absltest.main()
