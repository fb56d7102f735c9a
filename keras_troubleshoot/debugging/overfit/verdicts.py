"""What the curve of a loss does: one word, whatever its scale."""

import numpy as np

from keras_troubleshoot.remedies.rate_suggestions import smooth

# Share of the way from a guess to the floor that counts as all of it.
ENOUGH = 0.95
# Parts of a curve whose medians tell its course.
PARTS = 20
# A loss so many times beyond where it began has exploded (heuristic).
EXPLODED = 10.0
# Mean step from loss to loss, as a share of what is left of it, beyond which
# a curve swings (heuristic; Dropout of 0.5 on 32 rows comes to 0.15).
SWINGING = 0.25
# What is left in inference, as a share of what is left in training, below
# which swings are those of the training mode (heuristic).
CALM = 0.7
# Fall over the last quarter, as a share of what is left, below which a curve
# is flat (heuristic).
FLAT = 0.03
# Fall from the start that is worth the name, where no floor is known.
CLEAR = 0.1


def classify(losses, floor=None, guess=None, reached=None) -> str:
    """The verdict on a curve of losses on one batch.

    Scale-free: a loss and its floor times ten have the same verdict.

    Args:
        losses: one for each step.
        floor: the least that can be reached; None where it is not known.
        guess: the loss of the best constant prediction; None where it is
            not known.
        reached: the loss in the end without penalties and Dropout; None for
            that of the curve.

    Returns:
        `explodes`: not finite, or far beyond where it began. `converged`:
        it has come down to the floor (where that is not known: it has come
        down, and stays). `rises`: it goes up. `oscillates`: it swings by a
        good part of what is left. `falls`: it is still falling. Else
        `plateaus`.
    """
    losses = np.asarray(losses, "float64")
    if not len(losses) or not np.isfinite(losses).all():
        return "explodes"
    course = medians(losses)
    start, end = losses[0], course[-1]
    known = floor is not None
    bottom = floor if known else min(losses.min(), start)
    height = max(start - bottom, (guess or bottom) - bottom)
    height = height or abs(start) or 1.0
    if exploded(losses, course, start, height):
        return "explodes"
    came_to = end if reached is None else reached
    share = learned(came_to, floor, start if guess is None else guess)
    if share is not None and share >= ENOUGH:
        return "converged"
    if rising(course, start, height):
        return "rises"
    left = max(np.median(losses[len(losses) // 2 :]) - bottom, 0.0)
    left = left if known else max(height, CLEAR * abs(start))
    # What swings in training only is Dropout, or augmentation.
    steady = known and came_to - bottom < CALM * left
    if not steady and swings(losses) > SWINGING * max(left, 1e-9 * height):
        return "oscillates"
    if falling(course, left):
        return "falls"
    if not known and start - end > CLEAR * max(abs(start), 1e-12):
        return "converged"
    return "plateaus"


def medians(losses, parts: int = PARTS) -> np.ndarray:
    """The medians of consecutive parts of a curve."""
    cut = np.array_split(losses, min(parts, len(losses)))
    return np.array([np.median(part) for part in cut])


def exploded(losses, course, start: float, height: float) -> bool:
    """Whether it went far beyond where it began, up or down."""
    last = float(np.median(losses[-max(1, len(losses) // 20) :]))
    up = last > start + EXPLODED * height
    # A loss without a floor that runs away, as one of the wrong sign does.
    steps = -np.diff(course)
    hastens = len(steps) > 4 and bool((np.diff(steps[-4:]) > 0).all())
    down = last < start - EXPLODED * max(abs(start), 1e-12)
    return up or (down and hastens)


def rising(course, start: float, height: float) -> bool:
    """Whether it ends above its start, and goes there step by step."""
    if len(course) < 3 or course[-1] <= start + 0.1 * height:
        return False
    ups = np.diff(np.append(start, course)) > 0
    return bool(ups.mean() > 0.5 or course[-1] >= 0.9 * course.max())


def swings(losses) -> float:
    """Mean absolute step of the second half, against its own trend."""
    half = losses[len(losses) // 2 :]
    if len(half) < 4:
        return 0.0
    steps = np.diff(half - smooth(half, 0.5))
    turns = np.mean(np.sign(steps[1:]) != np.sign(steps[:-1]))
    return float(np.abs(np.diff(half)).mean()) if turns > 0.2 else 0.0


def falling(course, left: float) -> bool:
    """Whether its last quarter lies clearly below the one before."""
    quarter = max(1, len(course) // 4)
    before = np.median(course[-2 * quarter : -quarter])
    return bool(before - np.median(course[-quarter:]) > FLAT * max(left, 1e-12))


def learned(reached, floor, guess) -> float | None:
    """How far a loss came from a guess (0) to its floor (1).

    Example:
        >>> round(learned(0.5, floor=0.0, guess=2.0), 2)
        0.75
    """
    if floor is None or guess is None or not guess > floor:
        return None
    if not np.isfinite(reached):
        return -1.0
    return float(np.clip((guess - reached) / (guess - floor), -1, 1))
