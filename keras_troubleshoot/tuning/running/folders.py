"""The folder of a search: emptied, or taken up where it was left."""

import os
import shutil
from typing import Any

LOCK = "lock"


def emptied(folder: str) -> None:
    """Removes what an earlier search has left."""
    if "://" in folder or not os.path.isdir(folder):
        return
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name == LOCK:
            continue
        if os.path.isdir(path):
            shutil.rmtree(path)
        else:
            os.remove(path)


def taken_up(oracle: Any, folder: str) -> None:
    """Reads the trials of before, where there are some."""
    import tensorflow as tf

    held = tf.io.gfile.glob(os.path.join(folder, "trial_*", "trial.json"))
    if held or tf.io.gfile.exists(os.path.join(folder, "oracle.json")):
        oracle.reload()


def written(oracle: Any) -> None:
    """Writes all trials: some may have been added before there was a folder."""
    for trial in oracle.trials.values():
        oracle._save_trial(trial)
    oracle.save()
