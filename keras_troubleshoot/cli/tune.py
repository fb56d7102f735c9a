"""Searches hyperparameters, on one machine or many.

Usage: keras-troubleshoot tune BUILDER.py:NAME --data=d.npz [FLAGS]

NAME is a function of hyperparameters (`hp`, as of keras-tuner) that returns a
compiled model, or a `keras_tuner.HyperModel`. The .npz file holds `x` and `y`
(or `x_train` and `y_train`), and `x_val` and `y_val`, unless --validation names
another file; `x_test` and `y_test`, where they are there, judge the best.

The search is in the folder --directory: the same command goes on where it was
interrupted. The best is printed, and how good it is without its luck. With
--workers=4, four processes of this machine train side by side.

On several machines, call it with --role=chief --chief_address=HOST:PORT on one,
and with --role=worker and the same address, which they must reach, on the
others; all with the same builder, data and flags. A worker that dies costs the
time of its trial. The service is neither encrypted nor guarded: use it in a
network that you trust. With --engine=ray, trials are tasks of a Ray cluster.

The exit code is 0 where the search has come to its end, 130 for Ctrl-C.
"""

import json
import os
import socket
from collections.abc import Sequence
from typing import Any

from absl import flags

from keras_troubleshoot.cli import loading
from keras_troubleshoot.cli import outputs
from keras_troubleshoot.cli.command import CommandError
from keras_troubleshoot.cli.command import import_keras

INTERRUPTED = 130
FORMATS = ("html", "json")
ROLES = ("chief", "worker")
STRINGS = {
    "data": (None, "the data, an .npz file"),
    "validation": (None, "an .npz file with `x` and `y`, to choose by"),
    "x_key": (None, "the array of the inputs in the .npz files"),
    "y_key": (None, "the array of the targets in the .npz files"),
    "method": (
        "coarse_to_fine",
        "how to search: coarse_to_fine, coarse_then_bayesian, bayesian, "
        "random or grid",
    ),
    "objective": ("val_loss", "the metric to choose by"),
    "direction": (
        None,
        "min or max, of a metric of which keras-tuner does not know it",
    ),
    "early_discard": (
        None,
        "median or halving: end trials that will hardly become good",
    ),
    "directory": ("tuned", "the folder in which the folder of the search is"),
    "project_name": ("search", "the name of that folder"),
    "engine": (None, "ray: trials are tasks of a Ray cluster"),
    "role": (None, "chief or worker, of a search on several machines"),
    "chief_address": (None, "HOST:PORT of the chief"),
    "html": (None, "write the search as one self-contained page to this file"),
    "json": (None, "write all trials and the best as JSON to this file"),
}
WHOLE = {
    "max_trials": (30, "configurations to try", 1),
    "epochs": (10, "of each training", 1),
    "batch_size": (None, "of each training", 1),
    "executions": (1, "trainings of each trial; their mean counts", 1),
    "finalists": (3, "of the best that are trained again in the end", 1),
    "seeds": (3, "new trainings of each of them; 0 for none", 0),
    "seed": (None, "fixes the search and all trainings", 0),
    "workers": (0, "processes of this machine; with Ray, trials at a time", 0),
}
NEEDS = {
    "num_cpus": "processors that a trial takes of a Ray cluster",
    "num_gpus": "GPUs that a trial takes of a Ray cluster, such as 0.5",
}


def define_flags(values: flags.FlagValues) -> None:
    """Defines the flags of the command."""
    for name, (default, text) in STRINGS.items():
        flags.DEFINE_string(name, default, text, flag_values=values)
    for name, (default, text, least) in WHOLE.items():
        flags.DEFINE_integer(
            name, default, text, lower_bound=least, flag_values=values
        )
    for name, text in NEEDS.items():
        flags.DEFINE_float(
            name, None, text, lower_bound=0.0, flag_values=values
        )
    flags.DEFINE_bool(
        "overwrite",
        False,
        "begin anew where the folder holds a search",
        flag_values=values,
    )


