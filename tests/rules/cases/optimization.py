"""Cases of schedules, options of the optimizer, and batch sizes."""

import math

from keras_troubleshoot.facts.architecture import Layer
from tests.rules import running as r
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def normalized(axes):
    options = {"axes": axes}
    layer = Layer("bn", "bn", "BatchNormalization", weights=8, options=options)
    return (*r.HIDDEN, layer)


def polynomial(steps):
    return lambda step: max(1e-6, 0.05 * (1 - step / steps))


def warming(steps):
    return lambda step: 1e-3 * min(step / steps, (steps / max(step, 1)) ** 0.5)


def cosine(total):
    return lambda step: 0.05 * (1 + math.cos(math.pi * min(1, step / total)))


def scheduled(function, **options):
    return r.facts(rates=r.schedule(function, **options))


SICK = (
    Sick(
        "below zero",
        "learning-rate-invalid",
        ERROR,
        lambda: r.facts(rate=-1e-3),
        "optimizer Adam",
        {"rate": -1e-3, "step": 0},
        ("-0.001", "climbs"),
    ),
    Sick(
        "zero",
        "learning-rate-invalid",
        ERROR,
        lambda: r.facts(rate=0.0, optimizer="SGD"),
        "optimizer SGD",
        {"rate": 0},
        ("no weight changes", "SGD(0.01)"),
    ),
    Sick(
        "not a number",
        "learning-rate-invalid",
        ERROR,
        lambda: r.facts(rate=math.nan),
        "optimizer Adam",
        {"rate": "nan"},
        ("not a number",),
    ),
    Sick(
        "a schedule that goes on falling below zero",
        "learning-rate-invalid",
        ERROR,
        # 65 places among 1000 steps: the first after 500 is 515.
        lambda: scheduled(lambda step: 1e-3 * (1 - step / 500)),
        "schedule Own",
        {"step": 515, "rate": 1e-3 * (1 - 515 / 500)},
        ("from step 515",),
    ),
    Sick(
        "a decay counted in epochs",
        "schedule-misconfigured",
        WARNING,
        lambda: scheduled(polynomial(10), decay_steps=10),
        "schedule Own",
        {"peak": 0.05, "total": 1000, "epochs": 10},
        ("`decay_steps` of 10 batches", "10 epochs", "1000"),
    ),
    Sick(
        "a warmup longer than the run",
        "schedule-misconfigured",
        WARNING,
        lambda: scheduled(warming(4000)),
        "schedule Own",
        {"last": 999 / 4000 * 1e-3, "advised": 50},
        ("still warming up",),
    ),
    Sick(
        "a rate that doubles with each epoch",
        "schedule-misconfigured",
        WARNING,
        lambda: scheduled(lambda step: min(1e3, 1e-3 * 2 ** (step / 100))),
        "schedule Own",
        {"first": 1e-3, "last": 1e-3 * 2**9.99},
        ("rises",),
    ),
    Sick(
        "an average that never forgets",
        "optimizer-misconfigured",
        ERROR,
        lambda: r.facts(beta_1=1.0, beta_2=0.999),
        "optimizer Adam",
        {"option": "beta_1", "value": 1},
    ),
    Sick(
        "averages the other way round",
        "optimizer-misconfigured",
        WARNING,
        lambda: r.facts(beta_1=0.999, beta_2=0.9),
        "optimizer Adam",
        {"beta_1": 0.999, "beta_2": 0.9},
    ),
    Sick(
        "an epsilon of one",
        "optimizer-misconfigured",
        WARNING,
        lambda: r.facts(epsilon=1.0),
        "optimizer Adam",
        {"epsilon": 1, "effective": 1e-3},
        ("0.001",),
    ),
    Sick(
        "no epsilon",
        "optimizer-misconfigured",
        WARNING,
        lambda: r.facts(epsilon=0.0),
        "optimizer Adam",
        {"epsilon": 0},
    ),
    Sick(
        "gradients clipped to nothing",
        "optimizer-misconfigured",
        WARNING,
        lambda: r.facts(optimizer="SGD", rate=0.01, clipnorm=1e-6),
        "optimizer SGD",
        {"share": 1e-5},
        ("0.001%",),
    ),
    Sick(
        "gradients clipped below epsilon",
        "optimizer-misconfigured",
        WARNING,
        lambda: r.facts(clipvalue=1e-9, epsilon=1e-7),
        "optimizer Adam",
        {"share": 1 / 101},
        ("0.99%",),
    ),
    Sick(
        "weights pulled to zero",
        "optimizer-misconfigured",
        WARNING,
        lambda: r.facts(optimizer="AdamW", weight_decay=20.0),
        "optimizer AdamW",
        {"lost": 0.02},
        ("2%",),
    ),
    Sick(
        "Adadelta at the default rate",
        "learning-rate-too-low",
        WARNING,
        lambda: r.facts(optimizer="Adadelta", gradient=0.1),
        "optimizer Adadelta",
        {"rate": 1e-3, "steps": 1000},
        ("Adadelta(1.0)",),
    ),
    Sick(
        "accumulated over more batches than there are",
        "optimizer-misconfigured",
        ERROR,
        lambda: r.facts(gradient_accumulation_steps=1001),
        "optimizer Adam",
        {"updates": 0, "total": 1000},
        ("never updated",),
    ),
    Sick(
        "an average slower than the run",
        "optimizer-misconfigured",
        WARNING,
        lambda: r.facts(use_ema=True, ema_momentum=0.9999),
        "optimizer Adam",
        {"left": 0.9999**999},
        ("90%", "0.9999"),
    ),
    Sick(
        "vectors normalized one by one",
        "batch-size-unsuitable",
        WARNING,
        lambda: r.facts(batch=1, steps=3200, layers=normalized(2)),
        "layer 'bn'",
        {"batch": 1},
        ("nothing remains",),
    ),
    Sick(
        "all rows in one batch, for ten epochs",
        "batch-size-unsuitable",
        WARNING,
        lambda: r.facts(batch=4096, steps=1, rows=1797),
        "batch_size",
        {"updates": 10, "better": 10 * math.ceil(1797 / 32)},
        ("10 updates", "570"),
    ),
)

