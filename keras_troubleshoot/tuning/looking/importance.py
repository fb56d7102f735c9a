"""Which hyperparameters mattered in a search."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import percent
from keras_troubleshoot.tuning.embedding.conditions import active
from keras_troubleshoot.tuning.embedding.embedding import Embedding
from keras_troubleshoot.tuning.embedding.scale import Fixed
from keras_troubleshoot.tuning.looking import forest
from keras_troubleshoot.tuning.looking import trials as trials_lib
from keras_troubleshoot.tuning.looking.result import Entry
from keras_troubleshoot.tuning.looking.result import Importance
from keras_troubleshoot.tuning.spaces.sensitivity import kind_of

# Fewer trials leave the forest nothing to learn from (heuristic).
FEWEST = 10
# Of the variance, from which on the worst tenth of the trials hides the rest
# (heuristic).
HIDDEN = 0.9


def importance(
    tuner: Any,
    *,
    ranks: bool = False,
    repeats: int = 25,
    confidence: float = 0.9,
    seed: int = 0,
) -> Importance:
    """How much of the variation of the score each hyperparameter explains.

    A random forest of scikit-learn learns the score from the configuration;
    on trials that it did not see, the values of one hyperparameter are
    exchanged, and the error grows by what it explains. Beside it stands how
    sensitive the lecture has it. What is not finite counts as the worst
    finite score.

    A search that closes in on the best tells of the region that it searched:
    what was decided early explains little of it. A random search tells of
    the whole space.

    Args:
        tuner: a tuner or an oracle of keras-tuner, with at least 10 finished
            trials.
        ranks: whether the ranks of the scores are explained, not the scores,
            of which a few huge ones may hide all others.
        repeats: how many times the trials are split anew; at least 2. The
            time grows with it: about 0.1 s each.
        confidence: of the intervals, such as 0.9.
        seed: of the splits and the forests. No other randomness is touched.

    Returns:
        The entries, the largest share first; `print` shows a table.

    Raises:
        TypeError: it is neither a tuner nor an oracle.
        ValueError: there are too few finished trials, or nothing that varies
            in them; `repeats` is below 2, or `confidence` not between 0 and 1.

    Example:
        >>> import keras_tuner
        >>> oracle = keras_tuner.oracles.RandomSearchOracle("val_loss")
        >>> importance(oracle)
        Traceback (most recent call last):
        ...
        ValueError: `tuner` must have at least 10 finished trials, ...
    """
    oracle = trials_lib.oracle_of(tuner)
    check(repeats, confidence)
    direction = oracle.objective.direction
    trials = trials_lib.finished(oracle)
    found = trials_lib.scores(trials, direction)
    space = list(oracle.get_space().space)
    check_trials(trials, found, space)
    lost = int(np.isnan(found).sum())
    worst = np.nanmin(found) if direction == "max" else np.nanmax(found)
    found = np.where(np.isnan(found), worst, found)
    notes = [*told_lost(lost), *([] if ranks else told_hidden(found))]
    explained = ranked(found) if ranks else found
    rows = rows_of(space, trials, explained)
    shares, together = forest.shares(rows, repeats, seed)
    low, high = forest.interval(together, confidence)
    return Importance(
        entries(space, shares, confidence),
        float(together.mean()),
        float(low),
        float(high),
        f"rank of {oracle.objective.name}" if ranks else oracle.objective.name,
        len(trials),
        confidence,
        tuple(notes),
    )


def rows_of(
    space: Sequence[Any], trials: Sequence[Any], found: np.ndarray
) -> forest.Rows:
    """The trials as numbers."""
    embedding = Embedding(space)
    values = [trial.hyperparameters.values for trial in trials]
    on = np.array([active(space, each) for each in values])
    return forest.rows_of(embedding, embedding.encode(values), on, found)


def entries(
    space: Sequence[Any], shares: np.ndarray, confidence: float
) -> tuple[Entry, ...]:
    """One for each hyperparameter that is not fixed."""
    low, high = forest.interval(shares, confidence)
    # A share is from 0 to 1; that of a few trials may come out beyond.
    limits = np.clip([shares.mean(axis=0), low, high], 0, 1).tolist()
    made = [
        Entry(title, *held, kind_of(hp.name))
        for hp, title, *held in zip(
            space, Embedding(space).titles, *limits, strict=True
        )
        if not isinstance(hp, Fixed)
    ]
    return tuple(sorted(made, key=lambda entry: -entry.share))


def ranked(found: np.ndarray) -> np.ndarray:
    """Ranks, equals sharing theirs."""
    from scipy import stats

    return stats.rankdata(found)


def told_lost(lost: int) -> list[str]:
    """That trials diverged or failed."""
    if not lost:
        return []
    return [
        f"{counted(lost, 'trial')} diverged or failed: taken as the worst "
        "finite score."
    ]


def told_hidden(found: np.ndarray) -> list[str]:
    """That a few bad trials make up the variance."""
    far = np.abs(found - np.median(found))
    rest = found[np.argsort(far)[: len(found) - max(1, len(found) // 10)]]
    share = 1 - rest.var() / found.var()
    if share < HIDDEN:
        return []
    return [
        f"A tenth of the trials makes up {percent(share)} of the variance: "
        "the shares tell what leads to these. `ranks=True` tells of all."
    ]


def check(repeats: Any, confidence: Any) -> None:
    """Refuses options that mean nothing.

    Raises:
        ValueError: one is out of its range.
    """
    if not isinstance(repeats, int) or repeats < 2:
        raise ValueError(
            "`repeats` must be a whole number, at least 2, received: "
            f"repeats={repeats!r}. To mend it, leave it at 25."
        )
    if not 0 < confidence < 1:
        raise ValueError(
            "`confidence` must lie between 0 and 1, received: "
            f"confidence={confidence!r}. To mend it, pass such as 0.9."
        )


def check_trials(
    trials: Sequence[Any], found: np.ndarray, space: Sequence[Any]
) -> None:
    """Refuses trials from which nothing can be told.

    Raises:
        ValueError: they are too few, all alike, or nothing is tuned.
    """
    if len(trials) < FEWEST:
        raise ValueError(
            f"`tuner` must have at least {FEWEST} finished trials, received: "
            f"{len(trials)}. To mend it, call `search` first, with a larger "
            "`max_trials`."
        )
    if all(isinstance(hp, Fixed) for hp in space):
        raise ValueError(
            "`tuner` must tune at least one hyperparameter, received: none. "
            "To mend it, register one, such as `hp.Float(...)`."
        )
    known = found[np.isfinite(found)]
    if len(np.unique(known)) < 2:
        raise ValueError(
            "`tuner` must have finished trials with different scores, "
            f"received: {len(trials)} trials with "
            f"{counted(len(np.unique(known)), 'finite score')} among them. To "
            "mend it, see in `to_json` why they ended so."
        )
