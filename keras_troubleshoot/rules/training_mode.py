"""Diagnoses of layers that do something else in training than after it."""

import re

from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.modes import DROPOUT
from keras_troubleshoot.facts.modes import NORMALIZATION
from keras_troubleshoot.rules.references import BATCH_NORMALIZATION
from keras_troubleshoot.rules.references import TRAIN_STEP
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number

MEANT = re.compile(r"monte|mc|bayes|always", re.IGNORECASE)


@rule(
    "training-flag-ignored",
    "Dropout and BatchNormalization in inference mode while training",
    reference=TRAIN_STEP,
    family="training-mode",
    explains="overfitting high-variance exploding-gradients loss-diverging "
    "loss-plateaued batch-normalization-statistics",
)
def training_flag_ignored(facts):
    """Layers are in inference mode while the model trains.

    Then Dropout drops nothing, and BatchNormalization divides by averages
    that never move. It comes of a subclass whose `call` takes no
    `training`: `fit` cannot tell it, and so it tells nobody. Or of a
    `train_step` that calls the model without `training=True`.

    Told from what ran inside the layers. Parts that are called with
    `training=False` because they were trained before (transfer learning)
    or are frozen are left alone; a single layer that is told so is advice.
    """
    seen = facts.modes
    ran = [m for m in seen.layers if m.training is not None]
    off = [m for m in ran if not m.training]
    idle = [m for m in off if not (m.told_off and (m.resting or m.pretrained))]
    if not idle:
        return
    names = [m.layer for m in idle]
    told = {"layers": names, "count": len(idle), "ran": len(ran)}
    what = listed(dict.fromkeys(kind(m) for m in idle))
    summary = (
        f"{counted(len(idle), 'layer')} of {len(ran)} ({what}: "
        f"{listed(map(repr, names[:4]))}) "
        f"{agreeing(len(idle), 'runs', 'run')} in inference mode while the "
        "model trains"
    )
    if seen.own_step:
        every = len(off) == len(ran) and seen.calls_model
        say = warning if every else advice
        yield say(
            f"layer {names[0]!r}",
            f"{summary}: `train_step` calls them without `training=True`.",
            "In `train_step`: `y_pred = self(x, training=True)`.",
            **told,
        )
    elif not seen.takes_training:
        yield warning(
            f"layer {names[0]!r}",
            f"{summary}: the `call` of the model takes no `training`, so "
            "nobody tells them.",
            "`def call(self, x, training=None):` is enough; layers inside "
            "are told by Keras.",
            **told,
        )
    else:
        single = all(m.head_on and m.kind == DROPOUT for m in idle)
        say = advice if single else warning
        by = idle[0].told_off
        rest = f": layer {by!r} is called with `training=False`" if by else ""
        yield say(
            f"layer {names[0]!r}",
            f"{summary}{rest}.",
            "Call layers by `layer(x)`, without `training=False`; Keras "
            "hands on what `fit` says.",
            told_off=by,
            **told,
        )


def kind(mode) -> str:
    """Dropout or BatchNormalization."""
    return "BatchNormalization" if mode.kind == NORMALIZATION else "Dropout"


