"""After a `fit`: its suspicions are settled, in the time that there is."""

import dataclasses
from typing import Any

from keras_troubleshoot.debugging import suspicions
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.remedies import cloning

# Of the time of a `fit`, and seconds at least, that trials may take.
SHARE, LEAST = 0.2, 5.0
# Seconds that a layer takes to copy and to trace, twice what was measured on
# one thread.
LAYER = 0.08


def settle(watched: Any, seconds: float | None) -> None:
    """Tries the remedies of suspicions.

    Args:
        watched: the `WatchedFit`.
        seconds: that the trials may take; None for a fifth of the time of
            the `fit`, though never less than five seconds.
    """
    look = watched.look
    limit = max(LEAST, SHARE * watched.seconds) if seconds is None else seconds
    if limit <= 0 or not any(f.suspected for f in look.findings):
        return
    # The model is traced, and once more with a remedy.
    if 2 * LAYER * len(look.facts.model.layers) > limit:
        untried(look, "it would take longer than the time that there is")
        return
    try:
        look.findings = suspicions.confirm(
            watched.shop(), look.findings, look.facts.outcome, limit
        )
    except (cloning.CannotCopy, Unavailable) as reason:
        untried(look, str(reason))


def untried(look: Any, reason: str) -> None:
    """Says of each suspicion why there was no trial."""
    look.findings = [
        dataclasses.replace(f, tried=f"No trial: {reason}.")
        if f.suspected
        else f
        for f in look.findings
    ]
