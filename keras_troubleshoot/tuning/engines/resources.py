"""What each of several worker processes gets of a machine."""

import os
from collections.abc import Mapping

# TensorFlow's two pools of threads, and that of its libraries.
THREADS = (
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OMP_NUM_THREADS",
)
# Whether TensorFlow takes memory of a GPU as it needs it, not all.
GROWTH = "TF_FORCE_GPU_ALLOW_GROWTH"


def environment(
    worker: int, workers: int, given: Mapping[str, str], gpus: int
) -> dict[str, str]:
    """The environment of a worker: its share of processors and GPUs.

    Each process of TensorFlow would start a thread for each processor, and
    take the memory of all GPUs. What the user has set stays.

    Args:
        worker: its number, from 0.
        workers: how many there are.
        given: the environment of this process.
        gpus: how many there are.

    Returns:
        A new environment.
    """
    share = max(1, processors() // workers)
    own = {name: str(share) for name in THREADS}
    own[GROWTH] = "true"
    own["TF_CPP_MIN_LOG_LEVEL"] = "2"
    shown = given.get("CUDA_VISIBLE_DEVICES")
    names = shown.split(",") if shown else [str(n) for n in range(gpus)]
    made = {**own, **given}
    if len(names) > 1:
        made["CUDA_VISIBLE_DEVICES"] = names[worker % len(names)]
    return made


def share_gpus() -> None:
    """Has this process leave the workers memory of the GPUs.

    It has to be called before TensorFlow puts anything on them: then it would
    have taken all of their memory.
    """
    os.environ.setdefault(GROWTH, "true")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def gpus() -> int:
    """How many GPUs TensorFlow sees; it takes none of them."""
    import tensorflow as tf

    return len(tf.config.list_physical_devices("GPU"))
