"""`Servicer`: keras-tuner's service for workers, before a `Desk`."""

import contextlib
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import grpc
from keras_tuner.engine import hyperparameters as hp_lib
from keras_tuner.engine import trial as trial_lib
from keras_tuner.src import protos
from keras_tuner.src.distribute import oracle_chief

from keras_troubleshoot.tuning.engines import quiet
from keras_troubleshoot.tuning.engines import spaces
from keras_troubleshoot.tuning.engines import wire
from keras_troubleshoot.tuning.engines.desk import Desk

# Seconds for which a worker of keras-tuner's own, which asks again at once,
# waits for the answer that there is no trial yet.
HOLD = 1.0

service = protos.get_service()


class Servicer(oracle_chief.OracleServicer):
    """Answers the workers: ours, and keras-tuner's own.

    What raises becomes an error of the call, in one sentence.

    Args:
        desk: decides.
        hold: seconds for which a worker of keras-tuner's own is kept waiting
            when there is no trial for it.
    """

    def __init__(self, desk: Desk, hold: float = HOLD):
        super().__init__(desk.oracle)
        quiet.silence()
        self.desk, self.hold = desk, hold
        self.lock = threading.RLock()
        # Of each session, the last call, its answer, and what went with it.
        self.answers: dict[str, tuple[Any, Any, wire.Metadata]] = {}

    def CreateTrial(self, request: Any, context: Any) -> Any:
        """A trial for a worker that asks."""

        def answer(who: Any) -> Any:
            trial = self.desk.create(request.tuner_id, who)
            response = service.CreateTrialResponse(trial=trial.to_proto())
            beat = self.desk.leases.beat()
            return response, ((wire.LEASE, str(beat)),) if beat else ()

        response = self.once(context, answer)
        idle = protos.get_proto().TrialStatus.IDLE
        if response.trial.status == idle and sender(context) is None:
            time.sleep(self.hold)
        return response

    def UpdateTrial(self, request: Any, context: Any) -> Any:
        """Takes the metrics of an epoch."""

        def answer(who: Any) -> Any:
            trial = self.desk.update(
                request.trial_id, dict(request.metrics), request.step, who
            )
            response = service.UpdateTrialResponse(trial=trial.to_proto())
            return response, wire.packed(trial.message)

        return self.once(context, answer)

    def EndTrial(self, request: Any, context: Any) -> Any:
        """Takes the end of a trial."""

        def answer(who: Any) -> Any:
            trial = trial_lib.Trial.from_proto(request.trial)
            trial.message = wire.message(context.invocation_metadata())
            self.desk.end(trial, who)
            return service.EndTrialResponse(), ()

        return self.once(context, answer)

    def GetTrial(self, request: Any, context: Any) -> Any:
        """A trial; or only that its worker lives."""
        who = sender(context)
        with self.refusing(context):
            if who is None or not who.beat:
                with self.desk.open():
                    return super().GetTrial(request, context)
            lives = self.desk.beat(request.trial_id, who)
            trial = trial_lib.Trial(
                hp_lib.HyperParameters(),
                request.trial_id,
                "RUNNING" if lives else "STOPPED",
            )
            return service.GetTrialResponse(trial=trial.to_proto())

    def GetSpace(self, request: Any, context: Any) -> Any:
        """The search space."""
        with self.refusing(context), self.desk.open():
            return super().GetSpace(request, context)

    def UpdateSpace(self, request: Any, context: Any) -> Any:
        """Takes new hyperparameters."""
        with self.refusing(context), self.desk.open():
            received = hp_lib.HyperParameters.from_proto(
                request.hyperparameters
            )
            known = self.oracle.get_space()
            self.oracle.update_space(spaces.restored(received, known))
            return service.UpdateSpaceResponse()

    def GetBestTrials(self, request: Any, context: Any) -> Any:
        """The best trials."""
        with self.refusing(context), self.desk.open():
            return super().GetBestTrials(request, context)

    def once(
        self,
        context: Any,
        answer: Callable[[Any], tuple[Any, wire.Metadata]],
    ) -> Any:
        """Answers a call; one that is repeated gets the answer of before.

        A worker repeats a call whose answer was lost on the way.
        """
        who = sender(context)
        with self.refusing(context), self.lock:
            if who is not None and who.session in self.answers:
                before, response, told = self.answers[who.session]
                if before == who:
                    context.set_trailing_metadata(told)
                    return response
            response, told = answer(who)
            if who is not None:
                self.answers[who.session] = who, response, told
            context.set_trailing_metadata(told)
            return response

    @contextlib.contextmanager
    def refusing(self, context: Any) -> Iterator[None]:
        """Makes an exception the error of the call."""
        try:
            yield
        except Exception as error:
            code = grpc.StatusCode.FAILED_PRECONDITION
            if isinstance(error, OSError):
                code = wire.BROKEN
            context.abort(code, f"{type(error).__name__}: {error}")


def sender(context: Any) -> wire.Sender | None:
    """Who calls."""
    return wire.sender(context.invocation_metadata())
