"""Trains a model stage by stage, and remembers the best weights."""

import dataclasses
import math
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_troubleshoot.improvement.adaptation.supervised import freezing
from keras_troubleshoot.improvement.adaptation.supervised import graded
from keras_troubleshoot.improvement.adaptation.supervised import tuned

# Steps and passes of a stage by default: the passes, unless they are fewer or
# more steps than that (heuristic; chosen on digits of two sources, where more
# steps with 1 label a class cost some models their accuracy).
PASSES, FEWEST, MOST = 25, 50, 500
# Callbacks that set the rate themselves.
SETTING = (
    keras.callbacks.ReduceLROnPlateau,
    keras.callbacks.LearningRateScheduler,
)


@dataclasses.dataclass(frozen=True, eq=False)
class Recipe:
    """How a model is trained.

    Attributes:
        fresh: makes a new optimizer with a learning rate.
        compiled: the other arguments of `compile`.
        rate: of the topmost group: a number or a schedule.
        decay: by which each group is below the one above.
        epochs: of each stage; None for the default.
        data: `x`, `y` and `sample_weight` of `fit`.
        validation: `validation_data` of `fit`, or None.
        fit: its other arguments.
        steps: in an epoch; None where that is not known.
        tell: is told how far it has come.
    """

    fresh: Callable[[Any], Any]
    compiled: Mapping[str, Any]
    rate: Any
    decay: float
    epochs: Sequence[int] | None
    data: Mapping[str, Any]
    validation: Any
    fit: Mapping[str, Any]
    steps: int | None
    tell: Callable[[str], None]

    def epochs_of(self, stage: int) -> int:
        """The epochs of a stage."""
        if self.epochs is not None:
            return self.epochs[stage]
        if self.steps is None:
            return 1
        steps = min(max(PASSES * self.steps, FEWEST), MOST)
        return math.ceil(steps / self.steps)

    def rate_of(self, stage: int) -> Any:
        """The schedule of a stage: a cosine down to 0."""
        callbacks = keras.tree.flatten(self.fit.get("callbacks") or [])
        own = any(isinstance(callback, SETTING) for callback in callbacks)
        if own or self.steps is None or not isinstance(self.rate, float):
            return self.rate
        steps = self.epochs_of(stage) * self.steps
        return keras.optimizers.schedules.CosineDecay(self.rate, steps)

    def compile(self, model: Any, optimizer: Any) -> None:
        """Compiles with the losses and metrics of the given model."""
        from keras_troubleshoot.facts import keras_internals

        arguments = dict(self.compiled)
        for name in ("metrics", "weighted_metrics"):
            arguments[name] = keras_internals.copied_metrics(arguments[name])
        model.compile(optimizer=optimizer, **arguments)


class Keeper(keras.callbacks.Callback):
    """Keeps the weights of the lowest validation loss, of all stages.

    Attributes:
        before: the validation loss of the first model; None if unknown.
        best: stage, epoch, loss; None as long as there was none.
        weights: of the best.
        logs: of each epoch of this stage.
    """

    def __init__(self, tell: Callable[[str], None]):
        super().__init__()
        self.tell = tell
        self.before, self.best, self.weights = None, None, None
        self.stage, self.history = 0, {}

    def start(self, model: Any, loss: float) -> None:
        """Notes the model before the first stage."""
        self.before, self.best = loss, (0, 0, loss)
        self.weights = model.get_weights()

    def begin(self, stage: int) -> None:
        """Begins a stage, counted from 1."""
        self.stage, self.history = stage, {}

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Notes the logs, and the weights where they are the best."""
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        self.tell(f"stage {self.stage}, epoch {epoch + 1}")
        value = (logs or {}).get("val_loss")
        if value is None or not np.isfinite(value):
            return
        if self.best is None or value < self.best[2]:
            self.best = self.stage, epoch + 1, float(value)
            self.weights = self.model.get_weights()

    def result(self) -> tuned.Best | None:
        """What was kept."""
        if self.best is None:
            return None
        return tuned.Best(*self.best, self.before)


def train(model: Any, groups: list, recipe: Recipe, keeper: Keeper) -> tuple:
    """Trains all stages; the best weights are put in.

    Args:
        model: is changed; its flags are in the end what they were.
        groups: of blocks, the topmost first.
        recipe: how.
        keeper: remembers the best.

    Returns:
        The stages, how many BatchNormalization layers there are, and whether
        it was interrupted.
    """
    stages: list[tuned.Stage] = []
    interrupted = False
    with freezing.frozen(model) as normalizing:
        try:
            for number in range(len(groups)):
                run(model, groups[: number + 1], recipe, keeper, stages)
        except KeyboardInterrupt:
            interrupted = True
    if keeper.weights is not None:
        model.set_weights(keeper.weights)
    return tuple(stages), normalizing, interrupted


def run(model, groups, recipe, keeper, stages) -> None:
    """Trains one stage, and notes it even where it is interrupted."""
    place = len(groups) - 1
    factors = freezing.thaw(model, groups, recipe.decay)
    rate = recipe.rate_of(place)
    optimizer = graded.GradedRates(recipe.fresh(rate), factors)
    recipe.compile(model, optimizer)
    keeper.begin(place + 1)
    own = {"verbose": 0} | dict(recipe.fit)
    own["callbacks"] = [keeper, *keras.tree.flatten(own.get("callbacks") or [])]
    top = recipe.rate if isinstance(recipe.rate, float) else first(recipe.rate)
    try:
        model.fit(
            **recipe.data,
            validation_data=recipe.validation,
            epochs=recipe.epochs_of(place),
            **own,
        )
    finally:
        stages.append(
            tuned.Stage(
                layers=tuple(block.name for block in groups[-1]),
                parameters=sum(
                    math.prod(v.shape) for v in model.trainable_variables
                ),
                rates=tuple(
                    top * recipe.decay**-depth for depth in range(len(groups))
                ),
                epochs=len(next(iter(keeper.history.values()), ())),
                history=keeper.history,
            )
        )


def first(schedule: Any) -> float:
    """The rate of the first step of a schedule."""
    return float(schedule(0))
