"""The facts of numerics, each measured when it is first asked for."""

from collections.abc import Callable

from keras_troubleshoot.facts import custom_gradients
from keras_troubleshoot.facts import loss_scaling
from keras_troubleshoot.facts import non_finite
from keras_troubleshoot.facts import tensorflow_internals
from keras_troubleshoot.facts import unsafe
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.whole_step import whole_step

# Rows of a batch of `fit` where nothing is said.
BATCH = 32


def sources(facts: Facts, model) -> dict[str, Callable]:
    """Functions that measure, by the names of the facts.

    Args:
        facts: with the `runner` and the `data` of the model.
        model: a built Keras model.
    """
    measuring = Numerics(facts, model)
    names = "whole_step unsafe non_finite custom_gradients loss_scaling"
    found = {name: getattr(measuring, name) for name in names.split()}
    return found | {"weights_finite": lambda: non_finite.weights(model)}


class Numerics:
    """Measures what may become NaN or infinite in a training step."""

    def __init__(self, facts: Facts, model):
        self.facts = facts
        self.model = model
        self.gradients: dict = {}

    def whole_step(self):
        """One step on rows without NaN and infinity."""
        runner = self.facts.runner
        rows = unsafe.finite_rows(runner.sample)[: runner.rows]
        if len(rows) < runner.rows:
            raise Unavailable("too few rows are finite")
        y = None if runner.sample.y is None else runner.y(rows)
        note = custom_gradients.noting(self.gradients)
        with tensorflow_internals.watched_custom_gradients(note):
            done = whole_step(runner, runner.x(rows), y)
        if done.failure is not None:
            raise Unavailable(
                "a training step cannot be run on these data "
                f"({type(done.failure).__name__})"
            )
        return done

    def unsafe(self):
        """Operations of the user's that break down on some numbers."""
        done = self.facts.whole_step
        return unsafe.unsafe(self.facts.runner, done, self.batch())

    def batch(self) -> int:
        """Rows of a batch of `fit`."""
        fit = self.facts.get("fit")
        sizes = self.facts.data.batch_sizes
        if sizes:
            return int(sizes[0])
        return fit.batch_size if fit and fit.batch_size else BATCH

    def non_finite(self):
        """Where a step stops being finite; None where it does not."""
        return non_finite.non_finite(self.facts.runner, self.facts.whole_step)

    def custom_gradients(self):
        """The gradients that the user wrote by hand."""
        recorder = self.facts.whole_step.recorder
        with self.facts.runner.quiet():
            return custom_gradients.tried_all(self.gradients, recorder)

    def loss_scaling(self):
        """What is done against float16 gradients of zero."""
        return loss_scaling.loss_scaling(self.model, self.facts.whole_step)
