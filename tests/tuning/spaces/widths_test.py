import keras
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.tuning.spaces import remaking
from keras_troubleshoot.tuning.spaces import widths
from tests.tuning.spaces import nets


class Own(layers.Dense):
    pass


def chain(*middle, shape=(8, 3), last=None):
    """A layer "subject" (a convolution over steps), others, a Dense."""
    inputs = keras.Input(shape)
    hidden = layers.Conv1D(6, 3, padding="same", name="subject")(inputs)
    for layer in middle:
        hidden = layer(hidden)
    return keras.Model(inputs, (last or layers.Dense(2, name="out"))(hidden))


def doubled(tensor):
    return tensor * 2.0


class WidthsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("nothing", lambda: []),
        ("activation", lambda: [layers.LeakyReLU(), layers.PReLU()]),
        ("normalization", lambda: [layers.BatchNormalization()]),
        ("layer_norm", lambda: [layers.LayerNormalization()]),
        ("dropout", lambda: [layers.SpatialDropout1D(0.2)]),
        ("pooling", lambda: [layers.MaxPooling1D(2)]),
        ("flatten", lambda: [layers.Flatten()]),
        ("global", lambda: [layers.GlobalMaxPooling1D()]),
        ("depthwise", lambda: [layers.DepthwiseConv1D(3)]),
        ("recurrent", lambda: [layers.LSTM(4)]),
        ("both_ways", lambda: [layers.Bidirectional(layers.GRU(4))]),
        ("each_step", lambda: [layers.TimeDistributed(layers.Dense(4))]),
    )
    def test_free(self, make):
        model = chain(*make())
        self.assertEqual(widths.find(model).free["subject"], 6)
        for size in (1, 15):
            made = remaking.remade(model, {"subject": size}, {}, {})
            self.assertEqual(made.get_layer("subject").filters, size)
            self.assertEqual(made.output_shape, model.output_shape)
            self.assertEqual(model.get_layer("subject").filters, 6)

    @parameterized.named_parameters(
        ("own_layer", lambda: [Own(4)], "Own"),
        ("function", lambda: [layers.Lambda(doubled)], "Lambda"),
        ("operation", lambda: [keras.ops.square], "Square"),
        ("product", lambda: [lambda x: x * 2.0], "Multiply"),
        ("reshape", lambda: [layers.Reshape((48,))], "Reshape"),
        ("permute", lambda: [layers.Permute((2, 1))], "Permute"),
        ("groups", lambda: [layers.Conv1D(6, 3, groups=2)], "Conv1D"),
        ("group_norm", lambda: [layers.GroupNormalization(2)], "Group"),
        ("frozen", lambda: [layers.Dense(4, trainable=False)], "Dense"),
        (
            "frozen_norm",
            lambda: [layers.BatchNormalization(trainable=False)],
            "BatchNormalization",
        ),
        (
            "given_weights",
            lambda: [
                layers.Dense(
                    2,
                    kernel_initializer=keras.initializers.Constant(
                        [[1.0, 2.0]] * 6
                    ),
                )
            ],
            "Dense",
        ),
        (
            "model",
            lambda: [keras.Sequential([keras.Input((8, 6)), layers.Dense(3)])],
            "Sequential",
        ),
        ("steps", lambda: [lambda x: layers.Concatenate(1)([x, x])], "Conca"),
        ("gate", lambda: [lambda x: layers.Multiply()([x, x])], "Multiply"),
        ("sum", lambda: [lambda x: layers.Add()([x, x])], "Add"),
        (
            "attention",
            lambda: [lambda x: layers.MultiHeadAttention(2, 3)(x, x)],
            "MultiHeadAttention",
        ),
    )
    def test_tied(self, make, told):
        found = widths.find(chain(*make()))
        self.assertNotIn("subject", found.free)
        self.assertIn(told, found.tied["subject"])

    @parameterized.named_parameters(
        ("output", layers.Flatten, {}, "output"),
        ("groups", None, {"groups": 3}, "groups"),
        ("frozen", None, {"trainable": False}, "frozen"),
        (
            "bias",
            None,
            {"bias_initializer": keras.initializers.Constant([1.0] * 6)},
            "given weights",
        ),
    )
    def test_tied_by_itself(self, last, options, told):
        inputs = keras.Input((8, 3))
        hidden = layers.Conv1D(6, 3, name="subject", **options)(inputs)
        outputs = (last or (lambda: layers.Dense(1)))()(hidden)
        found = widths.find(keras.Model(inputs, outputs))
        self.assertNotIn("subject", found.free)
        self.assertIn(told, found.tied["subject"])

    def test_a_bias_that_is_given_ties_no_layer_before(self):
        bias = keras.initializers.Constant([1.0, 2.0])
        model = chain(last=layers.Dense(2, bias_initializer=bias))
        self.assertIn("subject", widths.find(model).free)

    def test_a_residual_block(self):
        found = widths.find(nets.residual())
        self.assertEqual(found.free, {"inner": 12, "fc": 16})
        self.assertEqual(set(found.tied), {"stem", "back", "out"})

    def test_channels_first(self):
        model = keras.Sequential(
            [
                keras.Input((3, 8, 8)),
                layers.Conv2D(4, 3, data_format="channels_first"),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )
        self.assertEmpty(widths.find(model).free)

    def test_states_of_a_recurrent_layer(self):
        inputs = keras.Input((5, 2))
        _, state, cell = layers.LSTM(4, return_state=True, name="one")(inputs)
        hidden = layers.LSTM(4, name="two")(inputs, initial_state=[state, cell])
        model = keras.Model(inputs, layers.Dense(1, name="out")(hidden))
        found = widths.find(model)
        self.assertEmpty(found.free)
        self.assertIn("LSTM 'two' ties it", found.tied["one"])
        self.assertIn("state is given", found.tied["two"])

    def test_a_layer_that_is_shared(self):
        self.assertEqual(widths.find(nets.several()).free, {"shared": 5})

    def test_inner_models(self):
        inner = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(6, name="dense"),
                layers.Dense(5, name="last"),
            ],
            name="inner",
        )
        inputs = keras.Input((4,))
        outputs = layers.Dense(1, name="dense")(inner(inputs))
        model = keras.Model(inputs, outputs)
        found = widths.find(model)
        self.assertEqual(found.free, {"inner/dense": 6})
        self.assertEqual(set(found.tied), {"inner/last", "dense"})
        made = remaking.remade(model, {"inner/dense": 9}, {}, {})
        self.assertEqual(made.get_layer("inner").get_layer("dense").units, 9)

    @parameterized.named_parameters(
        ("both_ways", lambda: layers.Bidirectional(layers.LSTM(4), name="s")),
        (
            "two_kinds",
            lambda: layers.Bidirectional(
                layers.LSTM(4),
                backward_layer=layers.LSTM(4, go_backwards=True),
                name="s",
            ),
        ),
        ("each", lambda: layers.TimeDistributed(layers.Dense(4), name="s")),
        ("gru", lambda: layers.GRU(4, name="s")),
        ("plain", lambda: layers.SimpleRNN(4, name="s")),
    )
    def test_wrapped(self, make):
        inputs = keras.Input((5, 2))
        outputs = layers.Dense(1)(layers.Flatten()(make()(inputs)))
        model = keras.Model(inputs, outputs)
        self.assertEqual(widths.find(model).free, {"s": 4})
        made = remaking.remade(model, {"s": 7}, {}, {})
        before = model.get_layer("s").output.shape[-1]
        after = made.get_layer("s").output.shape[-1]
        self.assertEqual(after * 4, before * 7)


if __name__ == "__main__":
    absltest.main()
