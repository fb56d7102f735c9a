"""`Heartbeat`: says that a worker lives while it trains."""

import threading
from collections.abc import Callable

# How often in a lease.
BEATS = 4


class Heartbeat:
    """Calls in a thread of its own, each quarter of a lease.

    Args:
        beat: called with the seconds that it may take; False ends it: the
            trial is no longer the worker's. None: the chief did not answer.
        lease: seconds.

    Attributes:
        lost: whether the trial was given to another worker.
    """

    def __init__(self, beat: Callable[[float], bool | None], lease: float):
        self.call, self.pause = beat, lease / BEATS
        self.lost = False
        self.ended = threading.Event()
        self.thread = threading.Thread(
            target=self.run, name="heartbeat", daemon=True
        )
        self.thread.start()

    def run(self) -> None:
        """Until it is stopped, or the trial is lost."""
        while not self.ended.wait(self.pause):
            if self.call(self.pause) is False:
                self.lost = True
                return

    def stop(self) -> None:
        """Ends it."""
        self.ended.set()
