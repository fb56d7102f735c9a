"""Compares a recorded training with runs that are known to be good.

Usage: keras-troubleshoot compare REFERENCE.json... --run=RUN.json [FLAGS]

The files are those that kts.callbacks.TrainingMonitor(json=...) writes; those
of csv= do, too, without the metrics of the epochs. Several references are
seeds of the same good program: three to five make the comparison sharper.

Says which quantity leaves the range of the references first: the loss, the
gradient norms, updates, weights, dead units of a layer, a metric, or the time
of a step. Reading a file runs no code. The exit code is 0 where the run
behaves as the references, 1 where it differs, 2 where that cannot be judged.
"""

from collections.abc import Sequence

from absl import flags

from keras_troubleshoot.cli import loading
from keras_troubleshoot.cli import outputs
from keras_troubleshoot.cli.command import CommandError


def define_flags(values: flags.FlagValues) -> None:
    """Defines the flags of the command."""
    flags.DEFINE_string(
        "run", None, "the new run, a recorded file", flag_values=values
    )
    flags.DEFINE_float(
        "slower",
        2.5,
        "how many times as long as in the slowest reference a step may take",
        flag_values=values,
    )
    outputs.define_flags(values)


def execute(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    """Compares, writes the report, returns the exit code."""
    if not arguments:
        raise CommandError(
            "`compare` takes the files of one or several good runs, received "
            "none. To mend it: keras-troubleshoot compare good.json "
            "--run=new.json."
        )
    loading.require_file("run", values.run)
    paths = outputs.writable_paths(values)
    from keras_troubleshoot.debugging.runs import compare_runs

    try:
        found = compare_runs.compare_runs(
            list(arguments), values.run, slower=values.slower
        )
    except (TypeError, ValueError) as error:
        raise CommandError(str(error)) from error
    print(found)
    report = found.report
    outputs.write(report, paths)
    return outputs.exit_code(report, values.fail_on)
