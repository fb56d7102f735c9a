"""Symptoms of a training run: what its loss and its predictions did."""

import numpy as np

from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.outcome import reachable
from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

FIRST = (
    "Look at the causes that the report names above; without one, overfit a "
    "single batch (`kts.overfit_batch`) and try a tenth of the learning rate."
)


def curve(losses) -> list[Figure]:
    """The training loss by epoch."""
    return [
        Figure(
            "lines",
            "Training loss",
            ("loss",),
            (tuple(float(v) for v in losses),),
            "loss of each epoch",
        )
    ]


def losses_of(facts) -> np.ndarray:
    """The training loss of each epoch.

    Raises:
        Unavailable: if none was logged.
    """
    losses = facts.history.loss
    if not len(losses):
        raise Unavailable("no loss was logged")
    return losses


@rule(
    "loss-diverging",
    "the loss rises instead of falling",
    family="dynamics",
    kind=Kind.SYMPTOM,
)
def loss_diverging(facts, rise=2.0):
    """The training loss ends far above where it began, or is not finite.

    Fires where the loss of the last epoch lies above both that of the first
    one and that of the untrained model, by twice the size of the losses
    before. Relative to the run itself; heuristic.
    """
    losses = losses_of(facts)
    start = start_of(facts)
    last = float(losses[-1])
    known = [v for v in (float(losses[0]), start) if v is not None]
    known = [v for v in known if np.isfinite(v)]
    scale = max([abs(v) for v in known] or [0.0])
    if known and np.isfinite(last):
        if last - max(known) <= rise * max(scale, 1e-9):
            return
    finite = np.isfinite(losses)
    shown = number(last) if np.isfinite(last) else "not finite"
    began = f"; it began at {number(known[0])}" if known else ""
    yield warning(
        "loss",
        f"The training loss is {shown} after {counted(len(losses), 'epoch')}"
        f"{began}.",
        FIRST,
        first=known[0] if known else None,
        last=last,
        epochs=len(losses),
        start=start,
        figures=curve(losses[finite]) if finite.sum() > 1 else [],
    )


def start_of(facts) -> float | None:
    """The loss of the untrained model on one batch, where it is finite."""
    step = facts.get("training")
    loss = None if step is None else step.loss
    return loss if loss is not None and np.isfinite(loss) else None


@rule(
    "loss-oscillating",
    "the loss goes up and down",
    family="dynamics",
    kind=Kind.SYMPTOM,
)
def loss_oscillating(facts, swing=0.5, epochs=5):
    """From epoch to epoch the training loss rises as much as it falls.

    Fires where the rises of at least five epochs add up to half of the whole
    range of the losses. A mean over an epoch hides the noise of batches:
    settled runs rise by far less. Heuristic; advice, since runs that have
    reached the noise of their data look alike.
    """
    losses = losses_of(facts)
    if len(losses) < epochs or not np.isfinite(losses).all():
        return
    start = start_of(facts)
    span = float(np.ptp([*losses, losses[0] if start is None else start]))
    steps = np.diff(losses)
    rises = float(steps[steps > 0].sum())
    if rises <= swing * max(span, 1e-12):
        return
    yield advice(
        "loss",
        f"The training loss rose by {number(rises)} in all between epochs, "
        f"within a range of {number(span)}.",
        FIRST,
        rises=rises,
        range=span,
        epochs=len(losses),
        figures=curve(losses),
    )


@rule(
    "loss-plateaued",
    "the loss hardly moved, though the inputs foretell the targets",
    family="dynamics",
    kind=Kind.SYMPTOM,
)
def loss_plateaued(facts, moved=0.05, learned=0.1, possible=0.3):
    """The model learned nothing that a simple method learns at once.

    Fires where the loss fell by less than 5% of its first value, the quality
    of the predictions is below 0.1, and the neighbours of a row or a linear
    model reach at least 0.3 (see `quality`: 0 is a guess, 1 is perfect).
    """
    losses = losses_of(facts)
    done, best = facts.outcome, reachable(facts.get("signal"))
    first = max(losses[0], done.start or losses[0])
    fall = float((first - losses[-1]) / max(abs(first), 1e-9))
    if best is None or done.quality is None or not np.isfinite(fall):
        return
    if fall > moved or done.quality > learned or best < possible:
        return
    yield warning(
        "loss",
        f"The training loss fell by {percent(max(fall, 0.0))} only, and the "
        f"predictions are no better than a guess (quality "
        f"{number(done.quality)}), though a simple method reaches "
        f"{number(best)}.",
        FIRST,
        fall=max(fall, 0.0),
        quality=done.quality,
        reachable=best,
        figures=curve(losses),
    )


