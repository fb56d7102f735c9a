import tempfile

import keras
import numpy as np
from absl.testing import absltest

from keras_troubleshoot.tuning.coarse.tuner import CoarseToFine
from tests.tuning.coarse import problems
from tests.tuning.coarse import support


def build(hp):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    rate = hp.Float("rate", 1e-4, 1.0, sampling="log")
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


class TunerTest(support.Case):
    def test_a_model_is_trained(self):
        keras.utils.set_random_seed(0)
        x = np.random.default_rng(0).normal(size=(16, 2))
        y = x.sum(axis=1)
        tuner = CoarseToFine(
            build,
            "val_loss",
            max_trials=4,
            seed=1,
            directory=self.folder,
            project_name="trained",
        )
        tuner.search(x, y, epochs=2, validation_data=(x, y), verbose=0)
        model = tuner.get_best_models()[0]
        best = tuner.oracle.get_best_trials()[0].score
        self.assertAlmostEqual(
            model.evaluate(x, y, verbose=0), best, delta=1e-4
        )
        self.assertIn("the whole space, evenly", tuner.explain())

    def test_a_model_takes_over(self):
        tuner = self.search(then="bayesian", max_trials=24)
        values = tuner.run()
        self.assertLen(set(support.told(values)), 24)
        self.assertLen(tuner.rounds, 2)
        self.assertLess(tuner.rounds[-1].end, 20)
        self.assertIn("on: Bayesian", tuner.explain())

    def test_a_model_resumes(self):
        options = {"then": "bayesian", "max_trials": 14, "rounds": 1}
        whole = self.search(folder="whole", **options).run()
        self.search(folder="broken", **options).run(12)
        broken = self.search(folder="broken", **options)
        self.assertEqual(support.told(broken.run()), support.told(whole))

    def test_nothing_has_started(self):
        tuner = self.search()
        self.assertEqual(tuner.explain(), "No round has started.")

    def test_it_says_what_it_did(self):
        tuner = self.search()
        tuner.run()
        text = tuner.explain()
        self.assertIn("Round 1, trials 1 to 5: the whole space, evenly.", text)
        self.assertIn("Round 2, trials 6 to 15: around the best 3 of 5", text)
        self.assertIn("  rate: ", text)
        self.assertIn("narrowed to the best", text)
        self.assertIn("  act: relu ", text)


class HypermodelTest(absltest.TestCase):
    def test_scopes_are_found_by_building(self):
        def branching(hp):
            problems.mixed(hp)
            return build(hp)

        with tempfile.TemporaryDirectory() as folder:
            tuner = CoarseToFine(branching, "val_loss", directory=folder)
            names = [hp.name for hp in tuner.oracle.get_space().space]
        self.assertIn("momentum", names)


if __name__ == "__main__":
    absltest.main()
