"""What the arguments of a coarse-to-fine search must be."""

import numbers
from typing import Any

from keras_troubleshoot.tuning.coarse import planning
from keras_troubleshoot.tuning.counts import require_counts_if_given


def check(**arguments: Any) -> None:
    """Raises where an argument will not do.

    Args:
        **arguments: `max_trials`, `seed`, `rounds`, `keep`, `first_share`
            and `then` as they were given.

    Raises:
        TypeError: a number that is none.
        ValueError: a number out of its range, or another word than known.
    """
    for name, least in (
        ("max_trials", 1),
        ("seed", 0),
        ("rounds", 1),
        ("keep", 2),
    ):
        require_counts_if_given(least, **{name: arguments[name]})
    if arguments["keep"] is None:
        raise TypeError(
            "`keep` must be a whole number, received: keep=None. To mend "
            "it, leave it out."
        )
    share(arguments["first_share"])
    affordable(arguments["max_trials"], arguments["rounds"])
    if arguments["then"] not in (None, "bayesian"):
        raise ValueError(
            "`then` must be None or 'bayesian', received: "
            f"then={arguments['then']!r}. To mend it, leave it out for rounds "
            "to the end."
        )


def share(value: Any) -> None:
    """A share of the trials."""
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or not 0 < value < 1:
        raise (ValueError if number else TypeError)(
            "`first_share` must be a number between 0 and 1, received: "
            f"first_share={value!r}. To mend it, leave it out."
        )


def affordable(max_trials: int | None, rounds: int | None) -> None:
    """Rounds that have trials enough."""
    trials = max_trials or planning.UNLIMITED
    most = max(1, trials // planning.SMALLEST)
    if rounds and rounds > most:
        raise ValueError(
            f"`rounds` must leave each round {planning.SMALLEST} trials, so "
            f"at most {most} of {trials} trials, received: rounds={rounds}. "
            "To mend it, leave it out, or raise `max_trials`."
        )
