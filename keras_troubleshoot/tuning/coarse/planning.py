"""How many trials each round gets."""

# Trials for which a plan is made where there is no limit.
UNLIMITED = 100
# A round with fewer trials learns too little to narrow anything (heuristic).
SMALLEST = 4
# Five rounds at 100 trials: of 2 to 10 the best but for 7, which is as good,
# on four mixed spaces of 7 and 8 hyperparameters. Fewer trials make fewer
# rounds, of at least so many trials each (heuristic).
ROUNDS, TRIALS_OF_ROUND = 5, 7
# Beyond, both the rounds and their trials grow (heuristic).
GROWING = 0.4
# Rounds before a model takes over, if not said otherwise: the wide one and
# the first around the best.
BEFORE_MODEL = 2


def rounds_for(max_trials: int | None) -> int:
    """The number of rounds that serve a budget.

    Example:
        >>> [rounds_for(trials) for trials in (5, 30, 60, 100, 300)]
        [1, 4, 5, 5, 8]
    """
    trials = max_trials or UNLIMITED
    if trials <= UNLIMITED:
        return max(1, min(ROUNDS, trials // TRIALS_OF_ROUND))
    return round(ROUNDS * (trials / UNLIMITED) ** GROWING)


def plan(
    max_trials: int | None, rounds: int | None, first_share: float
) -> list[int]:
    """Trials of each round: the first gets its share, the rest equal ones.

    Example:
        >>> plan(100, 5, 0.3)
        [30, 18, 18, 17, 17]
    """
    trials = max_trials or UNLIMITED
    rounds = rounds or rounds_for(max_trials)
    if rounds == 1:
        return [trials]
    first = min(
        max(round(first_share * trials), SMALLEST),
        trials - SMALLEST * (rounds - 1),
    )
    size, more = divmod(trials - first, rounds - 1)
    return [first] + [size + (at < more) for at in range(rounds - 1)]


def plan_before_model(
    max_trials: int | None, rounds: int | None, first_share: float
) -> list[int]:
    """Trials of the rounds before a model takes over.

    Example:
        >>> plan_before_model(100, None, 0.2), plan_before_model(100, 1, 0.2)
        ([20, 20], [20])
    """
    kept = rounds or BEFORE_MODEL
    planned = max(rounds_for(max_trials), kept + 1)
    most = max(1, (max_trials or UNLIMITED) // SMALLEST)
    return plan(max_trials, min(planned, most), first_share)[:kept]
