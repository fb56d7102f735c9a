"""Runs an unmodified training script under supervision.

Usage: keras-troubleshoot run [FLAGS] SCRIPT.py [-- ARGS]

Every `fit` of the script is checked before it starts and watched while it
runs. What follows `--` goes to the script. The report goes to stderr, and to
report.html and report.json in the folder --out, also when the script fails or
is interrupted. With --try_fixes, the remedies of the last `fit` are then tried
on copies of its model.

A script that fails keeps its exit code: the number of its sys.exit, 1 for an
uncaught exception, 130 for Ctrl-C, 143 for SIGTERM. If it ends well, the exit
code is that of the report: 0 healthy, 1 found, 2 if no `fit` was seen.
"""

import os
import sys
from collections.abc import Sequence

from absl import flags

from keras_troubleshoot.cli import outputs
from keras_troubleshoot.cli import script
from keras_troubleshoot.cli import supervision
from keras_troubleshoot.cli.command import CommandError
from keras_troubleshoot.cli.command import first_line
from keras_troubleshoot.cli.command import require_backend


def define_flags(values: flags.FlagValues) -> None:
    """Defines the flags of the command."""
    flags.DEFINE_string(
        "out",
        ".",
        "the folder of report.html and report.json",
        flag_values=values,
    )
    flags.DEFINE_float(
        "confirm",
        None,
        "seconds that trials of suspicions may take after each `fit`; 0 for "
        "none; by default a fifth of its time, though never less than five "
        "seconds",
        lower_bound=0.0,
        flag_values=values,
    )
    flags.DEFINE_float(
        "try_fixes",
        None,
        "seconds that trials of all remedies may take after the script, such "
        "as 60",
        lower_bound=1.0,
        flag_values=values,
    )
    outputs.define_flags(values)


def execute(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    """Runs the script, writes the report, returns the exit code."""
    path, passed_on = _script_and_arguments(arguments)
    require_backend()
    outputs.make_folder(values.out)
    paths = outputs.writable_paths(
        values,
        {n: os.path.join(values.out, f"report.{n}") for n in ("html", "json")},
    )
    with supervision.when_keras_is_imported(values.confirm) as watch:
        ended = script.run(path, passed_on)
    if watch.session is not None and watch.session.fits:
        if values.try_fixes:
            _try_fixes(watch.session, values.try_fixes)
        judged = _conclude(watch.session.report, paths, values.fail_on)
    elif ended:
        judged = ended
    else:
        raise CommandError(
            f"{path!r} called `fit` of no Keras model: there is nothing to "
            "report."
        )
    if ended:
        outputs.say(f"The script ended with exit code {ended}")
    return ended or judged


def _try_fixes(session, seconds: float) -> None:
    """Tries remedies; Ctrl-C ends that, and the report is written still."""
    outputs.say(f"Trying fixes, for up to {seconds:g} seconds")
    try:
        session.try_fixes(seconds)
    except KeyboardInterrupt:
        outputs.say("Interrupted: the report says what was known before")
    except RuntimeError as error:
        outputs.say(first_line(error))


def _conclude(report, paths: dict[str, str], fail_on: str) -> int:
    print(report, file=sys.stderr)
    outputs.write(report, paths)
    return outputs.exit_code(report, fail_on)


def _script_and_arguments(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Splits `SCRIPT.py -- ARGS`.

    Raises:
        CommandError: if there is no script, or more than one.
    """
    at = list(arguments).index("--") if "--" in arguments else len(arguments)
    own, passed_on = arguments[:at], arguments[at + 1 :]
    if len(own) != 1:
        raise CommandError(
            "`run` takes one script, received: "
            f"{' '.join(own)!r}. The arguments of the script go behind `--`: "
            "keras-troubleshoot run train.py -- --epochs=3."
        )
    if not os.path.isfile(own[0]) or not own[0].endswith(".py"):
        raise CommandError(
            f"`run` takes a Python script, received: {own[0]!r}, which is "
            f"{'not there' if not os.path.exists(own[0]) else 'not one'}."
        )
    return own[0], list(passed_on)
