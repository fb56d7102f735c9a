"""`kts.debugging.dump`: TensorFlow's own debugger, scoped and undone."""

import contextlib
import os
import pathlib
from collections.abc import Iterator

MODES = (
    "NO_TENSOR",
    "CURT_HEALTH",
    "CONCISE_HEALTH",
    "FULL_HEALTH",
    "SHAPE",
    "FULL_TENSOR",
)


@contextlib.contextmanager
def dump(
    folder: str | os.PathLike,
    tensor_debug_mode: str = "FULL_HEALTH",
    circular_buffer_size: int = -1,
) -> Iterator[pathlib.Path]:
    """Records every operation for TensorBoard's Debugger V2.

    Everything that TensorFlow runs inside the context is written to the
    folder: `tf.debugging.experimental.enable_dump_debug_info`, undone at
    the end, also after an exception. Look at it with `tensorboard --logdir
    FOLDER`. Training becomes several times slower; for a NaN, the numerics
    tools of this library are quicker. A function that TensorFlow compiled
    before is not recorded: compile the model anew inside.

    Args:
        folder: made where it is not there.
        tensor_debug_mode: what is written of each tensor: `"NO_TENSOR"`,
            `"CURT_HEALTH"` (whether it has NaN or inf), `"CONCISE_HEALTH"`,
            `"FULL_HEALTH"` (counts of NaN, inf, zero, negative, positive),
            `"SHAPE"`, or `"FULL_TENSOR"` (all numbers).
        circular_buffer_size: how many of the last events are kept; -1 for
            all, so that nothing is lost at a crash.

    Yields:
        The folder.

    Raises:
        ValueError: if the folder cannot be written, or the mode is unknown.

    Example:
        ```python
        with kts.debugging.dump("/tmp/dump"):
            model.fit(x, y, epochs=1)
        ```
    """
    import tensorflow as tf

    if tensor_debug_mode not in MODES:
        raise ValueError(
            f"`tensor_debug_mode` must be one of {list(MODES)}, received: "
            f"tensor_debug_mode={tensor_debug_mode!r}. To mend it, leave it "
            "out."
        )
    path = writable(folder)
    tf.debugging.experimental.enable_dump_debug_info(
        str(path),
        tensor_debug_mode=tensor_debug_mode,
        circular_buffer_size=circular_buffer_size,
    )
    try:
        yield path
    finally:
        tf.debugging.experimental.disable_dump_debug_info()


def writable(folder: str | os.PathLike) -> pathlib.Path:
    """The folder, made if need be.

    Raises:
        ValueError: if nothing can be written there.
    """
    path = pathlib.Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        trial = path / ".writable"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise ValueError(
            "`folder` must be a folder that can be written, received: "
            f"folder={str(folder)!r} ({error.strerror}). To mend it, name "
            "another one."
        ) from error
    return path
