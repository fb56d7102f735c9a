"""The command line as such: commands, flags, help."""

import os
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.rules import catalogue
from keras_troubleshoot.version import __version__
from tests.cli import calling


class MainTest(calling.CommandTestCase):
    @parameterized.named_parameters(
        ("long", ["--help"]), ("short", ["-h"]), ("none", [])
    )
    def test_help_names_the_commands_and_the_exit_codes(self, arguments):
        ended = calling.call(*arguments)
        self.assertEqual(ended.code, 0)
        for word in ("demo", "check", "run", "rules", "explain", "0  healthy"):
            self.assertIn(word, ended.out)

    @parameterized.parameters("demo", "check", "run", "rules", "explain")
    def test_help_of_a_command_fits_80_columns(self, command):
        ended = calling.call(command, "--help")
        self.assertEqual(ended.code, 0)
        self.assertIn(f"Usage: keras-troubleshoot {command}", ended.out)
        self.assertLessEqual(max(map(len, ended.out.splitlines())), 80)

    def test_version(self):
        self.assertIn(__version__, calling.call("--version").out)

    @parameterized.named_parameters(
        ("command", ["chek"], "Did you mean 'check'?"),
        ("flag", ["check", "--modle=m"], "Did you mean: model?"),
        ("value", ["check", "--fail_on=all"], "<error|warning|advice|never>"),
        ("no_value", ["check", "--html"], "Missing value for flag --html"),
        ("script_flag", ["run", "--epochs=3"], "script go behind `--`"),
        ("check_argument", ["check", "m.keras"], "takes flags only"),
        ("demo_argument", ["demo", "mnist"], "takes flags only"),
        ("demo_epochs", ["demo", "--epochs=0"], "not a positive integer"),
        ("rules_argument", ["rules", "data"], "takes no arguments"),
        ("no_rule", ["explain"], "the id of one diagnosis"),
        ("rule", ["explain", "double-sofmax"], "mean double-softmax"),
    )
    def test_a_wrong_call_is_one_sentence(self, arguments, sentence):
        self.assert_cannot_judge(calling.call(*arguments), sentence)

    @parameterized.named_parameters(
        ("check", ["check", "--model=m.keras", "--data=d.npz"]),
        ("run", ["run", "train.py"]),
        ("demo", ["demo"]),
    )
    def test_another_backend_is_refused(self, arguments):
        self.write("train.py", "print('never')")
        with open("m.keras", "wb") as file:
            file.write(EMPTY_ZIP)
        with open("d.npz", "wb") as file:
            file.write(EMPTY_ZIP)
        with mock.patch.dict(os.environ, KERAS_BACKEND="jax"):
            ended = calling.call(*arguments)
        self.assertEqual(ended.code, 2)
        self.assertIn("backend must be tensorflow, received: 'jax'", ended.err)


class RulesTest(calling.CommandTestCase):
    def test_rules_lists_every_diagnosis(self):
        ended = calling.call("rules")
        self.assertEqual(ended.code, 0)
        for rule in catalogue.RULES.values():
            self.assertIn(f"  {rule.id} ", ended.out)
            self.assertIn(rule.title, ended.out)

    def test_explain_tells_every_diagnosis(self):
        for rule in catalogue.RULES.values():
            with self.subTest(rule.id):
                ended = calling.call("explain", rule.id)
                self.assertEqual(ended.code, 0)
                self.assertIn(rule.text, ended.out)
                # Long references are broken into lines.
                told = " ".join(ended.out.split())
                self.assertIn(" ".join(rule.reference.split()), told)


EMPTY_ZIP = b"PK\x05\x06" + bytes(18)

if __name__ == "__main__":
    absltest.main()
