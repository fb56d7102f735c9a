"""The part of this process in a search on several machines.

The environment says it, as keras-tuner has it: `KERASTUNER_TUNER_ID` ("chief",
or another name for each worker), `KERASTUNER_ORACLE_IP` and
`KERASTUNER_ORACLE_PORT`, the address of the chief.
"""

import contextlib
import gc
import os
import sys
import types
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

CHIEF, WORKER = "chief", "worker"
TUNER_ID = "KERASTUNER_TUNER_ID"
HOST = "KERASTUNER_ORACLE_IP"
PORT = "KERASTUNER_ORACLE_PORT"


def role() -> str | None:
    """What it is: "chief", "worker", or None where it searches for itself.

    Raises:
        ValueError: the environment says a part of it only.
    """
    if HOST not in os.environ:
        return None
    missing = [name for name in (PORT, TUNER_ID) if name not in os.environ]
    if missing:
        raise ValueError(
            f"The environment must name {' and '.join(missing)} where it has "
            f"{HOST}. To mend it, set it, or remove {HOST}."
        )
    return CHIEF if CHIEF in os.environ[TUNER_ID] else WORKER


@contextlib.contextmanager
def playing(part: str, address: str, tuner_id: str) -> Iterator[None]:
    """Sets keras-tuner's environment meanwhile.

    Args:
        part: "chief" or "worker".
        address: "host:port" of the chief.
        tuner_id: of a worker, another one for each.

    Raises:
        ValueError: the address has no port.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(
            "The address of the chief must be HOST:PORT, received: "
            f"{address!r}."
        )
    told = {
        TUNER_ID: CHIEF if part == CHIEF else tuner_id,
        HOST: host,
        PORT: port,
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def lead(
    oracle: Any,
    *,
    watch: Callable[[], None] | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> int:
    """Hands out the trials, as the chief; see `chief.serve`."""
    from keras_troubleshoot.tuning.engines import chief

    return chief.serve(oracle, address(), watch=watch, tell=tell)


def address() -> str:
    """Where the chief is, by the environment."""
    return f"{os.environ[HOST]}:{os.environ[PORT]}"


def take_part(work: Any) -> int:
    """Trains trials of the chief, as a worker, until there are none.

    A chief that does not come back ends it, with a line on stderr.

    Args:
        work: see `running.work`.

    Returns:
        How many it trained.
    """
    from keras_troubleshoot.tuning.engines.client import ChiefGone
    from keras_troubleshoot.tuning.engines.client import Client
    from keras_troubleshoot.tuning.running import loop

    client = Client(types.SimpleNamespace(objective=work.objective))
    with contextlib.closing(client):
        # What was imported stays; to look through it costs 0.2 s twice a
        # trial.
        gc.freeze()
        try:
            loop.search(client, work, client.tuner_id)
        except ChiefGone as gone:
            print(f"The worker ends: {gone}.", file=sys.stderr)
        finally:
            gc.unfreeze()
    return client.ended
