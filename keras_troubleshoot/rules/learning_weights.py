"""Diagnoses of weights that do not learn."""

from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.rules.references import TRANSFER
from keras_troubleshoot.rules.registry import LECTURE
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed

COMPILE = "`model.compile(...)` after each change of `trainable`, before `fit`."


@rule(
    "disconnected-weights",
    "weights that get no gradient from the loss",
    reference=LECTURE,
    family="architecture",
    explains=STUCK + " call-failed vanishing-gradients high-bias input-ignored "
    "dead-relu",
)
def disconnected_weights(facts, most=5):
    """The loss does not depend on some trainable weights.

    A layer that was made but not called; a result that is thrown away;
    `stop_gradient`; a way through NumPy, integers, `argmax` or rounding,
    behind which no gradient comes back. These weights stay as they started.

    Tried: one step backward on a few rows. Advice where they may belong to
    outputs without a loss, or come with a trained model of which a part is
    not used. Models with a `train_step` or `compute_loss` of their own are
    passed over: they may have other losses.
    """
    seen = facts.learning
    if facts.model.own_train_step:
        raise Unavailable("the model has a `train_step` of its own")
    step = facts.training
    if step.loss is None or step.failure is not None:
        raise Unavailable("no loss whose gradient could be taken")
    if seen.cut:
        yield cut(facts, seen, len(step.gradients), most)
    if seen.idle and facts.model.kind == "subclass":
        yield warning(
            f"layer {seen.idle[0]!r}",
            f"{counted(len(seen.idle), 'layer')} of the model "
            f"({listed(map(repr, seen.idle[:most]))}) "
            f"{agreeing(len(seen.idle), 'was', 'were')} made but never called.",
            "Call it in `call`, or take it away.",
            layers=list(seen.idle),
            count=len(seen.idle),
        )


def cut(facts, seen, of, most) -> dict:
    """What is said of weights without gradient."""
    heads = facts.get("heads") or ()
    loose = any(head.loss is None for head in heads)
    trained = facts.get("fresh") is False
    cause = seen.stopped or seen.breaks
    every = len(seen.cut) == of
    say = error if every else warning
    if not every and (loose or (trained and not cause)):
        say = advice
    if seen.breaks and not seen.stopped:
        why = f" `{seen.breaks[0]}` has no gradient: take a smooth function."
    elif seen.stopped:
        why = " `stop_gradient` in the model keeps them from learning."
    else:
        why = " Their results are not used for what the loss sees."
    names = seen.cut_layers
    return say(
        f"layer {names[0]!r}",
        f"{'All' if every else 'Of'} {of} trainable weights"
        f"{'' if every else f', {len(seen.cut)}'} get no gradient from the "
        f"loss (layers {listed(map(repr, names[:most]))}): they stay as they "
        f"started.{why}",
        "Follow what these layers return to the outputs. What must not "
        "learn, set `trainable = False`.",
        weights=of,
        count=len(seen.cut),
        layers=list(names),
        breaks=list(seen.breaks),
        stopped=seen.stopped,
    )


@rule(
    "frozen-weights",
    "weights that may not learn, though they should",
    reference=TRANSFER,
    family="architecture",
    explains=STUCK + " high-bias learning-rate-too-low too-few-epochs "
    "model-too-small",
)
def frozen_weights(facts, most=5):
    """Weights are frozen that were never trained, or against the flags.

    A training step that was made once heeds the `trainable` flags of then:
    who thaws layers after `fit` must `compile` again, else nothing changes
    (error). No weight at all may learn: error. Layers that are frozen at
    the random values that they started with, told from the limits of their
    initializer: a warning for several layers, the last one or an Embedding;
    a suspicion for one, since random features may be meant.

    Layers that were trained before and are frozen, as transfer learning
    asks, are left alone.
    """
    seen = facts.learning
    if seen.thawed or seen.refrozen:
        yield changed(seen, most)
        return
    if seen.total and not seen.trainable:
        yield error(
            "the model",
            f"No weight may learn, of {seen.total}: all layers have "
            "`trainable = False`.",
            "Set `trainable = True` for the layers that shall learn, then "
            "`compile`.",
            weights=seen.total,
        )
        return
    fresh = facts.get("fresh")
    raw = [f for f in seen.frozen if f.random and (f.biased or fresh is True)]
    raw += [
        f
        for f in seen.frozen
        if f.random and f.class_name == "Embedding" and f not in raw
    ]
    if not raw:
        return
    sure = len(raw) > 1 or raw[0].last or raw[0].class_name == "Embedding"
    say = warning if sure else suspicion
    yield say(
        f"layer {raw[0].layer!r}",
        f"{counted(len(raw), 'layer')} "
        f"({listed(repr(f.layer) for f in raw[:most])}) "
        f"{agreeing(len(raw), 'is', 'are')} frozen at the random values that "
        "the initializer drew.",
        "Load trained weights before `trainable = False`, or let the layer "
        "learn.",
        layers=[f.layer for f in raw],
        count=len(raw),
        weights=sum(f.weights for f in raw),
    )


def changed(seen, most) -> dict:
    """What is said of flags that changed after the step was made."""
    paths = seen.thawed or seen.refrozen
    say = error if seen.thawed else warning
    what = "thawed" if seen.thawed else "frozen"
    comes = "do not learn" if seen.thawed else "go on learning"
    return say(
        f"weight {paths[0]!r}",
        f"{counted(len(paths), 'weight')} ({listed(map(repr, paths[:most]))}) "
        f"{agreeing(len(paths), 'was', 'were')} {what} after the training "
        f"step was made: without `compile`, they {comes}.",
        COMPILE,
        weights=list(paths),
        count=len(paths),
    )
