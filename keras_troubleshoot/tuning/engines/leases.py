"""`Leases`: until when a worker that is silent counts as alive."""

import math
import threading
import time
from collections.abc import Callable


class Leases:
    """Which worker trains a trial, and until when it must be heard.

    Args:
        seconds: of silence after which a worker of ours counts as dead.
        silent_seconds: the same of a worker of keras-tuner's own, which says
            nothing before its trial has ended.
        clock: tells the seconds.

    Example:
        >>> now = 0.0
        >>> leases = Leases(30.0, 3600.0, clock=lambda: now)
        >>> leases.hold("00", "worker 1")
        >>> now = 31.0
        >>> leases.lapsed()
        ['00']
    """

    def __init__(
        self,
        seconds: float,
        silent_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.seconds, self.silent_seconds = seconds, silent_seconds
        self.clock = clock
        self.lock = threading.RLock()
        self.owners: dict[str, str | None] = {}
        self.ends: dict[str, float] = {}

    def hold(self, trial_id: str, tuner_id: str | None) -> None:
        """Starts a lease; None for a worker of keras-tuner's own."""
        silent = tuner_id is None
        seconds = self.silent_seconds if silent else self.seconds
        with self.lock:
            self.owners[trial_id] = tuner_id
            self.ends[trial_id] = self.clock() + seconds

    def expect(self, trial_id: str) -> None:
        """Starts a lease for whoever trains the trial, if anybody does."""
        with self.lock:
            self.owners[trial_id] = None
            self.ends[trial_id] = self.clock() + self.seconds

    def allows(self, trial_id: str, tuner_id: str | None) -> bool:
        """Whether a worker may speak for a trial.

        A worker of keras-tuner's own does not say who it is.
        """
        if tuner_id is None:
            return True
        return self.owners.get(trial_id, "") in (None, tuner_id)

    def renew(self, trial_id: str, tuner_id: str) -> bool:
        """Prolongs the lease of a worker; False where it has none."""
        with self.lock:
            if self.owners.get(trial_id) != tuner_id:
                return False
            self.hold(trial_id, tuner_id)
            return True

    def release(self, trial_id: str) -> None:
        """Ends a lease, if there is one."""
        with self.lock:
            self.owners.pop(trial_id, None)
            self.ends.pop(trial_id, None)

    def lapsed(self) -> list[str]:
        """The trials whose worker was not heard in time."""
        now = self.clock()
        with self.lock:
            return [name for name, end in self.ends.items() if end < now]

    def beat(self) -> float | None:
        """Seconds of a lease as a worker shall know; None: none needed."""
        return None if math.isinf(self.seconds) else self.seconds
