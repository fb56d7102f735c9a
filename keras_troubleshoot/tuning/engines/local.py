"""Trains the trials of a search in several processes of this machine."""

import math
import os
import socket
import time
from collections.abc import Callable
from typing import Any

from keras_troubleshoot.tuning.counts import require_counts
from keras_troubleshoot.tuning.engines import chief
from keras_troubleshoot.tuning.engines import payload
from keras_troubleshoot.tuning.engines import scratch
from keras_troubleshoot.tuning.engines.crew import Crew
from keras_troubleshoot.tuning.engines.desk import Desk
from keras_troubleshoot.tuning.engines.leases import Leases

# keras-tuner's own searches grew by 18 to 40 MiB a trial in one process: a
# worker is renewed before that is a GiB.
TRIALS_EACH = 25
# Processes that a trial may cost, before it counts as failed.
ATTEMPTS = 2
PAUSE = 0.05
# Bytes of the path of a socket; the least of all systems.
LONGEST = 100


def search(
    oracle: Any,
    work: Any,
    workers: int,
    *,
    trials_each: int | None = TRIALS_EACH,
    watch: Callable[[], None] | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> int:
    """Searches with workers that are processes of this machine.

    The oracle stays here, and answers them where no other user can ask. A
    process that dies costs the time of its trial, which is run again; a trial
    that ended two processes is recorded as failed, with the reason. The
    processors are shared between the workers, and each has one GPU, where
    there are several. Workers end with this process, however it ends.

    Args:
        oracle: of keras-tuner with `Keeping`.
        work: see `running.work`; functions go by value, arrays are written
            once and shared, a `tf.data.Dataset` is written as it comes.
        workers: how many processes, at least 1.
        trials_each: trials after which a process is renewed, which gives its
            memory back and takes some seconds; None for never.
        watch: called some twenty times a second meanwhile.
        tell: takes a line about each process that was lost.

    Returns:
        How many trials were started, those run again among them.

    Raises:
        TypeError, ValueError: an argument will not do, or the work cannot go
            to another process.
        RuntimeError: the workers die before their first trial; with the last
            lines that they wrote. There is no room for the data.
        OSError: the files of the search cannot be written.
        KeyboardInterrupt: Ctrl-C; what has ended is kept, what was under way
            is put back.
    """
    require_counts(workers=workers)
    if trials_each is not None:
        require_counts(trials_each=trials_each)
    desk = Desk(oracle, Leases(math.inf, math.inf), ATTEMPTS, tell)
    if desk.over():
        return 0
    with scratch.private_folder() as folder:
        hand_over(folder, work)
        address = address_in(folder)
        with chief.listening(desk, address):
            crew = Crew(desk, workers, folder, address, trials_each)
            try:
                attend(desk, crew, watch)
            finally:
                crew.kill()
    return desk.created


def attend(desk: Desk, crew: Crew, watch: Callable[[], None] | None) -> None:
    """Keeps the workers going until the search is over."""
    while not desk.over():
        crew.tend()
        if watch is not None:
            watch()
        time.sleep(PAUSE)


def hand_over(folder: str, work: Any) -> None:
    """Writes what the workers need.

    Raises:
        ValueError: it cannot go to another process.
        RuntimeError: there is no room.
    """
    try:
        payload.write(folder, work)
    except OSError as error:
        raise RuntimeError(
            f"The data could not be written to the temporary folder "
            f"{folder!r} ({error.strerror}), from which all workers read it. "
            "To mend it, make room, or set TMPDIR to a folder with more."
        ) from error


def address_in(folder: str) -> str:
    """Where the workers find their chief: nobody else reaches the folder.

    A port of 127.0.0.1 where the system has no such sockets, or where the
    path is too long for one.
    """
    path = os.path.join(folder, "chief")
    if os.name == "posix" and len(path.encode()) < LONGEST:
        return f"unix:{path}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"
