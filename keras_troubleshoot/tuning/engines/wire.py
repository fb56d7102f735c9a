"""What our chief and our workers say beside keras-tuner's messages.

It goes as metadata of the calls, which a chief or a worker of keras-tuner's
own neither sends nor looks at.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

import grpc

TUNER = "kts-tuner"
SESSION = "kts-session"
CALL = "kts-call"
BEAT = "kts-beat"
LEASE = "kts-lease"
# The name of metadata that holds bytes must end so.
MESSAGE = "kts-message-bin"
# That the chief cannot write its files, and will end.
BROKEN = grpc.StatusCode.DATA_LOSS
# gRPC allows 8 KiB of metadata by default.
LONGEST = 4000

Metadata = tuple[tuple[str, str | bytes], ...]


@dataclasses.dataclass(frozen=True)
class Sender:
    """Who calls: one of our workers.

    Attributes:
        tuner_id: its name; processes that train one trial together share it.
        session: of its process.
        call: counts the calls of the process; one that is repeated, as its
            answer was lost, has the number of the first.
        beat: whether the call only says that the worker lives.
    """

    tuner_id: str
    session: str
    call: str = ""
    beat: bool = False


def sent(who: Sender) -> Metadata:
    """The metadata of a call of ours."""
    told = (
        (TUNER, who.tuner_id),
        (SESSION, who.session),
        (CALL, who.call),
    )
    return (*told, (BEAT, "1")) if who.beat else told


def sender(metadata: Iterable[tuple[str, Any]] | None) -> Sender | None:
    """Who sent the metadata; None for a worker of keras-tuner's own."""
    told = dict(metadata or ())
    if SESSION not in told:
        return None
    return Sender(
        told.get(TUNER, ""), told[SESSION], told.get(CALL, ""), BEAT in told
    )


def packed(message: str | None) -> Metadata:
    """A message, as metadata; the end of a long one, where the error is."""
    if not message:
        return ()
    return ((MESSAGE, message.encode("utf-8", "replace")[-LONGEST:]),)


def message(metadata: Iterable[tuple[str, Any]] | None) -> str | None:
    """The message in the metadata, None where there is none."""
    told = dict(metadata or ()).get(MESSAGE)
    return told.decode("utf-8", "ignore") if told else None


def lease(metadata: Iterable[tuple[str, Any]] | None) -> float | None:
    """Seconds for which a chief waits for a silent worker; None: for ever."""
    told = dict(metadata or ()).get(LEASE)
    return float(told) if told else None
