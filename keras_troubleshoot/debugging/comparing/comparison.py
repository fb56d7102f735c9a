"""The course of a comparison, part by part."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing import aligning
from keras_troubleshoot.debugging.comparing import pairing
from keras_troubleshoot.debugging.comparing import records
from keras_troubleshoot.debugging.comparing import step as steps
from keras_troubleshoot.debugging.comparing import units
from keras_troubleshoot.debugging.comparing.causes import configuring
from keras_troubleshoot.debugging.comparing.causes import weighing
from keras_troubleshoot.debugging.comparing.forwarding import Forward
from keras_troubleshoot.debugging.comparing.result import ModelComparison
from keras_troubleshoot.debugging.comparing.result import Part
from keras_troubleshoot.debugging.comparing.stepping import Stepping
from keras_troubleshoot.debugging.comparing.tolerance import Noise
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import passes
from keras_troubleshoot.remedies import cloning

PARTS = ("outputs", "loss", "gradients", "updates", "statistics")


class Comparison:
    """Compares two sides.

    Args:
        ours: `a`.
        theirs: `b`.
        given: the arguments.
        tolerances: rtol and atol of the user; None for the default.
        seed: of the noise that finds the default tolerance.
        tell: says how far it has come.
    """

    def __init__(self, ours, theirs, given, tolerances, seed: int, tell):
        self.ours, self.theirs, self.given = ours, theirs, given
        self.tolerances, self.seed, self.tell = tolerances, seed, tell
        self.parts = {name: Part(name) for name in PARTS}
        self.notes: list[str] = []
        self.transfers: tuple = ()
        self.pairs: list = []
        self.forward: Forward | None = None
        self.stopped = False

    def run(self, transfer: bool) -> ModelComparison:
        """All parts; interrupted, those that are done."""
        try:
            self.prepare(transfer)
            weights = {pair.ours.name: pair for pair in self.pairs}
            self.tell("looking for the first difference")
            self.parts["outputs"] = self.forward.part(
                weights, self.given.training
            )
            self.tell("making a training step")
            self.step()
        except KeyboardInterrupt:
            self.stopped = True
        return self.result()

    def prepare(self, transfer: bool) -> None:
        """Runs both, pairs layers and weights, and transfers these."""
        if self.given.training:
            self.ours = self.silent(self.ours)
            self.theirs = self.silent(self.theirs)
        a, b = self.outputs(self.ours), self.outputs(self.theirs)
        self.tell("pairing their layers")
        alignment = aligning.align(a.records, b.records, self.given.align)
        self.forward = self.compared(a, b, alignment)
        orders = pairing.orders_of(a, self.forward.theirs_first)
        theirs = self.units()
        self.pairs = pairing.pair_units(
            units.of_model(self.ours.model),
            theirs,
            self.partners(),
            orders,
        )
        if not transfer:
            return
        copy = self.copied(theirs)
        self.ours = dataclasses.replace(self.ours, model=copy)
        self.forward = self.compared(self.outputs(self.ours), b, alignment)
        self.pairs = pairing.pair_units(
            units.of_model(copy), theirs, self.partners(), orders
        )

    def copied(self, theirs: list) -> Any:
        """A copy of `a` with the weights of `b`.

        Raises:
            ValueError: if they do not fit, or there are none.
        """
        if not theirs:
            raise ValueError(
                "`transfer_weights` needs weights of `b`, received: a "
                "recording without. To mend it, pass `Recording(outputs, "
                "weights=...)`."
            )
        used = {pair.theirs.name for pair in self.pairs}
        left = [unit.name for unit in theirs if unit.name not in used]
        copy = copied(self.ours.model, self.ours.sample)
        self.transfers = pairing.transferred(copy, self.pairs, left)
        return copy

    def silent(self, side: Any) -> Any:
        """A side with a copy whose Dropout and noise are off."""
        if side.model is None:
            return side
        copy = copied(side.model, side.sample)
        steps.silence(copy)
        return dataclasses.replace(side, model=copy)

    def outputs(self, side: Any, noise: Any = None) -> records.Run:
        """The records of one side."""
        if side.model is None:
            return records.of_recording(side.recording)
        return records.of_model(
            side.model, side.sample, self.given.training, noise
        )

    def noise(self, *runs: records.Run) -> Noise:
        """Rounding as of the coarsest type that was computed in."""
        found = [record.unit for run in runs for record in run.records]
        return Noise(max([2.0**-24, *found]), self.seed)

    def compared(self, a, b, alignment) -> Forward:
        """The outputs, paired and compared."""
        moved = None
        if self.tolerances == (None, None):
            moved = self.outputs(self.ours, self.noise(a, b))
        return Forward(a, b, alignment, moved, self.tolerances)

    def units(self) -> list:
        """The weights of `b`."""
        if self.theirs.model is not None:
            return units.of_model(self.theirs.model)
        return units.of_recording(self.theirs.recording.weights)

    def partners(self) -> dict[str, str]:
        """Layers of `b` by those of `a`; what the user says comes first."""
        found = self.forward.partners()
        if isinstance(self.given.align, dict):
            found |= {str(k): str(v) for k, v in self.given.align.items()}
        return found

    def step(self) -> None:
        """One training step: loss, gradients, updates, statistics."""
        stepping = Stepping(
            self.ours,
            self.theirs,
            self.pairs,
            self.noise(self.forward.a, self.forward.b),
            self.parts["outputs"].same,
        )
        try:
            self.parts |= stepping.parts()
        except Exception as error:
            # Losses and optimizers of the user's may raise anything; what is
            # known of the outputs is not lost with them.
            told = passes.first_lines(error)
            self.notes.append(f"No training step was made: {told}")
        self.notes += stepping.notes

    def result(self) -> ModelComparison:
        """What was found so far."""
        done = self.forward is not None
        found = [weighing.compared(pair) for pair in self.pairs]
        return ModelComparison(
            **self.parts,
            weights=tuple(w for each in found for w in each),
            transfers=self.transfers,
            alignment=self.forward.alignment.way if done else "",
            alone=self.forward.alone() if done else ((), ()),
            notes=tuple(self.notes + (self.unseen() if done else [])),
            rows=len(np.asarray(records.first_array(self.ours.sample.x))),
            stopped=self.stopped,
        )

    def unseen(self) -> list[str]:
        """Arguments of Keras layers that differ, and show nowhere."""
        told = []
        named, forward = self.named(), self.forward
        turned = forward.ours_first != forward.theirs_first
        layout = ("data_format", "axis") if turned else ("data_format",)
        for one in self.forward.measured:
            ours = self.forward.a.records[one.places[0]]
            theirs = self.forward.b.records[one.places[1]]
            if theirs.layer is None or type(ours.layer) is not type(
                theirs.layer
            ):
                continue
            if not one.difference.same or ours.whole:
                continue
            told += [
                f"`{name}` of layer {ours.name!r} is "
                f"{configuring.shown(x)} in a, {configuring.shown(y)} in b"
                for name, x, y in configuring.differing(
                    ours.layer, theirs.layer
                )
                if name not in layout and (ours.name, name) not in named
            ]
        if not told:
            return []
        return [
            f"Arguments that differ where outputs agree: {'; '.join(told)}."
        ]

    def named(self) -> set[tuple[str, str]]:
        """The layers and arguments that a cause names already."""
        return {
            (part.first.a.split("/")[0], cause.kind)
            for part in self.parts.values()
            for cause in part.causes
        }


def copied(model: Any, sample: Any) -> Any:
    """A copy of a model.

    Raises:
        ValueError: if it cannot be copied.
    """
    some = nests.transform(lambda a: np.asarray(a)[:4], sample.x)
    try:
        return cloning.clone(model, some)
    except cloning.CannotCopy as error:
        raise ValueError(
            f"`transfer_weights` and `training` need copies: {error}."
        ) from error
