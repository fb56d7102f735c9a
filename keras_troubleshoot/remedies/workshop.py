"""Where the remedies of one `fit` are tried, and kept or dropped."""

import copy
import math
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies import program as programs
from keras_troubleshoot.remedies import short_run
from keras_troubleshoot.remedies import unwatched
from keras_troubleshoot.remedies.catalogue import REMEDIES
from keras_troubleshoot.remedies.registry import NotApplicable
from keras_troubleshoot.remedies.trial import Trial
from keras_troubleshoot.report.finding import Finding

# Steps of a trial at most, and of one that trains longer.
STEPS = 600
LONGEST = 3000
# Its remedy is measured against as many steps as the user takes.
SHORT = "too-few-epochs"


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
        self._before: dict[tuple[int, int], short_run.Run] = {}

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

    def rows(self, count: int, seed: int, steps: int) -> short_run.Rows:
        """The batches of a trial on so many rows."""
        batch = self.arguments.get("batch_size") or 32
        if self.sample.batch_sizes:
            batch = max(self.sample.batch_sizes)
        ordered = self.arguments.get("shuffle") is False
        return short_run.rows_for(count, int(batch), steps, seed, ordered)

    def train(self, program, seed: int, steps: int, seconds: float):
        """One short run; what raises counts as having learned nothing."""
        # A remedy may have dropped some.
        count = len(nests.arrays(program.data.x)[0])
        rows = self.rows(count, seed, steps)
        return short_run.run(program, rows, self.head, seconds)

    def before(self, seed: int, steps: int, seconds: float) -> short_run.Run:
        """The run of the unchanged program; made once."""
        if (seed, steps) not in self._before:
            try:
                made = self.train(self.small(), seed, steps, seconds)
            except Exception:
                made = short_run.FAILED
            self._before[seed, steps] = made
        return self._before[seed, steps]

    def trials(
        self,
        findings: Iterable[Finding],
        seconds: float,
        seeds: int = 1,
        steps: int = STEPS,
        quick: bool = False,
    ) -> dict[int, Trial]:
        """Tries the remedies of some findings one by one.

        Args:
            findings: to be mended.
            seconds: that all of it may take.
            seeds: how often each is tried, with other batches.
            steps: of a run, at most.
            quick: leave out the remedies that take their time.

        Returns:
            The best trial of each finding by the place of the finding.
            Findings without a remedy, or for which no time was left, are
            missing.
        """
        found: dict[int, Trial] = {}
        end = time.perf_counter() + seconds
        chosen = list(findings)
        known = [
            [r for r in REMEDIES.get(f.rule, ()) if not (quick and r.slow)]
            for f in chosen
        ]
        count = 1 + sum(map(len, known))
        each = max(0.5, seconds / max(count, 1) / seeds - 1.0)
        with unwatched.training(), own_state.preserved(self.model):
            for place, finding in enumerate(chosen):
                for remedy in known[place]:
                    if time.perf_counter() > end and found:
                        return found
                    made = self.tried(remedy, finding, seeds, steps, each)
                    best = found.get(place)
                    if made and (best is None or made.gain > best.gain):
                        found[place] = made
        return found

    def tried(self, remedy, finding, seeds, steps, seconds) -> Trial | None:
        """One remedy on its own; None where it cannot be carried out."""
        before, after, code = [], [], ()
        changed = False
        length = self.facts.get("length")
        if finding.rule == SHORT and length is not None and length.total:
            steps = min(steps, length.total)
        for seed in range(seeds):
            program = self.small()
            loss = program.compiled["loss"]
            try:
                remedy.apply(program, finding, self.facts)
                times = lengthened(program, self.arguments)
                whole = steps if times <= 1 else min(steps * times, LONGEST)
                run = self.train(program, seed, math.ceil(whole), seconds)
            except Exception:
                return None
            limit = min(max(run.steps, 1), steps)
            before.append(self.before(seed, limit, 10 * seconds))
            after.append(run)
            code = tuple(program.code)
            changed = changed or other_loss(program, loss)
        return Trial(
            finding,
            remedy.title,
            code,
            tuple(before),
            tuple(after),
            changed,
            remedy,
        )

    def untried(self, finding: Finding) -> Trial | None:
        """The first remedy that can be carried out, without any run."""
        for remedy in REMEDIES.get(finding.rule, ()):
            program = self.small()
            try:
                remedy.apply(program, finding, self.facts)
            except Exception:
                continue
            code = tuple(program.code)
            return Trial(finding, remedy.title, code, (), (), remedy=remedy)
        return None

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

    def together(self, trials, seconds, seeds, steps=STEPS) -> tuple:
        """The runs of all remedies together, one for each seed."""
        runs = []
        with unwatched.training(), own_state.preserved(self.model):
            for seed in range(seeds):
                program = self.small()
                self.apply(program, trials)
                runs.append(self.train(program, seed, steps, seconds))
        return tuple(runs)


def lengthened(program: Any, arguments: dict[str, Any]) -> float:
    """How many times as long a remedy trains."""
    times = 1.0
    for name in ("epochs", "steps_per_epoch"):
        new, old = program.fit.get(name), arguments.get(name)
        if new != old:
            times *= (new or 1) / (old or 1)
    return times


def other_loss(program: Any, loss: Any) -> bool:
    """Whether a remedy changed what the loss says."""
    return program.compiled["loss"] is not loss or program.other_targets
