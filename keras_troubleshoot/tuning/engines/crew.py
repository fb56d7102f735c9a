"""`Crew`: the worker processes of a search on this machine."""

import itertools
import os

from keras_troubleshoot.tuning.engines import resources
from keras_troubleshoot.tuning.engines.desk import Desk
from keras_troubleshoot.tuning.engines.process import Process

# Deaths of processes before they asked for a trial, in a row, at least: one
# may be chance.
STARTS = 2


class Crew:
    """Keeps as many workers alive as there are places.

    Args:
        desk: of the search.
        places: how many workers.
        folder: private, with the payload.
        address: of the chief.
        trials_each: after which a process is renewed; None for never.
    """

    def __init__(
        self,
        desk: Desk,
        places: int,
        folder: str,
        address: str,
        trials_each: int | None,
    ):
        self.desk, self.folder, self.address = desk, folder, address
        self.trials_each = trials_each
        self.numbers = itertools.count()
        self.gpus = resources.gpus()
        self.failures = 0
        self.processes = [None] * places

    def tend(self) -> None:
        """Starts workers, and looks after those that ended.

        Raises:
            RuntimeError: they die before they do anything.
        """
        for place, process in enumerate(self.processes):
            if process is not None and not process.ended():
                continue
            if process is not None:
                self.bury(process)
            if not self.desk.stopped and not self.desk.over():
                self.processes[place] = self.start(place)

    def start(self, place: int) -> Process:
        """A new worker."""
        environment = resources.environment(
            place, len(self.processes), os.environ, self.gpus
        )
        return Process(
            f"worker-{os.getpid()}-{next(self.numbers)}",
            self.folder,
            self.address,
            self.trials_each,
            environment,
        )

    def bury(self, process: Process) -> None:
        """Gives the trial of a worker that ended back."""
        asked = process.tuner_id in self.desk.asked
        self.desk.died(process.tuner_id, process.reason())
        self.failures = 0 if asked else self.failures + 1
        if self.failures >= max(STARTS, len(self.processes)):
            raise RuntimeError(
                f"The workers of the search do not start: "
                f"{process.reason()}. The last that it said:\n"
                f"{process.output() or '(nothing)'}"
            )

    def kill(self) -> None:
        """Ends all workers, then puts their trials back."""
        started = [p for p in self.processes if p is not None]
        for process in started:
            process.kill()
        for process in started:
            self.desk.died(process.tuner_id, None)
