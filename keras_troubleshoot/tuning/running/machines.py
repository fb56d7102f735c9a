"""Where the trials run: here, in other processes, on other machines."""

from collections.abc import Callable
from typing import Any

from keras_troubleshoot.tuning.running import folders
from keras_troubleshoot.tuning.running.result import TuningResult
from keras_troubleshoot.tuning.running.tuner import SearchTuner


def prepare(workers: int) -> None:
    """Leaves memory of the GPUs to the workers, where there are to be some."""
    if workers:
        from keras_troubleshoot.tuning.engines import resources

        resources.share_gpus()


def is_worker() -> bool:
    """Whether this process trains the trials of a chief."""
    from keras_troubleshoot.tuning.engines import roles

    return roles.role() == roles.WORKER


def took_part(
    work: Any, oracle: Any, directory: str, name: str
) -> TuningResult:
    """Trains trials of the chief until there are none."""
    from keras_troubleshoot.tuning.engines import roles

    roles.take_part(work)
    tuner = SearchTuner(oracle, work, directory, name)
    folders.taken_up(oracle, work.folder)
    return TuningResult(tuner, work.folder)


def search(plan: Any, tuner: Any, say: Callable[[str], None]) -> None:
    """Runs the trials that are left, by the engine that was asked for."""
    from keras_troubleshoot.tuning.engines import roles

    oracle, work = plan.oracle, plan.work
    if roles.role() == roles.CHIEF:
        say(f"The chief hands out trials at {roles.address()}.")
        roles.lead(oracle, tell=say)
    elif plan.engine == "ray":
        from keras_troubleshoot.tuning.engines import ray

        slots = {"slots": plan.workers} if plan.workers else {}
        ray.search(oracle, work, tell=say, **slots, **plan.resources)
    elif plan.workers:
        from keras_troubleshoot.tuning.engines import local

        local.search(oracle, work, plan.workers, tell=say)
    else:
        tuner.search()
