"""What a task of Ray does: one trial.

Nothing heavy is imported here: the threads of TensorFlow are set before it
starts.
"""

import dataclasses
import functools
import gc
import importlib
import os
import uuid
from typing import Any

# Ray sets it to the processors of the task, and TensorFlow does not heed it.
THREADS = "OMP_NUM_THREADS"
WORK = "keras_troubleshoot.tuning.running.work"
OWN_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


@dataclasses.dataclass(frozen=True)
class Message:
    """What a trial tells.

    Attributes:
        trial_id: of the trial.
        run: differs each time that the task is run.
        metrics: of an epoch; None where the run begins.
        step: the epoch, from 0.
    """

    trial_id: str
    run: str
    metrics: dict[str, float] | None = None
    step: int = 0


@dataclasses.dataclass(frozen=True)
class Answer:
    """What it is answered.

    Attributes:
        stop: why the trial is to end, or None.
        error: what was wrong with the message, or None.
    """

    stop: str | None = None
    error: str | None = None


@dataclasses.dataclass(frozen=True)
class Result:
    """How a trial ended.

    Attributes:
        status: "COMPLETED", "FAILED", or "UNSEEN" where the node does not see
            the folder of the search.
        message: why it failed, or ended early.
        hyperparameters: the configuration of them, as the builder left them.
    """

    status: str
    message: str | None = None
    hyperparameters: dict[str, Any] | None = None


def run(held: list[Any], board: Any, state: dict[str, Any]) -> Result:
    """Runs a trial.

    Args:
        held: a reference to the work, in a list so that Ray does not read it
            before the threads are set.
        board: the `Board`.
        state: of the trial.
    """
    prepare()
    import ray
    from keras_tuner.engine import trial as trial_lib

    from keras_troubleshoot.tuning.engines import ray_data
    from keras_troubleshoot.tuning.running import work as work_lib

    work = ray.get(held[0])
    if not seen(work.folder):
        node = ray.util.get_node_ip_address()
        return Result("UNSEEN", f"{work.folder!r}, which {node} does not see")
    trial = trial_lib.Trial.from_state(state)
    run_id = uuid.uuid4().hex

    def tell(metrics: dict[str, float] | None, step: int) -> str | None:
        message = Message(trial.trial_id, run_id, metrics, step)
        answer = ray.get(board.tell.remote(message))
        if answer.error is not None:
            raise RuntimeError(answer.error)
        return answer.stop

    stop = tell(None, 0)
    if stop is not None:
        return Result("FAILED", stop)
    outcome = work_lib.run(ray_data.loaded(work), trial, tell)
    config = trial.hyperparameters.get_config()
    return Result(outcome.status, outcome.message, config)


@functools.cache
def prepare() -> None:
    """Sets the threads of TensorFlow and imports it, once in a process."""
    for name in OWN_THREADS:
        os.environ.setdefault(name, os.environ.get(THREADS, "1"))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    importlib.import_module(WORK)
    # Garbage is collected twice in each trial: what stays for good, some
    # 400,000 objects, need not be searched for it.
    gc.collect()
    gc.freeze()


def seen(folder: str) -> bool:
    """Whether this node sees the folder of the search."""
    import tensorflow as tf

    return tf.io.gfile.exists(os.path.join(folder, "oracle.json"))
