"""Remedies of the learning rate, the optimizer, and how long it trains."""

import copy
import dataclasses
import math

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.keras_internals import inner_optimizer
from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies import rate_range
from keras_troubleshoot.remedies.registry import NotApplicable
from keras_troubleshoot.remedies.registry import remedy

# The rates that Keras gives its optimizers, where these suit; `Adagrad` and
# its like crawl at 0.001.
USUAL = {"SGD": 0.01, "Adadelta": 1.0, "Adagrad": 0.1, "Ftrl": 0.1}
# Classes of callbacks that set the rate.
SETTING = ("LearningRateScheduler",)


def usual(program) -> float:
    """A rate that suits the class of the optimizer."""
    return USUAL.get(type(inner_optimizer(program.optimizer)).__name__, 1e-3)


def set_rate(program, rate: float) -> None:
    """Gives the optimizer a constant rate; nothing else sets it then."""
    inner = inner_optimizer(program.optimizer)
    config = inner.get_config() | {"learning_rate": rate}
    made = type(inner).from_config(config)
    if program.optimizer is not inner:
        whole = type(program.optimizer)
        made = whole(made)
    program.optimizer = made
    keep = program.fit.get("callbacks")
    if isinstance(keep, list | tuple):
        program.fit["callbacks"] = [
            c for c in keep if type(c).__name__ not in SETTING
        ]
    name = type(inner_optimizer(made)).__name__
    program.code.append(f"optimizer = keras.optimizers.{name}({rate:.3g})")


def rate_now(facts, finding) -> float:
    """The rate that a finding is about."""
    rate = finding.evidence.get("rate")
    if not isinstance(rate, int | float):
        found = facts.model.optimizer
        rate = found.learning_rate if found is not None else None
    if not rate or not math.isfinite(rate):
        raise NotApplicable("the rate is not known")
    return float(rate)


def times(factor: float):
    """A remedy that multiplies the rate."""

    def apply(program, finding, facts):
        set_rate(program, rate_now(facts, finding) * factor)

    return apply


for words, factor, rule in (
    ("a tenth of the rate", 0.1, "learning-rate-too-high"),
    ("a hundredth of the rate", 0.01, "learning-rate-too-high"),
    ("ten times the rate", 10.0, "learning-rate-too-low"),
    ("a hundred times the rate", 100.0, "learning-rate-too-low"),
):
    remedy(words, rule, light=True)(times(factor))


@remedy(
    "the usual rate",
    "learning-rate-too-high",
    "learning-rate-too-low",
    light=True,
)
def usual_rate(program, finding, facts):
    """Takes the rate that suits the optimizer."""
    set_rate(program, usual(program))


@remedy("a positive rate", "learning-rate-invalid")
def positive_rate(program, finding, facts):
    """Turns the sign of the rate; the usual one for 0 and NaN."""
    found = facts.model.optimizer
    rate = found.learning_rate if found is not None else None
    valid = rate is not None and math.isfinite(rate) and rate != 0
    set_rate(program, abs(rate) if valid else usual(program))


@remedy(
    "the rate that a range test finds",
    "learning-rate-too-high",
    "learning-rate-too-low",
    "learning-rate-invalid",
    slow=True,
)
def found_rate(program, finding, facts, batch=32, steps=80):
    """Takes the rate that one range test on sampled rows suggests."""
    data = program.data
    if not isinstance(data, feeding.Arrays):
        sample = facts.data.sample
        data = feeding.Arrays(sample.x, sample.y, sample.sample_weight)
    rows = len(nests.arrays(data.x)[0])
    length = facts.get("length")
    batch = min(length.batch if length is not None else batch, rows)
    order = rate_range.batches(rows, batch, steps + 1, seed=0)
    copied = dataclasses.replace(program, data=data)
    rate = rate_range.suggest(copied, order, steps=steps)
    if rate is None:
        raise NotApplicable("the loss falls at no rate")
    set_rate(program, rate)


@remedy(
    "a schedule over all steps",
    "schedule-misconfigured",
)
def whole_schedule(program, finding, facts):
    """Lets a decay end with the training."""
    import keras

    optimizer = inner_optimizer(program.optimizer)
    config = optimizer.get_config()
    schedule = config.get("learning_rate")
    steps = steps_of(facts)
    if not isinstance(schedule, dict) or steps is None:
        raise NotApplicable("the rate follows no schedule of a known length")
    options = dict(schedule.get("config", {}))
    if "decay_steps" not in options:
        raise NotApplicable("the schedule has no `decay_steps`")
    options["decay_steps"] = steps
    made = keras.optimizers.schedules.deserialize(
        {"class_name": schedule["class_name"], "config": options}
    )
    program.optimizer = type(optimizer).from_config(
        config | {"learning_rate": made}
    )
    program.code.append(f"{schedule['class_name']}(..., decay_steps={steps})")


