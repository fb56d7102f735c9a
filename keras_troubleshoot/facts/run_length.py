"""How long a `fit` will be: rows, batches, steps."""

import dataclasses
import math

from keras_troubleshoot.facts.data import Data
from keras_troubleshoot.facts.fit_call import FitCall


@dataclasses.dataclass(frozen=True)
class RunLength:
    """How many steps a `fit` takes, as far as it can be known before.

    Attributes:
        epochs: that it trains.
        batch: rows of a batch.
        rows: rows of the training data; None where nobody can know.
        batches: batches that the data hold; None where nobody can know.
        steps: batches of one epoch; None where nobody can know.
        chosen: whether `steps_per_epoch` was given.
    """

    epochs: int
    batch: int
    rows: int | None = None
    batches: int | None = None
    steps: int | None = None
    chosen: bool = False

    @property
    def total(self) -> int | None:
        """Batches of the whole run; None where nobody can know."""
        return None if self.steps is None else self.steps * self.epochs


def measure(fit: FitCall, data: Data) -> RunLength:
    """The length of a run, from the arguments of `fit` and the data."""
    batch = data.full_batch or int(fit.batch_size or 32)
    rows = data.rows
    batches = None if rows is None else math.ceil(rows / batch)
    chosen = isinstance(fit.steps_per_epoch, int)
    return RunLength(
        epochs=max(0, fit.epochs - fit.initial_epoch),
        batch=batch,
        rows=rows,
        batches=batches,
        steps=fit.steps_per_epoch if chosen else batches,
        chosen=chosen,
    )