@rule(
    "predictions-constant",
    "the trained model predicts the same for every row",
    family="dynamics",
    kind=Kind.SYMPTOM,
)
def predictions_constant(facts, least=1e-4):
    """Whatever it is given, the trained model returns one value.

    Fires where the predictions of some hundred rows vary by less than a
    ten-thousandth of their size, and there is something to learn, or the
    targets vary.
    """
    done = facts.outcome
    if done.varied is None or done.varied > least or done.rows < 40:
        return
    if (done.steps or 0) < 20:
        raise Unavailable("hardly a step was made")
    targets = facts.data.targets
    if not targets or len(targets[0].distinct) < 2:
        return
    yield warning(
        "the model",
        f"The trained model predicts the same for {done.rows} different "
        f"rows: its predictions vary by {number(done.varied)} of their size.",
        FIRST,
        rows=done.rows,
        varied=done.varied,
    )


@rule(
    "underfitting",
    "the model does worse on its training data than a simple method",
    family="dynamics",
    kind=Kind.SYMPTOM,
)
def underfitting(facts, gap=0.2, share=0.35):
    """On rows that it was trained on, the model is beaten by neighbours.

    Fires where the quality of the predictions for training rows lies below
    what the nearest neighbours (the row itself left out) or a linear model
    reach, by 0.2 and by 35% of it. Heuristic.
    """
    done, best = facts.outcome, reachable(facts.get("signal"))
    if best is None or done.quality is None:
        raise Unavailable("the predictions cannot be judged")
    if best - done.quality < max(gap, share * best):
        return
    yield warning(
        "the model",
        f"On its training rows the model reaches a quality of "
        f"{number(done.quality)} (0 is a guess, 1 is perfect), while the "
        f"neighbours of a row or a linear model reach {number(best)}.",
        FIRST,
        quality=done.quality,
        reachable=best,
        rows=done.rows,
    )


@rule(
    "overfitting",
    "the model knows its training data by heart",
    family="dynamics",
    kind=Kind.SYMPTOM,
)
def overfitting(facts, rise=0.2, gap=0.15):
    """Training goes on improving while validation gets worse.

    Fires where the validation loss ended 20% above its least value and the
    quality for training rows is 0.15 above that for validation rows. Advice:
    it is the common state of a model that is large enough.
    """
    validation = facts.history.values("val_loss")
    done = facts.outcome
    if len(validation) < 3 or not np.isfinite(validation).all():
        raise Unavailable("no validation loss of three epochs")
    if done.quality is None or done.validated is None:
        return
    least = float(validation.min())
    last = float(validation[-1])
    if last - least < rise * abs(least) or done.quality - done.validated < gap:
        return
    yield advice(
        "the model",
        f"The validation loss rose from {number(least)} to {number(last)}, "
        f"and the quality is {number(done.quality)} on training rows, "
        f"{number(done.validated)} on validation rows.",
        "More data, augmentation, more regularization; or keep the best "
        "weights: `keras.callbacks.EarlyStopping(restore_best_weights=True)`.",
        least=least,
        last=last,
        quality=done.quality,
        validated=done.validated,
        figures=curve(validation),
    )


@rule(
    "slow-input-pipeline",
    "the training waits for its data",
    family="dynamics",
    kind=Kind.SYMPTOM,
)
def slow_input_pipeline(facts, share=0.5):
    """Reading a batch takes longer than half of a training step.

    Judged by the time that the batches of the sample took to come, beside
    the time of a step in `fit`.
    """
    pace = facts.pace
    if pace.reading < share * pace.step or pace.reading < 1e-3:
        return
    yield advice(
        "data",
        f"A batch takes {number(1000 * pace.reading)} ms to come, and a "
        f"training step {number(1000 * pace.step)} ms in all.",
        "`dataset.prefetch(tf.data.AUTOTUNE)`, `map(..., "
        "num_parallel_calls=tf.data.AUTOTUNE)`, `cache()`; of a PyDataset "
        "`workers=4`.",
        reading_ms=1000 * pace.reading,
        step_ms=1000 * pace.step,
    )
