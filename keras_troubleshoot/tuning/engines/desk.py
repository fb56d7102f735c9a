"""`Desk`: who gets which trial, and what becomes of those of dead workers."""

import collections
import contextlib
import threading
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from keras_tuner.engine import trial as trial_lib

from keras_troubleshoot.tuning.engines import holding
from keras_troubleshoot.tuning.engines import locks
from keras_troubleshoot.tuning.engines import spaces
from keras_troubleshoot.tuning.engines.leases import Leases
from keras_troubleshoot.tuning.engines.wire import Sender

# Of our own workers it is known who speaks, of keras-tuner's it is not.
Who = Sender | None
TAKEN = "It was given to another worker."


class Desk:
    """Hands out the trials of an oracle; a dead worker costs its trial's time.

    Safe to be used by several threads.

    Args:
        oracle: of keras-tuner, with `Keeping`.
        leases: until when a silent worker counts as alive.
        attempts: of how many workers that die of it a trial is the last
            thing, before it counts as failed.
        tell: takes a line about a worker that was lost.

    Attributes:
        created: how many trials were handed out.
        asked: the workers that ever asked for one.
    """

    def __init__(
        self,
        oracle: Any,
        leases: Leases,
        attempts: int,
        tell: Callable[[str], None],
    ):
        self.oracle, self.leases = oracle, leases
        self.attempts, self.tell = attempts, tell
        self.created, self.stopped = 0, holding.finished(oracle)
        self.deaths: collections.Counter[str] = collections.Counter()
        # Workers that will ask again, and when they were heard.
        self.heard: dict[str, float] = {}
        self.asked: set[str] = set()
        self.trouble: OSError | None = None
        self.lock = threading.RLock()

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """One at a time; keras-tuner's lock is let go on an error."""
        with self.lock, locks.released(self.oracle):
            try:
                yield
            except OSError as error:
                self.trouble = error
                raise

    def expect(self) -> None:
        """Waits a lease for the workers that a chief before this one had."""
        with self.open():
            for trial_id in holding.expect(self.oracle):
                self.leases.expect(trial_id)

    def create(self, tuner_id: str, who: Who) -> Any:
        """A trial; with the status IDLE or STOPPED where there is none."""
        with self.open():
            self.tick()
            self.heard[tuner_id] = self.leases.clock()
            self.asked.add(tuner_id)
            trial = self.oracle.create_trial(tuner_id)
            if trial.status == "RUNNING":
                self.created += 1
                self.leases.hold(trial.trial_id, who and who.tuner_id)
            if trial.status == "STOPPED":
                self.stopped = True
                self.heard.pop(tuner_id)
            return trial

    def update(
        self, trial_id: str, metrics: dict[str, float], step: int, who: Who
    ) -> Any:
        """Takes metrics; the trial that returns says whether to go on."""
        with self.open():
            if not self.speaks(trial_id, who):
                return self.stop(trial_id)
            return self.oracle.update_trial(trial_id, metrics, step=step)

    def end(self, trial: Any, who: Who) -> None:
        """Ends a trial; what comes from a worker thought dead is left."""
        with self.open():
            if not self.speaks(trial.trial_id, who):
                return
            self.leases.release(trial.trial_id)
            trial.hyperparameters = spaces.restored(
                trial.hyperparameters,
                self.oracle.trials[trial.trial_id].hyperparameters,
            )
            try:
                self.oracle.end_trial(trial)
            except OSError:
                raise  # It is not the trial's fault.
            except Exception as error:
                # Left as it is, the trial would be handed out for ever.
                locks.release(self.oracle)
                holding.fail(self.oracle, trial.trial_id, str(error))

    def beat(self, trial_id: str, who: Sender) -> bool:
        """A worker lives; False where its trial is no longer its own.

        Does not wait for others as a rule: a suggestion may take its time.
        """
        if self.leases.renew(trial_id, who.tuner_id):
            return True
        with self.open():
            return self.speaks(trial_id, who)

    def speaks(self, trial_id: str, who: Who) -> bool:
        """Whether a worker trains a trial; one thought dead gets it back."""
        oracle, name = self.oracle, who and who.tuner_id
        held = holding.holder(oracle, trial_id)
        if name or held:
            self.heard[name or held] = self.leases.clock()
        if held is None and not holding.queued(oracle, trial_id):
            return False
        if held is not None and not self.leases.allows(trial_id, name):
            return False
        if name or held is None:
            holding.give(oracle, trial_id, name or f"expected-{trial_id}")
        self.leases.hold(trial_id, name)
        return True

    def stop(self, trial_id: str) -> Any:
        """Says that a trial is not to be trained on."""
        return trial_lib.Trial(
            self.oracle.get_space(), trial_id, "STOPPED", TAKEN
        )

    def died(self, tuner_id: str, reason: str | None) -> None:
        """Takes the trial of a worker back, if it had one.

        Args:
            tuner_id: of the worker.
            reason: why it died; None where the trial is not to blame.
        """
        with self.open():
            self.heard.pop(tuner_id, None)
            trial = self.oracle.ongoing_trials.get(tuner_id)
            if trial is not None and reason is None:
                self.leases.release(trial.trial_id)
                self.oracle.requeue(trial.trial_id)
            elif trial is not None:
                self.lose(trial.trial_id, reason)

    def tick(self) -> None:
        """Takes the trials of workers back that were not heard in time."""
        with self.open():
            for trial_id in self.leases.lapsed():
                self.leases.release(trial_id)
                if holding.holder(self.oracle, trial_id) is not None:
                    self.lose(trial_id, "its worker was not heard of any more")

    def lose(self, trial_id: str, reason: str) -> None:
        """Puts a trial back; one that ends each of its workers fails."""
        self.leases.release(trial_id)
        self.deaths[trial_id] += 1
        if self.deaths[trial_id] < self.attempts:
            self.oracle.requeue(trial_id)
            self.tell(f"Trial {trial_id} will be run anew: {reason}")
        else:
            holding.fail(self.oracle, trial_id, reason)
            self.tell(f"Trial {trial_id} failed: {reason}")

    def over(self) -> bool:
        """Whether there is no trial left, and none under way.

        Raises:
            OSError: what was to be written, in whichever thread, was not.
        """
        if self.trouble is not None:
            raise self.trouble
        with self.open():
            if holding.finished(self.oracle):
                return True
            return self.stopped and holding.idle(self.oracle)

    def waiting(self) -> list[str]:
        """Workers that live and have not been told of the end."""
        since = self.leases.clock() - self.leases.seconds
        return [name for name, at in self.heard.items() if at >= since]
