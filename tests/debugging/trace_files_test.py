"""Files of a recorded run: what they hold, and what if they cannot."""

import contextlib
import csv
import io
import json
import os
import pathlib
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from tensorflow.core.util import event_pb2

from keras_troubleshoot.debugging import trace_files
from keras_troubleshoot.facts.trace import Trace

EXTRA = {"history": {"loss": [0.5, float("nan")]}, "findings": []}


def trace(*steps):
    """A record of these steps, with a layer that has a comma in its name."""
    count = np.arange(len(steps), dtype=float)[:, np.newaxis]
    return Trace(
        steps=np.array(steps),
        loss=1 / (1 + count[:, 0]),
        layers=("a", "b, c"),
        gradient=count + [1, np.nan],
        update=count + [2, 3],
        weight=count + [4, 5],
        units=("a",),
        activations=("relu",),
        dead=count / 10,
        saturated=count * 0,
    )


NAMES = [
    "loss",
    "gradient/a",
    "gradient/b, c",
    "update/a",
    "update/b, c",
    "weight/a",
    "weight/b, c",
    "dead/a",
    "saturated/a",
]


def told(outlet, *calls):
    with contextlib.redirect_stderr(io.StringIO()) as stream:
        for record in calls:
            outlet(record, EXTRA)
    return stream.getvalue()


class FilesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        parent = self.enter_context(tempfile.TemporaryDirectory())
        self.folder = pathlib.Path(parent)

    def summaries(self):
        """(step, name, value) of all that was written."""
        paths = sorted(map(str, self.folder.glob("events*")))
        for record in tf.data.TFRecordDataset(paths):
            event = event_pb2.Event.FromString(record.numpy())
            for value in event.summary.value:
                number = tf.make_ndarray(value.tensor)
                yield event.step, value.tag, float(number)

    def test_csv(self):
        path = self.folder / "new" / "run.csv"
        [outlet] = trace_files.outlets(path, None, None)
        self.assertEqual(told(outlet, trace(0, 1), trace(0, 1, 10)), "")
        with open(path, newline="") as file:
            first, *rows = list(csv.reader(file))
        self.assertEqual(first, ["step", *NAMES])
        self.assertEqual([row[0] for row in rows], ["0", "1", "10"])
        numbers = np.array(rows, float)
        np.testing.assert_array_equal(numbers[:, 1], 1 / np.arange(1.0, 4))
        np.testing.assert_array_equal(numbers[:, 7], [5, 6, 7])
        self.assertTrue(np.isnan(numbers[:, 3]).all())
        # Nothing else is left in the folder.
        self.assertEqual(os.listdir(path.parent), ["run.csv"])

    def test_json(self):
        path = self.folder / "run.json"
        [outlet] = trace_files.outlets(None, str(path), None)
        told(outlet, trace(0, 5))
        held = json.loads(path.read_text())
        self.assertEqual(held["step"], [0, 5])
        self.assertEqual(held["weight/b, c"], [5.0, 6.0])
        self.assertEqual(held["gradient/b, c"], ["nan", "nan"])
        self.assertEqual(held["history"]["loss"], [0.5, "nan"])

    def test_summaries_have_each_step_once(self):
        [outlet] = trace_files.outlets(None, None, self.folder)
        # The last one was thinned meanwhile.
        told(outlet, trace(0, 1), trace(0, 1, 5), trace(0, 8))
        found = list(self.summaries())
        steps = [step for step, name, _ in found if name == "loss"]
        self.assertEqual(steps, [0, 1, 5, 8])
        self.assertEqual([name for _, name, _ in found[:9]], NAMES)
        weight = [v for _, name, v in found if name == "weight/a"]
        self.assertEqual(weight, [4.0, 5.0, 6.0, 5.0])

    def test_before_the_first_step(self):
        path = self.folder / "run.csv"
        for outlet in trace_files.outlets(path, None, self.folder):
            told(outlet, Trace(np.zeros(0, int), np.zeros(0)))
        self.assertEqual(path.read_text(), "step,loss\n")
        self.assertEmpty(list(self.summaries()))

    def test_a_link_stays_one(self):
        link, file = self.folder / "link.csv", self.folder / "file.csv"
        link.symlink_to(file)
        told(trace_files.outlets(link, None, None)[0], trace(0))
        self.assertTrue(link.is_symlink())
        self.assertIn("loss", file.read_text())

    @parameterized.parameters("csv", "json", "log_dir")
    def test_what_cannot_be_written_is_said_once(self, name):
        (self.folder / "file").touch()
        place = self.folder / "file" / "below"
        places = {"csv": None, "json": None, "log_dir": None, name: place}
        [outlet] = trace_files.outlets(**places)
        text = told(outlet, trace(0), trace(0, 1))
        self.assertEqual(text.count("\n"), 1)
        self.assertIn(f"{str(place)!r} could not be written", text)
        self.assertIn("the training goes on", text)

    def test_full_disk_and_folder(self):
        for place, reason in (
            ("/dev/full", "No space left on device"),
            (self.folder, "Is a directory"),
        ):
            [outlet] = trace_files.outlets(place, None, None)
            self.assertIn(reason, told(outlet, trace(0)))

    @parameterized.parameters("csv", "json", "log_dir")
    def test_what_is_no_path(self, name):
        places = {"csv": None, "json": None, "log_dir": None, name: True}
        with self.assertRaisesRegex(ValueError, f"`{name}` must be a path"):
            trace_files.outlets(**places)


if __name__ == "__main__":
    absltest.main()
