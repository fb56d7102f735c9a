import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.bayesian import candidates
from keras_troubleshoot.tuning.bayesian import cube as cubes
from keras_troubleshoot.tuning.embedding.embedding import Embedding


def mixed():
    """All kinds of hyperparameters, two conditions deep."""
    hp = keras_tuner.HyperParameters()
    hp.Fixed("epochs", 3)
    hp.Float("rate", 1e-5, 1.0, sampling="log")
    hp.Float("decay", 0.1, 0.9, sampling="reverse_log")
    hp.Float("dropout", 0.0, 0.5, step=0.1)
    hp.Int("units", 8, 100, sampling="log")
    hp.Int("filters", 8, 64, step=2, sampling="log")
    hp.Choice("batch", [16, 32, 256])
    hp.Boolean("norm")
    hp.Choice("optimizer", ["adam", "sgd", "lion"])
    with hp.conditional_scope("optimizer", ["sgd", "lion"]):
        hp.Boolean("nesterov")
        with hp.conditional_scope("nesterov", [True]):
            hp.Float("momentum", 0.0, 1.0)
    return hp.space


def small():
    """Eleven configurations."""
    hp = keras_tuner.HyperParameters()
    hp.Fixed("epochs", 3)
    hp.Choice("kind", ["linear", "net"])
    with hp.conditional_scope("kind", ["net"]):
        hp.Int("layers", 1, 5)
        hp.Boolean("norm")
    return hp.space


def rows(cube, count=200):
    return cube.valid(np.random.default_rng(0).random((count, len(cube))))


class CubeTest(parameterized.TestCase):
    def test_a_row_comes_back_from_its_values(self):
        cube = cubes.Cube(mixed())
        at = rows(cube)
        values = [cube.decode(row) for row in at]
        np.testing.assert_allclose(cube.encode(values), at, atol=1e-12)
        self.assertEqual(
            cubes.keys(cube.encode(values)), cubes.keys(cube.valid(at))
        )

    def test_the_features_are_the_embedding(self):
        cube = cubes.Cube(mixed())
        at = rows(cube)
        embedding = Embedding(mixed())
        expected = embedding.encode([cube.decode(row) for row in at])
        np.testing.assert_allclose(cube.features(at), expected, atol=1e-12)
        owners = np.unique(embedding.owners, return_inverse=True)[1]
        np.testing.assert_array_equal(cube.groups(), owners)

    def test_values_are_those_that_keras_tuner_would_take(self):
        cube = cubes.Cube(mixed())
        for row in rows(cube):
            values = cube.decode(row)
            hps = keras_tuner.HyperParameters()
            for hp in mixed():
                hps.merge([hp])
            hps.values = dict(values)
            # keras-tuner adds what is active and takes away what is not.
            hps.ensure_active_values()
            self.assertEqual(hps.values, values)
            self.assertIn(values["batch"], [16, 32, 256])
            self.assertIs(type(values["units"]), int)
            momentum = values.get("nesterov", False)
            self.assertEqual("momentum" in values, momentum)

    def test_one_name_in_two_scopes(self):
        hp = keras_tuner.HyperParameters()
        hp.Choice("kind", ["few", "named"])
        with hp.conditional_scope("kind", ["few"]):
            hp.Int("size", 1, 4)
        with hp.conditional_scope("kind", ["named"]):
            hp.Choice("size", ["small", "large"])
        cube = cubes.Cube(hp.space)
        at = cube.encode(
            [{"kind": "few", "size": 4}, {"kind": "named", "size": "large"}]
        )
        np.testing.assert_allclose(at, [[0.25, 0.875, 0.5], [0.75, 0.5, 0.75]])
        self.assertLen(set(cubes.keys(rows(cube))), 6)

    def test_the_ends_of_a_range_are_reached(self):
        cube = cubes.Cube(mixed())
        low, high = (
            cube.decode(cube.valid(np.full((1, len(cube)), end))[0])
            for end in (0.0, 1.0)
        )
        self.assertEqual((low["units"], high["units"]), (8, 100))
        self.assertEqual((low["filters"], high["filters"]), (8, 64))
        self.assertAlmostEqual(high["rate"], 1.0)

    def test_a_condition_on_a_fixed_or_continuous_parent(self):
        hp = keras_tuner.HyperParameters()
        hp.Fixed("mode", "deep")
        hp.Float("share", 0.0, 1.0)
        hp.Int("depth", 1, 9, parent_name="mode", parent_values=["deep"])
        hp.Int("never", 1, 9, parent_name="mode", parent_values=["wide"])
        hp.Int("rarely", 1, 9, parent_name="share", parent_values=[2.0])
        cube = cubes.Cube(hp.space)
        for row in rows(cube, 20):
            self.assertEqual(list(cube.decode(row)), ["mode", "share", "depth"])

    def test_all_configurations_are_walked_through(self):
        cube = cubes.Cube(small())
        walked = list(cube.walk())
        self.assertLen(walked, 11)
        self.assertLen(set(cubes.keys(cube.encode(walked))), 11)
        self.assertLen(set(cubes.keys(rows(cube, 500))), 11)


class CandidatesTest(absltest.TestCase):
    def test_a_neighbour_is_another_valid_row(self):
        cube = cubes.Cube(mixed())
        at = rows(cube)
        near = candidates.around(cube, at, 0.05, np.random.default_rng(1))
        np.testing.assert_array_equal(cube.valid(near), near)
        moved = np.any(near != at, axis=1)
        self.assertGreater(moved.mean(), 0.6)
        rate = np.abs(near - at)[:, 0]
        self.assertLess(rate.max(), 0.3)

    def test_the_first_rows_cover_each_range_evenly(self):
        cube = cubes.Cube(mixed())
        at = np.concatenate(
            [candidates.spread(cube, 3, number)[:1] for number in range(16)]
        )
        counts = np.histogram(at[:, 0], bins=8, range=(0, 1))[0]
        np.testing.assert_array_equal(counts, 2)

    def test_what_is_left_is_found(self):
        cube = cubes.Cube(small())
        walked = cube.encode(list(cube.walk()))
        known = set(cubes.keys(walked[:-1]))
        left = candidates.rest(cube, known)
        np.testing.assert_array_equal(left, walked[-1:])
        known = set(cubes.keys(walked))
        self.assertEmpty(candidates.rest(cube, known))


if __name__ == "__main__":
    absltest.main()
