"""How pressing a type of errors is: low, medium or high."""

# Shares of the error of the set (heuristic, chosen so that the lecture's
# table comes out: 0.1% of 1.4% is low, 0.3% medium, 1% high).
MEDIUM = 0.1
HIGH = 0.3


def of(gain: float, worse: float, error: float) -> str:
    """The priority of a type.

    The lecture ranks types by what they cost in the test distribution, and by
    how much more they cost there than in that of training: a type that is
    rare in training is also cheap to mend, by such data. So what is worse
    counts twice: `(gain + worse) / error`, from 10% on medium, from 30% on
    high.

    Args:
        gain: by how much the error would fall.
        worse: how much of that is due to the shift: the difference to the
            validation set; 0 where it is not significant, or not known.
        error: of the data set.

    Example:
        >>> [of(g, w, 1.4) for g, w in ((0.1, 0), (0.3, 0), (1, 0.9))]
        ['low', 'medium', 'high']
    """
    score = (gain + max(worse, 0.0)) / error if error else 0.0
    if score >= HIGH:
        return "high"
    return "medium" if score >= MEDIUM else "low"
