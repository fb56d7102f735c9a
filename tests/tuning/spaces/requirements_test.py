import keras
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.tuning.spaces.hypermodel import hypermodel
from tests.tuning.spaces import nets


class Plain(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(x)


class Compiling(keras.Model):
    def compile(self, *args, extra=1, **kwargs):
        super().compile(*args, **kwargs)


class RefusalTest(parameterized.TestCase):
    def subclassed():
        model = Plain()
        model.compile("adam", "mse")
        return model

    def unbuilt():
        model = keras.Sequential([layers.Dense(1)])
        model.compile("adam", "mse")
        return model

    def uncompiled():
        return keras.Sequential([keras.Input((4,)), layers.Dense(1)])

    @parameterized.named_parameters(
        ("no_model", lambda: 3, TypeError, "must be a compiled Keras model"),
        ("subclassed", subclassed, ValueError, "Sequential or Functional"),
        ("unbuilt", unbuilt, ValueError, "must be built"),
        ("uncompiled", uncompiled, ValueError, "must be compiled, rec"),
        (
            "own_compile",
            lambda: nets.functional(Compiling),
            ValueError,
            "a `compile` of its own",
        ),
        (
            "no_rate",
            lambda: nets.table(keras.optimizers.SGD(0.0)),
            ValueError,
            "positive learning rate",
        ),
    )
    def test_refuses_models(self, make, kind, told):
        with self.assertRaisesRegex(kind, told):
            hypermodel(make())

    @parameterized.named_parameters(
        ("unknown", {"tune": ["depth"]}, "`tune` must hold"),
        ("nothing", {"tune": []}, "`tune` must hold"),
        ("kept", {"tune": "width", "keep_weights": True}, "`keep_weights`"),
        ("no_batch", {"tune": ["batch_size"]}, "`batch_size` must be given"),
        ("batch", {"batch_size": 0}, "`batch_size` must be a whole"),
        ("steps", {"steps": 1.5}, "`steps` must be a whole", TypeError),
        ("budget", {"budget": -1}, "`budget` must be"),
    )
    def test_refuses_arguments(self, options, told, kind=ValueError):
        with self.assertRaisesRegex(kind, told):
            hypermodel(nets.table(), **options)

    def test_says_what_does_not_apply(self):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        model.compile(keras.optimizers.Adagrad(0.1), "mse")
        space = hypermodel(model).space
        self.assertIn("no layer", space.kept["width"])
        self.assertIn("no layer", space.kept["dropout"])
        self.assertIn("none", space.kept["momentum"])
        self.assertIn("learning_rate_adaptive", space.names)

    def test_a_fixed_batch(self):
        model = keras.Sequential(
            [keras.Input(batch_shape=(8, 4)), layers.Dense(1)]
        )
        model.compile("adam", "mse")
        space = hypermodel(model, batch_size=8).space
        self.assertIn("batches of 8", space.kept["batch_size"])


if __name__ == "__main__":
    absltest.main()