def steps_of(facts) -> int | None:
    """How many steps the `fit` takes; None where nobody can know."""
    length = facts.get("length")
    return None if length is None else length.total


@remedy("the usual rate, constant", "schedule-misconfigured")
def constant_rate(program, finding, facts):
    """Takes the peak of the schedule, if it is no more than usual."""
    found = facts.model.optimizer
    rate = found.learning_rate if found is not None else None
    most = 10 * usual(program)
    fine = rate is not None and usual(program) / 10 <= rate <= most
    set_rate(program, rate if fine else usual(program))


@remedy("the usual arguments of the optimizer", "optimizer-misconfigured")
def usual_optimizer(program, finding, facts):
    """Keeps the class of the optimizer and its rate, if that is usual."""
    found = facts.model.optimizer
    rate = found.learning_rate if found is not None else None
    low, high = usual(program) / 9, usual(program) * 10
    kind = type(inner_optimizer(program.optimizer))
    if "momentum" in finding.evidence:
        config = inner_optimizer(program.optimizer).get_config() | {
            "momentum": 0.9
        }
        program.optimizer = kind.from_config(config)
        program.code.append(f"{kind.__name__}(..., momentum=0.9)")
        return
    rate = rate if rate and low <= rate <= high else usual(program)
    program.optimizer = kind(learning_rate=rate)
    program.code.append(
        f"optimizer = keras.optimizers.{kind.__name__}({rate:.3g})"
    )


@remedy("batches of 32 rows", "batch-size-unsuitable")
def usual_batch(program, finding, facts, rows=32):
    """Takes batches of 32 rows."""
    if hasattr(program.data, "batched"):
        program.data = program.data.batched(rows)
        program.code.append(f"dataset = dataset.unbatch().batch({rows})")
    elif not hasattr(program.data, "x"):
        raise NotApplicable("the data come in batches of their own")
    else:
        program.code.append(f"model.fit(..., batch_size={rows})")
    program.fit["batch_size"] = rows


@remedy("train longer", "too-few-epochs", light=True)
def more_epochs(program, finding, facts, least=1000, most=20_000):
    """Trains five times as long, and at least 1000 steps.

    Where `steps_per_epoch` leaves out rows, an epoch sees all of them first.
    """
    fit, length = program.fit, facts.get("length")
    epochs = int(fit.get("epochs") or 1)
    each = fit.get("steps_per_epoch")
    steps = steps_of(facts) or epochs * (each or 1)
    wanted = min(max(5 * steps, least), max(most, steps))
    if each:
        whole = (length.batches if length is not None else None) or 0
        fit["steps_per_epoch"] = max(whole, math.ceil(wanted / epochs))
        program.code.append(
            f"model.fit(..., steps_per_epoch={fit['steps_per_epoch']})"
        )
    else:
        fit["epochs"] = math.ceil(epochs * wanted / max(steps, 1))
        program.code.append(f"model.fit(..., epochs={fit['epochs']})")


@remedy("clip the gradients", "exploding-gradients", "loss-diverging")
def clip(program, finding, facts):
    """Clips the norm of all gradients to one."""
    optimizer = inner_optimizer(program.optimizer)
    limits = {"clipnorm": None, "clipvalue": None, "global_clipnorm": 1.0}
    program.optimizer = type(optimizer).from_config(
        optimizer.get_config() | limits
    )
    name = type(optimizer).__name__
    program.code.append(f"{name}(..., global_clipnorm=1.0)")


@remedy("watch what can move", "callback-misconfigured")
def mend_callbacks(program, finding, facts):
    """Lets callbacks watch the loss, from above."""
    import keras

    watching = (
        keras.callbacks.EarlyStopping,
        keras.callbacks.ReduceLROnPlateau,
        keras.callbacks.ModelCheckpoint,
    )
    validated = program.validation is not None
    validated = validated or program.fit.get("validation_split")
    name = "val_loss" if validated else "loss"
    given = program.fit.get("callbacks") or ()
    if not any(isinstance(c, watching) for c in given):
        raise NotApplicable("no callback watches anything")
    program.fit["callbacks"] = [
        watching_loss(c, name) if isinstance(c, watching) else c for c in given
    ]
    program.code.append(f"callbacks with monitor={name!r}, mode='min'")


def watching_loss(callback, name: str):
    """A copy of a callback that watches a loss; the user's own stays."""
    copied = copy.copy(callback)
    copied.monitor, copied.mode = name, "min"
    copied.monitor_op = None
    copied.min_delta = 0
    return copied
