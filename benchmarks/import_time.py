"""Measures what importing the package and asking for help cost.

Each time is taken in a process of its own; the medians count.

    python benchmarks/import_time.py
"""

import json
import statistics
import subprocess
import sys
import time

from absl import app
from absl import flags

FLAGS = flags.FLAGS

flags.DEFINE_integer("repeats", 9, "Processes for each time.", lower_bound=1)
flags.DEFINE_bool("quick", False, "Three processes for each time.")

IMPORT = """
import time
{before}
start = time.perf_counter()
import {module}
print(time.perf_counter() - start)
"""


def import_seconds(module, before=""):
    """Seconds of an import, in a new process, after `before`."""
    code = IMPORT.format(module=module, before=before)
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
    )
    return float(ran.stdout)


def help_seconds():
    """Seconds that `keras-troubleshoot --help` takes, Python's start too."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "keras_troubleshoot", "--help"],
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - start


def measure(repeats):
    """The median seconds of each, by name."""
    measured = {
        "import keras": lambda: import_seconds("keras"),
        "import keras_troubleshoot, after keras": lambda: import_seconds(
            "keras_troubleshoot", "import keras"
        ),
        "keras-troubleshoot --help": help_seconds,
    }
    return {
        name: statistics.median(seconds() for _ in range(repeats))
        for name, seconds in measured.items()
    }


def main(argv):
    """Prints a table and, as the last line, one JSON object."""
    del argv
    medians = measure(3 if FLAGS.quick else FLAGS.repeats)
    for name, seconds in medians.items():
        print(f"{name:40} {seconds:8.4f} s")
    print(json.dumps(medians))


if __name__ == "__main__":
    app.run(main)
