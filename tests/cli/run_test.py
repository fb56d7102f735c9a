"""`keras-troubleshoot run`: unmodified scripts under supervision."""

import json
import os
import pathlib
import signal
import subprocess
import sys

import keras  # noqa: F401  In-process runs find it imported already.
from absl.testing import absltest
from absl.testing import parameterized

from tests.cli import calling

TRAIN = """\
import sys
import keras
import numpy as np

random = np.random.default_rng(0)
labels = random.integers(3, size=300)
x = random.normal(size=(3, 4))[labels] + 0.3 * random.normal(size=(300, 4))
keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.Input((4,)),
    keras.layers.Dense(8, activation="relu"),
    keras.layers.Dense(3, activation="softmax"),
])
if SICK:
    model.add(keras.layers.Softmax())
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
model.fit(x, labels, epochs=20, verbose=0)
"""
HEALTHY = TRAIN.replace("SICK", "False")
SICK = TRAIN.replace("SICK", "True")
FIT_LINE = TRAIN.splitlines().index(
    "model.fit(x, labels, epochs=20, verbose=0)"
)

ABSL = f"""\
import os
os.environ["SET_BEFORE_KERAS"] = "1"
from absl import app, flags
flags.DEFINE_bool("sick", False, "")
flags.DEFINE_string("html", None, "")
def main(argv):
    code = {TRAIN!r}.replace("SICK", str(flags.FLAGS.sick))
    exec(compile(code, __file__, "exec"), {{}})
    print("flags", flags.FLAGS.sick, flags.FLAGS.html)
if __name__ == "__main__":
    app.run(main)
"""


# A process in the background of a shell ignores Ctrl-C if nobody undoes it.
HEAR_CTRL_C = """\
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
"""


