"""`TargetValidation`: validators at the end of epochs, and the best weights."""

import sys
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

import keras
import numpy as np

from keras_troubleshoot.improvement.adaptation.choosing import look as look_lib
from keras_troubleshoot.improvement.adaptation.choosing import requirements
from keras_troubleshoot.improvement.adaptation.choosing import rows as rows_lib
from keras_troubleshoot.improvement.adaptation.choosing import validators as of
from keras_troubleshoot.improvement.adaptation.choosing.seeing import Sight
from keras_troubleshoot.rules.words import number


class TargetValidation(keras.callbacks.Callback):
    """Judges a model on the target without its labels, epoch by epoch.

    It reads, and changes nothing: weights end bit for bit as without it, and
    the logs of Keras are left alone; what it finds stands in `history`. With
    `restore_best=True` the weights of the best epoch are put back when the
    training ends. Broken off with Ctrl-C, call `restore()`.

    Args:
        target: inputs of the target.
        source: held-out `(x, y)` of the source, for validators that need it;
            then the accuracy on it is recorded, too.
        validators: names; by default those that `assess` takes.
        every: judge after each of so many epochs.
        restore_best: whether to put back the best weights in the end.
        monitor: the validator that says which are best; by default the first.
        features: name of the layer that gives them, see `assess`.
        rows: of each domain that are looked at, drawn at random.
        seed: of the draw.
        verbose: whether to print the scores.

    Attributes:
        history: `"epoch"` (from 0) and, for each validator, its scores;
            `"source_accuracy"` and `"target_classes"` where they are known.
        best_epoch: the best one so far by `monitor`; None before the first.

    Raises:
        ValueError: if an argument or the rows will not do.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> x, y = rng.normal(size=(64, 2)), np.arange(64) % 2
        >>> keras.utils.set_random_seed(0)
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
        >>> loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        >>> model.compile("sgd", loss)
        >>> judge = TargetValidation(x + 1, validators="entropy")
        >>> run = model.fit(x, y, epochs=2, verbose=0, callbacks=[judge])
        >>> judge.history["epoch"], len(judge.history["entropy"])
        ([0, 1], 2)
    """

    def __init__(
        self,
        target: Any,
        source: Any = None,
        *,
        validators: Iterable[str] | None = None,
        every: int = 1,
        restore_best: bool = False,
        monitor: str | None = None,
        features: str | None = None,
        rows: int = look_lib.ROWS,
        seed: int = 0,
        verbose: bool = False,
    ):
        super().__init__()
        requirements.count(every, "every", 1)
        requirements.count(rows, "rows", 2)
        requirements.count(seed, "seed", 0)
        self.names = None
        if validators is not None:
            self.names = of.required(validators)
            require_monitor(monitor, self.names)
        elif monitor is not None:
            of.required(monitor)
        needing = [n for n in self.names or () if of.VALIDATORS[n].source]
        if needing and source is None:
            raise ValueError(
                f"`source` must be given for {needing[0]}, received: None. To "
                "mend it, pass held-out `(x, y)` of the source."
            )
        self.target = rows_lib.unlabelled(target, "target", rows, seed)
        self.source = source
        if source is not None:
            self.source = rows_lib.labelled(source, "source", rows, seed)
        self.every, self.restore_best = every, restore_best
        self.monitor, self.features = monitor, features
        self.verbose = verbose
        self.reset()

    def reset(self) -> None:
        """Forgets the last training."""
        self.history: dict[str, list] = {"epoch": []}
        self.best_epoch: int | None = None
        self.best_score = np.nan
        self.sight: Sight | None = None
        self.kept: list | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        """Called by `fit`."""
        self.reset()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Called by `fit`; judges the model as it is now."""
        if (epoch + 1) % self.every:
            return
        if self.sight is None:
            self.sight = Sight(self.model, self.target, self.features)
        look = look_lib.Look(self.sight, self.source, self.target)
        if self.names is None:
            self.names = of.defaults(look)
            require_monitor(self.monitor, self.names)
        self.note(epoch, of.of_look(look, self.names))

    def note(self, epoch: int, judged: of.Assessment) -> None:
        """Writes down one epoch, and keeps its weights if it is the best."""
        told = dict(judged.scores)
        for name in ("source_accuracy", "target_classes"):
            if getattr(judged, name) is not None:
                told[name] = getattr(judged, name)
        self.history["epoch"].append(epoch)
        for name, value in told.items():
            self.history.setdefault(name, []).append(value)
        first = self.monitor or self.names[0]
        if better(judged.scores[first], self.best_score, first):
            self.best_epoch, self.best_score = epoch, judged.scores[first]
            self.kept = self.model.get_weights() if self.restore_best else None
        if self.verbose:
            said = ", ".join(f"{n} {number(v)}" for n, v in told.items())
            print(f"Epoch {epoch + 1}: {said}", file=sys.stderr, flush=True)

    def on_train_end(self, logs: Any = None) -> None:
        """Called by `fit`; puts the best weights back if it was asked to."""
        if self.restore_best:
            self.restore()

    def restore(self) -> None:
        """Puts the weights of the best epoch back, where they were kept."""
        if self.kept is not None:
            self.model.set_weights(self.kept)


def better(score: float, best: float, name: str) -> bool:
    """Whether a score is better than the best so far; NaN never is."""
    if not np.isfinite(score):
        return False
    sign: Callable = np.greater
    if of.VALIDATORS[name].direction == of.LOWER:
        sign = np.less
    return bool(np.isnan(best) or sign(score, best))


def require_monitor(monitor: str | None, names: tuple[str, ...]) -> None:
    """Raises ValueError where it is none of the validators."""
    if monitor is not None and monitor not in names:
        raise ValueError(
            f"`monitor` must be one of the validators, received: "
            f"monitor={monitor!r}. To mend it, take one of: "
            f"{', '.join(names)}."
        )
