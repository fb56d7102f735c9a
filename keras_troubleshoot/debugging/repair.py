"""Tries remedies, keeps those that help, and trains the mended model."""

import dataclasses
import functools
import time
from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies import unwatched
from keras_troubleshoot.remedies.catalogue import REMEDIES
from keras_troubleshoot.remedies.trial import Trial
from keras_troubleshoot.remedies.tryout import Tryout
from keras_troubleshoot.remedies.workshop import Workshop
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Fixes
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity

# Severities that are told without a trial.
GRAVE = (Severity.ERROR, Severity.WARNING)


@dataclasses.dataclass
class Repair:
    """Remedies of one `fit` that were tried.

    Attributes:
        shop: copies of the program.
        kept: trials of the remedies that are kept.
        dropped: trials of those that are not.
        together: the runs of all that are kept at once.
    """

    shop: Workshop
    kept: list[Trial] = dataclasses.field(default_factory=list)
    dropped: list[Trial] = dataclasses.field(default_factory=list)
    together: tuple = ()

    @functools.cached_property
    def fixes(self) -> Fixes:
        """What came of it, for the report."""
        if not self.kept:
            told = "None of the fixes that were tried helps."
            return Fixes(told if self.dropped else "There was no fix to try.")
        best = max(self.kept, key=lambda t: t.gain)
        whole = dataclasses.replace(
            best,
            title="What is kept, all together",
            after=self.together or best.after,
            loss_changed=any(t.loss_changed for t in self.kept),
        )
        drawn = (whole.figure,) if whole.figure is not None else ()
        return Fixes(whole.told, tuple(self.code), drawn)

    @functools.cached_property
    def code(self) -> list[str]:
        """Keras code that says what is changed."""
        program = self.shop.small()
        done = self.shop.apply(program, self.kept)
        # Some change data that only the whole program has.
        others = [t for t in self.kept if t not in done]
        told = [*program.code, *(line for t in others for line in t.code)]
        return list(dict.fromkeys(told))

    def model(self) -> Any:
        """The repaired model, compiled, with the weights of the start."""
        program = self.shop.small()
        self.shop.apply(program, self.kept)
        return program.compile()

    def refit(self) -> Any:
        """Trains the repaired model as the user trained the model.

        Raises:
            feeding.CannotFeed: if the data cannot be read again.
            cloning.CannotCopy: if the model cannot be copied.
        """
        program = self.shop.whole()
        self.shop.apply(program, self.kept)
        with unwatched.training():
            model = program.compile()
            validation = {}
            if program.validation is not None:
                parts = program.validation.arguments
                whole = tuple(parts.values())
                validation["validation_data"] = (
                    whole if len(whole) > 1 else whole[0]
                )
            left_out = {"validation_split"}
            if not isinstance(program.data, feeding.Arrays):
                left_out.add("batch_size")
            arguments = {
                name: value
                for name, value in program.fit.items()
                if name not in left_out
            }
            model.fit(**program.data.arguments, **validation, **arguments)
            for finish in program.finish:
                model = finish(model)
        return model


