"""Remedies are tried one by one, each against the unchanged program."""

import functools
import math
import time
from collections.abc import Iterable
from typing import Any

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.remedies import bench as benches
from keras_troubleshoot.remedies import short_run
from keras_troubleshoot.remedies import unwatched
from keras_troubleshoot.remedies.catalogue import REMEDIES
from keras_troubleshoot.remedies.registry import Remedy
from keras_troubleshoot.remedies.trial import Trial
from keras_troubleshoot.remedies.workshop import Workshop
from keras_troubleshoot.report.finding import Finding

# Steps of a trial at most, and of one that trains longer.
STEPS = 600
LONGEST = 3000
# Their remedies are measured against as many steps as the user takes.
SHORT = ("too-few-epochs", "batch-size-unsuitable")
# Seconds that it takes to copy and to trace a small model, on one thread.
TRACING = 1.0
# Seconds of a trial at least, and how many times as long as the unchanged
# program a changed one may take.
LEAST, SLOWER = 0.5, 3.0


class Tryout:
    """Short runs of changed copies of one program, and of unchanged ones.

    Args:
        shop: makes the copies.
    """

    def __init__(self, shop: Workshop):
        self.shop = shop
        self._before: dict[tuple, short_run.Run] = {}

    @property
    def batch(self) -> int:
        """Rows of a batch of the user's."""
        sizes = self.shop.sample.batch_sizes
        given = self.shop.arguments.get("batch_size") or 32
        return int(max(sizes) if sizes else given)

    @functools.cached_property
    def bench(self) -> benches.Bench | None:
        """The copy that serves all trials of rates and lengths."""
        program = self.shop.small()
        rows = len(nests.arrays(program.data.x)[0])
        # Of the rows of which a fifth is held out.
        batch = min(self.batch, rows - rows // 5)
        return benches.bench_for(program, batch)

    def rows(self, count: int, seed: int, steps: int, batch: int):
        """The batches of a trial on so many rows."""
        ordered = self.shop.arguments.get("shuffle") is False
        return short_run.rows_for(count, batch, steps, seed, ordered)

    def train(self, program, seed: int, steps: int, seconds: float):
        """One short run of a copy."""
        # A remedy may have dropped some.
        count = len(nests.arrays(program.data.x)[0])
        batch = self.batch
        if program.fit.get("batch_size") != self.shop.given.get("batch_size"):
            batch = int(program.fit["batch_size"])
        rows = self.rows(count, seed, steps, batch)
        return short_run.run(program, rows, self.shop.head, seconds)

    def train_light(self, rate: float, seed: int, steps: int, seconds: float):
        """One short run on the bench."""
        count = len(nests.arrays(self.bench.data.x)[0])
        rows = self.rows(count, seed, steps, self.batch)
        return self.bench.run(rows, rate, self.shop.head, seconds)

    def before(self, seed, steps, seconds, light=False) -> short_run.Run:
        """The run of the unchanged program; made once."""
        key = (seed, steps, light)
        if key not in self._before:
            try:
                if light:
                    rate = own_rate(self.shop.dry())
                    made = self.train_light(rate, seed, steps, seconds)
                else:
                    made = self.train(self.shop.small(), seed, steps, seconds)
            except Exception:
                # What raises has learned nothing.
                made = short_run.FAILED
            self._before[key] = made
        return self._before[key]

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
        waiting = [
            (place, finding, remedy)
            for place, finding in enumerate(findings)
            for remedy in REMEDIES.get(finding.rule, ())
            if not (quick and remedy.slow)
        ]
        with unwatched.training(), own_state.preserved(self.shop.model):
            for done, (place, finding, remedy) in enumerate(waiting):
                left = end - time.perf_counter()
                if left < 0 and found:
                    break
                each = left / (1 + len(waiting) - done) / seeds
                made = self.tried(remedy, finding, seeds, steps, each)
                best = found.get(place)
                if made and (best is None or made.gain > best.gain):
                    found[place] = made
        return found

    def tried(self, remedy, finding, seeds, steps, seconds) -> Trial | None:
        """One remedy on its own; None where it cannot be carried out."""
        length = self.shop.facts.get("length")
        if finding.rule in SHORT and length is not None and length.total:
            steps = min(steps, length.total)
        light = remedy.light and self.bench is not None
        run = self.run_light if light else self.run
        seconds = max(LEAST, seconds if light else seconds - TRACING)
        before, after, code, changed = [], [], (), False
        for seed in range(seeds):
            was = self.before(seed, steps, seconds, light)
            # As many steps as the unchanged program makes in its time.
            limit = was.steps or steps
            try:
                made, code, other = run(
                    remedy, finding, seed, limit, SLOWER * seconds
                )
            except Exception:
                return None
            before.append(was)
            after.append(made)
            changed = changed or other
        return Trial(
            finding,
            remedy.title,
            code,
            tuple(before),
            tuple(after),
            changed,
            remedy,
        )

    def run(self, remedy: Remedy, finding, seed, steps, seconds):
        """A run of a changed copy, the code, and whether losses differ."""
        program = self.shop.small()
        loss = program.compiled["loss"]
        remedy.apply(program, finding, self.shop.facts)
        whole = steps * self.lengthened(program)
        made = self.train(program, seed, limited(whole, steps), seconds)
        other = program.compiled["loss"] is not loss or program.other_targets
        return made, tuple(program.code), other

    def run_light(self, remedy: Remedy, finding, seed, steps, seconds):
        """The same on the bench."""
        program = self.shop.dry()
        remedy.apply(program, finding, self.shop.facts)
        whole = steps * self.lengthened(program)
        made = self.train_light(
            own_rate(program), seed, limited(whole, steps), seconds
        )
        return made, tuple(program.code), False

    def lengthened(self, program: Any) -> float:
        """How many times as many steps a changed program makes."""
        times, given = 1.0, self.shop.given
        for name in ("epochs", "steps_per_epoch"):
            new, old = program.fit.get(name), given.get(name)
            if new != old:
                times *= (new or 1) / (old or 1)
        length = self.shop.facts.get("length")
        batch = program.fit.get("batch_size")
        if batch != given.get("batch_size") and length is not None:
            times *= length.batch / batch
        return times

    def untried(self, finding: Finding) -> Trial | None:
        """The first remedy that can be carried out, without any run.

        Some need the validation data, which only the whole program has.
        """
        for make in (self.shop.small, self.shop.whole):
            for remedy in REMEDIES.get(finding.rule, ()):
                try:
                    program = make()
                    remedy.apply(program, finding, self.shop.facts)
                except Exception:
                    continue
                code = tuple(program.code)
                return Trial(finding, remedy.title, code, (), (), remedy=remedy)
        return None

    def together(self, trials, seconds, seeds, steps=STEPS) -> tuple:
        """The runs of all remedies together, one for each seed."""
        runs = []
        with unwatched.training(), own_state.preserved(self.shop.model):
            for seed in range(seeds):
                program = self.shop.small()
                self.shop.apply(program, trials)
                runs.append(self.train(program, seed, steps, seconds))
        return tuple(runs)


def limited(whole: float, steps: int) -> int:
    """Steps of a run that may be longer than that of the unchanged program."""
    return math.ceil(min(whole, LONGEST)) if whole > steps else steps


def own_rate(program: Any) -> float:
    """The constant rate of a program."""
    optimizer = keras_internals.inner_optimizer(program.optimizer)
    return float(optimizer.learning_rate)
