"""Compares one training step of both sides."""

from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing import differences
from keras_troubleshoot.debugging.comparing import loss_causes
from keras_troubleshoot.debugging.comparing import step as steps
from keras_troubleshoot.debugging.comparing import step_causes
from keras_troubleshoot.debugging.comparing import tolerance
from keras_troubleshoot.debugging.comparing import units
from keras_troubleshoot.debugging.comparing.conversions import convert
from keras_troubleshoot.debugging.comparing.result import Compared
from keras_troubleshoot.debugging.comparing.result import Part
from keras_troubleshoot.debugging.comparing.units import Unit
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.remedies import program as programs

# An update of the same gradients differs by a few roundings of the weight.
UPDATES = 8
# A recorded loss, or a moving average: share of its size that is granted.
SAME = 1e-5
Key = tuple[str, str]


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
        self.moved = step_of(self.ours, trained, self.noise)
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
            if key not in theirs and key not in self.a.gradients:
                continue
            one = self.compare_gradient(key, theirs)
            compared.append(one)
            if not one.same and causes is None:
                causes = self.gradient_causes(key, theirs, ratio)
        return Part("gradients", tuple(compared), causes or ())

    def compare_gradient(self, key: Key, theirs: dict) -> Compared:
        """One gradient; none counts as zeros."""
        zeros = np.zeros_like(self.a.before[key])
        ours = self.a.gradients.get(key, zeros)
        moved = self.moved.gradients.get(key, zeros)
        other = theirs.get(key, zeros)
        limit = tolerance.whole(ours, moved, self.noise.unit)
        return self.told(key, flat(ours), flat(other), limit, "gradient")

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
            held = by_layer(self.b.gradients)
        else:
            found = units.of_recording(self.theirs.recording.gradients)
            held = {unit.name: unit.arrays for unit in found}
        return self.converted(held, gradient=True)

    def converted(
        self, held: dict[str, dict], gradient: bool = False
    ) -> dict[Key, np.ndarray]:
        """Arrays like the weights of `b` in our layout, by our names."""
        found = {}
        for pair in self.pairs:
            arrays = held.get(pair.theirs.name)
            if not arrays:
                continue
            unit = Unit(pair.theirs.name, pair.theirs.layer, arrays)
            made = convert(unit, pair.ours, pair.order, gradient).made
            for name, (array, _) in made.items():
                if array.shape == pair.ours.arrays[name].shape:
                    found[pair.ours.name, name] = np.asarray(array)
        return found

    def updates(self) -> Part | None:
        """The updates by both optimizers, along the same gradients."""
        optimizer = self.ours.own.optimizer
        taken = self.a.gradients
        if self.b is not None:
            other = self.theirs.own.optimizer
            theirs = steps.update(self.a, programs.optimizer_like(other), taken)
            config, own = other.get_config(), True
        else:
            theirs = self.recorded_updates()
            config, own = {}, False
            recorded = self.their_gradients()
            taken = {k: recorded.get(k, taken[k]) for k in taken if k in theirs}
        if not theirs:
            return None

        def made(**changes):
            arguments = optimizer.get_config() | changes
            changed = type(optimizer).from_config(arguments)
            return steps.update(self.a, changed, taken)

        ours = made()
        compared = self.compare_updates(ours, theirs, own)
        if all(one.same for one in compared):
            return Part("updates", compared)
        return Part(
            "updates", compared, self.update_causes(config, made, ours, theirs)
        )

    def compare_updates(self, ours: dict, theirs: dict, own: bool) -> tuple:
        """Each update; of recorded ones the weights are known as float32."""
        compared = []
        for key in ours:
            size = np.sqrt((ours[key] ** 2).mean())
            held = np.abs(self.a.before[key]).max()
            limit = UPDATES * 2.0**-24 * max(held, size)
            limit = limit if own else limit + 1e-3 * size
            one = self.told(
                key, flat(ours[key]), flat(theirs[key]), limit, "update"
            )
            compared.append(one)
        return tuple(compared)

    def update_causes(self, config, made, ours, theirs) -> tuple:
        """Why the updates differ."""
        optimizer = self.ours.own.optimizer
        if self.b is not None:
            kinds = [
                type(side.own.optimizer).__name__
                for side in (self.ours, self.theirs)
            ]
            if kinds[0] != kinds[1]:
                told = f"{kinds[0]} in a, {kinds[1]} in b"
                return (step_causes.Cause("optimizer", told, True),)
        found = step_causes.update_causes(
            optimizer.get_config(), config, made, theirs
        )
        if any(cause.confirmed for cause in found):
            return found
        before = {k: v.astype("float64") for k, v in self.a.before.items()}
        rate = keras_internals.rate_now(optimizer)
        return step_causes.from_updates(ours, theirs, before, rate) + found

    def recorded_updates(self) -> dict[Key, np.ndarray]:
        """Recorded weights after the step, less those before it."""
        recording = self.theirs.recording
        after = self.converted(grouped(recording.updated))
        before = self.converted(grouped(recording.weights)) or self.a.before
        return {
            key: after[key].astype("float64") - before[key]
            for key in self.a.gradients
            if key in after and key in before
        }

    def statistics(self) -> Part | None:
        """The moving averages after the step."""
        if self.b is not None:
            theirs = self.converted(by_layer(self.b.before | self.b.statistics))
        else:
            theirs = self.converted(grouped(self.theirs.recording.updated))
        compared, causes = [], None
        for key, ours in self.a.statistics.items():
            if key not in theirs:
                continue
            limit = tolerance.whole(
                ours, self.moved.statistics[key], self.noise.unit
            )
            limit = (
                max(limit, SAME * np.abs(ours).max()) if not self.b else (limit)
            )
            one = self.told(
                key, flat(ours), flat(theirs[key]), limit, "moving average"
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

    def told(self, key: Key, ours, theirs, limit, kind: str) -> Compared:
        """One weight of both sides, compared."""
        names = {pair.ours.name: pair.theirs.name for pair in self.pairs}
        other = f"{names.get(key[0], key[0])}/{key[1]}"
        difference = differences.measure(ours, theirs, limit)
        return Compared("/".join(key), other, kind, difference)


def step_of(side: Any, trained: bool, noise: Any = None) -> steps.Step:
    """One training step of a copy of one side.

    Raises:
        cloning.CannotCopy: if the model cannot be copied.
    """
    weights = side.model.get_weights()
    copy = steps.copy_of(side.own, side.sample, trained, weights)
    return steps.take(copy, side.sample, trained, noise)


def flat(array: np.ndarray) -> np.ndarray:
    """All numbers as one feature."""
    return np.asarray(array, "float64").reshape(-1, 1)


def by_layer(arrays: dict[Key, np.ndarray]) -> dict[str, dict]:
    """Arrays by layer, then by weight."""
    found: dict[str, dict] = {}
    for (layer, name), array in arrays.items():
        found.setdefault(layer, {})[name] = array
    return found


def grouped(arrays: dict[str, np.ndarray]) -> dict[str, dict]:
    """Recorded weights by layer, then by weight."""
    return {unit.name: unit.arrays for unit in units.of_recording(arrays)}