SICK += (
    Sick(
        "a momentum of three nines",
        "optimizer-misconfigured",
        WARNING,
        lambda: r.facts(optimizer="SGD", rate=0.03, momentum=0.999),
        "optimizer SGD",
        {"momentum": 0.999, "effective": 30, "rate": 0.03},
        ("1000 steps", "30"),
    ),
)

TWINS = (
    Twin(
        "momentum of nine tenths",
        "optimizer-misconfigured",
        lambda: r.facts(optimizer="SGD", rate=0.03, momentum=0.9),
    ),
    Twin(
        "a large momentum with a small rate",
        "optimizer-misconfigured",
        lambda: r.facts(optimizer="SGD", rate=1e-4, momentum=0.995),
    ),
    Twin("a usual rate", "learning-rate-invalid", lambda: r.facts()),
    Twin(
        "from zero to zero",
        "learning-rate-invalid",
        lambda: scheduled(lambda step: 1e-3 * math.sin(math.pi * step / 1000)),
    ),
    Twin(
        "a cosine over the run",
        "schedule-misconfigured",
        lambda: scheduled(cosine(1000)),
    ),
    Twin(
        "a short warmup",
        "schedule-misconfigured",
        lambda: scheduled(warming(50)),
    ),
    Twin(
        "steps down in the second half",
        "schedule-misconfigured",
        lambda: scheduled(lambda step: 0.1 if step < 500 else 0.01),
    ),
    Twin(
        "steps down with each third, by epochs",
        "schedule-misconfigured",
        lambda: scheduled(
            lambda step: 1e-3 * 0.1 ** (step // 350), source="callback"
        ),
    ),
    Twin(
        "falls only after the run",
        "schedule-misconfigured",
        lambda: scheduled(lambda step: 1e-3 * 0.96 ** (step // 1000)),
        advised=True,
    ),
    Twin(
        "options as they come",
        "optimizer-misconfigured",
        lambda: r.facts(beta_1=0.9, beta_2=0.999, epsilon=1e-7),
    ),
    Twin(
        "averages of adversaries",
        "optimizer-misconfigured",
        lambda: r.facts(beta_1=0.0, beta_2=0.9),
    ),
    Twin(
        "an epsilon of one, with a rate for it, is only suspected",
        "optimizer-misconfigured",
        lambda: r.facts(rate=0.05, epsilon=1.0),
        advised=True,
    ),
    Twin(
        "clipped at a tenth",
        "optimizer-misconfigured",
        lambda: r.facts(optimizer="SGD", rate=0.1, clipnorm=0.1),
    ),
    Twin(
        "Adam undoes the clipping",
        "optimizer-misconfigured",
        lambda: r.facts(clipnorm=1e-3, epsilon=1e-7),
    ),
    Twin(
        "the decay of language models",
        "optimizer-misconfigured",
        lambda: r.facts(optimizer="AdamW", weight_decay=0.1),
    ),
    Twin(
        "Adadelta at one",
        "learning-rate-too-low",
        lambda: r.facts(optimizer="Adadelta", rate=1.0),
    ),
    Twin(
        "accumulated over four",
        "optimizer-misconfigured",
        lambda: r.facts(gradient_accumulation_steps=4),
    ),
    Twin(
        "an average of a tenth of the run",
        "optimizer-misconfigured",
        lambda: r.facts(use_ema=True, ema_momentum=0.99),
    ),
    Twin(
        "pictures normalized one by one",
        "batch-size-unsuitable",
        lambda: r.facts(batch=1, steps=3200, layers=normalized(4)),
        advised=True,
    ),
    Twin("batches of 32", "batch-size-unsuitable", lambda: r.facts()),
    Twin(
        "all rows in one batch, for very long",
        "batch-size-unsuitable",
        lambda: r.facts(batch=4096, steps=1, rows=1797, epochs=500),
    ),
)
