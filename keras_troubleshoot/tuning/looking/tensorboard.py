"""All trials as HParams summaries of TensorBoard."""

import importlib.util
import os
from typing import Any

from keras_troubleshoot.tuning.looking import tables


def to_tensorboard(tuner: Any, folder: str | os.PathLike) -> None:
    """Writes all trials for the HParams page of TensorBoard.

    keras-tuner does so while it searches, if a `TensorBoard` callback is
    handed to `search`; this needs none, and writes what is known at any time.

    Args:
        tuner: a tuner or an oracle of keras-tuner.
        folder: for the summaries, a folder of its own for each trial in it;
            `tensorboard --logdir FOLDER` shows them.

    Raises:
        ImportError: if TensorBoard is not installed.
        TypeError: if it is neither a tuner nor an oracle.
    """
    rows = tables.to_json(tuner)
    if importlib.util.find_spec("tensorboard") is None:
        raise ImportError(
            "`to_tensorboard` needs TensorBoard, which is not installed. To "
            "mend it, run `pip install tensorboard`."
        )
    for row in rows:
        write(row, os.path.join(folder, row["id"]))


def write(row: dict[str, Any], folder: str) -> None:
    """One trial: its values, its metrics by epoch, and its score."""
    import tensorflow as tf
    from tensorboard.plugins.hparams import api

    writer = tf.summary.create_file_writer(folder)
    with writer.as_default():
        api.hparams(row["values"], trial_id=row["id"])
        for name, held in row["metrics"].items():
            for step, value in zip(held["steps"], held["values"], strict=True):
                if value is not None:
                    tf.summary.scalar(name, value, step=step)
        if row["score"] is not None:
            tf.summary.scalar("score", row["score"], row["best_step"] or 0)
    writer.close()
