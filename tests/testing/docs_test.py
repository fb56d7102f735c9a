"""The test file in the guide runs, and its tests hold."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from absl.testing import absltest

import keras_troubleshoot
from keras_troubleshoot import testing

ROOT = pathlib.Path(keras_troubleshoot.__file__).parent.parent
GUIDE = ROOT / "docs" / "testing.md"


class DocsTest(absltest.TestCase):
    def test_the_example_runs(self):
        code = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "test_model.py"
            file.write_text(code.group(1))
            ran = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                 f"--rootdir={folder}", str(file)],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )  # fmt: skip
        self.assertEqual(ran.returncode, 0, ran.stdout[-3000:] + ran.stderr)
        self.assertRegex(ran.stdout, r"\b\d+ passed")

    def test_every_helper_is_listed(self):
        text = GUIDE.read_text()
        for name in testing.__all__:
            self.assertIn(f"| `{name}(", text)


if __name__ == "__main__":
    absltest.main()
