"""Cases of learning rates, and of the length of a run."""

from keras_troubleshoot.facts.architecture import Layer
from keras_troubleshoot.facts.neighbours import Signal
from keras_troubleshoot.facts.outcome import Outcome
from tests.rules import running as r
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

LINEAR = (Layer("one", "one", "Dense", weights=50),)


def halves(epoch):
    return 0.5 * 0.9**epoch


SICK = (
    Sick(
        "Adam at one half",
        "learning-rate-too-high",
        WARNING,
        lambda: r.facts(rate=0.5),
        "optimizer Adam",
        {"rate": 0.5, "momentum": 0},
        ("Adam is 0.5", "0.001"),
    ),
    Sick(
        "gradient descent with too much momentum",
        "learning-rate-too-high",
        WARNING,
        lambda: r.facts(optimizer="SGD", rate=0.5, momentum=0.99),
        "optimizer SGD",
        {"effective": 50},
        ("momentum 0.99", "50"),
    ),
    Sick(
        "a callback that begins at one half",
        "learning-rate-too-high",
        WARNING,
        lambda: r.facts(
            rates=r.schedule(
                lambda step: halves(step // 100),
                name="LearningRateScheduler",
                source="callback",
            )
        ),
        "callback LearningRateScheduler",
        {"rate": 0.5, "compiled": 1e-3},
        ("0.5",),
    ),
    Sick(
        "Adam at a ten millionth",
        "learning-rate-too-low",
        WARNING,
        lambda: r.facts(rate=1e-7),
        "optimizer Adam",
        # 1000 steps of 1e-7, times 2 weights of 10,000 numbers with a
        # gradient of norm 1, over a loss of 2.
        {"distance": 1e-4, "fall": 1e-4 * 2 * 100 / 2, "updates": 1000},
        ("1%", "0.0001"),
    ),
    Sick(
        "gradient descent at a hundred thousandth",
        "learning-rate-too-low",
        WARNING,
        lambda: r.facts(optimizer="SGD", rate=1e-5),
        "optimizer SGD",
        {"fall": 1000 * 1e-5 * (1 + 1) / 2},
        ("1%", "0.01"),
    ),
    Sick(
        "one step an epoch",
        "too-few-epochs",
        WARNING,
        lambda: r.facts(steps=1, epochs=8, rows=6400, chosen=True),
        "steps_per_epoch",
        {"total": 8, "share": 0.04},
        ("8 epochs of 1 step", "4%", "200"),
    ),
    Sick(
        "one step an epoch of a dataset that repeats",
        "too-few-epochs",
        WARNING,
        lambda: endless(1),
        "steps_per_epoch",
        {"updates": 10, "weights": 20_000},
        ("10 epochs of 1 step", "10 updates"),
    ),
    Sick(
        "gradients so small that a hundred steps change nothing",
        "too-few-epochs",
        WARNING,
        lambda: r.facts(steps=10, gradient=0.005),
        "epochs",
        {"updates": 100, "fall": 100 * 1e-3 * 2 * 100 * 0.005 / 2},
        ("100 updates", "5%"),
    ),
    Sick(
        "small steps, and a run that came to little",
        "learning-rate-too-low",
        WARNING,
        lambda: ended(r.facts(rate=1e-5 / 5), quality=0.2),
        "optimizer Adam",
        {"updates": 1000},
        ("20%",),
    ),
    Sick(
        "few steps, and a run that came to little",
        "too-few-epochs",
        WARNING,
        lambda: ended(r.facts(steps=5, epochs=4, gradient=50.0), quality=0.2),
        "epochs",
        {"updates": 20},
        ("20 updates",),
    ),
)


def ended(facts, quality, reached=0.9):
    """Facts after a run, where neighbours reach a share of all labels."""
    facts.add(
        outcome=Outcome(
            quality, rows=200, losses=(2.0, 1.9), start=2.0, steps=100
        ),
        signal=Signal(500, 10, reached, 0.1, 0.01, 0.1, 1),
    )
    return facts


def endless(steps, **known):
    """Facts of a stream that never ends."""
    facts = r.facts(steps=steps, chosen=True, **known)
    length = facts.length
    facts.add(length=type(length)(10, 32, None, None, steps, True))
    return facts


TWINS = (
    Twin("Adam as usual", "learning-rate-too-high", lambda: r.facts()),
    Twin(
        "Adam at a tenth is only suspected",
        "learning-rate-too-high",
        lambda: r.facts(rate=0.1),
        advised=True,
    ),
    Twin(
        "Adam at a tenth for a linear model",
        "learning-rate-too-high",
        lambda: r.facts(rate=0.1, layers=LINEAR),
    ),
    Twin(
        "the rate of residual networks",
        "learning-rate-too-high",
        lambda: r.facts(optimizer="SGD", rate=0.1, momentum=0.9),
    ),
    Twin(
        "Adadelta at one",
        "learning-rate-too-high",
        lambda: r.facts(optimizer="Adadelta", rate=1.0),
    ),
    Twin(
        "large but clipped",
        "learning-rate-too-high",
        lambda: r.facts(optimizer="SGD", rate=5.0, clipnorm=1.0),
    ),
    Twin(
        "a large epsilon asks for a large rate",
        "learning-rate-too-high",
        lambda: r.facts(rate=0.1, epsilon=1.0),
    ),
    Twin("enough steps", "learning-rate-too-low", lambda: r.facts()),
    Twin(
        "fine-tuning",
        "learning-rate-too-low",
        lambda: r.facts(rate=1e-7, fresh=False),
    ),
    Twin(
        "Adam at 1e-5 is only suspected",
        "learning-rate-too-low",
        lambda: r.facts(rate=1e-5 / 5),
        advised=True,
    ),
    Twin(
        "small steps that were enough",
        "learning-rate-too-low",
        lambda: ended(r.facts(rate=1e-5 / 5), quality=0.85),
        advised=True,
    ),
    Twin(
        "few steps of what nobody can foretell",
        "too-few-epochs",
        lambda: ended(
            r.facts(steps=5, epochs=4, gradient=50.0), 0.02, reached=0.12
        ),
        advised=True,
    ),
    Twin("many steps", "too-few-epochs", lambda: r.facts()),
    Twin(
        "few steps of a model that was trained before",
        "too-few-epochs",
        lambda: r.facts(steps=2, epochs=2, fresh=False),
    ),
    Twin(
        "a part of very many rows",
        "too-few-epochs",
        lambda: r.facts(steps=100, rows=10**7, chosen=True),
    ),
    Twin(
        "few steps are only suspected",
        "too-few-epochs",
        lambda: r.facts(steps=5, epochs=4, gradient=50.0),
        advised=True,
    ),
    Twin(
        "few weights need few steps",
        "too-few-epochs",
        lambda: r.facts(steps=5, epochs=4, weights=20, gradient=50.0),
    ),
)
