"""Where a command leaves its report, and what it says by its exit code."""

import os
import sys

from absl import flags

from keras_troubleshoot.cli.command import CommandError
from keras_troubleshoot.cli.command import first_line

FORMATS = ("html", "json", "sarif")
HEALTHY = 0
FOUND = 1

_SEVERITIES = ("error", "warning", "advice")


def define_flags(values: flags.FlagValues) -> None:
    """Defines `--html`, `--json`, `--sarif` and `--fail_on`."""
    helps = {
        "html": "write the report as one self-contained page to this file",
        "json": "write the report as JSON to this file",
        "sarif": "write the findings as SARIF 2.1.0 to this file, for "
        "annotations in a pull request",
    }
    for name in FORMATS:
        flags.DEFINE_string(name, None, helps[name], flag_values=values)
    flags.DEFINE_enum(
        "fail_on",
        "error",
        [*_SEVERITIES, "never"],
        "exit with 1 where a finding is so grave, or graver",
        flag_values=values,
    )


def writable_paths(
    values: flags.FlagValues, defaults: dict[str, str] | None = None
) -> dict[str, str]:
    """The paths to write, by format, each tried before the work starts.

    Args:
        values: the flags of `define_flags`.
        defaults: the path of each format for which no flag is given.

    Returns:
        Absolute paths: a script may change the working folder.

    Raises:
        CommandError: if a path cannot be written.
    """
    given = {f: values[f].value for f in FORMATS if values[f].value}
    paths = {**(defaults or {}), **given}
    for flag, path in paths.items():
        try_to_write(flag, path)
    return {name: os.path.abspath(path) for name, path in paths.items()}


def try_to_write(flag: str, path: str) -> None:
    """Refuses a path that cannot be written, before the work is done.

    Raises:
        CommandError: if it cannot.
    """
    existed = os.path.exists(path)
    try:
        open(path, "ab").close()
    except OSError as error:
        raise CommandError(
            f"--{flag} must name a file that can be written, received: "
            f"{path!r} ({error.strerror})."
        ) from error
    if not existed:
        os.remove(path)


def make_folder(path: str) -> None:
    """Makes the folder of `--out`, where it is missing.

    Raises:
        CommandError: if it cannot be made.
    """
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise CommandError(
            "--out must name a folder that can be written, received: "
            f"{path!r} ({error.strerror})."
        ) from error


def write(report, paths: dict[str, str]) -> None:
    """Writes the report in each format and says where it is.

    Raises:
        CommandError: if one could not be written; the others are.
    """
    problems = []
    for name, path in paths.items():
        try:
            getattr(report, f"to_{name}")(path)
        except OSError as error:
            problems.append(f"{path!r} ({first_line(error)})")
    if problems:
        raise CommandError(
            f"The report could not be written to {', '.join(problems)}."
        )
    if paths:
        say(f"The report is in {' and '.join(paths.values())}")


def say(line: str) -> None:
    """One line on stderr: stdout is for what a program may read."""
    print(f"keras-troubleshoot: {line}", file=sys.stderr, flush=True)


def exit_code(report, fail_on: str) -> int:
    """1 where a finding is at least as grave as `fail_on`, else 0.

    Args:
        report: the `Report`.
        fail_on: `"error"`, `"warning"`, `"advice"` or `"never"`.

    Raises:
        CommandError: if no diagnosis could be examined.
    """
    if not report.findings and not report.examined:
        reasons = dict.fromkeys(skipped.reason for skipped in report.skipped)
        raise CommandError(f"Nothing could be examined: {', '.join(reasons)}.")
    if fail_on != "never" and report.at_least(fail_on):
        return FOUND
    return HEALTHY
