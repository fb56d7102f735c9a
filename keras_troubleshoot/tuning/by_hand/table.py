"""The trials of a study by hand as a table in words."""

from typing import Any

from keras_troubleshoot.report.printable import aligned
from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import shortened
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.tuning.by_hand.notes import Notes
from keras_troubleshoot.tuning.looking import trials as trials_lib
from keras_troubleshoot.tuning.ranking import cost

# Characters of a value or a note.
WIDE = 40


def told(oracle: Any, notes: Notes) -> str:
    """A line in sum, and one for each trial in the order of their ends."""
    trials, objective = trials_lib.finished(oracle), oracle.objective
    best = trials_lib.best(trials, objective.direction)
    if not trials:
        names = ", ".join(
            dict.fromkeys(hp.name for hp in oracle.get_space().space)
        )
        return f"No trial yet, of {objective.name} against {names}."
    head = f"{counted(len(trials), 'trial')}; none has a score."
    if best is not None:
        head = (
            f"{counted(len(trials), 'trial')}; the best is {best.trial_id}, "
            f"{objective.name} {number(best.score)}."
        )
    held = [trials_lib.values_of(trial) for trial in trials]
    names = list(dict.fromkeys(name for values in held for name in values))
    rows = [("trial", *names, objective.name, "note")]
    for trial, values in zip(trials, held, strict=True):
        cells = [cell(values[n]) if n in values else "" for n in names]
        mark = "*" if trial is best else " "
        outcome = scored(trial, objective.direction)
        note = shortened(" ".join(notes[trial.trial_id].split()), WIDE)
        rows.append((f"{mark} {trial.trial_id}", *cells, outcome, note))
    return "\n".join([head, *(f"  {line}" for line in aligned(rows))])


def cell(value: Any) -> str:
    """A value."""
    return shortened(brief(value), WIDE)


def scored(trial: Any, direction: str) -> str:
    """How a trial came out."""
    if trial.status != "COMPLETED":
        return "failed"
    if cost(trial, direction) == float("inf"):
        return "diverged"
    return number(trial.score)
