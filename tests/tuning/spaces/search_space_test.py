import random
import tempfile

import keras
import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot as kts
from keras_troubleshoot.report import page
from keras_troubleshoot.tuning.spaces.search_space import search_space
from tests.tuning.spaces import nets


def levels(space):
    return [int(entry.kind.sensitivity) for entry in space.entries]


def conditional(hp):
    """Layers whose widths depend on their number."""
    depth = hp.Int("depth", 1, 3)
    model = keras.Sequential([keras.Input((4,))])
    for place in range(3):
        with hp.conditional_scope("depth", list(range(place + 1, 4))):
            units = hp.Int(f"units_{place}", 2, 8)
            if place < depth:
                model.add(keras.layers.Dense(units))
    if hp.Boolean("batch_norm"):
        model.add(keras.layers.BatchNormalization())
    hp.Fixed("version", 3)
    model.compile("adam", "mse")
    return model


class SearchSpaceTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("image", "image", None, "filters"),
        ("sequence", "sequence", "binary", "units"),
        ("tokens", "tokens", "multilabel", "embedding"),
        ("tabular", "tabular", "multiclass", "units"),
        ("regression", "regression", None, "loss"),
        ("binary", "binary", None, "units"),
    )
    def test_names_give_a_ranked_space(self, name, task, holds):
        space = search_space(name, task=task)
        self.assertIn(holds, space.names)
        self.assertEqual(space.names[:2], ("learning_rate", "schedule"))
        self.assertEqual(levels(space), sorted(levels(space)))
        self.assertEqual(
            [p.name for p in space.hyperparameters.space], list(space.names)
        )
        self.assertEqual("loss" in space.names, name == "regression")
        for entry in space.entries:
            self.assertTrue(entry.why)
            self.assertIn(entry.range, str(space))

    @parameterized.parameters(
        (1, 1), (9, 1), (10, 1), (29, 2), (30, 3), (60, 6), (1000, 12)
    )
    def test_the_budget_takes_the_most_sensitive(self, budget, count):
        whole = search_space("tabular", task="regression")
        space = search_space("tabular", budget, task="regression")
        self.assertEqual(space.names, whole.names[:count])
        left = tuple(entry.name for entry in space.left_out)
        self.assertEqual(space.names + left, whole.names)
        self.assertIn("10 trials for each", str(space))
        for name in left:
            self.assertIn(name, str(space))

    @parameterized.named_parameters(
        ("mlp", "mlp", "tabular"),
        ("lenet", "lenet", "image"),
        ("resnet", "resnet", "image"),
        ("lstm", "lstm", "sequence"),
        ("temporal_conv", "temporal_conv", "sequence"),
        ("wavenet", "wavenet", "sequence"),
        ("transformer", "transformer", "sequence"),
    )
    def test_every_builder(self, name, kind):
        rng = np.random.default_rng(0)
        shapes = {"tabular": (5,), "image": (16, 16, 3), "sequence": (12, 2)}
        x = rng.normal(size=(20, *shapes[kind])).astype("float32")
        problem = kts.models.read(x, rng.normal(size=20))
        space = search_space(
            lambda hp: getattr(kts.models, name)(problem, hp=hp), 40
        )
        self.assertEqual(space.names[:3], ("learning_rate", "schedule", "loss"))
        self.assertEqual(space.entries[3].kind.name, "layer size")
        kinds = {entry.kind.name for entry in space.left_out}
        self.assertContainsSubset({"optimizer", "regularization"}, kinds)
        self.assertNotIn("other", kinds)

    def test_a_tuner_tunes_the_entries_alone(self):
        x, y = nets.rows()
        space = search_space(lambda hp: kts.models.mlp(x, y, hp=hp), 30)
        with tempfile.TemporaryDirectory() as folder:
            tuner = keras_tuner.RandomSearch(
                space.hypermodel,
                objective="val_loss",
                max_trials=2,
                directory=folder,
                seed=1,
                **space.options,
            )
            tuner.search(x, y, validation_data=(x, y), epochs=1, verbose=0)
            trials = [t.hyperparameters for t in tuner.oracle.trials.values()]
        self.assertEqual(
            [p.name for p in tuner.oracle.get_space().space],
            ["learning_rate", "schedule", "loss"],
        )
        rates = {hp.values["learning_rate"] for hp in trials}
        self.assertLen(rates, 2)
        self.assertEqual({hp.values["units"] for hp in trials}, {128})

    def test_conditional_scopes_are_all_opened(self):
        space = search_space(conditional)
        self.assertCountEqual(
            space.names,
            ["units_0", "units_1", "units_2", "depth", "batch_norm"],
        )
        # The parent stands before those that depend on it.
        made = [p.name for p in space.hyperparameters.space]
        self.assertLess(made.index("depth"), made.index("units_0"))
        self.assertIn("where depth is 2, 3", str(space))

    def test_a_budget_takes_parents_along(self):
        space = search_space(conditional, 10)
        self.assertCountEqual(space.names, ["units_0", "depth"])
        hp = space.hyperparameters
        self.assertEqual(hp.values, {"depth": 1, "units_0": 2})

    def test_a_hypermodel_of_the_user(self):
        class Own(keras_tuner.HyperModel):
            def declare_hyperparameters(self, hp):
                hp.Float("lr", 1e-4, 1e-2, sampling="reverse_log")

            def build(self, hp):
                return nets.table(keras.optimizers.Adam(hp.get("lr")))

        space = search_space(Own())
        self.assertEqual(space.names, ("lr",))
        self.assertEqual(space.entries[0].scale, "reverse log")

    def test_looking_leaves_random_state(self):
        x, y = nets.rows()
        keras.utils.set_random_seed(3)
        before = random.getstate(), np.random.get_state()[1].tolist()
        search_space(lambda hp: kts.models.mlp(x, y, hp=hp))
        after = random.getstate(), np.random.get_state()[1].tolist()
        self.assertEqual(before, after)

    def test_a_model(self):
        model = nets.residual()
        space = search_space(model, 30)
        self.assertEqual(space.names, ("learning_rate", "schedule", "width"))
        self.assertIs(space.hypermodel.space.hypermodel, space.hypermodel)
        self.assertIn("loss: as compiled", str(space))
        self.assertIn("Add 'add' ties it", str(space))
        self.assertIn("2 layers (inner, fc)", str(space))

    def test_a_table_for_the_report(self):
        paragraph, table = search_space("image", 20).page_blocks()
        self.assertIsInstance(paragraph, page.Paragraph)
        self.assertLen(table.rows, 2)
        self.assertEqual(table.rows[0][0], "learning_rate")

    @parameterized.named_parameters(
        ("name", ValueError, "`model_or_task` must be", "audio", {}),
        ("task", ValueError, "`task` must be", "image", {"task": "guess"}),
        (
            "both",
            ValueError,
            "must be one of",
            "binary",
            {"task": "regression"},
        ),
        ("budget", ValueError, "`budget` must be", "image", {"budget": 0}),
        ("share", ValueError, "`budget` must be", "image", {"budget": 2.5}),
        ("true", ValueError, "`budget` must be", "image", {"budget": True}),
        ("number", TypeError, "`model_or_task` must be", 3, {}),
        ("none", TypeError, "`model_or_task` must be", None, {}),
        ("class", TypeError, "`model_or_task` must be", keras.Model, {}),
        ("option", TypeError, "must go with a compiled", "image", {"each": 1}),
    )
    def test_refuses(self, kind, told, given, options):
        with self.assertRaisesRegex(kind, told):
            search_space(given, **options)

    def test_refuses_a_builder_that_wants_data(self):
        with self.assertRaisesRegex(TypeError, r"lambda hp: mlp\(x, y, hp=hp"):
            search_space(kts.models.mlp)

    def test_refuses_a_builder_of_other_arguments(self):
        with self.assertRaisesRegex(TypeError, "function of `hp` alone"):
            search_space(lambda: None)

    def test_errors_of_a_builder_are_its_own(self):
        def build(hp):
            raise TypeError("of the user")

        with self.assertRaisesRegex(TypeError, "^of the user$"):
            search_space(build)

    def test_refuses_a_task_beside_a_model(self):
        with self.assertRaisesRegex(ValueError, "`task` must go with"):
            search_space(nets.table(), task="regression")


if __name__ == "__main__":
    absltest.main()
