"""`kts.debugging.dump`: written, and undone."""

import pathlib
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import keras_troubleshoot as kts


class DumpTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)

    def recorded(self):
        return sum(f.stat().st_size for f in self.folder.rglob("*execution*"))

    def test_records_and_is_undone(self):
        with kts.debugging.dump(self.folder) as path:
            self.assertEqual(path, self.folder)
            tf.math.log(tf.constant([0.0, 1.0]))
        size = self.recorded()
        self.assertGreater(size, 0)
        tf.math.exp(tf.constant(np.ones(9)))
        self.assertEqual(self.recorded(), size)

    def test_undone_after_an_exception(self):
        with self.assertRaises(KeyError), kts.debugging.dump(self.folder):
            raise KeyError
        size = self.recorded()
        tf.math.exp(tf.constant(np.ones(9)))
        self.assertEqual(self.recorded(), size)

    def test_folder_that_is_a_file(self):
        path = self.folder / "file"
        path.touch()
        with self.assertRaisesRegex(ValueError, "`folder` must be"):
            with kts.debugging.dump(path):
                pass

    def test_mode(self):
        with self.assertRaisesRegex(ValueError, "`tensor_debug_mode`"):
            with kts.debugging.dump(self.folder, "LOUD"):
                pass


if __name__ == "__main__":
    absltest.main()
