"""Which examples of a batch make its step not finite."""

from collections.abc import Callable

# Steps that a search may take. Halving finds k of n rows in about
# 2 k log2(n / k) steps.
STEPS = 120


def culprits(
    count: int, is_bad: Callable[[list[int]], bool], steps: int = STEPS
) -> tuple[int, ...]:
    """Finds, by halving, the rows that are bad by themselves.

    Args:
        count: rows of the batch, which is bad as a whole.
        is_bad: whether some rows, run alone, are.
        steps: how often it may be asked.

    Returns:
        The rows, sorted. Empty where none is bad alone, or all are.

    Example:
        >>> culprits(8, lambda rows: 5 in rows)
        (5,)
        >>> culprits(4, lambda rows: len(rows) > 2)
        ()
    """
    found: list[int] = []
    waiting = [list(range(count))]
    while waiting and steps > 0:
        rows = waiting.pop()
        if len(rows) == 1:
            found += rows
            continue
        middle = len(rows) // 2
        for half in (rows[:middle], rows[middle:]):
            steps -= 1
            if is_bad(half):
                waiting.append(half)
    # What there was no time for is bad together at least.
    for rows in waiting:
        found += rows
    return tuple(sorted(found)) if len(found) < count else ()
