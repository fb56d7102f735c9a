"""How fast data come, beside how fast they are needed."""

import dataclasses

from keras_troubleshoot.facts.facts import Unavailable


@dataclasses.dataclass(frozen=True)
class Pace:
    """Seconds a batch.

    Attributes:
        reading: that a batch of the stream takes to come, by itself.
        step: of a step of `fit`, all in all.
    """

    reading: float
    step: float


def pace(data, seconds: float, steps: int | None, fewest: int = 20) -> Pace:
    """The pace of a stream and of the `fit` that it fed.

    Args:
        data: the profile, whose sample knows how long it took to read.
        seconds: that `fit` took.
        steps: that it made.
        fewest: steps below which the time of tracing counts too much.

    Raises:
        Unavailable: for arrays, or where too little was timed.
    """
    sample = data.sample
    if not data.streamed or len(sample.batch_sizes) < 4:
        raise Unavailable("the data are no stream of several batches")
    if not steps or steps < fewest or not sample.seconds:
        raise Unavailable("too few steps were timed")
    return Pace(sample.seconds / len(sample.batch_sizes), seconds / steps)
