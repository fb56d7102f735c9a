"""Diagnoses of callbacks: what they watch, and how."""

from keras_troubleshoot.rules import patience
from keras_troubleshoot.rules.metrics import of_regression
from keras_troubleshoot.rules.references import CALLBACKS
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.words import listed


@rule(
    "callback-misconfigured",
    "a callback that watches the wrong thing, or never acts",
    family="optimization",
    reference=CALLBACKS,
    explains=f"{STUCK} too-few-epochs learning-rate-too-low overfitting",
)
def callback_misconfigured(facts):
    """A callback watches what is not there, cannot move, or gets worse.

    `EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint` look up their
    `monitor` among what is logged: `loss`, the metrics under the names that
    `compile` was given (`acc` is not `accuracy`), with the name of the
    output before them where there are several, and all of them with `val_`
    where there are validation data. A name that is missing is passed over
    with a warning in the middle of the run; mode `auto` raises then, after
    the first epoch. `min` and `max` are taken as they are, right or wrong.
    """
    for callback in facts.fit.callbacks:
        if callback.monitor:
            yield from watched(facts, callback)
        elif callback.base == "LearningRateScheduler":
            yield from patience.overridden(facts, callback)
    yield from patience.fights(facts)


def watched(facts, callback):
    """What is wrong with one callback that monitors something."""
    found = None
    if acts(callback):
        found = missing(facts, callback) or backwards(facts, callback)
        found = found or unmoved(facts, callback)
    found = found or guessed(facts, callback) or nameless(facts, callback)
    if found:
        yield found
        return
    for judge in patience.JUDGES.get(callback.base, ()):
        found = judge(facts, callback)
        if found:
            yield found
            return


def acts(callback) -> bool:
    """Whether what it does depends on what it watches."""
    saves = callback.base == "ModelCheckpoint"
    return not saves or bool(callback.option("save_best_only", False))


def names(facts) -> dict | None:
    """What will be logged, by name; None where nobody can know."""
    logged, fit = facts.get("logged"), facts.fit
    if logged is None:
        return None
    found = {entry.name: entry for entry in logged}
    validated = fit.validated and fit.validation_freq <= fit.epochs
    if validated:
        found |= {f"val_{entry.name}": entry for entry in logged}
    return found


def additions(facts) -> bool:
    """Whether the user's own callbacks may add names to the logs."""
    return any(callback.own for callback in facts.fit.callbacks)


def missing(facts, callback):
    """A monitor that is not among what is logged."""
    known = names(facts)
    rates = callback.monitor in ("lr", "learning_rate")
    if known is None or callback.monitor in known or rates:
        return None
    raises = guess(facts, callback) == "" and callback.mode == "auto"
    if additions(facts) and not raises:
        return None
    effect = {
        "EarlyStopping": "it never stops the training",
        "ReduceLROnPlateau": "it never reduces the rate",
        "ModelCheckpoint": "it never saves anything",
    }[callback.base]
    if raises:
        effect = "`fit` raises an error after the first epoch"
    unvalidated = callback.monitor.startswith("val_") and not any(
        name.startswith("val_") for name in known
    )
    why = "there are no validation data" if unvalidated else "it is not logged"
    say = error if raises else warning
    return say(
        callback.where,
        f"It watches {callback.monitor!r}, but {why}; {effect}.",
        "Pass `validation_data=(x_val, y_val)` to `fit`, or watch 'loss'."
        if unvalidated
        else f"Watch one of these: {listed(map(repr, known))}.",
        monitor=callback.monitor,
        logged=list(known),
    )


def guess(facts, callback) -> str | None:
    """What mode `auto` takes for better: `""` where it raises.

    None where nobody can know.
    """
    logged = facts.get("logged")
    if logged is None:
        return None
    known = {entry.name: entry.guessed for entry in logged}
    return known.get(callback.monitor.removeprefix("val_"), "")


def guessed(facts, callback):
    """Mode `auto`, for a metric of which Keras does not know the way."""
    if callback.mode != "auto" or guess(facts, callback) != "":
        return None
    return error(
        callback.where,
        f"Keras cannot tell whether {callback.monitor!r} should rise or "
        "fall: with `mode='auto'`, `fit` raises an error after the first "
        "epoch.",
        "Say `mode='max'` or `mode='min'`.",
        monitor=callback.monitor,
        mode=callback.mode,
    )


def backwards(facts, callback):
    """A metric that is better when it is higher, watched for the lowest."""
    known = (names(facts) or {}).get(callback.monitor)
    if known is None or callback.mode == "auto" or not known.better:
        return None
    if callback.mode == known.better:
        return None
    effect = {
        "EarlyStopping": "stops when it gets better",
        "ReduceLROnPlateau": "reduces the rate when it gets better",
        "ModelCheckpoint": "keeps the worst model",
    }[callback.base]
    low = "lower" if known.better == "min" else "higher"
    return error(
        callback.where,
        f"It watches {callback.monitor!r} with mode {callback.mode!r}, but "
        f"{low} is better: it {effect}.",
        f"`mode={known.better!r}`.",
        monitor=callback.monitor,
        mode=callback.mode,
        better=known.better,
    )


def unmoved(facts, callback):
    """An accuracy of real numbers, which stays at zero."""
    heads = facts.get("heads") or ()
    if len(heads) != 1 or heads[0].target is None or heads[0].loss is None:
        return None
    head = heads[0]
    name = callback.monitor.removeprefix("val_")
    for metric in head.metrics:
        if metric.name == name and of_regression(head, metric):
            return warning(
                callback.where,
                f"It watches {callback.monitor!r}, which counts exact hits "
                "of real numbers: it hardly ever moves, whatever the model "
                "learns.",
                "Watch 'val_loss'"
                + (", or 'loss'." if not facts.fit.validated else "."),
                monitor=callback.monitor,
                metric=metric.class_name,
                loss=head.loss.name,
            )
    return None


def nameless(facts, callback):
    """A file pattern that asks for a metric that is not logged."""
    known = names(facts)
    if known is None or additions(facts):
        return None
    lacking = [field for field in callback.fields if field not in known]
    if not lacking or "learning_rate" in lacking:
        return None
    return error(
        callback.where,
        f"The name of its file asks for {lacking[0]!r}, which is not "
        "logged: `fit` raises an error when it saves.",
        f"Use one of these: {listed(map(repr, known))}.",
        field=lacking[0],
        logged=list(known),
    )
