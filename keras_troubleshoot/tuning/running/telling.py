"""Says how a search is going, one line for each trial."""

import sys
import time
from typing import Any

from keras_troubleshoot.tuning import ranking
from keras_troubleshoot.tuning.running.discarding import DISCARDED


class Telling:
    """Writes a line on standard error for each trial that ends.

    Args:
        oracle: of the search.
        verbose: False says nothing.
    """

    def __init__(self, oracle: Any, verbose: bool):
        self.oracle, self.verbose = oracle, verbose
        self.started = time.monotonic()
        self.before = len(oracle.end_order)

    def begin(self, folder: str) -> None:
        """Tells of the trials of before, where there are some."""
        if not self.before:
            return
        if self.before == self.oracle.max_trials:
            self.say(
                f"The search in {folder} is complete; `overwrite=True` begins "
                "anew, a larger `max_trials` goes on."
            )
            return
        self.say(
            f"Going on with the {self.before} finished trials of {folder}; "
            "`overwrite=True` would begin anew."
        )

    def __call__(self, trial: Any) -> None:
        """Tells of a trial, of the best, and of the time left."""
        done = len(self.oracle.end_order)
        parts = [f"trial {trial.trial_id} ({done} of {self.total()}):"]
        parts.append(self.result(trial))
        parts += [part for part in (self.best(), self.left(done)) if part]
        self.say(" ".join(parts))

    def say(self, line: str) -> None:
        """Writes a line."""
        if self.verbose:
            print(line, file=sys.stderr, flush=True)

    def total(self) -> str:
        """How many trials there will be."""
        most = self.oracle.max_trials
        return "?" if most is None else str(most)

    def result(self, trial: Any) -> str:
        """What came of a trial."""
        name = self.oracle.objective.name
        first = (trial.message or "").split("\n", 1)[0]
        if trial.status != "COMPLETED":
            return f"failed. {first}"
        if ranking.cost(trial, self.oracle.objective.direction) == float("inf"):
            return f"no number. {first}".strip()
        told = f"{name} {trial.score:.4g}"
        if first.startswith(DISCARDED):
            told += f", discarded after epoch {last(trial, name)}"
        return f"{told};"

    def best(self) -> str:
        """The best so far."""
        best = self.oracle.ranked()[:1]
        if not best:
            return ""
        return f"best {best[0].score:.4g} (trial {best[0].trial_id})"

    def left(self, done: int) -> str:
        """The time that the other trials will take, if they take as long."""
        most = self.oracle.max_trials
        if most is None or done >= most:
            return ""
        each = (time.monotonic() - self.started) / (done - self.before)
        return f"about {duration(each * (most - done))} left"


def last(trial: Any, name: str) -> int:
    """How many epochs a trial reported."""
    return len(trial.metrics.get_history(name))


def duration(seconds: float) -> str:
    """Seconds in the unit that suits.

    Example:
        >>> duration(42.3), duration(400), duration(9000)
        ('42 s', '7 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
