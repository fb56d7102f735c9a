"""Scripts run as Python runs them, and their end is survived."""

import contextlib
import io
import json
import multiprocessing
import os
import subprocess
import sys
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.cli import script
from tests.cli import calling

TELL = """\
import json, sys
print(json.dumps([__name__, __file__, sys.argv[1:], sys.path[0]]))
"""

ABSL = """\
from absl import app, flags
flags.DEFINE_integer("epochs", 1, "")
flags.DEFINE_string("out", "", "")
def main(argv):
    print(flags.FLAGS.epochs, flags.FLAGS.out, argv[1:])
app.run(main)
"""

ARGPARSE = """\
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int)
parser.add_argument("rest", nargs="*")
given = parser.parse_args()
print(given.epochs, given.rest)
"""

SPAWN = """\
import multiprocessing
def square(value):
    return value * value
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(square, [2, 3]))
"""


MOVE = """\
import os, sys
sys.path.append("x")
sys.argv.pop()
os.chdir("/")
"""

# A process in the background of a shell ignores Ctrl-C if nobody undoes it.
CTRL_C = """\
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.raise_signal(signal.SIGINT)
"""


class ScriptTest(calling.CommandTestCase):
    def setUp(self):
        super().setUp()
        # A script may set it; the next test is another process, so to say.
        self.enterContext(
            mock.patch.object(sys, "excepthook", sys.__excepthook__)
        )

    def run_script(self, text, *arguments):
        path = self.write("train.py", text)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = script.run(str(path), arguments)
        return calling.Ended(code, out.getvalue(), err.getvalue())

    def test_the_script_sees_what_python_shows_it(self):
        ended = self.run_script(TELL, "--epochs=3", "--", "a b")
        by_python = subprocess.run(
            [sys.executable, "train.py", "--epochs=3", "--", "a b"],
            capture_output=True,
            check=True,
        )
        self.assertEqual(json.loads(ended.out), json.loads(by_python.stdout))

    def test_what_was_there_before_is_there_again(self):
        def state():
            main = sys.modules["__main__"]
            return list(sys.argv), list(sys.path), os.getcwd(), main

        before = state()
        self.run_script(MOVE)
        self.assertEqual(state(), before)

    def test_absl_flags_are_those_of_the_script(self):
        path = self.write("train.py", ABSL)
        code = f"import sys; from keras_troubleshoot.cli import script; \
            sys.exit(script.run({str(path)!r}, sys.argv[1:]))"
        ran = subprocess.run(
            [sys.executable, "-c", code, "--epochs=3", "--out=o", "rest"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.stdout, "3 o ['rest']\n", ran.stderr)
        self.assertEqual(ran.returncode, 0)

    def test_argparse(self):
        ended = self.run_script(ARGPARSE, "--epochs=3", "rest")
        self.assertEqual((ended.code, ended.out), (0, "3 ['rest']\n"))

    def test_argparse_usage_error(self):
        ended = self.run_script(ARGPARSE, "--epochs=many")
        self.assertEqual(ended.code, 2)
        self.assertIn("invalid int value: 'many'", ended.err)

    def test_spawned_workers_find_the_functions_of_the_script(self):
        self.assertEqual(self.run_script(SPAWN).out, "[4, 9]\n")

    @parameterized.named_parameters(
        ("end", "", 0),
        ("exit_none", "import sys; sys.exit()", 0),
        ("exit_zero", "import sys; sys.exit(0)", 0),
        ("exit_three", "import sys; sys.exit(3)", 3),
        ("exit_text", "import sys; sys.exit('no data')", 1),
        ("raises", "raise ValueError('no data')", 1),
        ("syntax", "def no data", 1),
        ("interrupted", "raise KeyboardInterrupt", 130),
        ("ctrl_c", CTRL_C, 130),
        ("killed", "import os; os.kill(os.getpid(), 15)", 143),
    )
    def test_exit_code(self, text, code):
        self.assertEqual(self.run_script(text).code, code)

    @parameterized.named_parameters(
        ("raises", "def f():\n    raise ValueError('no data')\nf()\n"),
        ("syntax", "def no data\n"),
        ("exit", "import sys\nsys.exit('no data')\n"),
        ("hook", "import sys\nsys.excepthook = lambda *e: print(e[1])\n1 / 0"),
    )
    def test_stderr_is_that_of_python(self, text):
        ended = self.run_script(text)
        by_python = subprocess.run(
            [sys.executable, str(self.folder / "train.py")],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ended.err, by_python.stderr)
        self.assertEqual(ended.out, by_python.stdout)
        self.assertEqual(ended.code, by_python.returncode)

    def test_a_forked_child_ends_for_itself(self):
        text = "import os, sys\nif os.fork() == 0: raise ValueError('child')\n"
        text += "sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))"
        context = multiprocessing.get_context("fork")
        process = context.Process(target=self._reach_the_report, args=[text])
        process.start()
        process.join()
        self.assertEqual((self.folder / "reached").read_text(), "1")

    def _reach_the_report(self, text):
        ended = self.run_script(text)
        with open(self.folder / "reached", "a") as file:
            file.write(str(ended.code))


if __name__ == "__main__":
    absltest.main()
