"""How much of a score the parts of its configuration explain.

A random forest learns the score from the configuration on some of the
trials. On the others the columns of one hyperparameter are exchanged between
trials: what that adds to the squared error is twice the variance which it
explains, alone and with others (Gregorutti, Michel and Saint-Pierre,
"Correlation and variable importance in random forests", 2017, Proposition 1).
The trials are split anew many times. The spread over the splits is widened
since they share trials (Nadeau and Bengio, "Inference for the generalization
error", 2003, section 3).
"""

import dataclasses

import numpy as np

from keras_troubleshoot.tuning.embedding.embedding import Embedding

# Of the trials that a forest does not see (heuristic: of 20 trials, 5).
HELD_OUT = 0.25
# Trees of each forest, and exchanges on each split (heuristic: what more of
# them change is less than what another split does).
TREES = 50
EXCHANGES = 4


@dataclasses.dataclass(frozen=True)
class Rows:
    """Finished trials as numbers.

    Attributes:
        codes: shape (trials, columns), without the columns of activity: a
            parent tells it already, and would share its credit.
        owners: for each column the number of its hyperparameter.
        on: shape (trials, hyperparameters), where each was in effect.
        below: shape (hyperparameters, hyperparameters), whether the column's
            is turned on by the row's, through others too.
        scores: shape (trials,), finite.
    """

    codes: np.ndarray
    owners: np.ndarray
    on: np.ndarray
    below: np.ndarray
    scores: np.ndarray


def rows_of(
    embedding: Embedding, codes: np.ndarray, on: np.ndarray, scores: np.ndarray
) -> Rows:
    """The rows of an embedding, fit for exchanges."""
    space = embedding.space
    last = [
        place + 1 == len(embedding.owners)
        or embedding.owners[place + 1] != owner
        for place, owner in enumerate(embedding.owners)
    ]
    # The activity is the last column of what is conditional.
    kept = [
        place
        for place, owner in enumerate(embedding.owners)
        if not (space[owner].conditions and last[place])
    ]
    owners = np.array(embedding.owners, int)[kept]
    return Rows(codes[:, kept], owners, on, descent(space), scores)


def descent(space: list) -> np.ndarray:
    """Which hyperparameters turn on which, directly or through others."""
    names = [hp.name for hp in space]
    below = np.zeros((len(space), len(space)), bool)
    for child, hp in enumerate(space):
        for condition in hp.conditions:
            parents = [i for i, n in enumerate(names) if n == condition.name]
            for parent in parents:
                below[parent, child] = True
                # Parents stand before children: theirs are known.
                below[:, child] |= below[:, parent]
    return below


def shares(
    rows: Rows, repeats: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the variance, on each split of the trials.

    Args:
        rows: the trials.
        repeats: how many splits.
        seed: of the splits, the forests and the exchanges.

    Returns:
        Shape (repeats, hyperparameters): of each hyperparameter; and shape
        (repeats,): of all of them together, the R² on trials not seen.
    """
    random = np.random.default_rng(seed)
    variance = rows.scores.var()
    held = max(2, round(HELD_OUT * len(rows.scores)))
    found = [one_split(rows, held, random) for _ in range(repeats)]
    added = np.array([each[0] for each in found])
    errors = np.array([each[1] for each in found])
    return added / (2 * variance), 1 - errors / variance


def one_split(
    rows: Rows, held: int, random: np.random.Generator
) -> tuple[np.ndarray, float]:
    """What exchanges add to the squared error of one forest, and its error."""
    from sklearn.ensemble import RandomForestRegressor

    order = random.permutation(len(rows.scores))
    test, train = order[:held], order[held:]
    forest = RandomForestRegressor(
        TREES, n_jobs=1, random_state=int(random.integers(2**31))
    )
    forest.fit(rows.codes[train], rows.scores[train])
    exchanged = [rows.codes[test]]
    count = rows.on.shape[1]
    for number in range(count):
        exchanged += [
            exchange(rows, test, number, random) for _ in range(EXCHANGES)
        ]
    # All at once: a call of the forest costs more than its rows.
    told = forest.predict(np.concatenate(exchanged))
    errors = np.square(told.reshape(-1, held) - rows.scores[test]).mean(1)
    added = errors[1:].reshape(count, EXCHANGES).mean(1) - errors[0]
    return added, errors[0]


def exchange(
    rows: Rows, test: np.ndarray, number: int, random: np.random.Generator
) -> np.ndarray:
    """Test rows with one hyperparameter exchanged among those that have it.

    What it turns on or off is taken along, so that each row stays a
    configuration that could have been tried.
    """
    made = rows.codes[test].copy()
    having = np.flatnonzero(rows.on[test, number])
    donors = test[random.permutation(having)]
    takers = test[having]
    columns = rows.owners == number
    made[np.ix_(having, columns)] = rows.codes[np.ix_(donors, columns)]
    for child in np.flatnonzero(rows.below[number]):
        other = rows.on[takers, child] != rows.on[donors, child]
        columns = rows.owners == child
        made[np.ix_(having[other], columns)] = rows.codes[
            np.ix_(donors[other], columns)
        ]
    return made


def interval(
    values: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where the mean over splits lies, of splits that share their trials.

    Args:
        values: shape (repeats, ...), at least two.
        confidence: such as 0.9.

    Returns:
        The lower and the upper ends.
    """
    from scipy import stats

    repeats = len(values)
    widened = 1 / repeats + HELD_OUT / (1 - HELD_OUT)
    error = np.sqrt(widened * values.var(axis=0, ddof=1))
    wide = stats.t.ppf(0.5 + confidence / 2, repeats - 1) * error
    mean = values.mean(axis=0)
    return mean - wide, mean + wide
