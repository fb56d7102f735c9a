"""Compares one training step of both sides."""

from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing import differences
from keras_troubleshoot.debugging.comparing import loss_causes
from keras_troubleshoot.debugging.comparing import sharing
from keras_troubleshoot.debugging.comparing import step as steps
from keras_troubleshoot.debugging.comparing import step_causes
from keras_troubleshoot.debugging.comparing import tolerance
from keras_troubleshoot.debugging.comparing import units
from keras_troubleshoot.debugging.comparing.result import Compared
from keras_troubleshoot.debugging.comparing.result import Part
from keras_troubleshoot.debugging.comparing.sharing import Key
from keras_troubleshoot.debugging.comparing.updating import Updating
from keras_troubleshoot.facts import keras_internals

# A recorded loss, or a moving average: share of its size that is granted.
SAME = 1e-5


class Stepping:
    """One training step on copies of both sides.

    Args:
        ours: side `a`.
        theirs: side `b`.
        pairs: of their weights.
        noise: rounding, to find what may differ.
        outputs_same: whether the layers agree.

    Attributes:
        notes: what could not be compared.
    """

    def __init__(self, ours, theirs, pairs, noise, outputs_same: bool):
        self.ours, self.theirs, self.pairs = ours, theirs, pairs
        self.noise, self.outputs_same = noise, outputs_same
        self.notes: list[str] = []
        self.a = self.moved = self.b = None

    def parts(self) -> dict[str, Part]:
        """The parts that can be compared.

        Raises:
            cloning.CannotCopy: if a model cannot be copied.
        """
        trained = self.ours.sample.y is not None
        if not trained and not self.has_statistics():
            return {}
        for model in filter(None, (self.ours.model, self.theirs.model)):
            if keras_internals.own_step(model):
                self.notes.append(
                    f"No training step was made: {model.name!r} has a "
                    "`train_step` of its own."
                )
                return {}
        self.take(trained)
        found = {}
        if trained:
            found["loss"] = self.loss()
            found["gradients"] = self.gradients()
            found["updates"] = self.updates()
        found["statistics"] = self.statistics()
        return {k: v for k, v in found.items() if v is not None}

    def has_statistics(self) -> bool:
        """Whether both sides show what moves in train mode."""
        if self.theirs.recording is not None:
            return bool(self.theirs.recording.updated)
        return any(
            not v.trainable
            for v in steps.variables_of(self.ours.model).values()
        )

    def take(self, trained: bool) -> None:
        """Makes the step of `a`, as it is and with rounding, and of `b`."""
        self.a = step_of(self.ours, trained)
        # On the same copy: to copy a deep model takes seconds.
        steps.put_back(self.a)
        self.moved = steps.take(
            self.a.copy, self.ours.sample, trained, self.noise
        )
        if self.theirs.model is not None:
            self.b = step_of(self.theirs, trained)

    def loss(self) -> Part | None:
        """Both losses."""
        recording = self.theirs.recording
        wanted = self.b.loss if self.b else recording.loss
        if wanted is None:
            return None
        one, other = np.array([self.a.loss]), np.array([wanted])
        limit = tolerance.whole(one, [self.moved.loss], self.noise.unit)
        limit = max(limit, SAME * abs(wanted)) if recording else limit
        difference = differences.measure(one, other, limit)
        told = f"{self.a.loss:.6g} in a, {wanted:.6g} in b"
        causes = ()
        if not difference.same and self.outputs_same:
            copy = self.b.copy if self.b else None
            causes = loss_causes.loss_causes(self.a, wanted, copy)
        compared = Compared("loss", "loss", "loss", difference, told)
        return Part("loss", (compared,), causes)

    def gradients(self) -> Part | None:
        """The gradients, the last layer first, as they are computed."""
        theirs = self.their_gradients()
        if not theirs:
            return None
        wanted = self.b.loss if self.b else self.theirs.recording.loss
        ratio = wanted / self.a.loss if wanted and self.a.loss else 1.0
        compared, causes = [], None
        for key in reversed(list(self.a.before)):
            if not self.is_known(key, theirs):
                continue
            one = self.compare_gradient(key, theirs)
            compared.append(one)
            if not one.same and causes is None:
                causes = self.gradient_causes(key, theirs, ratio)
        return Part("gradients", tuple(compared), causes or ())

    def is_known(self, key: Key, theirs: dict) -> bool:
        """Whether both sides can have a gradient of a weight.

        What was not recorded is not known; what a model lacks is none.
        """
        paired = {pair.ours.name for pair in self.pairs}
        if self.b is None or key[0] not in paired:
            return key in theirs and key in self.a.gradients
        return key in theirs or key in self.a.gradients

    def compare_gradient(self, key: Key, theirs: dict) -> Compared:
        """One gradient; none counts as zeros."""
        zeros = np.zeros_like(self.a.before[key])
        ours = self.a.gradients.get(key, zeros)
        moved = self.moved.gradients.get(key, zeros)
        other = theirs.get(key, zeros)
        limit = tolerance.whole(ours, moved, self.noise.unit)
        return sharing.compared(self.pairs, key, ours, other, limit, "gradient")

    def gradient_causes(self, key: Key, theirs: dict, ratio: float) -> tuple:
        """Why the first gradient differs, where the outputs agree."""
        if not self.outputs_same:
            return ()
        weight = self.a.before[key].astype("float64")
        zeros = np.zeros_like(weight)
        return step_causes.gradient_causes(
            self.a.gradients.get(key, zeros).astype("float64"),
            theirs.get(key),
            weight,
            ratio,
        )

    def their_gradients(self) -> dict[Key, np.ndarray]:
        """The gradients of `b` in our layout, by our names."""
        if self.b is not None:
            held = sharing.by_layer(self.b.gradients)
        else:
            found = units.of_recording(self.theirs.recording.gradients)
            held = {unit.name: unit.arrays for unit in found}
        return sharing.converted(self.pairs, held, gradient=True)

    def updates(self) -> Part | None:
        """The updates by both optimizers, along the same gradients."""
        return Updating(
            self.ours, self.theirs, self.pairs, self.a, self.their_gradients()
        ).part()

    def statistics(self) -> Part | None:
        """The moving averages after the step."""
        if self.b is not None:
            theirs = sharing.converted(
                self.pairs, sharing.by_layer(self.b.before | self.b.statistics)
            )
        else:
            theirs = sharing.converted(
                self.pairs, sharing.grouped(self.theirs.recording.updated)
            )
        compared, causes = [], None
        for key, ours in self.a.statistics.items():
            if key not in theirs:
                continue
            moved = self.moved.statistics[key]
            limit = tolerance.whole(ours, moved, self.noise.unit)
            if self.b is None:
                limit = max(limit, SAME * np.abs(ours).max())
            one = sharing.compared(
                self.pairs, key, ours, theirs[key], limit, "moving average"
            )
            compared.append(one)
            if not one.same and causes is None:
                causes = self.statistics_causes(key, ours, theirs[key])
        return Part("statistics", tuple(compared), causes or ())

    def statistics_causes(self, key: Key, ours, theirs) -> tuple:
        """Why the first moving average differs, where the outputs agree."""
        if not self.outputs_same:
            return ()
        layer = next(p.ours.layer for p in self.pairs if p.ours.name == key[0])
        momentum = getattr(layer, "momentum", None)
        if momentum is None:
            return ()
        return step_causes.momentum_causes(
            *(
                np.asarray(v, "float64")
                for v in (self.a.before[key], ours, theirs)
            ),
            float(momentum),
        )


def step_of(side: Any, trained: bool) -> steps.Step:
    """One training step of a copy of one side.

    Raises:
        cloning.CannotCopy: if the model cannot be copied.
    """
    weights = side.model.get_weights()
    copy = steps.copy_of(side.own, side.sample, trained, weights)
    return steps.take(copy, side.sample, trained)
