"""`Line`: calls to a chief that may be away for a while."""

import math
import time
import uuid
from collections.abc import Callable
from typing import Any

import grpc
from keras_tuner.src import protos

from keras_troubleshoot.tuning.engines import wire

# Seconds without an answer after which the chief is taken as gone; one that
# is started anew has so long.
GRACE = 60.0
# The same of one that has never answered: machines come up one by one.
START = 600.0
# Seconds for one call: many workers may wait for suggestions at once.
TIMEOUT = 600.0
PAUSE = 0.5
AWAY = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
)
OPTIONS = (
    # The chief is in the same network, and none of a proxy's business.
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2000),
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
)


class ChiefGone(Exception):
    """The chief of the search was not there for too long."""


class ChiefAbsent(RuntimeError):
    """No chief was ever there."""


class Line:
    """Takes calls as the stub of keras-tuner's client does, and repeats them.

    Args:
        address: "host:port" of the chief.
        tuner_id: of the worker.
        grace: seconds for which a chief that is away is waited for.
        start: the same of one that has never answered.

    Attributes:
        metadata: that goes with the next call.
        told: metadata that came with the last answer.
    """

    def __init__(
        self,
        address: str,
        tuner_id: str,
        grace: float = GRACE,
        start: float = START,
    ):
        self.address, self.tuner_id = address, tuner_id
        self.grace, self.start = grace, max(grace, start)
        self.channel = grpc.insecure_channel(address, options=OPTIONS)
        self.stub = protos.get_service_grpc().OracleStub(self.channel)
        self.session = uuid.uuid4().hex
        self.calls = 0
        self.metadata: wire.Metadata = ()
        self.told: wire.Metadata = ()
        self.heard = -math.inf
        self.gone: Exception | None = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A method of the service: `GetSpace`, `CreateTrial`, ..."""
        if not name[:1].isupper():
            raise AttributeError(name)
        method = getattr(self.stub, name)

        def call(request: Any, **options: Any) -> Any:
            # What keras-tuner's client would wait, is ours to say.
            return self.call(method, request)

        return call

    def call(self, method: Any, request: Any) -> Any:
        """One call, until it is answered.

        Raises:
            ChiefGone: no answer for `grace` seconds.
        ChiefAbsent: never an answer, for `start` seconds.
            RuntimeError: the chief refuses it.
        """
        if self.gone is not None:
            # A training may have swallowed it. Its trial has not ended.
            raise self.gone
        self.calls += 1
        who = wire.Sender(self.tuner_id, self.session, str(self.calls))
        metadata, self.metadata = wire.sent(who) + self.metadata, ()
        began = time.monotonic()
        while True:
            try:
                response, done = method.with_call(
                    request, timeout=TIMEOUT, metadata=metadata
                )
            except grpc.RpcError as error:
                self.wait(error, began)
                continue
            self.heard = time.monotonic()
            self.told = done.trailing_metadata() or ()
            return response

    def wait(self, error: Any, began: float) -> None:
        """Waits for a chief that is away; raises where that is no use."""
        if error.code() not in AWAY:
            refused = RuntimeError(
                f"The chief at {self.address} refuses: {error.details()}"
            )
            if error.code() == wire.BROKEN:
                self.gone = refused
            raise refused from error
        silent = time.monotonic() - max(began, self.heard)
        if math.isinf(self.heard) and silent > self.start:
            self.gone = ChiefAbsent(
                f"No chief has answered at {self.address} for "
                f"{self.start:g} seconds. To mend it, start it, and see "
                "whether this machine reaches the address."
            )
        elif math.isfinite(self.heard) and silent > self.grace:
            self.gone = ChiefGone(
                f"the chief at {self.address} has not answered for "
                f"{self.grace:g} seconds"
            )
        if self.gone is not None:
            raise self.gone from error
        time.sleep(PAUSE)

    def beat(self, trial_id: str, timeout: float) -> bool | None:
        """Says that the worker lives.

        Returns:
            Whether the trial is still its own; None without an answer.
        """
        who = wire.Sender(self.tuner_id, self.session, beat=True)
        request = protos.get_service().GetTrialRequest(trial_id=trial_id)
        try:
            response = self.stub.GetTrial(
                request, timeout=timeout, metadata=wire.sent(who)
            )
        except grpc.RpcError:
            return None
        self.heard = time.monotonic()
        stopped = protos.get_proto().TrialStatus.STOPPED
        return response.trial.status != stopped

    def close(self) -> None:
        """Hangs up."""
        self.channel.close()
