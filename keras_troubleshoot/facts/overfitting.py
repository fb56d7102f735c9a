"""What came of training on one batch again and again."""

import dataclasses

FAILED = ("rises", "explodes", "oscillates", "plateaus")


@dataclasses.dataclass(frozen=True)
class Cause:
    """One suspected cause, and what came of training without it.

    Attributes:
        name: such as "learning rate too high".
        change: what was changed, such as "a tenth of the learning rate".
        tried: whether it could be tried; `note` says why not.
        score: how far the changed program came, see `Overfit.learned`.
        gain: how much further than the unchanged one.
        loss: that it reached.
        verdict: on its curve.
        helped: whether the change clearly helped.
        note: what else is to be said.
    """

    name: str
    change: str
    tried: bool = True
    score: float | None = None
    gain: float | None = None
    loss: float | None = None
    verdict: str = ""
    helped: bool = False
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Overfit:
    """A training on one batch, judged.

    Attributes:
        verdict: `converged`, `falls` (still, when it ended), `rises`,
            `explodes`, `oscillates` or `plateaus`.
        rows: of the batch.
        steps: that were made.
        start: loss of the first step.
        reached: loss that was reached, penalties left out where they are
            known.
        floor: the least that any prediction can reach; None where unknown.
        guess: the loss of the best constant prediction; None where unknown.
        learned: how far it came from the guess (0) to the floor (1), or by
            the agreement of predictions and targets where the loss tells
            nothing; None where neither is known.
        causes: the causes that were tried, the most helpful first.
    """

    verdict: str
    rows: int
    steps: int
    start: float
    reached: float
    floor: float | None = None
    guess: float | None = None
    learned: float | None = None
    causes: tuple[Cause, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the batch could not be learned."""
        return self.verdict in FAILED

    @property
    def helped(self) -> tuple[Cause, ...]:
        """The causes whose change clearly helped."""
        return tuple(cause for cause in self.causes if cause.helped)
