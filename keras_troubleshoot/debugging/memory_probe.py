"""The process in which `find_batch_size` tries batch sizes.

    python -m keras_troubleshoot.debugging.memory_probe FOLDER MODEL LIMIT SIZES

It prints one JSON object for each size, and ends when one does not fit.
"""

import importlib.util
import json
import pathlib
import resource
import sys
from typing import Any

import numpy as np


def main(arguments: list[str]) -> None:
    """Tries the sizes in turn, until one does not fit."""
    folder, source, limit, *sizes = arguments
    grow_on_gpu()
    model = built(source)
    x, y = read_rows(pathlib.Path(folder))
    warm(model, x, y)
    restrict(int(limit))
    for size in map(int, sizes):
        found = tried(model, x, y, size)
        print(json.dumps({"batch_size": size} | found), flush=True)
        if not found["fits"]:
            return


def grow_on_gpu() -> None:
    """Takes memory of a GPU as it is needed: others use it too."""
    import tensorflow as tf

    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)


def built(source: str) -> Any:
    """Loads the model, or calls the function that builds it."""
    import keras

    if not source.rpartition(":")[0].endswith(".py"):
        return keras.saving.load_model(source, safe_mode=True)
    path, _, name = source.rpartition(":")
    sys.path.insert(0, str(pathlib.Path(path).parent))
    spec = importlib.util.spec_from_file_location("builder", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["builder"] = module
    spec.loader.exec_module(module)
    return getattr(module, name)()


def read_rows(folder: pathlib.Path) -> tuple[Any, Any]:
    """The rows that were handed over, in their structure."""
    from keras_troubleshoot.facts import nests

    with np.load(folder / "rows.npz", allow_pickle=False) as stored:
        arrays = [stored[name] for name in stored.files]
    kept = json.loads((folder / "rows.json").read_text("utf-8"))
    x, y = (nests.transform(lambda i: arrays[i], part) for part in kept)
    return x, y


def batch(structure: Any, rows: int) -> Any:
    """As many rows as wanted, repeating those that are there."""
    from keras_troubleshoot.facts import nests

    return nests.transform(lambda a: a[np.arange(rows) % len(a)], structure)


def warm(model: Any, x: Any, y: Any) -> None:
    """Builds, traces and compiles; what that takes does not count."""
    for rows in (1, 2):
        model.train_on_batch(batch(x, rows), batch(y, rows))


def restrict(limit: int) -> None:
    """Allows this process so many bytes more than it has now.

    `RLIMIT_DATA` counts memory that the process can write to, since Linux
    4.7; TensorFlow reserves much more address space than it uses.
    """
    data = status("VmData")
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (data + limit, most))


def status(name: str) -> int:
    """A line of `/proc/self/status`, in bytes."""
    text = pathlib.Path("/proc/self/status").read_text("ascii")
    found = dict(line.split(":", 1) for line in text.splitlines())
    return int(found[name].split()[0]) * 1024


def tried(model: Any, x: Any, y: Any, size: int) -> dict[str, Any]:
    """Whether two steps with so many rows come to their end."""
    import tensorflow as tf

    before = status("VmRSS")
    pathlib.Path("/proc/self/clear_refs").write_text("5", "ascii")
    try:
        rows = batch(x, size), batch(y, size)
        for _ in range(2):
            model.train_on_batch(*rows)
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        return {"fits": False, "reason": said[:200]}
    return {"fits": True, "peak": max(status("VmHWM") - before, 0)}


if __name__ == "__main__":
    main(sys.argv[1:])
