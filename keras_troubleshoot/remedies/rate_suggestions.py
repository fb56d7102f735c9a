"""What a learning-rate range test suggests: functions of rates and losses.

A range test raises the rate exponentially from step to step and notes the
loss (L. N. Smith, Cyclical Learning Rates for Training Neural Networks, WACV
2017, https://arxiv.org/abs/1506.01186). The rules are those of fastai,
`fastai/callback/schedule.py` (`valley`, `steep`, `minimum`), but work on a
curve that is smoothed without lag, and give no answer where the loss does
not clearly fall.
"""

import numpy as np

# A fall that is that many times the noise is no chance (heuristic).
CLEAR = 2.0
# Share of the loss that a fall must be at least (heuristic).
LEAST_FALL = 0.01
# Share of a fall after which it has begun (heuristic).
EDGE = 0.05


def smooth(losses, beta: float = 0.9) -> np.ndarray:
    """Exponential moving average with bias correction.

    `m_t = beta m_(t-1) + (1 - beta) loss_t`, divided by `1 - beta^t`, as
    Adam does (D. Kingma, J. Ba, https://arxiv.org/abs/1412.6980).

    Args:
        losses: one for each step.
        beta: share of the past, from 0 (no smoothing) to below 1.

    Returns:
        As many numbers; each looks back over about `1 / (1 - beta)` steps.

    Example:
        >>> smooth([4.0, 1.0], beta=0.5).tolist()
        [4.0, 2.0]
    """
    mean, found = 0.0, []
    for step, loss in enumerate(np.asarray(losses, "float64"), start=1):
        mean = beta * mean + (1 - beta) * loss
        found.append(mean / (1 - beta**step))
    return np.asarray(found)


def centred(losses, beta: float = 0.8) -> np.ndarray:
    """The mean of a smoothing forwards and one backwards: without lag.

    A lag would move every suggestion to a higher rate. Losses beyond where
    they began are cut off at as much above it as the least is below: an
    explosion would reach back into the fall before it.
    """
    losses = np.asarray(losses, "float64")
    start = np.median(losses[:5])
    losses = np.minimum(losses, 2 * start - min(start, losses.min()))
    return (smooth(losses, beta) + smooth(losses[::-1], beta)[::-1]) / 2


