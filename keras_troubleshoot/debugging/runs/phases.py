"""Parts of a run, each twice as long as the one before, and their means.

Much happens in the first steps of a training, and little in the last: on a
scale that doubles, a dozen numbers tell what a curve of thousands does, and
the noise of single batches averages out.
"""

import dataclasses

import numpy as np

# Steps of a phase from which its noise is told.
MANY = 16


@dataclasses.dataclass(frozen=True, eq=False)
class Phase:
    """Some consecutive steps, or epochs.

    Attributes:
        first: number of the first.
        last: number of the last.
    """

    first: int
    last: int

    def among(self, places: np.ndarray) -> np.ndarray:
        """Which of some steps lie in it."""
        return (places >= self.first) & (places <= self.last)


def phases(several: list[np.ndarray]) -> list[Phase]:
    """The phases that all runs have recorded something of.

    Step 0, step 1, steps 2 and 3, 4 to 7, 8 to 15, and so on, as far as the
    shortest run goes.

    Args:
        several: the recorded steps of each run.

    Example:
        >>> steps = np.arange(6)
        >>> [(p.first, p.last) for p in phases([steps, steps])]
        [(0, 0), (1, 1), (2, 3), (4, 5)]
    """
    end = int(min(steps[-1] for steps in several if len(steps)))
    edges = [0, *(2**k for k in range(int(end).bit_length()))]
    found = [
        Phase(first, min(following - 1, end))
        for first, following in zip(edges, [*edges[1:], end + 1], strict=True)
    ]
    return [
        phase
        for phase in found
        if all(phase.among(steps).any() for steps in several)
    ]


def means(
    places: np.ndarray, values: np.ndarray, parts: list[Phase]
) -> np.ndarray:
    """The mean of each phase; NaN where one of its values is NaN.

    Args:
        places: numbers of the steps, shape (n,).
        values: at these steps, shape (n,).
        parts: the phases.
    """
    return np.array([values[p.among(places)].mean() for p in parts])


def noise(
    places: np.ndarray, values: np.ndarray, parts: list[Phase]
) -> np.ndarray:
    """Variance of the mean of each phase, from step to step.

    From differences of neighbours, which a trend hardly touches (J. von
    Neumann et al. 1941). Phases of few steps take that of the nearest one
    with many, for few differences say little.
    """
    inside = [values[phase.among(places)] for phase in parts]
    rows = np.array(list(map(len, inside)))
    found = np.array(
        [np.mean(np.diff(v) ** 2) / 2 if len(v) > 2 else np.nan for v in inside]
    )
    known = np.flatnonzero(rows >= MANY)
    if not len(known):
        known = np.flatnonzero((rows == rows.max()) & (rows > 2))
    if not len(known):
        return np.zeros(len(parts))
    nearest = known[np.abs(np.arange(len(parts))[:, None] - known).argmin(1)]
    return found[nearest] / rows
