"""Tests of copies by attributes."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.remedies import replicas
from tests.debugging import kinds
from tests.remedies import copies


def replica(model):
    return replicas.Replicas(cloning.clone_graph).of(model)


class ReplicasTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.model, self.x = copies.made("held")
        self.copied = replica(self.model)

    def test_containers_hold_the_copies(self):
        copied = self.copied
        self.assertIs(copied.alias, copied.blocks[0])
        self.assertIsNot(copied.blocks[0], self.model.blocks[0])
        self.assertIsNot(copied.named["right"][0], self.model.named["right"][0])
        self.assertIsInstance(copied.pair, tuple)
        self.assertIsNot(copied.inner, self.model.inner)
        self.assertIsNot(copied.scale, self.model.scale)

    def test_tracks_what_it_holds(self):
        self.assertLen(self.copied.weights, len(self.model.weights))
        names = [layer.name for layer in self.copied.layers]
        self.assertEqual(names, [layer.name for layer in self.model.layers])
        inside = {id(w) for w in self.copied.weights}
        self.assertIn(id(self.copied.blocks[0].kernel), inside)

    def test_seeds_are_copies(self):
        one, other = self.model.pair[0], self.copied.pair[0]
        self.assertIsNot(one.seed_generator, other.seed_generator)
        np.testing.assert_array_equal(
            one.seed_generator.state, other.seed_generator.state
        )
        self.copied(self.x, training=True)
        self.assertNotEqual(
            np.asarray(one.seed_generator.state).tolist(),
            np.asarray(other.seed_generator.state).tolist(),
        )

    def test_is_not_compiled(self):
        self.model.compile("adam", "mse", metrics=["mae"])
        self.model.fit(self.x, copies.Y, verbose=0)
        copied = replica(self.model)
        self.assertFalse(copied.compiled)
        copied.compile("sgd", "mse")
        copied.fit(self.x, copies.Y, verbose=0)
        self.assertEqual(int(self.model.optimizer.iterations), 2)

    def test_other_optimizers_start_anew(self):
        model = kinds.compiled(kinds.OwnStep())
        model.fit(kinds.X, kinds.Y, verbose=0)
        steps = int(model.second.iterations)
        copied = replica(model)
        self.assertIsNot(copied.second, model.second)
        self.assertEqual(int(copied.second.iterations), 0)
        kinds.compiled(copied).fit(kinds.X, kinds.Y, verbose=0)
        self.assertEqual(int(model.second.iterations), steps)
        self.assertGreater(int(copied.second.iterations), 0)

    def test_variable_keeps_what_it_is(self):
        given = keras.Variable(
            [1.0, 2.0], trainable=False, name="v", dtype="float32"
        )
        given.regularizer = keras.regularizers.L2(0.1)
        made = replicas.variable(given)
        self.assertEqual(made.path, given.path)
        self.assertFalse(made.trainable)
        self.assertIs(made.regularizer, given.regularizer)
        made.assign([3.0, 4.0])
        np.testing.assert_array_equal(given, [1.0, 2.0])

    def test_what_tensorflow_wraps_is_copied_plain(self):
        model = kinds.counting()
        copied = replica(model)
        copied.known["new"] = 1
        copied.seen.append(-1)
        self.assertNotIn("new", model.known)
        self.assertNotIn(-1, list(model.seen))


if __name__ == "__main__":
    absltest.main()
