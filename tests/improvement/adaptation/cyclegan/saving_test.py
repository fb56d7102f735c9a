"""A CycleGAN comes back from a file, and goes on."""

import os
import tempfile

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.improvement.adaptation.cyclegan.samples import pixels
from tests.improvement.adaptation.cyclegan.samples import small


class SavingTest(parameterized.TestCase):
    def folder(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        return made.name

    def trained(self):
        gan = small(pool_size=5)
        gan.compile(keras.optimizers.Adam(1e-3, beta_1=0.5))
        gan.fit(pixels(6), pixels(6) / 255.0, batch_size=3, verbose=0)
        return gan

    def test_all_comes_back_from_a_file(self):
        gan = self.trained()
        path = os.path.join(self.folder(), "gan.keras")
        gan.save(path)
        twin = keras.saving.load_model(path)
        for name in ("source_shape", "cycle_weight", "identity_weight"):
            self.assertEqual(getattr(twin, name), getattr(gan, name))
        for one, two in (
            (gan.weights, twin.weights),
            (gan.optimizer.variables, twin.optimizer.variables),
            (
                gan.discriminator_optimizer.variables,
                twin.discriminator_optimizer.variables,
            ),
        ):
            self.assertLen(two, len(one))
            for a, b in zip(one, two, strict=True):
                np.testing.assert_array_equal(a, b, a.path)
        self.assertEqual(int(twin.pool_source.count), 5)
        x = pixels(4) / 255.0
        np.testing.assert_array_equal(gan.translate(x), twin.translate(x))
        twin.fit(pixels(6), pixels(6), batch_size=3, verbose=0)
        self.assertEqual(int(twin.optimizer.iterations), 4)

    def test_a_broken_off_run_goes_on(self):
        folder = self.folder()

        class Break(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 2:
                    raise KeyboardInterrupt

        def run(gan, *callbacks):
            backup = keras.callbacks.BackupAndRestore(folder)
            gan.compile(run_eagerly=True)
            gan.fit(
                pixels(4),
                pixels(4),
                epochs=3,
                batch_size=4,
                verbose=0,
                callbacks=[backup, *callbacks],
            )
            return gan

        with self.assertRaises(KeyboardInterrupt):
            run(small(), Break())
        gan = run(small())
        self.assertEqual(int(gan.optimizer.iterations), 3)
        self.assertEqual(int(gan.discriminator_optimizer.iterations), 3)
        self.assertEqual(int(gan.pool_source.count), 12)


if __name__ == "__main__":
    absltest.main()
