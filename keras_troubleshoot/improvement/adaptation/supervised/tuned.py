"""What `fine_tune` returns: the model and how it came about."""

import dataclasses
from typing import Any

from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import number

# Names of layers that are told of a stage.
NAMED = 3


@dataclasses.dataclass(frozen=True)
class Stage:
    """One stage: what was trained, and how it went.

    Attributes:
        layers: names of the layers that were thawed for it.
        parameters: how many numbers were trained.
        rates: the learning rate of each group, the topmost first.
        epochs: how many were done.
        history: the logs of each epoch, as in `History.history`.
    """

    layers: tuple[str, ...]
    parameters: int
    rates: tuple[float, ...]
    epochs: int
    history: dict[str, list[float]]

    def told(self) -> str:
        """The stage in words."""
        names = ", ".join(self.layers[:NAMED])
        more = len(self.layers) - NAMED
        names += f" and {more} more" if more > 0 else ""
        rates = ", ".join(map(number, self.rates))
        word = agreeing(len(self.rates), "rate", "rates")
        told = (
            f"{names}: {self.parameters:,} parameters, {word} {rates}, "
            f"{self.epochs} {agreeing(self.epochs, 'epoch', 'epochs')}"
        )
        losses = self.history.get("loss")
        if not losses:
            return told
        return f"{told}, loss {number(losses[0])} to {number(losses[-1])}"


@dataclasses.dataclass(frozen=True)
class Best:
    """The weights that were kept, by the validation data.

    Attributes:
        stage: from 1; 0 where nothing was better than the model before.
        epoch: of the stage, from 1.
        value: the validation loss.
        before: that of the model before; None where its head was replaced.
    """

    stage: int
    epoch: int
    value: float
    before: float | None


@dataclasses.dataclass(frozen=True, eq=False)
class FineTuned:
    """A fine-tuned model; `str` of it says in words how it came about.

    Attributes:
        model: compiled as the given one was; its flags are the given ones.
        stages: in their order.
        total: how many parameters the model has.
        best: which weights were kept; None without validation data.
        normalizing: BatchNormalization layers kept in inference mode.
        fixed: parameters that were frozen before, and stayed so.
        interrupted: whether it was broken off with Ctrl-C.
    """

    model: Any
    stages: tuple[Stage, ...]
    total: int
    best: Best | None = None
    normalizing: int = 0
    fixed: int = 0
    interrupted: bool = False

    @property
    def history(self) -> dict[str, list[float]]:
        """The logs of all epochs, one stage after the other."""
        joined: dict[str, list[float]] = {}
        for stage in self.stages:
            for name, values in stage.history.items():
                joined.setdefault(name, []).extend(values)
        return joined

    def lines(self) -> list[str]:
        """The summary, line by line."""
        count = len(self.stages)
        told = [
            f"Fine-tuned in {count} {agreeing(count, 'stage', 'stages')}; the "
            f"model has {self.total:,} parameters."
        ]
        for place, stage in enumerate(self.stages, 1):
            told.append(f"  {place}. {stage.told()}")
        if self.best is not None:
            told.append(self.choice(self.best))
        if self.normalizing:
            told.append(
                f"BatchNormalization ({self.normalizing}) kept the statistics "
                "of the source, its scale and offset were not trained."
            )
        if self.fixed:
            told.append(
                f"{self.fixed:,} parameters were frozen before and stayed so."
            )
        if self.interrupted:
            told.append("Broken off: the best weights so far are kept.")
        return told

    def choice(self, best: Best) -> str:
        """Which weights were kept."""
        if not best.stage:
            return (
                "Nothing was better than the model before (validation loss "
                f"{number(best.value)}): its weights are kept."
            )
        before = ""
        if best.before is not None:
            before = f", before {number(best.before)}"
        return (
            f"Kept: stage {best.stage}, epoch {best.epoch} (validation loss "
            f"{number(best.value)}{before})."
        )

    def __str__(self) -> str:
        return "\n".join(self.lines())
