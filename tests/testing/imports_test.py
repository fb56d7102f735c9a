"""The helpers are loaded when they are first used."""

import subprocess
import sys

from absl.testing import absltest

from keras_troubleshoot import testing


class ImportsTest(absltest.TestCase):
    def test_the_import_brings_in_nothing_heavy(self):
        heavy = ("keras", "numpy", "tensorflow")
        ran = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys, keras_troubleshoot.testing; "
                f"print([m for m in {heavy} if m in sys.modules])",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.stdout.strip(), "[]", ran.stderr)

    def test_dir_names_what_there_is(self):
        for name in testing.__all__:
            with self.subTest(name):
                self.assertIn(name, dir(testing))
                self.assertTrue(callable(getattr(testing, name)))
                self.assertStartsWith(name, "assert_")

    def test_an_unknown_name_is_an_attribute_error(self):
        with self.assertRaisesRegex(AttributeError, "no attribute 'assert_no'"):
            _ = testing.assert_no


if __name__ == "__main__":
    absltest.main()