@rule(
    "inference-in-training-mode",
    "BatchNormalization or dropout in training mode in predictions",
    reference=BATCH_NORMALIZATION,
    family="training-mode",
    explains="batch-mixing batch-normalization-statistics validation-overfit "
    "distribution-shift",
)
def inference_in_training_mode(facts):
    """Layers are in training mode although the model predicts.

    BatchNormalization that is told `training=True` for ever normalizes by
    whatever rows stand beside each other: a prediction changes with its
    neighbours, and that for one row alone is meaningless. This is always an
    error. Dropout that stays on by an explicit `training=True` is mostly
    meant (Monte Carlo dropout): advice. Where a layer of the user's own
    drops numbers and takes no `training`, or does not heed it, a warning.
    """
    seen = facts.modes
    on = [m for m in seen.layers if m.inference]
    wild = [m.layer for m in on if m.kind == NORMALIZATION]
    if wild:
        yield error(
            f"layer {wild[0]!r}",
            f"{counted(len(wild), 'BatchNormalization layer')} "
            f"({listed(map(repr, wild[:4]))}) "
            f"{agreeing(len(wild), 'is', 'are')} in training mode in "
            "predictions: each depends on the rows beside it, and that of a "
            "single row is meaningless.",
            "Leave `training=True` away where the layer, or the model around "
            "it, is called: `layer(x)`. Keras hands on what `fit` and "
            "`predict` say.",
            layers=wild,
            count=len(wild),
        )
    loose = [m.layer for m in on if m.kind == DROPOUT]
    if loose and not wild:
        yield advice(
            f"layer {loose[0]!r}",
            f"{counted(len(loose), 'Dropout layer')} "
            f"({listed(map(repr, loose[:4]))}) "
            f"{agreeing(len(loose), 'drops', 'drop')} in predictions too, by "
            "`training=True`: they differ from call to call. This is right "
            "for Monte Carlo dropout.",
            "Else call it by `layer(x)`, without `training=True`.",
            layers=loose,
            count=len(loose),
        )
    meant = [MEANT.search(f"{n} {c}") for n, c in seen.noisy]
    if seen.noisy and not any(meant):
        name, cls = seen.noisy[0]
        yield warning(
            f"layer {name!r}",
            f"`{cls}` drops numbers at random in predictions too: its `call` "
            "takes no `training` that could stop it, or does not heed it.",
            "Use `keras.layers.Dropout`, or take `training` and drop only if "
            "it is true.",
            layers=[n for n, _ in seen.noisy],
        )


@rule(
    "train-step-loss-missing",
    "a train_step that does not report its loss",
    reference=TRAIN_STEP,
    family="training-mode",
    explains="callback-misconfigured loss-plateaued loss-metric-disagree",
)
def train_step_loss_missing(facts, seen_loss=1e-3):
    """A model's own `train_step` logs no loss, or one of zero.

    `{m.name: m.result() for m in self.metrics}` holds the loss only if a
    tracker of it was updated; else History shows 0.0, and callbacks that
    watch the loss are blind.

    Before training the step is tried on one batch. A warning where it
    returns nothing, or scores only (accuracy, AUC, ...), or a loss of
    exactly 0 where the compiled one is above 0.001; advice where the names
    do not tell. After training, the same of what was logged.
    """
    step = facts.own_step
    if step is None:
        raise Unavailable("no `train_step` of the model's own")
    logs = step.logs
    history = facts.get("history")
    if history is not None and history.epochs:
        logs = {k: max(map(abs, v)) for k, v in history.epochs.items()}
    if logs is None:
        return
    names = [n for n in logs if LOSS.search(n) and not n.startswith("val_")]
    zero = [n for n in names if logs[n] == 0]
    mend = (
        "Track it: `self.loss_tracker = keras.metrics.Mean(name='loss')` in "
        "`__init__`, `self.loss_tracker.update_state(loss)` in `train_step`, "
        "and return `{'loss': self.loss_tracker.result()}`."
    )
    if not names:
        say = warning if all(map(SCORE.search, logs)) else advice
        rest = f"only {listed(map(repr, logs))}" if logs else "nothing"
        yield say(
            "train_step",
            f"`train_step` returns {rest}: History and callbacks get no loss.",
            mend,
            logged=list(logs),
        )
    elif "loss" in zero and len(zero) == len(names) and loss(facts) > seen_loss:
        yield warning(
            "train_step",
            "`train_step` logs a loss of exactly 0, while it is "
            f"{number(loss(facts))} on a batch: its tracker is never updated.",
            mend,
            logged=0.0,
            loss=loss(facts),
        )


LOSS = re.compile(r"loss|nll|elbo|error|mse|mae|likelihood", re.IGNORECASE)
SCORE = re.compile(
    r"acc|auc|precision|recall|f1|f_1|iou|dice|top_?k|r2|score|^lr$|rate",
    re.IGNORECASE,
)


def loss(facts) -> float:
    """The compiled loss of one batch; infinite where there is none.

    A step that computes its own loss is never right with exactly zero.
    """
    step = facts.get("training")
    if step is None or step.loss is None:
        return float("inf")
    return step.loss
