"""Calls the command line in this process, as a shell would."""

import contextlib
import dataclasses
import io
import pathlib
import tempfile
import textwrap

from absl.testing import parameterized

from keras_troubleshoot.cli import main


@dataclasses.dataclass(frozen=True)
class Ended:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str


def call(*arguments):
    """Runs `keras-troubleshoot ARGUMENTS`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.main([str(argument) for argument in arguments])
    return Ended(code, out.getvalue(), err.getvalue())


class CommandTestCase(parameterized.TestCase):
    """Starts each test in an empty folder of its own."""

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(contextlib.chdir(folder))
        self.folder = pathlib.Path(folder)

    def write(self, name, text):
        """Writes a file into the folder; returns its path."""
        path = self.folder / name
        path.write_text(textwrap.dedent(text))
        return path

    def assert_cannot_judge(self, ended, sentence):
        """Exit code 2, nothing on stdout, and one line with `sentence`."""
        self.assertEqual(ended.code, 2, ended.err)
        self.assertEqual(ended.out, "")
        self.assertLen(ended.err.splitlines(), 1)
        self.assertIn(sentence, ended.err)
