"""`Client`: the oracle of a chief, as its workers see it."""

import os
import time
from typing import Any

from keras_tuner.engine import trial as trial_lib
from keras_tuner.src.distribute import oracle_client

from keras_troubleshoot.tuning.engines import quiet
from keras_troubleshoot.tuning.engines import spaces
from keras_troubleshoot.tuning.engines import wire
from keras_troubleshoot.tuning.engines.desk import TAKEN
from keras_troubleshoot.tuning.engines.heartbeat import Heartbeat
from keras_troubleshoot.tuning.engines.line import GRACE
from keras_troubleshoot.tuning.engines.line import START
from keras_troubleshoot.tuning.engines.line import ChiefAbsent
from keras_troubleshoot.tuning.engines.line import ChiefGone
from keras_troubleshoot.tuning.engines.line import Line

__all__ = ["ChiefAbsent", "ChiefGone", "Client"]

# Seconds between two questions for a trial, where there is none yet.
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0


class Client(oracle_client.OracleClient):
    """keras-tuner's client that waits for its chief, though not for ever.

    It says that it lives while a trial runs, if the chief is one of ours;
    asks less and less often while there is no trial; and carries the message
    of a trial, which keras-tuner's leaves behind.

    Args:
        oracle: has the attributes that a worker asks for: `objective`, ...
        grace: seconds for which a chief that is away is waited for.
        start: the same of one that has never answered.

    Attributes:
        ended: how many trials it has ended.

    Raises:
        ChiefGone: by all methods: it is away for longer.
        ChiefAbsent: by all methods: it has never been there.
        RuntimeError: by all methods: it refuses a call.
    """

    def __init__(self, oracle: Any, grace: float = GRACE, start: float = START):
        quiet.silence()
        # Not keras-tuner's, which opens a connection of its own.
        self._oracle = oracle
        self.tuner_id = os.environ["KERASTUNER_TUNER_ID"]
        host = os.environ["KERASTUNER_ORACLE_IP"]
        port = os.environ["KERASTUNER_ORACLE_PORT"]
        self.stub = Line(f"{host}:{port}", self.tuner_id, grace, start)
        self.multi_worker, self.should_report = False, True
        self.heartbeat: Heartbeat | None = None
        self.ended = 0

    def create_trial(self, tuner_id: str) -> Any:
        """The next trial; waits while there is none yet."""
        self.rest()
        pause = FIRST_PAUSE
        trial = super().create_trial(tuner_id)
        while trial.status == "IDLE":
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            trial = super().create_trial(tuner_id)
        lease = wire.lease(self.stub.told)
        if trial.status == "RUNNING" and lease:
            self.heartbeat = Heartbeat(
                lambda seconds: self.stub.beat(trial.trial_id, seconds), lease
            )
        return trial

    def update_trial(
        self, trial_id: str, metrics: dict[str, float], step: int = 0
    ) -> Any:
        """Reports an epoch; STOPPED, with the reason, where it was enough."""
        if self.heartbeat is not None and self.heartbeat.lost:
            return trial_lib.Trial(self.get_space(), trial_id, "STOPPED", TAKEN)
        # NumPy's numbers are not taken by the message.
        plain = {name: float(value) for name, value in metrics.items()}
        trial = super().update_trial(trial_id, plain, step=int(step))
        trial.message = wire.message(self.stub.told)
        return trial

    def end_trial(self, trial: Any) -> None:
        """Reports the end of a trial, with its message."""
        self.stub.metadata = wire.packed(trial.message)
        try:
            super().end_trial(trial)
            self.ended += 1
        finally:
            self.rest()

    def update_space(self, hyperparameters: Any) -> None:
        """Tells the chief of hyperparameters, where some are new to it."""
        known = self.get_space()
        whole = spaces.restored(hyperparameters, known)
        if len(whole.space) > len(known.space):
            super().update_space(hyperparameters)

    def rest(self) -> None:
        """Ends the heartbeat, if there is one."""
        if self.heartbeat is not None:
            self.heartbeat.stop()
            self.heartbeat = None

    def close(self) -> None:
        """Hangs up."""
        self.rest()
        self.stub.close()
