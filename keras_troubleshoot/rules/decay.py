"""What an optimizer does to the weights besides following the gradient.

Weight decay, accumulation of gradients, and averages of the weights, as
`optimization` asks for them.
"""

from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


def decays(facts, optimizer, strong=0.5, crushing=10.0, shrink=0.05):
    """A weight decay that pulls all weights to zero.

    In each step a weight loses `rate * decay` of itself. Under Adam it
    moves by at most the rate, so that it never comes beyond 1 / decay;
    under gradient descent a decay of 0.1 asks for gradients of a tenth of
    each weight. Heuristic; 0.004 to 0.1 are usual for AdamW, 1e-5 to 1e-3
    for gradient descent; up to 1 was seen to work.
    """
    value = optimizer.option("weight_decay")
    rate = optimizer.learning_rate
    rates = facts.get("rates")
    if rates is not None and rates.known:
        rate = rates.peak
    if not value or rate is None:
        return None
    # Gradient descent has no step of its own size against the decay.
    times = {"SGD": 0.1, "Lion": 5.0}.get(optimizer.class_name, 1.0)
    lost = rate * value
    if 0 < value < strong * times and lost < shrink:
        return None
    certain = value < 0 or value >= crushing * times or lost >= shrink
    say = warning if certain else suspicion
    effect = f"each step takes {percent(lost)} off every weight"
    if value < 0:
        effect = "each step makes every weight larger"
    return say(
        f"optimizer {optimizer.class_name}",
        f"`weight_decay` is {number(value)}: at a rate of {number(rate)} "
        f"{effect}.",
        "`weight_decay=1e-4` for SGD, `4e-3` for AdamW; or leave it out.",
        weight_decay=value,
        rate=rate,
        lost=lost,
        limit=strong * times,
    )


def accumulates(facts, optimizer):
    """Accumulation over more batches than the run, or an epoch, has."""
    count = int(optimizer.option("gradient_accumulation_steps"))
    length = facts.get("length")
    if count < 2 or length is None or not length.total:
        return None
    if length.total >= 5 * count:
        return None
    done = length.total // count
    say = error if not done else suspicion
    return say(
        f"optimizer {optimizer.class_name}",
        f"Gradients are accumulated over {count} batches, and the run has "
        f"{length.total}: "
        + (
            f"{counted(done, 'update')} of the weights."
            if done
            else "the weights are never updated."
        ),
        "`gradient_accumulation_steps=4`, or leave it out and take larger "
        "batches.",
        accumulated=count,
        total=length.total,
        updates=done,
    )


def averaged(facts, optimizer, share=0.5):
    """An average of the weights that is slower than the run.

    After the run Keras puts the average in the place of the weights. It
    starts with the weights after the first step, of which
    `ema_momentum ** updates` remains.
    """
    if not optimizer.options.get("use_ema"):
        return None
    momentum = optimizer.option("ema_momentum", 0.99)
    length, every = (
        facts.get("length"),
        optimizer.option("ema_overwrite_frequency"),
    )
    if every and every * (1 - momentum) < 0.05:
        return suspicion(
            f"optimizer {optimizer.class_name}",
            f"The weights are set back to their average every {int(every)} "
            f"steps, and the average moves {percent(1 - momentum)} of the way "
            "in each: little of what is learned remains.",
            "Leave `ema_overwrite_frequency` out: the average then replaces "
            "the weights at the end.",
            every=int(every),
            ema_momentum=momentum,
            moved=1 - momentum,
        )
    if length is None or not length.total or every:
        return None
    accumulated = int(optimizer.option("gradient_accumulation_steps"))
    updates = length.total // max(1, accumulated)
    left = momentum ** max(0, updates - 1)
    if left < share or facts.get("fresh") is False:
        return None
    return warning(
        f"optimizer {optimizer.class_name}",
        f"With `use_ema` the average of the weights replaces them at the end; "
        f"after {counted(updates, 'update')} at a momentum of "
        f"{momentum:.4g} {percent(left)} of it are the weights of the first "
        "step.",
        "A smaller `ema_momentum`: the average should span a tenth of the run.",
        ema_momentum=momentum,
        updates=updates,
        left=left,
        limit=share,
    )
