"""What an import may cost: rules and help must not bring in TensorFlow."""

import importlib
import os
import pathlib
import pkgutil
import subprocess
import sys
import types

from absl.testing import absltest
from absl.testing import parameterized

import keras_troubleshoot

ROOT = pathlib.Path(keras_troubleshoot.__file__).parent.parent
HEAVY = ("jinja2", "keras", "matplotlib", "numpy", "sklearn", "tensorflow")
SHOW_HEAVY = f"print([m for m in {HEAVY} if m in sys.modules])"


def run_python(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


class ImportsTest(parameterized.TestCase):
    def test_the_package_imports_nothing_heavy(self):
        ran = run_python("-c", f"import sys, keras_troubleshoot; {SHOW_HEAVY}")
        self.assertEqual(ran.stdout.strip(), "[]", ran.stderr)

    def test_the_rules_import_no_tensorflow(self):
        ran = run_python(
            "-c",
            "import sys, keras_troubleshoot.rules.catalogue; "
            "print([m for m in ('keras', 'tensorflow') if m in sys.modules])",
        )
        self.assertEqual(ran.stdout.strip(), "[]", ran.stderr)

    @parameterized.named_parameters(
        ("all", ["--help"]),
        ("version", ["--version"]),
        ("demo", ["demo", "--help"]),
        ("check", ["check", "--help"]),
        ("run", ["run", "--help"]),
        ("rules", ["rules", "--help"]),
        ("compare", ["compare", "--help"]),
        ("explain", ["explain", "--help"]),
    )
    def test_help_imports_nothing_heavy(self, arguments):
        ran = run_python(
            "-c",
            "import sys; from keras_troubleshoot.cli import main; "
            f"code = main.main({arguments}); {SHOW_HEAVY}; sys.exit(code)",
        )
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(ran.stdout.splitlines()[-1], "[]")

    def test_dir_names_what_there_is(self):
        for name in keras_troubleshoot.__all__:
            with self.subTest(name):
                self.assertIn(name, dir(keras_troubleshoot))
                self.assertIsNotNone(getattr(keras_troubleshoot, name))

    def test_no_test_imports_another(self):
        # Bazel gives a test the modules that are no tests, and those alone.
        for file in sorted((ROOT / "tests").rglob("*_test.py")):
            told = file.read_text()
            with self.subTest(str(file)):
                self.assertNotRegex(
                    told, r"(?m)^(from|import) tests\S*(_test| import \w+_test)"
                )

    def test_no_module_hides_the_function_of_its_name(self):
        # An import of `package.name` sets the module as an attribute.
        packages = (
            "",
            ".debugging",
            ".evaluation",
            ".improvement",
            ".improvement.adaptation",
            ".tuning",
        )
        for name in packages:
            package = importlib.import_module(f"keras_troubleshoot{name}")
            modules = {m.name for m in pkgutil.iter_modules(package.__path__)}
            for public in modules & set(package.__all__):
                with self.subTest(f"{package.__name__}.{public}"):
                    self.assertIsInstance(
                        getattr(package, public), types.ModuleType
                    )

    def test_an_unknown_name_is_an_attribute_error(self):
        with self.assertRaisesRegex(AttributeError, "no attribute 'chekc'"):
            _ = keras_troubleshoot.chekc


if __name__ == "__main__":
    absltest.main()