def execute(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    """Searches, writes what came of it, returns the exit code."""
    if len(arguments) != 1:
        raise CommandError(
            "`tune` takes one builder, FILE.py:NAME, received: "
            f"{' '.join(arguments)!r}."
        )
    require_together(values)
    loading.require_file("data", values.data)
    paths = {n: values[n].value for n in FORMATS if values[n].value}
    for name, path in paths.items():
        outputs.try_to_write(name, path)
    data = read(values)
    import_keras()
    # It imports Keras, which is to say nothing while it starts.
    from keras_troubleshoot.cli import building

    result = search(building.load(arguments[0]), data, values)
    if values.role == "worker":
        return 0
    print(result)
    write(result, paths)
    return INTERRUPTED if result.interrupted else 0


def require_together(values: flags.FlagValues) -> None:
    """Refuses flags that do not go together.

    Raises:
        CommandError: so it is.
    """
    if values.role not in (None, *ROLES):
        raise CommandError(
            f"--role must be chief or worker, received: {values.role!r}."
        )
    if bool(values.role) != bool(values.chief_address):
        raise CommandError(
            "--role and --chief_address go together, received: one of them."
        )
    if values.role and (values.workers or values.engine):
        raise CommandError(
            "--role is for one process on each machine, received it with "
            "--workers or --engine. To mend it, leave those out, or start as "
            "many workers."
        )
    if needs(values) and values.engine is None:
        raise CommandError(
            "--num_cpus and --num_gpus are for --engine=ray, received: no "
            "engine."
        )
    if values.role == "worker" and (values.html or values.json):
        raise CommandError(
            "--html and --json are for the chief, which knows all trials, "
            "received: --role=worker."
        )


def needs(values: flags.FlagValues) -> dict[str, float]:
    """What a trial takes of a Ray cluster, where it is told."""
    told = {name: values[name].value for name in NEEDS}
    return {name: value for name, value in told.items() if value is not None}


def read(values: flags.FlagValues) -> dict[str, Any]:
    """Training, validation and test data.

    Raises:
        CommandError: a part is missing.
    """
    arrays = loading.read_arrays(values.data)
    x, y, validation = loading.choose(arrays, None, values.x_key, values.y_key)
    if values.validation:
        loading.require_file("validation", values.validation)
        other = loading.read_arrays(values.validation)
        validation = loading.choose(other, None, values.x_key, values.y_key)[:2]
    if y is None:
        raise CommandError(
            "--data must hold the targets as 'y' or 'y_train', received: "
            f"{', '.join(arrays)}. To mend it, name them with --y_key."
        )
    if validation is None or validation[1] is None:
        raise CommandError(
            "--data must hold data to choose by as 'x_val' and 'y_val', "
            f"received: {', '.join(arrays)}. To mend it, add them, or name a "
            "file with --validation."
        )
    test = arrays.get("x_test"), arrays.get("y_test")
    judged = None if any(part is None for part in test) else test
    return {"train": (x, y), "validation": validation, "test": judged}


def search(builder: Any, data: dict[str, Any], values: flags.FlagValues) -> Any:
    """Calls `kts.tuning.tune`, in the role that the flags say.

    Raises:
        CommandError: it refuses, or no trial succeeded.
    """
    from keras_troubleshoot.tuning.engines import roles
    from keras_troubleshoot.tuning.running.tune import tune

    options = {name: values[name].value for name in WHOLE}
    for name in ("method", "early_discard", "directory", "project_name"):
        options[name] = values[name].value
    if options["batch_size"] is None:
        del options["batch_size"]
    options |= data | {
        "objective": objective(values),
        "engine": values.engine,
        "resources": needs(values) or None,
        "overwrite": values.overwrite,
    }
    try:
        if values.role is None:
            return tune(builder, **options)
        name = f"{socket.gethostname()}-{os.getpid()}"
        with roles.playing(values.role, values.chief_address, f"worker-{name}"):
            return tune(builder, **options)
    except (TypeError, ValueError, RuntimeError, ImportError) as error:
        raise CommandError(str(error)) from error


def objective(values: flags.FlagValues) -> Any:
    """The objective, with its direction where it is told."""
    if values.direction is None:
        return values.objective
    import keras_tuner

    return keras_tuner.Objective(values.objective, values.direction)


def write(result: Any, paths: dict[str, str]) -> None:
    """Writes the page and the trials, and says where they are."""
    from keras_troubleshoot.report.plain import plain
    from keras_troubleshoot.tuning.looking import tables

    if "html" in paths:
        result.report().to_html(paths["html"])
    if "json" in paths:
        found = {"trials": tables.to_json(result.tuner)}
        if result.tuner.oracle.ranked():
            found["best"] = result.best.trial_id
            found["values"] = plain(result.values)
        with open(paths["json"], "w", encoding="utf-8") as file:
            json.dump(found, file, indent=1)
    if paths:
        outputs.say(f"The search is in {' and '.join(paths.values())}")
