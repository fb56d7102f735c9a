"""What a look tells of the memory of a step."""

import pathlib
import tempfile

import keras
import numpy as np
from absl.testing import absltest
from keras import layers

from keras_troubleshoot.facts import machine
from keras_troubleshoot.facts import memory_need
from keras_troubleshoot.facts.machine import Available
from tests.facts import running

X = running.numbers(60, 6, 6, 1)
Y = np.zeros((60, 1), "float32")


def need(free, batch=1000):
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(9, 3, name="conv"),
            layers.Flatten(),
            layers.Dense(1, name="end"),
        ]
    )
    model.compile("adam", "mse")
    runner = running.runner(model, X, Y)
    available = None if free is None else Available(free)
    return memory_need.need(model, runner, runner.record(), batch, available)


class NeedTest(absltest.TestCase):
    def test_what_layers_make(self):
        [conv, *_] = need(None).makings
        self.assertEqual((conv.layer, conv.shape), ("conv", (4, 4, 9)))
        self.assertEqual(conv.largest, 1000 * 4 * 4 * 9 * 4)
        # The convolution, and its sum with the bias.
        self.assertEqual(conv.made, 2 * conv.largest)

    def test_ample_room_is_not_traced(self):
        self.assertIsNone(need(2**30).needed)

    def test_traced_where_it_may_not_fit(self):
        found = need(2**20)
        self.assertIn("conv", found.largest_layer)
        # The batch, what the convolution keeps, its gradient.
        self.assertGreater(found.needed, 1000 * 4 * (36 + 144))
        self.assertLess(found.needed, 10 * 1000 * 4 * (36 + 144) + 2**25)

    def test_unknown_room(self):
        found = need(None)
        self.assertIsNone(found.available)
        self.assertIsNone(found.needed)


class MachineTest(absltest.TestCase):
    def file(self, text):
        return self.enter_context(Written(text))

    def test_meminfo(self):
        path = self.file("MemTotal: 9 kB\nMemAvailable:   123 kB\n")
        self.assertEqual(machine.free_by_system(path), 123 * 1024)

    def test_no_meminfo(self):
        path = self.file("").with_name("nothing")
        self.assertIsNone(machine.free_by_system(path))

    def test_control_group(self):
        limit, used = self.file("1000\n"), self.file("300\n")
        self.assertEqual(machine.free_in_group((limit, used)), 700)
        for none in ("max", str(2**63 - 4096)):
            self.assertIsNone(machine.free_in_group((self.file(none), used)))

    def test_of_this_machine(self):
        found = machine.available()
        self.assertGreater(found.bytes, 0)


class Written:
    """A file with a text, for the length of a test."""

    def __init__(self, text):
        self.text = text

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        path = pathlib.Path(self.folder.name) / "file"
        path.write_text(self.text, "ascii")
        return path

    def __exit__(self, *error):
        self.folder.cleanup()


if __name__ == "__main__":
    absltest.main()
