"""How patient callbacks are, and whether they work against each other.

Pieces of the diagnosis `callback-misconfigured`.
"""

from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number


def too_coarse(facts, callback, whole=0.9, part=0.2):
    """A `min_delta` that no improvement comes up to."""
    delta = abs(float(callback.option("min_delta", 0.0)))
    room = reachable(facts, callback)
    if not delta or room is None or delta < part * room:
        return None
    say = warning if delta >= whole * room else suspicion
    return say(
        callback.where,
        f"Only a change of more than {number(delta)} counts as an "
        f"improvement of {callback.monitor!r}, which has {number(room)} to "
        "gain in all.",
        "`min_delta=0`, or a thousandth of what it starts with.",
        monitor=callback.monitor,
        min_delta=delta,
        room=room,
    )


def reachable(facts, callback) -> float | None:
    """By how much what is watched can get better; None for unknown."""
    name = callback.monitor.removeprefix("val_")
    if name == "loss":
        step = facts.get("training")
        loss = None if step is None else step.loss
        return loss if loss is not None and loss > 0 else None
    for entry in facts.get("logged") or ():
        bounded = entry.class_name.endswith(("Accuracy", "AUC"))
        if entry.name == name and bounded:
            return 1.0
    return None


def beyond_reach(facts, callback):
    """A `baseline` that an accuracy cannot come up to."""
    baseline = callback.options.get("baseline")
    room = reachable(facts, callback)
    name = callback.monitor.removeprefix("val_")
    if baseline is None or name == "loss" or room is None or baseline < room:
        return None
    return warning(
        callback.where,
        f"It stops unless {callback.monitor!r} comes above "
        f"{number(baseline)}, but that ends at {number(room)}.",
        "Write 95% as `baseline=0.95`.",
        monitor=callback.monitor,
        baseline=baseline,
        room=room,
    )


def late(facts, callback):
    """A callback that begins, or loses patience, after the run."""
    fit = facts.fit
    start = int(callback.option("start_from_epoch", 0))
    patience = int(callback.option("patience", 0))
    if max(start, patience) < fit.epochs or fit.epochs < 2:
        return None
    name = "start_from_epoch" if start >= fit.epochs else "patience"
    value = max(start, patience) if name == "patience" else start
    return advice(
        callback.where,
        f"`{name}` is {value}, and the run has "
        f"{counted(fit.epochs, 'epoch')}: it never acts.",
        f"`{name}={max(1, fit.epochs // 5)}`, or more epochs.",
        option=name,
        value=value,
        epochs=fit.epochs,
    )


def impatient(facts, callback):
    """No patience at all: one epoch that is not better ends the run."""
    patience = callback.option("patience", 0)
    stops = callback.base == "EarlyStopping"
    if patience > 0 or facts.fit.epochs < 5:
        return None
    acts = "ends the training" if stops else "reduces the rate"
    say = suspicion if stops else advice
    return say(
        callback.where,
        f"`patience` is 0: the first epoch in which {callback.monitor!r} "
        f"does not get better {acts}; it varies from epoch to epoch by "
        "chance.",
        "`patience=3` or more, with `restore_best_weights=True`."
        if stops
        else "`patience=3` or more.",
        monitor=callback.monitor,
        patience=0,
        epochs=facts.fit.epochs,
    )


def reduces_to_nothing(facts, callback):
    """A factor that takes the whole rate away, or a floor above it."""
    factor = float(callback.option("factor", 0.1))
    floor = float(callback.option("min_lr", 0.0))
    optimizer = facts.model.optimizer
    rate = optimizer.learning_rate if optimizer else None
    if factor <= 0 and floor <= 0:
        return error(
            callback.where,
            f"`factor` is {number(factor)}: the first plateau sets the "
            "learning rate to zero or below.",
            "`factor=0.2`.",
            factor=factor,
            min_lr=floor,
        )
    if rate and 0 < rate <= floor * (1 + 1e-6):
        return warning(
            callback.where,
            f"`min_lr` is {number(floor)}, not below the rate of "
            f"{number(rate)}: the rate is never reduced.",
            f"`min_lr={number(rate / 1000)}`, or leave it out.",
            min_lr=floor,
            rate=rate,
            advised=rate / 1000,
        )
    if factor < 0.01:
        return suspicion(
            callback.where,
            f"`factor` is {number(factor)}: one plateau ends all learning.",
            "`factor=0.2`.",
            factor=factor,
        )
    return None


def rare(facts, callback):
    """A checkpoint that is saved after more batches than the run has."""
    every, length = callback.options.get("save_freq"), facts.get("length")
    if not isinstance(every, int) or length is None or not length.total:
        return None
    if every <= length.total:
        return None
    return warning(
        callback.where,
        f"`save_freq` is {every} batches, and the run has {length.total}: "
        "nothing is ever saved.",
        "`save_freq='epoch'`; a number counts batches.",
        save_freq=every,
        total=length.total,
    )


JUDGES = {
    "EarlyStopping": (too_coarse, beyond_reach, late, impatient),
    "ReduceLROnPlateau": (reduces_to_nothing, too_coarse, late, impatient),
    "ModelCheckpoint": (rare,),
}


def overridden(facts, callback):
    """A scheduler on top of a schedule, which Keras refuses."""
    optimizer = facts.model.optimizer
    if optimizer is None or not optimizer.scheduled:
        return
    yield error(
        callback.where,
        "It sets the learning rate, but the optimizer was compiled with a "
        "schedule: Keras raises an error in the first epoch.",
        f"Use one of the two: `{optimizer.class_name}(1e-3)` for the "
        "callback, or no callback.",
        optimizer=optimizer.class_name,
        rate=1e-3,
    )


def fights(facts):
    """Callbacks that undo what others do."""
    callbacks, optimizer = facts.fit.callbacks, facts.model.optimizer
    plateau = first(callbacks, "ReduceLROnPlateau")
    stop = first(callbacks, "EarlyStopping")
    if plateau is None:
        return
    if optimizer is not None and optimizer.scheduled:
        yield warning(
            plateau.where,
            "It reduces the learning rate on a plateau, but the optimizer was "
            "compiled with a schedule: Keras raises an error when it tries.",
            "Use one of the two: a plain rate, or no ReduceLROnPlateau.",
            optimizer=optimizer.class_name,
        )
    elif first(callbacks, "LearningRateScheduler") is not None:
        yield advice(
            plateau.where,
            "LearningRateScheduler sets the rate anew in each epoch, "
            "whatever ReduceLROnPlateau made of it.",
            "Use one of the two.",
            callbacks=[c.class_name for c in callbacks],
        )
    elif stop is not None and stop.monitor == plateau.monitor:
        wait, end = (int(c.option("patience", 0)) for c in (plateau, stop))
        if wait >= end > 0:
            yield advice(
                plateau.where,
                f"It waits {counted(wait, 'epoch')} without improvement, "
                f"EarlyStopping {end}: training ends before the rate is "
                "reduced.",
                f"`patience={max(1, end // 2)}` here.",
                patience=wait,
                stopping=end,
                advised=max(1, end // 2),
            )


def first(callbacks, base: str):
    """The first callback of a class of Keras; None for none."""
    return next((c for c in callbacks if c.base == base), None)
