"""What the files of an interrupted search say, made to agree."""

import glob
import os
import re
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.tuning.ranking import FINISHED
from keras_troubleshoot.tuning.running import files

NUMBER = re.compile(r"^\d+$")


def trials_of(folder: str) -> dict[str, Any]:
    """The trials that the folder of a search holds, by their ids.

    Those whose file cannot be read are set aside and left out.
    """
    import tensorflow as tf
    from keras_tuner.engine import trial as trial_lib

    pattern = os.path.join(glob.escape(folder), "trial_*", "trial.json")
    found = {}
    for path in sorted(tf.io.gfile.glob(pattern)):
        state = files.read(path)
        if state is None:
            continue
        try:
            trial = trial_lib.Trial.from_state(state)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            files.set_aside(path, error)
            continue
        found[trial.trial_id] = trial
    return found


def reconciled(
    state: Mapping[str, Any], trials: Mapping[str, Any]
) -> dict[str, Any]:
    """The state of an oracle such that it agrees with its trials' files.

    A trial is written before the oracle: a process that was killed between
    the two leaves one that has ended and is still under way by the oracle, or
    one that the oracle does not know.

    Args:
        state: of the oracle, as saved.
        trials: by their ids.

    Returns:
        The state; all trials that had not ended are in its queue.
    """
    ended = {name for name, t in trials.items() if t.status in FINISHED}
    known = sorted(trials, key=lambda name: (len(name), name))
    started = kept([*state["start_order"], *known], trials)
    waiting = kept([*state["retry_queue"], *known], set(trials) - ended)
    # The last of the queue is handed out first.
    return {
        **state,
        "start_order": started,
        "end_order": kept([*state["end_order"], *known], ended),
        "retry_queue": waiting[::-1],
        "ongoing_trials": {
            worker: name
            for worker, name in state["ongoing_trials"].items()
            if name in trials and name not in ended
        },
    }


def kept(names: Any, among: Any) -> list[str]:
    """Each of the names once, where it is among others."""
    return [name for name in dict.fromkeys(names) if name in among]


def lost(state: Mapping[str, Any], trials: Mapping[str, Any]) -> list[str]:
    """The ids of trials that were started and whose file is gone.

    Without the state of the oracle they are told by the gaps that they leave
    in the numbers.
    """
    names = {name for name in state["start_order"] if name not in trials}
    # By their values: with another `max_trials` they have other widths.
    known = [*trials, *names]
    numbers = {int(name): name for name in known if NUMBER.match(name)}
    if numbers:
        width = len(numbers[max(numbers)])
        gaps = set(range(max(numbers))) - set(numbers)
        names |= {f"{number:0{width}d}" for number in gaps}
    return sorted(names, key=lambda name: (len(name), name))
