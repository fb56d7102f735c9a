"""`keras-troubleshoot`: finds the command and calls it."""

import difflib
import importlib
import sys
import textwrap
from collections.abc import Sequence

from absl import flags

from keras_troubleshoot.cli.command import CommandError
from keras_troubleshoot.version import __version__

PROGRAM = "keras-troubleshoot"
CANNOT_JUDGE = 2
INTERRUPTED = 130

_COMMANDS = {
    "demo": "find three planted bugs in a digit classifier",
    "check": "diagnose a saved model and its data; trains nothing",
    "run": "run an unmodified training script under supervision",
    "compare": "compare a recorded training with good ones",
    "tune": "search hyperparameters, on one machine or many",
    "rules": "list the diagnoses",
    "explain": "tell one diagnosis in full",
}

_HELP = """\
{program} says what is wrong with a Keras model.

Usage:
  {program} COMMAND [FLAGS]
  {program} COMMAND --help
  {program} --version

Commands:
{commands}

Exit codes:
  0  healthy: nothing was found that --fail_on counts
  1  found: at least one finding of --fail_on severity
  2  could not judge: a wrong call, an unreadable file, nothing to look at
  `run` passes on the exit code of a script that fails by itself; `tune` ends
  with 0 when its search has come to its end.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        argv: the arguments, without the name of the program. Default: those
            of the process.

    Returns:
        The exit code: 0 healthy, 1 found, 2 could not judge, 130 for Ctrl-C.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(arguments)
    except CommandError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return CANNOT_JUDGE
    except KeyboardInterrupt:
        print(f"{PROGRAM}: Interrupted.", file=sys.stderr)
        return INTERRUPTED


def _dispatch(arguments: list[str]) -> int:
    name, *rest = arguments or ["--help"]
    if name in ("--help", "-h", "help"):
        print(_general_help(), end="")
        return 0
    if name == "--version":
        print(f"{PROGRAM} {__version__}")
        return 0
    return _execute(_load(name), name, rest)


def _general_help() -> str:
    width = max(map(len, _COMMANDS))
    commands = (f"  {n:{width}}  {text}" for n, text in _COMMANDS.items())
    return _HELP.format(program=PROGRAM, commands="\n".join(commands))


def _load(name: str):
    """The module of a command: its docstring, `define_flags`, `execute`."""
    if name not in _COMMANDS:
        close = difflib.get_close_matches(name, _COMMANDS, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise CommandError(
            f"The command must be one of {', '.join(_COMMANDS)}, received: "
            f"{name!r}.{hint}"
        )
    return importlib.import_module(f"keras_troubleshoot.cli.{name}")


def _execute(command, name: str, arguments: list[str]) -> int:
    # Flags of our own, so that absl's global flags stay the script's.
    values = flags.FlagValues()
    values.set_gnu_getopt(True)  # Flags may follow the script's name.
    command.define_flags(values)
    own, passed_on = _split(arguments)
    if "--help" in own or "-h" in own:
        print(_command_help(command, values), end="")
        return 0
    try:
        _, *positional = values([name, *own])
    except flags.Error as error:
        raise CommandError(_mend_flag(name, error)) from error
    return command.execute(values, positional + passed_on)


def _mend_flag(name: str, error: flags.Error) -> str:
    mend = f"To see the flags: {PROGRAM} {name} --help."
    if name == "run" and isinstance(error, flags.UnrecognizedFlagError):
        mend = f"The flags of the script go behind `--`. {mend}"
    return f"{error}. {mend}".replace(" ?.", "?")


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What is for us, and the `--` with all that follows it."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at:]


def _command_help(command, values: flags.FlagValues) -> str:
    lines = [command.__doc__.strip(), ""]
    if len(values):
        lines.append("Flags:")
    for name in values:
        lines.extend(_flag_help(values[name]))
    return "\n".join(lines).strip() + "\n"


def _flag_help(flag: flags.Flag) -> list[str]:
    text = f"--{flag.name}: {flag.help}"
    if flag.default is not None:
        text += f" (default: {flag.default_as_str})"
    return textwrap.wrap(
        text, 78, initial_indent="  ", subsequent_indent="      "
    )