class RunTest(calling.CommandTestCase):
    def run_script(self, text, *arguments):
        self.write("train.py", text)
        return calling.call("run", "train.py", *arguments)

    def assert_report_names(self, rule):
        report = json.loads(pathlib.Path("report.json").read_text())
        self.assertIn(rule, [f["rule"] for f in report["findings"]])
        self.assertIn(rule, pathlib.Path("report.html").read_text())

    def test_a_healthy_script(self):
        ended = self.run_script(HEALTHY, "--fail_on=warning")
        self.assertEqual(ended.code, 0, ended.err)
        self.assertIn(f"{self.folder}/report.html", ended.err)
        self.assertTrue(pathlib.Path("report.json").exists())

    def test_a_sick_script(self):
        ended = self.run_script(SICK, "--sarif=out.sarif")
        self.assertEqual(ended.code, 1, ended.err)
        self.assertEqual(ended.out, "")
        self.assertIn("double-softmax", ended.err)
        self.assert_report_names("double-softmax")

    def test_sarif_points_at_the_line_of_fit(self):
        self.run_script(SICK, "--sarif=out.sarif")
        results = json.loads(pathlib.Path("out.sarif").read_text())
        for result in results["runs"][0]["results"]:
            place = result["locations"][0]["physicalLocation"]
            self.assertEqual(place["region"]["startLine"], FIT_LINE + 1)
            uri = place["artifactLocation"]["uri"]
            self.assertEndsWith(uri, "train.py")

    def test_fixes_are_tried(self):
        ended = self.run_script(SICK, "--try_fixes=5", "--confirm=0")
        self.assertEqual(ended.code, 1, ended.err)
        self.assertIn("\nFixes\n  What is kept, all together", ended.err)
        self.assertIn("activation=None", ended.err)
        report = json.loads(pathlib.Path("report.json").read_text())
        tried = [f["tried"] for f in report["findings"] if "tried" in f]
        self.assertNotEmpty([told for told in tried if "steps on" in told])
        self.assertStartsWith(report["fixes"]["told"], "What is kept")
        self.assertNotEmpty(report["fixes"]["code"])
        page = pathlib.Path("report.html").read_text()
        self.assertIn("<h3>Fixes</h3>", page)

    def test_fail_on_never(self):
        self.assertEqual(self.run_script(SICK, "--fail_on=never").code, 0)

    def test_the_folder_of_the_report(self):
        ended = self.run_script(SICK, "--out=a/b", "--json=c.json")
        self.assertTrue(pathlib.Path("a/b/report.html").exists())
        self.assertTrue(pathlib.Path("c.json").exists())
        self.assertFalse(pathlib.Path("a/b/report.json").exists())
        self.assertIn(f"{self.folder}/a/b/report.html", ended.err)

    def test_a_script_that_leaves_the_folder(self):
        ended = self.run_script(f"import os; os.chdir('/')\n{SICK}")
        self.assertEqual(ended.code, 1, ended.err)
        self.assert_report_names("double-softmax")

    @parameterized.named_parameters(
        ("exits", "sys.exit(3)", 3, "exit code 3"),
        ("raises", "raise OSError('disk full')", 1, "OSError: disk full"),
        ("interrupted", "raise KeyboardInterrupt", 130, "KeyboardInterrupt"),
        ("killed", "import os; os.kill(os.getpid(), 15)", 143, "code 143"),
    )
    def test_the_report_is_written_although_the_script(self, line, code, told):
        ended = self.run_script(SICK + line)
        self.assertEqual(ended.code, code, ended.err)
        self.assertIn(told, ended.err)
        self.assert_report_names("double-softmax")

    def test_a_script_that_trains_nothing(self):
        ended = self.run_script("print('hello')")
        self.assertEqual(ended.code, 2)
        self.assertIn("called `fit` of no Keras model", ended.err)
        self.assertFalse(pathlib.Path("report.html").exists())

    def test_a_script_that_fails_before_it_trains(self):
        ended = self.run_script("import sys; sys.exit(4)")
        self.assertEqual(ended.code, 4)

    @parameterized.named_parameters(
        ("none", [], "takes one script, received: ''"),
        ("two", ["train.py", "epochs"], "received: 'train.py epochs'"),
        ("missing", ["nothing.py"], "'nothing.py', which is not there"),
        ("folder", ["."], "'.', which is not one"),
        ("notebook", ["train.ipynb"], "'train.ipynb', which is not one"),
        ("html", ["train.py", "--html=no/r.html"], "--html must name a file"),
        ("out", ["train.py", "--out=train.py"], "--out must name a folder"),
    )
    def test_a_wrong_call_is_one_sentence(self, arguments, sentence):
        self.write("train.py", "open('ran', 'w')")
        self.write("train.ipynb", "{}")
        self.assert_cannot_judge(calling.call("run", *arguments), sentence)
        self.assertFalse(pathlib.Path("ran").exists())


class ProcessTest(calling.CommandTestCase):
    """In a process of its own, where Keras is not imported yet."""

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            [sys.executable, "-m", "keras_troubleshoot", *arguments],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_an_absl_program_keeps_its_flags(self):
        self.write("train.py", ABSL)
        process = self.start(
            "run", "train.py", "--", "--sick", "--html=theirs.html"
        )
        out, err = process.communicate()
        self.assertEqual(process.returncode, 1, err)
        self.assertEqual(out, "flags True theirs.html\n")
        self.assertIn("double-softmax", err)
        self.assertFalse(pathlib.Path("theirs.html").exists())
        self.assertTrue(pathlib.Path("report.html").exists())

    def test_a_backend_that_the_script_sets(self):
        self.write(
            "train.py",
            "import os\nos.environ['KERAS_BACKEND'] = 'numpy'\nimport keras",
        )
        process = self.start("run", "train.py")
        _, err = process.communicate()
        self.assertEqual(process.returncode, 2, err)
        self.assertIn("must be tensorflow, received: 'numpy'", err)

    def test_ctrl_c_while_it_trains(self):
        endless = SICK.replace(
            "epochs=20, verbose=0", "epochs=10**6, verbose=2"
        )
        self.write("train.py", HEAR_CTRL_C + endless)
        process = self.start("run", "train.py")
        for line in process.stdout:
            if line.startswith("Epoch 3"):
                break
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("double-softmax", err)
        self.assertTrue(pathlib.Path("report.html").exists())


if __name__ == "__main__":
    absltest.main()
