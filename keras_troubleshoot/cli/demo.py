"""Finds three planted bugs in a digit classifier, on real data.

Usage: keras-troubleshoot demo [FLAGS]

Trains a classifier of 1,797 images of handwritten digits in which three bugs
are planted, tells what was found and how to mend it, trains the mended
classifier, and compares the two on images that neither has seen. Takes less
than a minute, needs no network, and leaves the report in --out.
"""

import contextlib
import importlib.util
import os
from collections.abc import Sequence

from absl import flags

from keras_troubleshoot.cli import outputs
from keras_troubleshoot.cli.command import CommandError
from keras_troubleshoot.cli.command import import_keras

# What each bug is, and the diagnoses of which any one names it.
PLANTED = {
    "pixels scaled twice, before the model and in it": {
        "input-over-normalized",
    },
    "softmax applied twice": {"double-softmax"},
    "images sorted by digit, the last held back for validation": {
        "train-validation-shift",
        "unshuffled-data",
    },
}


def define_flags(values: flags.FlagValues) -> None:
    """Defines the flags of the command."""
    flags.DEFINE_string(
        "out",
        "troubleshoot-report",
        "the folder of the report",
        flag_values=values,
    )
    flags.DEFINE_integer(
        "epochs",
        20,
        "how often each classifier sees the images",
        lower_bound=1,
        flag_values=values,
    )


def execute(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    """Trains the sick and the mended classifier, reports on the sick one."""
    if arguments:
        raise CommandError(
            f"`demo` takes flags only, received: {' '.join(arguments)!r}."
        )
    outputs.make_folder(values.out)
    page = os.path.abspath(os.path.join(values.out, "report.html"))
    outputs.try_to_write("out", page)
    _step(1, "Starting TensorFlow")
    import_keras()
    digits = _load_as_script("demo_digits.py")
    _step(2, "Training a digit classifier with three planted bugs")
    report, before = _supervised(digits.train_sick, values.epochs)
    print(f"\n{report}")
    _step(3, "Training it again, mended")
    mended, after = _supervised(digits.train_mended, values.epochs)
    report.to_html(page)
    found = _compare_with_planted(report)
    _print_results(mended, before, after)
    outputs.say(f"The report is in {page}")
    return 0 if found and mended.ok else 1


def _load_as_script(name: str):
    """Loads a module as if it were the user's: findings name its lines."""
    path = os.path.join(os.path.dirname(__file__), name)
    spec = importlib.util.spec_from_file_location("digits", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _supervised(train, epochs: int):
    """Trains under supervision; returns the report and the accuracy."""
    from keras_troubleshoot.debugging import supervise

    with (
        _progress(epochs) as advance,
        supervise.supervise(quiet=True) as session,
    ):
        accuracy = train(epochs, advance)
    return session.report, accuracy


@contextlib.contextmanager
def _progress(epochs: int):
    """A bar that the yielded function moves on by one epoch."""
    import rich.progress

    with rich.progress.Progress() as bar:
        task = bar.add_task("      epochs", total=epochs)
        yield lambda: bar.advance(task)


def _compare_with_planted(report) -> bool:
    """Prints which finding names each bug; says whether all are found."""
    found = {f.rule: f for f in report.at_least("warning")}
    width = max(map(len, PLANTED))
    print(f"\n{'Planted':{width}}  Found as")
    rows = {
        bug: [rule for rule in found if rule in rules]
        for bug, rules in PLANTED.items()
    }
    for bug, named in rows.items():
        print(f"{bug:{width}}  {', '.join(named) or 'not found'}")
    return all(rows.values())


def _print_results(mended, before: float, after: float) -> None:
    print("\nRight on images that neither classifier has seen:")
    print(f"  before  {before:.1%}")
    print(f"  after   {after:.1%}")
    if mended.ok:
        print("The mended classifier is healthy: no error, no warning.")
    else:
        print(f"\n{mended}")


def _step(number: int, text: str) -> None:
    print(f"[{number}/3] {text}", flush=True)
