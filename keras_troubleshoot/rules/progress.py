"""The diagnosis of steps that are too small to get anywhere.

It begins with what can be told before training; what is concluded from the
run is added where the functions say so.
"""

import dataclasses

from keras_troubleshoot.rules import learning
from keras_troubleshoot.rules import reach
from keras_troubleshoot.rules.learning_rate import START
from keras_troubleshoot.rules.learning_rate import begin
from keras_troubleshoot.rules.learning_rate import hidden
from keras_troubleshoot.rules.learning_rate import origin
from keras_troubleshoot.rules.learning_rate import usable
from keras_troubleshoot.rules.references import OPTIMIZERS
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@rule(
    "learning-rate-too-low",
    "steps so small that the weights stay where they are",
    family="optimization",
    reference=OPTIMIZERS,
    explains=STUCK,
)
def learning_rate_too_low(facts):
    """All steps of the run together cannot carry the weights anywhere.

    Optimizers such as Adam move a weight by at most about the rate in each
    step: 300 steps at 1e-5 are 0.003, and initial weights are of the size
    0.05 to 0.1. Gradient descent moves it by rate times gradient.

    Told before training from the number of steps of the whole `fit`: the
    gradient of a first batch says by which share the loss could fall if it
    never changed and every step went its way. Below a tenth (gradient
    descent: a twentieth) it is a warning; below four tenths after a run that
    came to much less than a simple method. `Adadelta`, `Adagrad` and `Ftrl`
    crawl with the default rate of Keras, 0.001. A run that starts with
    trained weights is left alone.
    """
    slow = crawls(facts, facts.model.optimizer)
    if slow:
        yield slow
        return
    before = list(too_low_before(facts))
    yield from before
    if not before and facts.get("outcome") is not None:
        yield from learning.too_low_after(facts, begin(facts))


def crawls(facts, optimizer, slight=1.0, none=0.1):
    """Adadelta, Adagrad and Ftrl at a rate made for Adam."""
    if optimizer is None:
        return None
    rates = facts.get("rates")
    name, rate = optimizer.class_name, optimizer.learning_rate
    if name not in reach.CRAWLING or rate is None or not 0 < rate <= 0.01:
        return None
    if rates is None or not rates.known or facts.get("fresh") is False:
        return None
    fall = reach.best_fall(optimizer, rates, facts.training, facts.model.sizes)
    if fall is not None and fall > slight:
        return None
    certain = fall is not None and fall < none and facts.get("fresh")
    if name == "Ftrl" and hidden(facts.model):
        # Its first step sets all weights to about zero: 4 networks with
        # hidden layers lost at most 6% of their loss at 0.001.
        certain = rate <= 0.002 and facts.get("fresh")
    say = warning if certain or learning.stuck(facts) else suspicion
    usual = "1.0" if name == "Adadelta" else "0.1"
    return say(
        origin(rates, optimizer),
        f"{name} divides by all that it has seen, and crawls at a rate of "
        f"{number(rate)}"
        + (
            f": in {counted(rates.total, 'step')} the loss can fall by at "
            f"most about {percent(fall)}."
            if fall is not None
            else "."
        ),
        f"`keras.optimizers.{name}({usual})`, or `Adam(1e-3)`; the default "
        "rate of Keras, 0.001, does not suit it.",
        rate=rate,
        fall=fall,
        steps=rates.total,
        limit=slight,
    )


def too_low_before(facts):
    """What the rates and one batch tell, before training."""
    found = hopeless(facts)
    if found is None or not found.low:
        return
    optimizer, rates, start = facts.model.optimizer, facts.rates, found.start
    say = warning if found.certain or learning.stuck(facts) else suspicion
    yield say(
        origin(rates, optimizer),
        f"{found.words} a learning rate of {number(found.rate)}"
        + (" (on average)" if rates.source != "constant" else "")
        + f" the loss can fall by at most about {percent(found.fall)}"
        + (
            f": no weight moves further than {number(found.distance)}."
            if found.distance
            else "."
        ),
        f"Raise the rate ({optimizer.class_name} usually takes about "
        f"{number(start)}), and train longer.",
        **found.evidence,
    )


@dataclasses.dataclass(frozen=True)
class Hopeless:
    """Why a run cannot get anywhere.

    Attributes:
        fall: the share by which its loss can fall at best.
        rate: mean rate of its steps.
        updates: how many it takes.
        distance: how far a weight can travel; None for gradient descent.
        start: a usual rate.
        certain: whether it is beyond doubt.
    """

    fall: float
    rate: float
    updates: int
    distance: float | None
    start: float
    certain: bool

    @property
    def low(self) -> bool:
        """Whether it is the rate that is to blame, not the few steps."""
        return self.rate < self.start / 5 or self.updates >= 500

    @property
    def words(self) -> str:
        """How a sentence about it begins."""
        return f"With {counted(self.updates, 'update')} at"

    @property
    def evidence(self) -> dict:
        """All of it."""
        return dataclasses.asdict(self)


def hopeless(facts, slight=0.4, none=0.1, descent=0.5):
    """Why the run cannot get anywhere; None where it may.

    Thresholds: of 60 runs of small networks on digits and on a regression
    the loss fell by a third of `reach.best_fall` on average, and by 1.4
    times at most. Gradient descent can speed up on its way, so that half
    the thresholds hold for it.
    """
    optimizer, rates = facts.model.optimizer, usable(facts)
    if optimizer is None or optimizer.class_name in reach.CRAWLING:
        return None
    if rates.total is None or facts.get("fresh") is False:
        return None
    fall = reach.best_fall(optimizer, rates, facts.training, facts.model.sizes)
    times = descent if optimizer.class_name == "SGD" else 1.0
    if fall is None or not 0 < fall < slight * times:
        return None
    return Hopeless(
        fall,
        rates.travelled / rates.total,
        reach.updates(optimizer, rates.total),
        reach.distance(optimizer, rates),
        START.get(optimizer.class_name, 1e-3),
        fall < none * times and bool(facts.get("fresh")),
    )
