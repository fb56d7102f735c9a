"""The unchanged model on one batch, and each cause done without."""

import time
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import experiments
from keras_troubleshoot.debugging.overfit import changes
from keras_troubleshoot.debugging.overfit.attempt import Attempt
from keras_troubleshoot.debugging.overfit.attempt import Trainer
from keras_troubleshoot.facts import measuring
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.overfitting import Cause
from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies.cloning import CannotCopy
from keras_troubleshoot.remedies.device_loop import CannotTrain

# So much further on the way from a guess to the floor is a clear help; less
# will do where it leads to the floor (heuristic).
CLEAR = 0.1
SLIGHT = 0.03
# Shuffled targets with which a model comes so far in comparison are learned
# as easily as the true ones (heuristic).
AS_EASY = 0.9
# Beyond that share of the way the direction is right.
DOWNHILL = 0.1


class Trials:
    """Trainings on one batch from the same weights.

    Args:
        given: the model and its data.
        rows: of the batch.
        seed: of all that is random.
        tell: is told how far it has come.
    """

    def __init__(self, given: experiments.Subject, rows, seed: int, tell):
        self.given, self.rows, self.seed = given, rows, seed
        self.tell = tell
        self.stopped = False

    def program(self) -> Any:
        """A fresh copy whose data are the batch."""
        made = self.given.program(self.seed)
        made.data = feeding.Arrays(*self.given.parts(self.rows))
        return made

    def unchanged(self, steps: int, seconds: float) -> Attempt:
        """The training of the model as it is."""
        return Trainer(self.program(), self.seed).run(steps, seconds, self.tell)

    def causes(self, first: Attempt, seconds: float) -> tuple[Cause, ...]:
        """Each cause done without, the most helpful first.

        Args:
            first: what the unchanged model came to.
            seconds: for all of them.
        """
        end = time.perf_counter() + seconds
        facts = measuring.measure(self.given.model, self.given.sample)
        waiting = list(changes.in_order(first.verdict))
        steps = max(len(first.losses), 300)
        found = []
        try:
            while waiting:
                left = end - time.perf_counter()
                change = waiting.pop(0)
                if left <= 0:
                    found.append(untried(change, "no time was left"))
                    continue
                share = max(0.5, left / (len(waiting) + 1))
                found.append(self.cause(change, facts, first, steps, share))
        except KeyboardInterrupt:
            self.stopped = True
        return ranked(found)

    def cause(
        self, change: changes.Change, facts: Facts, first, steps, seconds
    ) -> Cause:
        """One cause done without."""
        if change.turned and (first.learned or 0.0) > DOWNHILL:
            return untried(change, "the loss comes down as it is")
        program = self.program()
        try:
            change.apply(program, facts)
            trainer = Trainer(program, self.seed, change.turned)
        except (changes.NotApplicable, CannotCopy, CannotTrain) as error:
            return untried(change, str(error))
        made = trainer.run(
            steps, seconds, lambda text: self.tell(f"{change.told}: {text}")
        )
        self.stopped = self.stopped or made.stopped
        return compared(change, first, made)


def untried(change: changes.Change, why: str) -> Cause:
    """A cause that was not tried."""
    return Cause(change.name, change.told, tried=False, note=why)


def compared(change: changes.Change, first: Attempt, made: Attempt) -> Cause:
    """What a change came to, beside the unchanged model."""
    gain = None
    if made.learned is not None and first.learned is not None:
        # Worse than a guess is no progress, however much less so.
        gain = max(made.learned, 0.0) - max(first.learned, 0.0)
    helped = not change.control and helps(first, made, gain)
    if change.turned and first.learned is None:
        # Without a yardstick, downhill is always further down.
        helped = False
    note = ""
    if change.control and as_easy(first, made):
        note = "learned as easily as the true ones"
    return Cause(
        change.name,
        change.told,
        score=made.learned,
        gain=gain,
        loss=made.reached if np.isfinite(made.reached) else None,
        verdict=made.verdict,
        helped=helped,
        note=note,
    )


def helps(first: Attempt, made: Attempt, gain: float | None) -> bool:
    """Whether a change clearly helps."""
    if gain is not None:
        mended = made.verdict == "converged" != first.verdict
        return gain > (SLIGHT if mended else CLEAR)
    return made.verdict == "converged" and first.verdict != "falls"


def as_easy(first: Attempt, made: Attempt) -> bool:
    """Whether shuffled targets are learned as easily as the true ones."""
    if first.learned is None or made.learned is None:
        return False
    return made.learned >= AS_EASY * first.learned > AS_EASY / 2


def ranked(found: list[Cause]) -> tuple[Cause, ...]:
    """The most helpful first, those not tried last."""

    def key(cause):
        gain = -np.inf if cause.gain is None else cause.gain
        return not cause.tried, not cause.helped, -gain

    return tuple(sorted(found, key=key))
