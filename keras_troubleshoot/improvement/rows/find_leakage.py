"""`find_leakage`: what a validation or test set shares with training."""

from typing import Any

import numpy as np

from keras_troubleshoot.improvement.rows import alike
from keras_troubleshoot.improvement.rows import gathering
from keras_troubleshoot.improvement.rows import giveaways
from keras_troubleshoot.improvement.rows import options
from keras_troubleshoot.improvement.rows import sets
from keras_troubleshoot.improvement.rows.gathering import Rows
from keras_troubleshoot.improvement.rows.leakage import Leakage
from keras_troubleshoot.report import progress


def find_leakage(
    train: Any,
    other: Any,
    *,
    near: str | float | None = "auto",
    groups: tuple[Any, Any] | None = None,
    time: tuple[Any, Any] | None = None,
    seed: int = 0,
    verbose: bool = True,
) -> Leakage:
    """Finds what makes an error on validation or test data too low.

    Four ways in which knowledge leaks: rows that training has as well, equal
    or near (as `find_duplicates` finds them); groups with rows in both sets,
    such as patients; training rows that are not older than the other set;
    and a column that foretells the target all by itself, as one that was
    filled in afterwards does (S. Kaufman et al., "Leakage in Data Mining",
    ACM TKDD 2012, tell them all).

    Args:
        train: `(x, y)` as `fit` takes them, `x` alone, or a stream. A tuple
            is always `(x, y)` or `(x, y, sample_weight)`.
        other: validation or test data of the same inputs.
        near: as `find_duplicates` takes it.
        groups: `(of train, of other)`: one id of each row.
        time: `(of train, of other)`: when each row was, as numbers or dates.
        seed: of random projections.
        verbose: whether to say on standard error how far it has come, where
            it takes longer than some seconds.

    Returns:
        What was found; `ok` where that is nothing.

    Raises:
        ValueError: the sets cannot be read or do not go together.

    Example:
        >>> x = np.random.default_rng(0).normal(size=(1000, 5))
        >>> y = x[:, 0] > 0.0
        >>> x[900] = x[3]
        >>> found = find_leakage(x[:800], x[800:])
        >>> found.exact, found.near
        (array([100]), array([], dtype=int64))
        >>> find_leakage((x[:800], y[:800]), x[800:]).giveaways
        (('x[:, 0]', 1.0),)
    """
    near, seed = options.near(near), options.seed(seed)
    x, y = sets.pair(train, "train")
    other_x, _ = sets.pair(other, "other")
    sample = gathering.sampled(x, y)
    gathering.sampled(other_x)
    tell = progress.Progress("Looking for leakage", verbose)
    reader = gathering.Reader(sample, near is not None, seed)
    known = reader.read(x, y, verbose, "train")
    rows = reader.read(other_x, None, verbose, "other")
    shared = shared_groups(groups, len(known), len(rows))
    late = late_share(time, len(known), len(rows))
    found = alike.find(together(known, rows), near, seed, tell)
    equal = met(found.exact, len(known))
    poor = found.by_chance[len(known) :]
    return Leakage(
        rows=len(rows),
        exact=np.flatnonzero(equal & ~poor),
        near=np.flatnonzero(met(found.near, len(known)) & ~equal),
        by_chance=int((equal & poor).sum()),
        threshold=found.threshold,
        told=found.told,
        groups=shared[0],
        group_rows=shared[1],
        late=late,
        giveaways=tuple(giveaways.find(x, y)),
    )


def together(first: Rows, second: Rows) -> Rows:
    """The rows of both sets, one after the other."""
    from scipy import sparse

    def stacked(name, join=np.concatenate):
        one, two = getattr(first, name), getattr(second, name)
        return None if one is None or two is None else join([one, two])

    musts = [
        np.zeros(len(rows), "uint64") if rows.must is None else rows.must
        for rows in (first, second)
    ]
    nothing = first.must is None and second.must is None
    return Rows(
        stacked("keys"),
        None,
        stacked("matrix"),
        stacked("words", lambda both: sparse.vstack(both, format="csr")),
        None if nothing else np.concatenate(musts),
        stacked("bits"),
    )


def met(ids: np.ndarray, known: int) -> np.ndarray:
    """Whether each row behind the first `known` shares its id with one."""
    return np.isin(ids[known:], ids[:known])


def shared_groups(groups, known: int, rows: int) -> tuple:
    """Ids that both sets have, and how many rows of the other set have them.

    Raises:
        ValueError: if they are not two arrays as long as the sets.
    """
    if groups is None:
        return None, 0
    first, second = both(groups, "groups", known, rows)
    shared = np.intersect1d(first, second)
    return tuple(shared.tolist()), int(np.isin(second, shared).sum())


def late_share(time, known: int, rows: int) -> float | None:
    """Share of the training rows that are not older than the other set.

    Raises:
        ValueError: if they are not two arrays as long as the sets.
    """
    if time is None:
        return None
    first, second = both(time, "time", known, rows)
    return float(np.mean(first >= second.min()))


def both(given: Any, name: str, known: int, rows: int) -> tuple:
    """A value of each row of both sets."""
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise ValueError(
            f"`{name}` must be two arrays, of `train` and of `other`, "
            f"received: {type(given).__name__}. To mend it, pass "
            f"`{name}=(of_train, of_other)`."
        )
    return (
        sets.ids(given[0], known, f"{name}[0]"),
        sets.ids(given[1], rows, f"{name}[1]"),
    )
