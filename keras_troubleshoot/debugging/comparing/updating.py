"""Compares one step of both optimizers, along the same gradients."""

import numpy as np

from keras_troubleshoot.debugging.comparing import sharing
from keras_troubleshoot.debugging.comparing import step as steps
from keras_troubleshoot.debugging.comparing import step_causes
from keras_troubleshoot.debugging.comparing.result import Part
from keras_troubleshoot.debugging.comparing.sharing import Key
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.remedies import program as programs

# An update of the same gradients differs by a few roundings of the weight.
UPDATES = 8


class Updating:
    """One step of each optimizer.

    Args:
        ours: side `a`.
        theirs: side `b`.
        pairs: of their weights.
        a: the training step of `a`.
        gradients: those of `b`, by our names.
    """

    def __init__(self, ours, theirs, pairs, a, gradients):
        self.ours, self.theirs, self.pairs = ours, theirs, pairs
        self.a, self.gradients = a, gradients

    def part(self) -> Part | None:
        """The updates by both optimizers, along the same gradients."""
        optimizer = self.ours.own.optimizer
        taken = self.a.gradients
        if self.theirs.model is not None:
            other = self.theirs.own.optimizer
            theirs = steps.update(self.a, programs.optimizer_like(other), taken)
            config, own = other.get_config(), True
        else:
            theirs = self.recorded_updates()
            config, own = {}, False
            recorded = self.gradients
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
            one = sharing.compared(
                self.pairs, key, ours[key], theirs[key], limit, "update"
            )
            compared.append(one)
        return tuple(compared)

    def update_causes(self, config, made, ours, theirs) -> tuple:
        """Why the updates differ."""
        optimizer = self.ours.own.optimizer
        if self.theirs.model is not None:
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
        after = sharing.converted(
            self.pairs, sharing.grouped(recording.updated)
        )
        before = (
            sharing.converted(self.pairs, sharing.grouped(recording.weights))
            or self.a.before
        )
        return {
            key: after[key].astype("float64") - before[key]
            for key in self.a.gradients
            if key in after and key in before
        }
