"""One training on one batch, of a copy that may have been changed."""

import dataclasses
import time
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import experiments
from keras_troubleshoot.debugging.overfit import reach as reaching
from keras_troubleshoot.debugging.overfit import verdicts
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.remedies import device_loop

# Steps between two looks at the clock; as many as take half a second.
FEWEST, MOST = 10, 200
PAUSE = 0.5
# Steps before a run may end because all is learned.
SURE = 100
# Share of the way from a guess to the floor that is left then.
DONE = 0.005


@dataclasses.dataclass(frozen=True, eq=False)
class Attempt:
    """What a training on one batch came to.

    Attributes:
        losses: of each step.
        verdict: on their curve.
        reached: the loss in the end, without penalties where they are
            known.
        reach: what can be reached.
        learned: how far it came from a guess (0) to the floor (1).
        stopped: whether the user interrupted it.
    """

    losses: np.ndarray
    verdict: str
    reached: float
    reach: reaching.Reach
    learned: float | None
    stopped: bool = False


class Trainer:
    """Trains a changed copy on one batch.

    Args:
        program: the copy, whose data are the batch.
        seed: of Dropout, augmentation and the like.
        turned: whether gradients are taken with the other sign.

    Raises:
        device_loop.CannotTrain: if a training step fails.
    """

    def __init__(self, program: Any, seed: int, turned: bool = False):
        data = program.data
        self.x, self.y, self.weight = data.x, data.y, data.weight
        changes = {"jit_compile": False, "run_eagerly": False}
        if not keras_internals.own_step(program.model):
            changes |= {"metrics": None, "weighted_metrics": None}
        self.model = program.compile(**changes)
        experiments.reseed(self.model, seed)
        if turned:
            turn_gradients(self.model.optimizer)
        self.rows = len(reaching.nests.arrays(self.x)[0])
        self.loop = device_loop.Loop(
            self.model, self.x, self.y, self.weight, self.rows
        )
        self.reach = reaching.Reach()
        if self.is_compiled_loss():
            self.reach = reaching.reach(self.model, self.x, self.y, self.weight)

    def is_compiled_loss(self) -> bool:
        """Whether what is minimized is the loss given to `compile`."""
        import keras

        own = type(self.model).compute_loss is not keras.Model.compute_loss
        return not own and not self.loop.name

    def run(self, steps: int, seconds: float, tell) -> Attempt:
        """Trains until all is learned, or steps or time are used up."""
        end, losses, size, stopped = np.inf, np.zeros(0), FEWEST, False
        try:
            while len(losses) < steps and time.perf_counter() < end:
                size = min(size, steps - len(losses))
                begin = time.perf_counter()
                order = np.tile(np.arange(self.rows), (size, 1))
                losses = np.append(losses, self.loop.run(order))
                took = time.perf_counter() - begin
                if len(losses) <= FEWEST:
                    # The first call traces, which does not count.
                    end, took = time.perf_counter() + seconds, PAUSE
                tell(f"{len(losses)} steps, loss {losses[-1]:.3g}")
                if not np.isfinite(losses[-1]) or self.done(losses):
                    break
                size = int(np.clip(size * PAUSE / took, FEWEST, MOST))
        except KeyboardInterrupt:
            stopped = True
        return self.judged(losses, stopped)

    def done(self, losses: np.ndarray) -> bool:
        """Whether nothing is left to be learned."""
        share = verdicts.learned(
            float(np.median(losses[-FEWEST:])), self.reach.floor, self.guess
        )
        return len(losses) >= SURE and share is not None and share >= 1 - DONE

    @property
    def guess(self) -> float | None:
        """The loss of the best constant prediction."""
        return self.reach.guess

    def judged(self, losses: np.ndarray, stopped: bool) -> Attempt:
        """The verdict on what was reached."""
        reached, share = self.outcome(losses)
        verdict = verdicts.classify(
            losses, self.reach.floor, self.guess, reached
        )
        blind = self.reach.floor is None and share is not None
        if blind and verdict in ("converged", "falls", "explodes"):
            # Of such a loss the curve alone says nothing.
            if share < verdicts.ENOUGH and self.reach.upside_down:
                verdict = "rises"
        return Attempt(losses, verdict, reached, self.reach, share, stopped)

    def outcome(self, losses: np.ndarray) -> tuple[float, float | None]:
        """The loss in the end, and how far that is."""
        tail = losses[-max(1, len(losses) // 20) :]
        reached = float(np.median(tail)) if len(tail) else float("nan")
        if not np.isfinite(losses).all():
            return float("nan"), -1.0
        if self.reach.floor is not None:
            found = reaching.data_loss(self.model, self.x, self.y, self.weight)
            reached = min(reached, found) if found is not None else reached
            return reached, verdicts.learned(
                reached, self.reach.floor, self.guess
            )
        return reached, reaching.agreement(self.model, self.x, self.y)


def turn_gradients(optimizer: Any) -> None:
    """Lets an optimizer of a copy go uphill."""
    import tensorflow as tf

    apply = optimizer.apply

    def turned(gradient):
        if isinstance(gradient, tf.IndexedSlices):
            return tf.IndexedSlices(
                -gradient.values, gradient.indices, gradient.dense_shape
            )
        return None if gradient is None else -gradient

    def uphill(grads, trainable_variables=None):
        return apply([turned(g) for g in grads], trainable_variables)

    vars(optimizer)["apply"] = uphill
