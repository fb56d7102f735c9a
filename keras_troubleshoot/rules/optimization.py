"""Diagnoses of the options of the optimizer besides its rate."""

from keras_troubleshoot.rules import decay
from keras_troubleshoot.rules import reach
from keras_troubleshoot.rules.learning_rate import effective
from keras_troubleshoot.rules.learning_rate import limits
from keras_troubleshoot.rules.learning_rate import too_heavy
from keras_troubleshoot.rules.references import OPTIMIZERS
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@rule(
    "optimizer-misconfigured",
    "an option of the optimizer that keeps it from working",
    family="optimization",
    reference=OPTIMIZERS,
    explains=f"{WILD} {STUCK} learning-rate-too-low too-few-epochs",
)
def optimizer_misconfigured(facts):
    """An option besides the learning rate stops or spoils the updates.

    A decay rate of averages (`beta_1`, `beta_2`, `rho`, `momentum`) of 1
    never takes in anything new; a momentum above 0.99 adds up hundreds of
    steps (0.9 ten), and overshoots; a large epsilon divides every step; a tiny
    clip limit cuts every gradient down to it; a large weight decay pulls
    all weights to zero; accumulation over more batches than the
    run has never updates; a slow average of the weights (`use_ema`) replaces
    what a short run has learned by what it began with.
    """
    optimizer = facts.model.optimizer
    if optimizer is None:
        return
    for judge in (averages, heavy, small_divisor, clips):
        found = judge(facts, optimizer)
        if found:
            yield found
    for judge in (decay.decays, decay.accumulates, decay.averaged):
        found = judge(facts, optimizer)
        if found:
            yield found


def where(optimizer) -> str:
    """How a finding names the optimizer."""
    return f"optimizer {optimizer.class_name}"


def averages(facts, optimizer):
    """Decay rates of running averages that are out of range, or swapped."""
    names = ("beta_1", "beta_2", "rho")
    given = {n: v for n, v in optimizer.options.items() if n in names}
    given |= {"momentum": optimizer.momentum} if optimizer.momentum else {}
    bad = {name: v for name, v in given.items() if not 0 <= v < 1}
    if bad:
        name, value = next(iter(bad.items()))
        return error(
            where(optimizer),
            f"`{name}` is {number(value)}; an average with it "
            + ("never forgets." if value == 1 else "grows without bound."),
            f"Choose `{name}` from 0 to below 1, usually 0.9 (`beta_2=0.999`).",
            option=name,
            value=value,
        )
    first, second = given.get("beta_1", 0.0), given.get("beta_2", 1.0)
    if optimizer.class_name == "Lion" or not (first > second or second < 0.8):
        return None
    say = warning if first > second and first >= 0.98 else suspicion
    return say(
        where(optimizer),
        f"`beta_1` is {number(first)} and `beta_2` is {number(second)}: the "
        "average of the gradients is slower than that of their squares.",
        "`beta_1=0.9, beta_2=0.999` are the other way round.",
        beta_1=first,
        beta_2=second,
    )


def heavy(facts, optimizer, most=0.99):
    """A momentum with which a usual rate acts like one that is too high."""
    rates = facts.get("rates")
    peak = rates.peak if rates is not None and rates.known else None
    if not too_heavy(optimizer, peak, facts.model, most):
        return None
    momentum, rate = optimizer.momentum, effective(optimizer, peak)
    steps = round(1 / (1 - momentum))
    say = warning if rate >= limits(optimizer, facts.model)[1] else suspicion
    return say(
        where(optimizer),
        f"A momentum of {momentum:g} adds up {counted(steps, 'step')}: with "
        f"it, a rate of {number(peak)} acts like {number(rate)}.",
        "`momentum=0.9`, with which ten steps are added up.",
        momentum=momentum,
        rate=peak,
        effective=rate,
        limit=most,
    )


def small_divisor(facts, optimizer, large=0.01, huge=1.0):
    """An epsilon that is larger than gradients are."""
    name, value = optimizer.class_name, optimizer.options.get("epsilon")
    if value is None or name not in (*reach.BY_RATE, *reach.CRAWLING):
        return None
    if value < 0 or (value == 0 and name != "Adagrad"):
        return warning(
            where(optimizer),
            f"`epsilon` is {number(value)}: where a gradient is zero, the "
            "step is not a number.",
            "`epsilon=1e-7`.",
            epsilon=value,
        )
    if value < large or name not in reach.BY_RATE:
        return None
    rate = optimizer.learning_rate or 0.0
    say = warning if value >= huge and rate / value < 0.02 else suspicion
    return say(
        where(optimizer),
        f"`epsilon` is {number(value)}, more than most gradients: "
        f"{name} then acts like gradient descent with a rate of "
        f"{number(rate / value)}.",
        "`epsilon=1e-7`; or a rate that is as much larger.",
        epsilon=value,
        rate=rate,
        effective=rate / value,
        limit=large,
    )


def clips(facts, optimizer):
    """A clip limit that nothing comes through, or that clips nothing."""
    names = ("clipnorm", "clipvalue", "global_clipnorm")
    name = next((n for n in names if optimizer.options.get(n) is not None), "")
    if not name:
        return None
    value = optimizer.options[name]
    if value <= 0:
        return advice(
            where(optimizer),
            f"`{name}` is {number(value)}: Keras clips nothing then.",
            f"`{name}=1.0`, or leave it out.",
            option=name,
            value=value,
        )
    strong = moved(facts, optimizer, name, value)
    if strong is None:
        return None
    say = warning if strong < 0.02 else suspicion
    return say(
        where(optimizer),
        f"`{name}` of {number(value)} cuts every gradient down to next to "
        f"nothing: a step is {percent(strong)} of what it usually is, or "
        "less.",
        f"`{name}=1.0` cuts only what is far too large.",
        option=name,
        value=value,
        share=strong,
    )


def moved(facts, optimizer, name: str, value: float) -> float | None:
    """Which share of a usual step a clip limit leaves; None for enough.

    Gradient descent moves by what is left of the gradient. Optimizers that
    divide by the size of the gradient undo the cut, until what is left is
    smaller than their epsilon.
    """
    kind = optimizer.class_name
    weights = max(facts.model.sizes.values(), default=1)
    each = value if name == "clipvalue" else value / weights**0.5
    if kind in ("SGD", "Muon"):
        share = value / 0.1 if name != "clipvalue" else value / 1e-3
        return share if share <= 0.1 else None
    if kind == "Lion" or kind not in reach.BY_RATE:
        return None
    epsilon = optimizer.option("epsilon", 1e-7)
    share = each / (each + epsilon)
    return share if share < 0.2 else None
