"""Reads the files that `TrainingMonitor` writes; they may come from anyone.

Neither format can run code. What is no recorded run is refused in one
sentence that names the file.
"""

import csv
import json
import os
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.runs.record import RunRecord

# A record holds some thousand rows; beyond it, the file is something else.
MOST_BYTES = 2**28
# What a column may be called that is not recorded step by step.
OTHER = ("schema", "step", "history", "findings", "seconds")


def read_file(path: Any) -> RunRecord:
    """Reads a recorded run.

    Args:
        path: of a JSON or CSV file of `TrainingMonitor`.

    Raises:
        ValueError: there is none, or it holds no recorded run.
    """
    path = os.fsdecode(path)
    text = read_text(path)
    parse = parse_csv if path.lower().endswith(".csv") else parse_json
    return parse(path, text)


def read_text(path: str) -> str:
    """The text of a file.

    Raises:
        ValueError: there is none, or it is too large, or no text.
    """
    try:
        if os.path.getsize(path) > MOST_BYTES:
            raise refused(path, "a file of more than 256 MB")
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except OSError as error:
        raise refused(path, (error.strerror or str(error)).lower()) from error
    except UnicodeDecodeError as error:
        raise refused(path, "what is no text") from error


def refused(name: str, why: str) -> ValueError:
    """The error for what is no recorded run."""
    return ValueError(
        f"{name!r} must be a run that TrainingMonitor recorded, received: "
        f"{why}. To mend it, record one with "
        "kts.callbacks.TrainingMonitor(json='run.json')."
    )


def parse_json(name: str, text: str) -> RunRecord:
    """A run from the text of a JSON file."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refused(name, "what is no JSON") from error
    if not isinstance(held, dict) or not isinstance(held.get("step"), list):
        raise refused(name, "JSON without a list of steps")
    named = [key for key in held if key not in OTHER]
    columns = {key: numbers(name, key, held[key]) for key in named}
    history = held.get("history") or {}
    if not isinstance(history, dict):
        raise refused(name, "a history that is no table")
    logged = {k: numbers(name, k, v) for k, v in history.items()}
    seconds = numbers(name, "seconds", held.get("seconds") or [])
    steps = numbers(name, "step", held["step"])
    return checked(RunRecord(name, steps, columns, logged, seconds))


def parse_csv(name: str, text: str) -> RunRecord:
    """A run from the text of a CSV file, which has no history."""
    try:
        lines = [line for line in csv.reader(text.splitlines()) if line]
    except csv.Error as error:
        raise refused(name, f"what is no CSV ({error})") from error
    if not lines or lines[0][:1] != ["step"]:
        raise refused(name, "CSV whose first column is not the step")
    heads, rows = lines[0], lines[1:]
    if any(len(row) != len(heads) for row in rows):
        raise refused(name, "CSV whose lines differ in length")
    columns = {
        head: numbers(name, head, [row[place] for row in rows])
        for place, head in enumerate(heads)
    }
    return checked(RunRecord(name, columns.pop("step"), columns))


def numbers(name: str, key: str, values: Any) -> np.ndarray:
    """A list as float64; `"nan"` and `"inf"` are numbers, too."""
    try:
        if not isinstance(values, list):
            raise TypeError
        return np.asarray([float(value) for value in values], "float64")
    except (TypeError, ValueError, OverflowError) as error:
        raise refused(name, f"no list of numbers for {key[:40]!r}") from error


def checked(record: RunRecord) -> RunRecord:
    """The record, if its parts fit together."""
    steps, name = record.steps, record.name
    if not len(steps):
        raise refused(name, "no step at all")
    if not np.isfinite(steps).all() or (np.diff(steps) <= 0).any():
        raise refused(name, "steps that do not rise")
    for key, values in record.columns.items():
        if len(values) != len(steps):
            raise refused(
                name,
                f"{len(values)} values of {key[:40]!r} for {len(steps)} steps",
            )
    return record
