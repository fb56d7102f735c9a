"""How much memory there is for a training step."""

import dataclasses
import pathlib

MEMINFO = pathlib.Path("/proc/meminfo")
# Limit and use of a container: version 2 of control groups, then version 1.
GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)


@dataclasses.dataclass(frozen=True)
class Available:
    """Memory that a step may take.

    Attributes:
        bytes: how many.
        device: `"CPU"` or `"GPU"`.
    """

    bytes: int
    device: str = "CPU"


def available() -> Available | None:
    """The memory of the device that `fit` would run on; None if unknown."""
    gpu = free_on_gpu()
    if gpu is not None:
        return Available(gpu, "GPU")
    known = [n for n in (free_by_system(), *map(free_in_group, GROUPS)) if n]
    return Available(min(known)) if known else None


def free_by_system(path: pathlib.Path = MEMINFO) -> int | None:
    """`MemAvailable` of Linux, in bytes; None on other systems."""
    try:
        lines = path.read_text("ascii").splitlines()
    except OSError:
        return None
    found = dict(line.split(":", 1) for line in lines if ":" in line)
    kilobytes = found.get("MemAvailable", "").split()
    return int(kilobytes[0]) * 1024 if kilobytes else None


def free_in_group(paths: tuple[str, str]) -> int | None:
    """What the control group leaves, in bytes; None where it sets no limit."""
    try:
        limit, used = (
            pathlib.Path(p).read_text("ascii").strip() for p in paths
        )
    except OSError:
        return None
    if not (limit.isdigit() and used.isdigit()):
        return None
    # Version 1 writes "no limit" as a number close to 2**63.
    return None if int(limit) >= 2**60 else max(int(limit) - int(used), 0)


def free_on_gpu() -> int | None:
    """Bytes that TensorFlow may still take of the first GPU; None for none."""
    import tensorflow as tf

    if not tf.config.list_logical_devices("GPU"):
        return None
    from tensorflow.python.client import device_lib

    limits = [
        device.memory_limit
        for device in device_lib.list_local_devices()
        if device.device_type == "GPU"
    ]
    used = tf.config.experimental.get_memory_info("GPU:0")["current"]
    return max(limits[0] - used, 0) if limits else None
