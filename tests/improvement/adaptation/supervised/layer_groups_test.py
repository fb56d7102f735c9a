import keras
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.supervised import freezing
from keras_troubleshoot.improvement.adaptation.supervised import layer_groups
from tests.improvement.adaptation.supervised import models


def names(groups):
    return [[block.name for block in group] for group in groups]


class LayerGroupsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("sequential", models.sequential),
        ("functional", models.functional),
        ("nested", models.nested),
        ("subclass", models.written),
    )
    def test_from_the_head_down(self, build):
        model = build()
        every = [["head"], ["high"], ["low"]]
        for groups in ("all", 4, 3):
            found = names(layer_groups.split(model, (), groups))
            self.assertEqual(found, every)
        two = names(layer_groups.split(model, (), 2))
        self.assertEqual(two, [["head"], ["low", "high"]])
        self.assertEqual(names(layer_groups.split(model, (), 1)), [["head"]])

    def test_heads_of_all_outputs(self):
        found = names(layer_groups.split(models.several(), (), "all"))
        self.assertCountEqual(found[0], ["kind", "size"])
        self.assertEqual(found[1:], [["low"]])

    def test_a_model_may_be_the_head(self):
        top = keras.Sequential(
            [
                keras.Input((6,)),
                keras.layers.Dense(5, name="inner"),
                keras.layers.Dense(3, name="last"),
            ]
        )
        base = [keras.Input((4,)), keras.layers.Dense(6, name="low")]
        model = keras.Sequential([*base, top])
        found = names(layer_groups.split(model, (), "all"))
        self.assertEqual(found, [["last"], ["inner"], ["low"]])

    def test_named_head(self):
        model = models.sequential()
        found = names(layer_groups.split(model, ("high", "head"), 2))
        self.assertEqual(found, [["high", "head"], ["low"]])
        with self.assertRaisesRegex(ValueError, "one of 'low', 'high', 'head'"):
            layer_groups.split(model, ("heads",), 2)

    def test_composite_layers_are_one_block(self):
        inputs = keras.Input((5, 4))
        attention = keras.layers.MultiHeadAttention(2, 3, name="attention")
        hidden = attention(inputs, inputs)
        cells = keras.layers.LSTM(3, name="inner")
        both = keras.layers.Bidirectional(cells, name="both")
        outputs = keras.layers.Dense(2, name="head")(both(hidden))
        model = keras.Model(inputs, outputs)
        groups = layer_groups.split(model, (), "all")
        self.assertEqual(names(groups), [["head"], ["both"], ["attention"]])
        with freezing.frozen(model):
            freezing.thaw(model, groups[:2], 2.0)
            thawed = {id(v) for v in model.trainable_variables}
            expected = model.layers[-1].weights + model.layers[-2].weights
            self.assertEqual(thawed, {id(v) for v in expected})

    def test_what_is_frozen_stays_out(self):
        model = models.nested()
        model.get_layer("backbone").trainable = False
        groups = layer_groups.split(model, (), "all")
        self.assertEqual(names(groups), [["head"]])
        self.assertEqual(layer_groups.fixed(model), 4 * 8 + 8 + 8 * 6 + 6)
        model.trainable = False
        with self.assertRaisesRegex(ValueError, "can be trained"):
            layer_groups.split(model, (), "all")

    def test_frozen_is_put_back(self):
        model = models.sequential()
        model.get_layer("low").trainable = False
        norm = model.get_layer("norm")
        before = [v.trainable for v in model.variables]
        with freezing.frozen(model) as normalizing:
            self.assertEqual(normalizing, 1)
            self.assertEmpty(model.trainable_variables)
            self.assertFalse(norm.trainable)
            groups = layer_groups.Groups([[model.get_layer("head")]])
            self.assertEqual(freezing.thaw(model, groups, 2.6), [1, 1])
        self.assertEqual([v.trainable for v in model.variables], before)
        self.assertTrue(norm.trainable)
        self.assertFalse(model.get_layer("low").trainable)


if __name__ == "__main__":
    absltest.main()
