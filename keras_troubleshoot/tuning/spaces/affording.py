"""How many hyperparameters a number of trials can afford."""

import math
from typing import Any

from keras_troubleshoot.tuning.spaces import sensitivity
from keras_troubleshoot.tuning.spaces.entry import Entry

# Trials for each hyperparameter. The rule "n = 10 d" for the first design of
# a computer experiment: Jones, Schonlau and Welch (1998); Loeppky, Sacks and
# Welch, "Choosing the Sample Size of a Computer Experiment" (2009), who find
# it enough where few of the d matter much. Here for a whole search, of which
# half the trials then choose among ranges already narrowed: heuristic.
TRIALS = 10


def require_budget(budget: Any) -> None:
    """Refuses what is no number of trials.

    Raises:
        ValueError: with what to pass.
    """
    whole = isinstance(budget, int) and not isinstance(budget, bool)
    if budget is not None and not (whole and budget > 0):
        raise ValueError(
            "`budget` must be a number of trials, at least 1, received: "
            f"budget={budget!r}. To mend it, pass what `max_trials` will be, "
            "or None for all hyperparameters."
        )


def affordable(budget: int | None) -> float:
    """How many hyperparameters that many trials can tune.

    Example:
        >>> affordable(5), affordable(30), affordable(99)
        (1, 3, 9)
    """
    return math.inf if budget is None else max(1, budget // TRIALS)


def ranked(entries: list[Entry]) -> list[Entry]:
    """From the most to the least sensitive, in the order of the table."""
    return sorted(entries, key=lambda entry: sensitivity.place(entry.kind))


def split(
    entries: list[Entry], budget: int | None
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """What the trials afford, and what they do not.

    One that depends on others brings all of them, even if these are one more
    than the trials afford. Several of one name count as one.

    Args:
        entries: in any order.
        budget: trials; None for all.

    Returns:
        Both, each from the most sensitive on.
    """
    order = ranked(entries)
    above = {name: set() for name in (entry.name for entry in order)}
    for entry in order:
        above[entry.name].update(entry.parents)
    taken: set[str] = set()
    for entry in order:
        if len(taken) < affordable(budget):
            taken |= family(entry.name, above)
    kept = tuple(entry for entry in order if entry.name in taken)
    return kept, tuple(entry for entry in order if entry.name not in taken)


def family(name: str, above: dict[str, set[str]]) -> set[str]:
    """A name with all that it depends on."""
    found, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += above.get(one, ())
    return found
