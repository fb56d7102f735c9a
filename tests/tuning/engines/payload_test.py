"""`payload`: functions, arrays and data sets for other processes."""

import os
import subprocess
import sys
import tempfile
import threading

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from keras_troubleshoot.tuning.engines import payload
from keras_troubleshoot.tuning.engines import scratch

READ = """
import sys
from keras_troubleshoot.tuning.engines import payload
function, x = payload.read(sys.argv[1])
print(function(x))
"""


class PayloadTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(scratch.private_folder())

    def there_and_back(self, work):
        payload.write(self.folder, work)
        return payload.read(self.folder)

    def test_a_local_function_in_another_process(self):
        factor = 3.0
        x = np.arange(10.0)
        payload.write(self.folder, (lambda a: factor * a.sum(), x))
        done = subprocess.run(
            [sys.executable, "-c", READ, self.folder],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.assertEqual(done.stdout.strip(), "135.0", done.stderr)

    def test_arrays_are_shared_and_can_be_written(self):
        x = np.random.default_rng(0).normal(size=(100, 7))
        y = np.arange(3)
        work = self.there_and_back({"x": x, "y": y, "again": x})
        np.testing.assert_array_equal(work["x"], x)
        np.testing.assert_array_equal(work["y"], y)
        self.assertIs(work["x"], work["again"])
        # One copy of each, and not in the pickle.
        sizes = {
            name: os.path.getsize(os.path.join(self.folder, name))
            for name in os.listdir(self.folder)
        }
        self.assertLess(sizes["work.pickle"], 1000)
        self.assertLess(sizes["buffers"], x.nbytes + 200)
        work["x"][:] = 0.0
        np.testing.assert_array_equal(payload.read(self.folder)["x"], x)

    def test_no_arrays(self):
        self.assertEqual(self.there_and_back([1, "a"]), [1, "a"])
        empty = self.there_and_back(np.zeros((0, 3)))
        self.assertEqual(empty.shape, (0, 3))

    def test_a_data_set(self):
        data = tf.data.Dataset.from_tensor_slices(np.arange(6)).batch(4)
        back, number = self.there_and_back((data, 5))
        self.assertEqual(number, 5)
        self.assertEqual([b.numpy().tolist() for b in back][1], [4, 5])

    def test_a_data_set_without_end(self):
        data = tf.data.Dataset.range(3).repeat()
        with self.assertRaisesRegex(ValueError, "must end"):
            payload.write(self.folder, data)

    def test_what_cannot_go(self):
        with self.assertRaisesRegex(ValueError, "workers=0"):
            payload.write(self.folder, threading.Lock())
        with self.assertRaisesRegex(ValueError, "workers=0"):
            payload.write(self.folder, (n for n in range(3)))

    def test_a_folder_of_others(self):
        payload.write(self.folder, 1)
        os.chmod(self.folder, 0o755)
        with self.assertRaisesRegex(PermissionError, "this user alone"):
            payload.read(self.folder)
        os.chmod(self.folder, 0o700)
        link = os.path.join(self.enterContext(open_folder()), "link")
        os.symlink(self.folder, link)
        with self.assertRaisesRegex(PermissionError, "this user alone"):
            payload.read(link)
        self.assertEqual(payload.read(self.folder), 1)


def open_folder():
    return tempfile.TemporaryDirectory()


if __name__ == "__main__":
    absltest.main()
