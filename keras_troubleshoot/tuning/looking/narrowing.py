"""How a coarse-to-fine search closed in, round by round."""

from typing import Any

import numpy as np

from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.tuning.looking import trials as trials_lib


def narrowing(tuner: Any) -> Figure:
    """How much of each range is left, round by round.

    Args:
        tuner: a `CoarseToFine` tuner or its oracle.

    Returns:
        A curve for each hyperparameter over the rounds, in percent of its
        range on its own scale; of a category the number of values that are
        as good as left (the exponential of the entropy of their chances).

    Raises:
        TypeError: if the search has no rounds.
    """
    oracle = trials_lib.oracle_of(tuner)
    if not has_rounds(oracle):
        raise TypeError(
            "`tuner` must be a `CoarseToFine` search, received: "
            f"{type(tuner).__name__}, which has no rounds. To mend it, take "
            "`history`."
        )
    curves: dict[str, tuple[list, list]] = {}
    for each in oracle.rounds:
        for title, span in each.spans.items():
            xs, ys = curves.setdefault(title, ([], []))
            xs.append(each.number)
            ys.append(100 * left(span))
    drawn = {t: (tuple(x), tuple(y)) for t, (x, y) in curves.items()}
    return Figure(
        "curve",
        "How the ranges narrow",
        tuple(drawn),
        tuple(drawn.values()),
        "share of the range, %",
        "round",
    )


def has_rounds(oracle: Any) -> bool:
    """Whether it is a coarse-to-fine search."""
    rounds = getattr(oracle, "rounds", None)
    # Others may count theirs in an attribute of this name.
    return isinstance(rounds, list) and all(hasattr(r, "spans") for r in rounds)


def left(span: Any) -> float:
    """The share of a range, or of categories, that is still drawn from."""
    if span.chances is None:
        return float(span.width)
    chances = np.array([share for share in span.chances if share > 0])
    entropy = -(chances * np.log(chances)).sum()
    return float(np.exp(entropy) / len(span.chances))