@dataclasses.dataclass(frozen=True)
class Impossible:
    """Stands for a `Repair` where nothing could be tried.

    Attributes:
        reason: why.
    """

    reason: str

    @property
    def fixes(self) -> Fixes:
        """What came of it, for the report."""
        return Fixes(f"No fix was tried: {self.reason}.")

    @property
    def code(self) -> list[str]:
        """Nothing was changed."""
        return []

    def model(self) -> Any:
        """There is no repaired model.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(f"No fix could be tried: {self.reason}.")

    def refit(self) -> Any:
        """There is nothing to train.

        Raises:
            RuntimeError: always.
        """
        return self.model()


def try_fixes(
    shop: Workshop,
    findings: Sequence[Finding],
    seconds: float,
    seeds: int = 2,
) -> tuple[list[Finding], Repair]:
    """Tries the remedy of each root cause, then those that are kept together.

    A remedy of an error or a warning is kept unless it does harm: a trial on
    some hundred rows cannot show the gain of every fix. One of a suspicion
    is kept where it helps.

    Returns:
        The findings with what their trials came to, those of the largest
        gain first, and the repair.
    """
    begin = time.perf_counter()
    chosen = to_mend(findings)
    tryout = Tryout(shop)
    wanted = [findings[i] for i in chosen]
    trials = tryout.trials(wanted, 0.7 * seconds, seeds)
    told, repair = list(findings), Repair(shop)
    gains, of = {}, {}
    for place, index in enumerate(chosen):
        finding = findings[index]
        certain = finding.severity in GRAVE
        trial = trials.get(place)
        if trial is None and certain:
            trial = tryout.untried(finding)
        if trial is None:
            continue
        gains[index], of[index] = trial.gain, trial
        told[index] = with_trial(finding, trial)
        kept = trial.helped or (certain and not trial.harmed)
        (repair.kept if kept else repair.dropped).append(trial)
    order = sorted(range(len(told)), key=lambda i: -gains.get(i, 0.0))
    repair.kept = without_rivals(repair.kept)
    left = seconds - (time.perf_counter() - begin)
    if len(repair.kept) > 1:
        thin_out(repair, tryout, max(left, 5.0), seeds)
    for index, trial in of.items():
        if trial.helped and trial not in repair.kept:
            said = f"{told[index].tried} Left out: not beside the other fixes."
            told[index] = dataclasses.replace(told[index], tried=said)
    return [told[i] for i in order], repair


def to_mend(findings: Sequence[Finding]) -> list[int]:
    """The places of the findings whose remedies are tried.

    Root causes, and suspicions of them; symptoms where no cause is known.
    """
    found = [
        i
        for i, f in enumerate(findings)
        if f.rule in REMEDIES and (f.severity in GRAVE or f.suspected)
    ]
    roots = [i for i in found if findings[i].kind is Kind.ROOT]
    known = any(findings[i].severity in GRAVE for i in roots)
    return roots if known else found


def with_trial(finding: Finding, trial: Trial) -> Finding:
    """A finding that says what its trial came to."""
    drawn = (trial.figure,) if trial.figure is not None else ()
    return dataclasses.replace(
        finding, tried=trial.told, figures=(*finding.figures, *drawn)
    )


def without_rivals(trials: list[Trial]) -> list[Trial]:
    """Of several trials that change the same lines only the best."""
    kept: list[Trial] = []
    ranked = sorted(trials, key=lambda t: (t.finding.suspected, -t.gain))
    for trial in ranked:
        taken = {line.split("=")[0] for t in kept for line in t.code}
        if not taken & {line.split("=")[0] for line in trial.code}:
            kept.append(trial)
    return kept


def thin_out(
    repair: Repair, tryout: Tryout, seconds: float, seeds: int
) -> None:
    """Runs remedies together, and keeps those that help the others.

    First those of what is certain; where all of them do worse than the best
    one alone, that one is kept. Then suspicions one by one, the largest gain
    first: what helped the unchanged program may do harm to a mended one, as
    a rate that was right for a wrong loss.
    """
    end = time.perf_counter() + seconds
    kept = repair.kept
    certain = [t for t in kept if not t.finding.suspected]
    waiting = [t for t in kept if t.finding.suspected]
    if not certain:
        certain, waiting = waiting[:1], waiting[1:]
    each = max(1.0, seconds / (1 + len(waiting)) / seeds - 1)
    runs = tuple(certain[0].after)
    if len(certain) > 1:
        certain, runs = whole_or_best(tryout, certain, each, seeds)
    for trial in waiting:
        if not runs or time.perf_counter() > end:
            break
        more = tryout.together([*certain, trial], each, seeds)
        changed = dataclasses.replace(trial, before=runs, after=more)
        if changed.helped:
            certain, runs = [*certain, trial], more
    repair.dropped += [t for t in kept if t not in certain]
    repair.kept, repair.together = certain, runs


def whole_or_best(
    tryout: Tryout, trials: list[Trial], seconds: float, seeds: int
) -> tuple[list[Trial], tuple]:
    """All remedies and their runs, or the best one where that does better."""
    runs = tryout.together(trials, seconds, seeds)
    tried = [t for t in trials if t.after]
    best = max(tried, key=lambda t: t.gain, default=None)
    if best is None:
        return trials, runs
    changed = any(t.loss_changed for t in trials)
    whole = dataclasses.replace(best, after=runs, loss_changed=changed)
    if whole.gain >= best.gain - 0.1:
        return trials, runs
    return [t for t in trials if not t.after or t is best], best.after
