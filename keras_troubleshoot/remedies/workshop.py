"""Copies of the program of one `fit`, on which remedies are carried out."""

import copy
from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies import program as programs
from keras_troubleshoot.remedies.registry import NotApplicable
from keras_troubleshoot.remedies.trial import Trial


class Workshop:
    """One model with its data, of which copies are repaired.

    Args:
        model: the user's; it stays as it is.
        start: its weights before the training.
        data: inputs, targets, weights and validation data, as in `fit`.
        arguments: the arguments of `fit` by name.
        facts: what was measured.
    """

    def __init__(self, model, start, data, arguments, facts):
        self.model, self.start = model, start
        self.data, self.arguments = data, arguments
        self.facts = facts
        self.sample = facts.data.sample

    def small(self) -> programs.Program:
        """The program with the sampled rows, for trials."""
        sample = self.sample
        data = feeding.Arrays(
            *[nests.transform(np.asarray, p) for p in (sample.x, sample.y)],
            nests.transform(np.asarray, sample.sample_weight),
        )
        return self.copy(data, None)

    def whole(self) -> programs.Program:
        """The program with all data, to be trained in the end.

        Raises:
            feeding.CannotFeed: if the data cannot be read again.
        """
        x, y, weight, validation = self.data
        other = None
        if validation is not None:
            parts = validation
            if not isinstance(parts, tuple | list):
                parts = (parts,)
            other = feeding.feeding(*parts)
        return self.copy(feeding.feeding(x, y, weight), other)

    def copy(self, data, validation) -> programs.Program:
        """A fresh copy of the program, from the first weights."""
        some = nests.transform(lambda a: a[:4], self.sample.x)
        return programs.copy_of(
            self.model, data, validation, self.arguments, self.start, some
        )

    @property
    def head(self):
        """The one output that can be judged; None for several."""
        heads = self.facts.get("heads") or ()
        return heads[0] if len(heads) == 1 else None

    def dry(self) -> programs.Program:
        """The program without model and data: its optimizer and arguments.

        For remedies that change no more than these.
        """
        optimizer = programs.optimizer_like(self.model.optimizer)
        return programs.Program(None, optimizer, {}, None, None, self.given)

    @property
    def given(self) -> dict[str, Any]:
        """The arguments of `fit` apart from the data; a new dictionary."""
        return programs.without_data(self.arguments)

    def apply(self, program, trials: Iterable[Trial]) -> list[Trial]:
        """Carries out the remedies of trials; returns those that went."""
        done = []
        for trial in trials:
            kept = copy.copy(program)
            kept.code, kept.finish = list(program.code), list(program.finish)
            kept.compiled, kept.fit = dict(program.compiled), dict(program.fit)
            try:
                trial.remedy.apply(program, trial.finding, self.facts)
            except (NotApplicable, LookupError, ValueError, TypeError):
                vars(program).update(vars(kept))
                continue
            done.append(trial)
        return done
