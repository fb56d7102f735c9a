"""Ray itself: whether it is installed, runs, and has what trials need."""

import contextlib
import importlib.util
import math
import numbers
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.tuning.counts import require_counts


def required() -> Any:
    """The library.

    Raises:
        ImportError: it is not installed.
    """
    if importlib.util.find_spec("ray") is None:
        raise ImportError(
            '`engine="ray"` needs Ray, which is not installed. To mend it, '
            "run `pip install 'keras-troubleshoot[ray]'`."
        )
    import ray

    return ray


def check(
    slots: Any, num_cpus: Any, num_gpus: Any, max_retries: Any, trials_each: Any
) -> None:
    """Refuses numbers that will not do.

    Raises:
        TypeError, ValueError: one of them is none, or below its least.
    """
    require_counts(slots=1 if slots is None else slots, trials_each=trials_each)
    require_counts(0, max_retries=max_retries)
    for name, value in (("num_cpus", num_cpus), ("num_gpus", num_gpus)):
        real = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not real or not 0 <= value < math.inf:
            raise ValueError(
                f"`{name}` must be a number, 0 or more, received: {value!r}. "
                "To mend it, pass what one trial needs."
            )


@contextlib.contextmanager
def connected(ray: Any, address: str | None) -> Iterator[None]:
    """A Ray that runs; one that was not there is shut down in the end."""
    if ray.is_initialized():
        yield
        return
    ray.init(address=address, log_to_driver=False, logging_level="WARNING")
    try:
        yield
    finally:
        ray.shutdown()


def require_feasible(
    ray: Any, num_cpus: float, num_gpus: float, tell: Callable[[str], None]
) -> None:
    """Some node must have what a trial needs, or may join later.

    Raises:
        ValueError: it has not, and the one node is this machine.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    for name, wanted in (("CPU", num_cpus), ("GPU", num_gpus)):
        most = max((node.get(name, 0) for node in nodes), default=0)
        if wanted <= most:
            continue
        lacks = (
            f"no node of the cluster has {wanted:g} {name}s, the largest "
            f"{most:g}"
        )
        if len(nodes) > 1:
            tell(f"Trials wait until a node joins: {lacks}.")
            continue
        raise ValueError(
            f"`num_{name.lower()}s` must be what a node has, received: "
            f"{wanted:g}; {lacks}. To mend it, pass less."
        )


def slots_of(ray: Any, num_cpus: float, num_gpus: float) -> int:
    """How many trials the cluster has resources for now, at least 1."""
    held = ray.cluster_resources()
    counts = [
        int(held.get(name, 0) // wanted)
        for name, wanted in (("CPU", num_cpus), ("GPU", num_gpus))
        if wanted > 0
    ]
    return max(1, min(counts, default=int(held.get("CPU", 1))))
