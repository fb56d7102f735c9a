"""Trains the trials of a search on a Ray cluster.

The oracle stays in this process. Each trial is a task of Ray with the
resources that it needs, so that scheduling, dead nodes and retries are Ray's.
"""

import dataclasses
import os
from collections.abc import Callable
from typing import Any

from keras_troubleshoot.tuning.engines import ray_cluster
from keras_troubleshoot.tuning.engines import ray_data
from keras_troubleshoot.tuning.engines import ray_task
from keras_troubleshoot.tuning.engines.ray_search import RaySearch

# As Ray has it for any task.
RETRIES = 3
# keras-tuner's own searches grew by 18 to 40 MiB a trial in one process: it is
# renewed before that is a GiB.
TRIALS_EACH = 25


def search(
    oracle: Any,
    work: Any,
    *,
    slots: int | None = None,
    num_cpus: float = 1,
    num_gpus: float = 0,
    max_retries: int = RETRIES,
    trials_each: int | None = None,
    address: str | None = None,
    tell: Callable[[str], None] = lambda line: None,
    **options: Any,
) -> int:
    """Searches with tasks on Ray.

    A Ray that runs already is used and left as it is; else one is connected
    to or started, as `ray.init()` does, and shut down in the end. Epochs are
    reported to an actor, which answers whether to stop: early discarding
    works as on one machine. The process that calls this can be killed at any
    time; the same search goes on from its folder.

    The folder of the search must be seen by all nodes: a shared file system,
    or a `gs://` or the like. Each trial writes its weights there.

    Args:
        oracle: of keras-tuner with `Keeping`.
        work: see `running.work`.
        slots: trials at once; by default as many as the cluster has resources
            for. Where the cluster grows on demand, this is how far.
        num_cpus: processors of a trial; TensorFlow gets as many threads.
        num_gpus: GPUs of a trial; a part such as 0.5 shares one.
        max_retries: how often a trial of which the worker or the node died
            is run anew, before it counts as failed.
        trials_each: trials after which a process is renewed, which gives its
            memory back and takes some seconds. By default 25; with GPUs 1, as
            TensorFlow keeps the GPU that it has once taken.
        address: of a cluster, such as "auto" or "head:6379"; by default what
            `ray.init()` finds.
        tell: takes a line about what happens.
        **options: of a task of Ray, such as `memory=2**30`,
            `resources={"TPU": 1}`, `scheduling_strategy="SPREAD"`.

    Returns:
        How many trials were started.

    Raises:
        ImportError: Ray is not installed.
        TypeError, ValueError: an argument will not do, no node has what a
            trial needs, or the work cannot go to other processes.
        RuntimeError: a node does not see the folder of the search.
        KeyboardInterrupt: Ctrl-C; what has ended is kept, what was under way
            is put back.
    """
    ray = ray_cluster.required()
    trials_each = trials_each or (1 if num_gpus else TRIALS_EACH)
    ray_cluster.check(slots, num_cpus, num_gpus, max_retries, trials_each)
    work = dataclasses.replace(work, folder=absolute(work.folder))
    options |= {"num_cpus": num_cpus, "num_gpus": num_gpus}
    options["max_retries"] = max_retries
    with ray_cluster.connected(ray, address):
        ray_cluster.require_feasible(ray, num_cpus, num_gpus, tell)
        oracle.save()
        held = ray_data.put(ray, work)
        task = ray.remote(max_calls=trials_each)(ray_task.run)
        running = RaySearch(ray, oracle, task, held, options, tell)
        try:
            return running.run(slots)
        finally:
            running.close()


def absolute(folder: str) -> str:
    """The folder as other processes find it."""
    return folder if "://" in folder else os.path.abspath(folder)
