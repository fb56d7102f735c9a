"""How far the steps of a run can carry the weights, at best.

Pure formulas. An optimizer that divides by the size of the gradient moves
each weight by about its rate in each step, whatever the loss; gradient
descent moves it by rate times gradient.
"""

import math

# Each step of these moves a weight by at most about the rate.
BY_RATE = (
    "Adam",
    "AdamW",
    "Nadam",
    "Adamax",
    "Lion",
    "RMSprop",
    "Muon",
)
# These sum up squared gradients, so that their steps shrink.
SUMMING = ("Adagrad", "Ftrl")
CRAWLING = (*SUMMING, "Adadelta")


def updates(optimizer, total: int) -> int:
    """Updates of the weights in a number of batches."""
    return total // max(1, int(optimizer.option("gradient_accumulation_steps")))


def distance(optimizer, rates) -> float | None:
    """How far one weight can travel in a run, if it never turns.

    Args:
        optimizer: its description.
        rates: `Rates` of the run.

    Returns:
        A distance in units of weights; None for gradient descent, whose
        steps depend on the gradient, and where it is not known.
    """
    if rates.travelled is None:
        return None
    count = updates(optimizer, rates.total)
    mean = rates.travelled / max(1, rates.total)
    if optimizer.class_name in BY_RATE:
        return mean * count / (1 - min(optimizer.momentum, 0.999))
    if optimizer.class_name in SUMMING:
        # Sum of rate / sqrt(t): J. Duchi et al., 2011, for gradients that
        # are larger than what the accumulator starts with.
        return 2 * mean * math.sqrt(count)
    if optimizer.class_name == "Adadelta":
        return mean * adadelta(count, optimizer)
    return None


def summing(gradient: float, count: int, start: float = 0.1) -> float:
    """Gradient times distance of a weight under Adagrad at rate 1.

    A step is gradient / sqrt(start + sum of squares); for a constant
    gradient their sum is about 2 (sqrt(start + count g^2) - sqrt(start)) / g.
    """
    return 2 * (math.sqrt(start + count * gradient**2) - math.sqrt(start))


def adadelta(count: int, optimizer, most: int = 20_000) -> float:
    """Distance of a weight under Adadelta at rate 1, constant gradient.

    M. Zeiler, 2012: a step is the gradient times the ratio of the root mean
    squares of former steps and of gradients; the first is sqrt(epsilon).
    """
    rho = optimizer.option("rho", 0.95)
    epsilon = optimizer.option("epsilon", 1e-7)
    squares = steps = travelled = 0.0
    for _ in range(min(count, most)):
        squares = rho * squares + (1 - rho)
        step = math.sqrt((steps + epsilon) / (squares + epsilon))
        steps = rho * steps + (1 - rho) * step**2
        travelled += step
    return travelled * count / max(1, min(count, most))


def best_fall(optimizer, rates, step, sizes) -> float | None:
    """By which share the loss can fall in a run, to first order, at best.

    Taken is the gradient of one batch before training, as if it never
    changed and all steps went its way: for optimizers that move by their
    rate, distance times the sum of its sizes (at most the norm times the
    root of their number); for gradient descent, rate times its square.

    Args:
        optimizer: its description.
        rates: `Rates` of the run.
        step: the training step that was looked at.
        sizes: numbers of each weight, by path.

    Returns:
        1.0 for the whole loss; None where it is not known.
    """
    norms = {k: g for k, g in step.gradients.items() if g is not None}
    loss = (step.loss or 0.0) - step.penalty
    known = rates.travelled is not None and norms and step.finite and loss > 0
    if not known:
        return None
    if optimizer.class_name in SUMMING:
        count = updates(optimizer, rates.total)
        each = [
            sizes.get(k, 1) * summing(g / math.sqrt(sizes.get(k, 1)), count)
            for k, g in norms.items()
        ]
        return rates.travelled / rates.total * sum(each) / loss
    far = distance(optimizer, rates)
    if far is not None:
        sums = sum(g * math.sqrt(sizes.get(k, 1)) for k, g in norms.items())
        return far * sums / loss
    if optimizer.class_name != "SGD":
        return None
    count = updates(optimizer, rates.total)
    total = rates.travelled * count / max(1, rates.total)
    total /= 1 - min(optimizer.momentum, 0.999)
    limit = optimizer.option("clipnorm", math.inf) or math.inf
    return total * sum(g * min(g, limit) for g in norms.values()) / loss