def diverged(losses, factor: float = 4.0, beta: float = 0.9) -> bool:
    """Whether the last loss says that going on is useless.

    It is not finite, or the smoothed loss is beyond `factor` times its best
    (4: fastai, `LRFinder`) and beyond where it began.
    """
    losses = np.asarray(losses, "float64")
    if not len(losses):
        return False
    if not np.isfinite(losses[-1]):
        return True
    smoothed = smooth(losses, beta)
    best = smoothed.min()
    limit = max(best + (factor - 1) * abs(best), smoothed[0])
    # Where it began holds noise of its own.
    return bool(smoothed[-1] > limit + 2 * noise(losses[: len(losses) // 2]))


def noise(losses) -> float:
    """How much the loss jumps from step to step, as a standard deviation.

    From the median of second differences, which neither a trend nor a few
    jumps move: `median |l_(t-1) - 2 l_t + l_(t+1)| / (0.6745 sqrt(6))`.
    """
    losses = np.asarray(losses, "float64")
    if len(losses) < 3:
        return 0.0
    second = np.abs(np.diff(losses, 2))
    return float(np.median(second) / (0.6745 * np.sqrt(6)))


def usable(lrs, losses) -> tuple[np.ndarray, np.ndarray] | None:
    """Rates and smoothed losses up to the least loss; None without a fall."""
    lrs, losses = np.asarray(lrs, "float64"), np.asarray(losses, "float64")
    finite = np.isfinite(losses)
    count = len(losses) if finite.all() else int(finite.argmin())
    if count < 5:
        return None
    losses = losses[:count]
    smoothed = centred(losses)
    low = int(smoothed.argmin())
    if low < 2:
        return None
    start = smoothed[: max(1, low // 3)].max()
    fall = start - smoothed[low]
    jumps = noise(losses[: low + 1])
    if not fall > max(LEAST_FALL * abs(start), CLEAR * jumps):
        return None
    return lrs[: low + 1], smoothed[: low + 1]


def evened(losses, still) -> np.ndarray:
    """Losses without what is due to the batches, some harder than others.

    Args:
        losses: of the steps of a range test.
        still: of the same batches at the weights of the start.

    Returns:
        `losses / still`, times the mean of `still`, where all are positive;
        else the losses as they are.

    Example:
        >>> evened([2.0, 4.0, 1.0], [2.0, 4.0, 3.0]).tolist()
        [3.0, 3.0, 1.0]
    """
    losses = np.asarray(losses, "float64")
    still = np.asarray(still, "float64")[: len(losses)]
    known = len(still) == len(losses) > 0 and np.isfinite(still).all()
    if not known or still.min() <= 1e-3 * abs(still.mean()):
        return losses
    return losses / still * still.mean()


def steepest(lrs, losses) -> float | None:
    """The rate at which the loss falls fastest, before its least value.

    fastai's `steep`: the most negative slope over the logarithm of the rate.

    Args:
        lrs: rates, rising.
        losses: of the step with each rate.

    Returns:
        A rate, or None where the loss does not clearly fall.

    Example:
        >>> lrs = np.geomspace(1e-5, 1, 101)
        >>> losses = 1 / (1 + (lrs / 1e-2) ** 2)
        >>> round(float(np.log10(steepest(lrs, losses))), 1)
        -2.0
    """
    found = usable(lrs, losses)
    if found is None:
        return None
    rates, smoothed = found
    slopes = np.gradient(smoothed, np.log(rates))
    # Before the fall has begun, a slope is nothing but noise.
    begun = smoothed < smoothed.max() - EDGE * np.ptp(smoothed)
    slopes[: int(begun.argmax())] = 0.0
    return float(rates[int(slopes.argmin())])


def valley(lrs, losses) -> float | None:
    """The middle of the longest stretch over which the loss falls.

    fastai's `valley`: the longest decreasing subsequence of the losses, and
    of it the point half way.

    Args:
        lrs: rates, rising.
        losses: of the step with each rate.

    Returns:
        A rate, or None where the loss does not clearly fall.
    """
    found = usable(lrs, losses)
    if found is None:
        return None
    rates, smoothed = found
    # A fall within the noise of the flat beginning is none.
    step = (smoothed.max() - smoothed.min()) / 50
    chain = longest_fall(np.round(smoothed / step))
    return float(rates[chain[len(chain) // 2]])


def longest_fall(losses) -> list[int]:
    """Places of the longest strictly decreasing subsequence.

    Example:
        >>> longest_fall([5, 9, 4, 3, 7, 1])
        [1, 2, 3, 5]
    """
    losses = np.asarray(losses)
    lengths = np.ones(len(losses), int)
    before = np.full(len(losses), -1)
    for i in range(len(losses)):
        higher = np.flatnonzero(losses[:i] > losses[i])
        if len(higher):
            # Of equally long ones the last: the stretch stays short.
            best = higher[::-1][lengths[higher][::-1].argmax()]
            lengths[i], before[i] = lengths[best] + 1, best
    place, chain = int(lengths.argmax()), []
    while place >= 0:
        chain.append(place)
        place = int(before[place])
    return chain[::-1]


def minimum(lrs, losses, divisor: float = 10.0) -> float | None:
    """A tenth of the rate with the least loss.

    fastai's `minimum`: where the loss is least it is about to rise, and a
    tenth of that rate is safe.

    Args:
        lrs: rates, rising.
        losses: of the step with each rate.
        divisor: of the rate with the least loss.

    Returns:
        A rate, or None where the loss does not clearly fall.
    """
    found = usable(lrs, losses)
    if found is None:
        return None
    return float(found[0][-1] / divisor)


RULES = {"steepest": steepest, "valley": valley, "minimum": minimum}


def suggestions(lrs, losses) -> dict[str, float | None]:
    """What each rule suggests, by name."""
    return {name: rule(lrs, losses) for name, rule in RULES.items()}


def combined(rates) -> float | None:
    """The median of rates on a log scale; None where there are none.

    Example:
        >>> combined([1e-3, 1e-2, None, 1e-1])
        0.01
    """
    known = [np.log10(rate) for rate in rates if rate]
    return float(round(10 ** float(np.median(known)), 12)) if known else None
