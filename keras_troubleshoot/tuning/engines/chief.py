"""`serve`: the chief of a search, for workers on this or other machines."""

import contextlib
import time
from collections.abc import Callable
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
from keras_tuner.src import protos

from keras_troubleshoot.tuning.engines.desk import Desk
from keras_troubleshoot.tuning.engines.leases import Leases
from keras_troubleshoot.tuning.engines.servicer import Servicer

# Seconds without a word after which a worker counts as dead; it says four in
# this time that it lives.
LEASE = 30.0
# The same of keras-tuner's own workers, which are silent while they train:
# as long as keras-tuner's workers wait for their chief.
SILENT_LEASE = 3600.0
# Seconds for which the end is told; workers that wait ask each two seconds.
GRACE = 5.0
# Workers that are lost to a trial, before it counts as failed. More than on
# one machine, where it is known that they died: machines are taken away.
ATTEMPTS = 3
# Calls that are answered at a time; idle workers of keras-tuner's own hold
# one each.
THREADS = 64
PAUSE = 0.2
OPTIONS = (
    # Else two chiefs share a port, each with half of the workers.
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
)


def serve(
    oracle: Any,
    address: str,
    *,
    lease: float = LEASE,
    silent_lease: float = SILENT_LEASE,
    grace: float = GRACE,
    watch: Callable[[], None] | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> int:
    """Hands out the trials of a search until it is over.

    A trial whose worker is not heard of for `lease` seconds is given to
    another one. A chief that is started again in the folder of the search
    waits so long for the workers of the one before, which go on. It ends when
    no trial is left or under way, without waiting for dead workers.

    keras-tuner's service is neither encrypted nor guarded: whoever reaches
    the address takes part. Use it in a network that you trust.

    Args:
        oracle: of keras-tuner with `Keeping`; reloaded, if it is to be.
        address: "host:port" on which to listen.
        lease: seconds.
        silent_lease: seconds for workers of keras-tuner's own, which say
            nothing while they train.
        grace: seconds at most for which workers that wait are told the end.
        watch: called a few times a second meanwhile.
        tell: takes a line about each worker that was lost.

    Returns:
        How many trials were handed out.

    Raises:
        ValueError: the address cannot be used.
        OSError: the files of the search cannot be written.
        KeyboardInterrupt: Ctrl-C; all is kept in the folder, the workers
            wait a while for a new chief.
    """
    desk = Desk(oracle, Leases(lease, silent_lease), ATTEMPTS, tell)
    desk.expect()
    with listening(desk, address):
        while not desk.over():
            desk.tick()
            if watch is not None:
                watch()
            time.sleep(PAUSE)
        until = time.monotonic() + grace
        while desk.waiting() and time.monotonic() < until:
            time.sleep(PAUSE / 2)
    return desk.created


@contextlib.contextmanager
def listening(desk: Desk, address: str) -> Iterator[None]:
    """Answers workers meanwhile.

    Args:
        desk: decides.
        address: "host:port", or "unix:PATH" of a socket in a folder.

    Raises:
        ValueError: the address cannot be used.
    """
    server = grpc.server(
        futures.ThreadPoolExecutor(THREADS, "chief"), options=OPTIONS
    )
    protos.get_service_grpc().add_OracleServicer_to_server(
        Servicer(desk), server
    )
    open_at(server, address)
    server.start()
    try:
        yield
    finally:
        server.stop(None).wait()


def open_at(server: Any, address: str) -> None:
    """Has a server listen.

    Raises:
        ValueError: the address cannot be used.
    """
    try:
        bound = server.add_insecure_port(address)
    except RuntimeError:
        bound = 0
    if not bound:
        raise ValueError(
            "The address of the chief must be one of this machine with a "
            f"free port, received: {address!r}. To mend it, end the program "
            "that uses the port, or choose another."
        )
