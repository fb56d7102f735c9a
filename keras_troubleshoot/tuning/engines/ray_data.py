"""What each trial does, put where all nodes of a Ray cluster can read it."""

import dataclasses
import os
import pickle
from typing import Any

from keras_troubleshoot.tuning.engines import payload

# Data sets are written beside the trials, where all nodes see them.
FOLDER = "ray_data"


@dataclasses.dataclass(frozen=True)
class Saved:
    """A data set of TensorFlow that was written.

    Attributes:
        path: its folder.
    """

    path: str


def put(ray: Any, work: Any) -> Any:
    """The work in Ray's object store; arrays are shared, not copied.

    Args:
        ray: the library, initialized.
        work: see `running.work`; a `tf.data.Dataset` as its data is written
            into the folder of the search.

    Returns:
        A reference.

    Raises:
        ValueError: something cannot go to other processes.
    """
    data = {
        name: saved(
            getattr(work, name), os.path.join(work.folder, FOLDER, name)
        )
        for name in ("train", "validation")
    }
    try:
        return ray.put(dataclasses.replace(work, **data))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        first = str(error).strip().splitlines()[0]
        raise ValueError(
            "What is tuned must be able to go to other processes, and "
            f"something cannot: {first} To mend it, make it inside of the "
            "function that builds the model."
        ) from error


def saved(data: Any, path: str) -> Any:
    """The data; of a data set of TensorFlow where it was written."""
    import tensorflow as tf

    if not isinstance(data, tf.data.Dataset):
        return data
    payload.require_finite(data)
    data.save(path)
    return Saved(path)


def loaded(work: Any) -> Any:
    """The work with its data sets read."""
    import tensorflow as tf

    data = {
        name: tf.data.Dataset.load(held.path)
        for name in ("train", "validation")
        if isinstance(held := getattr(work, name), Saved)
    }
    return dataclasses.replace(work, **data)
