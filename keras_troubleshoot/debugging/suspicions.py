"""Settles suspicions: the remedy of each is tried, and confirms it or not."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.remedies.catalogue import REMEDIES
from keras_troubleshoot.remedies.trial import Trial
from keras_troubleshoot.remedies.trial import better
from keras_troubleshoot.remedies.tryout import STEPS
from keras_troubleshoot.remedies.tryout import Tryout
from keras_troubleshoot.remedies.workshop import Workshop
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity

# Suspicions that only say that a run came to little.
OF_THE_RUN = (
    "learning-rate-too-high",
    "learning-rate-too-low",
    "too-few-epochs",
)


def confirm(
    shop: Workshop, findings: Sequence[Finding], outcome: Any, seconds: float
) -> list[Finding]:
    """Tries the remedies of suspicions, and raises those that are confirmed.

    A suspicion is confirmed where its remedy does clearly better than the
    unchanged model in as many steps, and than the model that the user has
    trained.

    Args:
        shop: copies of the program.
        findings: all that were found.
        outcome: what the user's own training came to, `outcome.Outcome`.
        seconds: that the trials may take.

    Returns:
        The findings, in their order, with what the trials came to; of those
        that only say that a run came to little, the one whose remedy gained
        most comes first.
    """
    waiting = [
        i
        for i, f in enumerate(findings)
        if f.suspected and f.rule in REMEDIES and not f.tried
    ]
    if any(is_cause(f) for f in findings):
        # What a run came to says nothing of its rate while another cause
        # stands.
        waiting = [i for i in waiting if findings[i].rule not in OF_THE_RUN]
    if not waiting:
        return list(findings)
    steps = min(STEPS, outcome.steps or STEPS)
    trials = Tryout(shop).trials(
        [findings[i] for i in waiting], seconds, steps=steps, quick=True
    )
    told, gains = list(findings), {}
    for place, trial in trials.items():
        index = waiting[place]
        told[index] = settled(findings[index], trial, outcome)
        if findings[index].rule in OF_THE_RUN:
            gains[index] = trial.gain
    ranked = sorted(gains, key=lambda index: -gains[index])
    moved = [told[index] for index in ranked]
    for index, finding in zip(sorted(gains), moved, strict=True):
        told[index] = finding
    return told


def is_cause(finding: Finding) -> bool:
    """Whether a finding is a cause that stands without a trial.

    Values that are not finite are where a rate that is too high ends.
    """
    grave = finding.severity is not Severity.ADVICE
    root = finding.kind is Kind.ROOT and grave
    return root and finding.rule != "non-finite-values"


def settled(finding: Finding, trial: Trial, outcome: Any) -> Finding:
    """A suspicion after its trial."""
    confirmed = trial.helped and beats(trial, outcome)
    return dataclasses.replace(
        finding,
        severity=Severity.WARNING if confirmed else Severity.ADVICE,
        tried=trial.told,
        figures=(*finding.figures, trial.figure)
        if confirmed
        else finding.figures,
    )


def beats(trial: Trial, outcome: Any) -> bool:
    """Whether a trial does better than the whole training of the user.

    On rows that neither was trained on, where the user has some; else each on
    rows that it was trained on.
    """
    after, reached = trial.after[0], outcome.validated
    if reached is None:
        reached = outcome.quality
        after = dataclasses.replace(after, quality=after.learned)
    if after.quality is not None and reached is not None:
        user = dataclasses.replace(after, quality=reached)
        return better(user, after, trial.loss_changed)
    if not outcome.losses:
        return True
    user = dataclasses.replace(
        after, quality=None, loss=None, losses=outcome.losses[-1:]
    )
    return better(
        user,
        dataclasses.replace(after, quality=None, loss=None),
        trial.loss_changed,
    )
