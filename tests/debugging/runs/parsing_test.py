"""Files of recorded runs: what they hold, and what is refused."""

import json
import pathlib
import tempfile

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging import trace_files
from keras_troubleshoot.debugging.runs import parsing
from keras_troubleshoot.debugging.runs import sources
from keras_troubleshoot.facts.trace import Trace

GOOD = {"schema": 1, "step": [0, 1], "loss": [2.0, 1.0], "findings": []}


def trace():
    """A small trace with a value that is not finite."""
    return Trace(
        steps=np.array([0, 1, 50]),
        loss=np.array([2.0, np.nan, 0.5]),
        layers=("a/b", "head"),
        gradient=np.arange(6.0).reshape(3, 2),
        update=np.ones((3, 2)),
        weight=np.ones((3, 2)),
        units=("a/b",),
        activations=("relu",),
        dead=np.zeros((3, 1)),
        saturated=np.zeros((3, 1)),
    )


class FileTestCase(parameterized.TestCase):
    def write(self, text, name="run.json"):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = pathlib.Path(folder) / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


class WrittenByTheMonitorTest(FileTestCase):
    def test_json_and_csv_hold_the_trace(self):
        extra = {"history": {"loss": [1.5, 0.5]}, "findings": []}
        files = {
            "run.json": trace_files.as_json(trace(), extra),
            "run.csv": trace_files.as_csv(trace()),
        }
        for name, text in files.items():
            read = parsing.read_file(self.write(text, name))
            same = sources.read(trace(), "run")
            self.assertEqual(list(read.columns), list(same.columns))
            for key, values in same.columns.items():
                np.testing.assert_allclose(read.columns[key], values)
            np.testing.assert_array_equal(read.steps, [0, 1, 50])
            self.assertEqual(read.layers("gradient"), ["a/b", "head"])
            logged = [1.5, 0.5] if name.endswith("json") else []
            self.assertEqual(list(read.history.get("loss", [])), logged)


class RefusedTest(FileTestCase):
    @parameterized.named_parameters(
        ("empty", "", "what is no JSON"),
        ("bytes", b"\xff\xfe\x00", "what is no text"),
        ("pickle", b"\x80\x04\x95", "what is no text"),
        ("list", "[1, 2]", "without a list of steps"),
        ("deep", "[" * 100_000, "what is no JSON"),
        ("no_steps", json.dumps({**GOOD, "step": []}), "no step at all"),
        ("falling", json.dumps({**GOOD, "step": [1, 0]}), "steps that do not"),
        ("nan_steps", '{"step": [NaN], "loss": [1]}', "steps that do not"),
        ("words", json.dumps({**GOOD, "loss": ["a", "b"]}), "no list of num"),
        ("nested", json.dumps({**GOOD, "loss": [[1], [2]]}), "no list of num"),
        ("table", json.dumps({**GOOD, "loss": {"a": 1}}), "no list of numbers"),
        ("short", json.dumps({**GOOD, "loss": [1.0]}), "1 values of 'loss'"),
        ("huge", '{"step": [' + "9" * 5000 + "]}", "received"),
        ("history", json.dumps({**GOOD, "history": [1]}), "a history that"),
    )
    def test_json(self, text, sentence):
        with self.assertRaisesRegex(ValueError, sentence) as caught:
            parsing.read_file(self.write(text))
        self.assertIn("run.json' must be a run", str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))

    @parameterized.named_parameters(
        ("empty", "", "first column is not the step"),
        ("other", "epoch,loss\n0,1\n", "first column is not the step"),
        ("ragged", "step,loss\n0,1\n1\n", "lines differ in length"),
        ("words", "step,loss\n0,x\n", "no list of numbers for 'loss'"),
        ("no_rows", "step,loss\n", "no step at all"),
        ("nul", "step,loss\n0,\x00\n", "received"),
    )
    def test_csv(self, text, sentence):
        with self.assertRaisesRegex(ValueError, sentence):
            parsing.read_file(self.write(text, "run.csv"))

    def test_a_folder(self):
        with self.assertRaisesRegex(ValueError, "is a directory"):
            parsing.read_file(tempfile.gettempdir())


if __name__ == "__main__":
    absltest.main()
