"""What a worker process needs, in a folder that is ours alone."""

import mmap
import os
import pickle
import stat
from collections.abc import Iterator
from typing import Any

import cloudpickle

NAME = "work.pickle"
BUFFERS = "buffers"
# NumPy and TensorFlow take arrays as they are where they begin at such places.
ALIGNED = 64
CANNOT = (
    pickle.PicklingError,
    AttributeError,
    NotImplementedError,
    TypeError,
)


class Pickler(cloudpickle.Pickler):
    """Pickles functions by value, and data sets as files.

    Args:
        file: to write to.
        folder: for the data sets.
        keep: takes the content of each array, which is not in the pickle.
    """

    def __init__(self, file: Any, folder: str, keep: Any):
        super().__init__(file, protocol=5, buffer_callback=keep)
        self.folder, self.count = folder, 0

    def reducer_override(self, obj: Any) -> Any:
        """How an object is pickled, as `pickle` asks for it."""
        import tensorflow as tf

        if not isinstance(obj, tf.data.Dataset):
            return super().reducer_override(obj)
        require_finite(obj)
        self.count += 1
        path = os.path.join(self.folder, f"dataset-{self.count}")
        obj.save(path)
        return tf.data.Dataset.load, (path,)


def require_finite(dataset: Any) -> None:
    """Refuses a data set without an end.

    Raises:
        ValueError: it has none.
    """
    import tensorflow as tf

    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            "The data of a search with several workers must end, received: a "
            "tf.data.Dataset that repeats for ever. To mend it, leave "
            "`repeat()` out, or pass arrays."
        )


def write(folder: str, work: Any) -> None:
    """Writes what a worker needs; arrays into one file, which all share.

    Args:
        folder: of this user alone.
        work: functions, models, arrays, data sets of TensorFlow.

    Raises:
        ValueError: something cannot go to another process.
    """
    kept: list[Any] = []
    try:
        with open(os.path.join(folder, NAME), "wb") as file:
            Pickler(file, folder, kept.append).dump(work)
    except CANNOT as error:
        raise ValueError(
            "What is tuned must be able to go to other processes, and "
            f"something cannot: {error}. To mend it, make it inside of the "
            "function that builds the model, or use `workers=0`."
        ) from error
    write_buffers(folder, kept)


def write_buffers(folder: str, kept: list[Any]) -> None:
    """Writes the content of arrays, and where each begins."""
    places, at = [], 0
    with open(os.path.join(folder, BUFFERS), "wb") as file:
        for buffer in kept:
            raw = buffer.raw()
            file.write(b"\0" * (-at % ALIGNED))
            at += -at % ALIGNED
            places.append((at, raw.nbytes))
            file.write(raw)
            at += raw.nbytes
    with open(os.path.join(folder, BUFFERS + ".places"), "wb") as file:
        pickle.dump(places, file)


def read(folder: str) -> Any:
    """Reads what `write` has written.

    Raises:
        PermissionError: others than this user may write there. What is read
            can run code.
    """
    require_private(folder)
    buffers = list(views(folder))
    with open(os.path.join(folder, NAME), "rb") as file:
        return pickle.load(file, buffers=buffers)


def views(folder: str) -> Iterator[memoryview]:
    """The content of the arrays; workers share the memory."""
    with open(os.path.join(folder, BUFFERS + ".places"), "rb") as file:
        places = pickle.load(file)
    with open(os.path.join(folder, BUFFERS), "rb") as file:
        if not os.fstat(file.fileno()).st_size:
            whole = memoryview(bytearray())
        else:
            # What a worker writes into an array, the others do not see.
            whole = memoryview(
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
            )
    for at, size in places:
        yield whole[at : at + size]


def require_private(folder: str) -> None:
    """Refuses a folder that is not of this user alone.

    Raises:
        PermissionError: it is not.
    """
    found = os.lstat(folder)
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    if not private or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
        raise PermissionError(
            f"{folder!r} must be a folder of this user alone: what is read "
            "from it can run code."
        )
