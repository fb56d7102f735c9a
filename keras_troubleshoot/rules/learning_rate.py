"""Diagnoses of a learning rate that is too high, and what is usual.

It begins with what can be told before training; what is concluded from the
run is added where the functions say so.
"""

from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.rules import learning
from keras_troubleshoot.rules import reach
from keras_troubleshoot.rules.references import OPTIMIZERS
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import number

# Rates beyond which a run is suspected, and warned of, by optimizer; those
# of gradient descent are divided by 1 - momentum. Heuristic: the defaults of
# Keras times 20 and times 300; linear models bear ten times more.
LIMITS = {"SGD": (1.0, 20.0), "Lion": (0.005, 0.1), "Adadelta": (20.0, 1e3)}
SUMMING = (1.5, 30.0)
USUAL = (0.02, 0.3)
# What to begin with instead.
START = {
    "SGD": 0.01,
    "Lion": 1e-4,
    "Adadelta": 1.0,
    "Adagrad": 0.1,
    "Ftrl": 0.1,
}


@rule(
    "learning-rate-too-high",
    "a learning rate with which training jumps about",
    family="optimization",
    reference=OPTIMIZERS,
    explains=WILD,
)
def learning_rate_too_high(facts):
    """The learning rate is far above what its optimizer bears.

    Optimizers such as Adam move each weight by about the rate in every
    step; initial weights are of the size 0.05 to 0.1, so that a rate of
    0.3 throws all of them away at once. Gradient descent with momentum m
    acts like a rate of `rate / (1 - m)`.

    Told before training for rates that are far off (a warning), and where
    some healthy models have them too (a suspicion, to be tried). A linear
    model bears ten times more, as its loss is convex; gradients that are
    clipped bear ten times more under gradient descent.
    """
    before = list(too_high_before(facts))
    yield from before
    if not before and facts.get("outcome") is not None:
        yield from learning.too_high_after(facts, begin(facts))


def begin(facts) -> float:
    """A usual rate of the optimizer."""
    return START.get(facts.model.optimizer.class_name, 1e-3)


def too_high_before(facts, pretrained=0.01):
    """What the rate alone tells, before training."""
    optimizer, rates = facts.model.optimizer, usable(facts)
    if optimizer is None or rates is None or not rates.peak > 0:
        return
    low, high = limits(optimizer, facts.model)
    rate = effective(optimizer, rates.peak)
    if too_heavy(optimizer, rates.peak, facts.model):
        # `optimizer-misconfigured` says it of the momentum.
        return
    tuned = tuning(facts) and optimizer.class_name in reach.BY_RATE
    low = min(low, pretrained) if tuned else low
    if not rate > 1.01 * low:
        return
    say = warning if rate >= high else suspicion
    start = START.get(optimizer.class_name, 1e-3)
    yield say(
        origin(rates, optimizer),
        f"{sentence(rates, optimizer)} "
        f"{number(rates.peak)}{with_momentum(optimizer, rate)}; "
        f"{usual(optimizer, start, tuned)}",
        f"Begin with {number(start)} and look for the largest rate with "
        "which the loss still falls smoothly (`keras_troubleshoot."
        "find_learning_rate`).",
        rate=rates.peak,
        effective=rate,
        momentum=optimizer.momentum,
        optimizer=optimizer.class_name,
        limit=low,
        certain=high,
        start=start,
        compiled=optimizer.learning_rate,
    )


def usable(facts):
    """The rates of the run; None where a callback may change them."""
    rates = facts.rates
    if not rates.known:
        raise Unavailable(f"callback {rates.sets_rate} sets the rate")
    return rates


def limits(optimizer, model) -> tuple[float, float]:
    """Rates from which on a run is suspected, and warned of."""
    name = optimizer.class_name
    low, high = LIMITS.get(name, USUAL)
    if name in reach.SUMMING:
        low, high = SUMMING
    linear = not hidden(model)
    eased = name == "SGD" and optimizer.clipped
    # Epsilon divides where it is larger than the gradients.
    epsilon = max(1.0, 10 * optimizer.option("epsilon"))
    times = (10 if linear else 1) * (10 if eased else 1) * epsilon
    return low * times, high * times


def too_heavy(optimizer, rate, model, most=0.99) -> bool:
    """Whether a rate is too high only by a momentum above 0.99."""
    if rate is None or optimizer.momentum <= most:
        return False
    low, _ = limits(optimizer, model)
    return rate / (1 - 0.9) <= low < effective(optimizer, rate)


def hidden(model) -> bool:
    """Whether a model has more than one layer that learns a product."""
    learning = [
        layer
        for layer in model.layers
        if layer.trainable
        and layer.weights
        and not layer.is_a("Embedding", "Normalization")
        and "Normalization" not in layer.class_name
    ]
    return len(learning) > 1


def effective(optimizer, rate: float) -> float:
    """The rate that gradient descent with momentum comes to."""
    if optimizer.class_name not in ("SGD", "RMSprop"):
        return rate
    return rate / (1 - min(optimizer.momentum, 0.999))


def tuning(facts) -> bool:
    """Whether a part of the model is frozen, or was trained before."""
    frozen = any(not x.trainable and x.weights for x in facts.model.layers)
    trained = facts.get("fresh") is False
    return trained and not frozen and facts.model.parameters > 1e5


def origin(rates, optimizer) -> str:
    """Where a rate comes from, for a finding."""
    if rates.source == "callback":
        return f"callback {rates.name}"
    if rates.source == "schedule":
        return f"schedule {rates.name}"
    return f"optimizer {optimizer.class_name}"


def sentence(rates, optimizer) -> str:
    """How a sentence about the rate begins."""
    name = optimizer.class_name
    if rates.source == "callback":
        return f"{rates.name} sets the learning rate of {name} to up to"
    if rates.source == "schedule":
        return f"{rates.name} raises the learning rate of {name} to up to"
    return f"The learning rate of {name} is"


def with_momentum(optimizer, rate: float) -> str:
    """What momentum makes of a rate, where it makes a difference."""
    if optimizer.class_name not in ("SGD", "RMSprop") or not optimizer.momentum:
        return ""
    return f" (with momentum {number(optimizer.momentum)} as much as " + (
        f"{number(rate)})"
    )


def usual(optimizer, start: float, tuned: bool) -> str:
    """What is usual for an optimizer."""
    if tuned:
        return "weights that were trained before are soon lost with it."
    return f"{optimizer.class_name} usually takes about {number(start)}."
