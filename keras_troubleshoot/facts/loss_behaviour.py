"""Tries a compiled loss on a batch: what it rewards, what it broadcasts."""

import numpy as np

from keras_troubleshoot.facts import losses
from keras_troubleshoot.facts.heads import Behaviour
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.passes import first_lines
from keras_troubleshoot.facts.recorder import Recorder


def behaviour(loss, y, y_pred, runner: Runner):
    """What a loss does with the batch, or what it raises.

    Only the user's own losses are tried at length: what Keras's do is known.

    Args:
        loss: a resolved Keras loss.
        y: targets, a tensor.
        y_pred: outputs of the model in inference, a tensor.
        runner: for its scope.

    Returns:
        A `Behaviour` and an empty string, or None and the complaint.
    """
    recorder = Recorder()
    try:
        with runner.quiet(), recorder.listening():
            start = float(np.sum(loss(y, y_pred)))
    except Exception as error:
        return None, first_lines(error)
    wide = two_batch_axes(recorder, int(y_pred.shape[0]))
    found = Behaviour(start, broadcasts=wide)
    if losses.describe(loss).kind != "custom":
        return found, ""
    try:
        with runner.quiet():
            return tried(loss, y, y_pred, start, wide), ""
    except Exception:
        # A loss that takes only what this very batch holds, such as one of
        # fixed size, can be judged by its value at the start alone.
        return found, ""


def metric_broadcasts(metric, y, y_pred, runner: Runner) -> tuple:
    """Shapes with two batch axes that a metric of the user's makes.

    Keras's own metrics match the ranks of their arguments.
    """
    module = getattr(metric, "__module__", None) or type(metric).__module__
    if isinstance(metric, str) or module.split(".")[0] == "keras":
        return ()
    recorder = Recorder()
    call = getattr(metric, "update_state", metric)
    try:
        with runner.quiet(), recorder.listening():
            call(y, y_pred)
    except Exception:
        # `fit` will say what it has against these arguments.
        return ()
    if y.shape == y_pred.shape or np.size(y) != np.size(y_pred):
        return ()
    return two_batch_axes(recorder, int(y_pred.shape[0]))


def tried(loss, y, y_pred, start, wide) -> Behaviour:
    """The loss of a user on a batch, changed in several ways."""
    import tensorflow as tf

    twice = [tf.concat([part, part], axis=0) for part in (y, y_pred)]
    matched = None
    if y.shape != y_pred.shape and np.size(y) == np.size(y_pred):
        matched = float(np.sum(loss(tf.reshape(y, y_pred.shape), y_pred)))
    return Behaviour(
        start=start,
        twice=float(np.sum(loss(*twice))),
        matched=matched,
        ladder=ladder(loss, y, y_pred),
        broadcasts=wide,
    )


def ladder(loss, y, y_pred) -> tuple[float, ...]:
    """The loss of predictions that are ever more wrong.

    Of labels from 0 to 1, or class ids: the labels themselves, mixed more
    and more with their opposite. Of other targets: the targets, moved away
    both ways by ever more of their spread.
    """
    import tensorflow as tf

    target, true = y, np.asarray(y, "float32")
    if not np.isfinite(true).all():
        return ()
    if true.size == np.size(y_pred):
        true = true.reshape(y_pred.shape)
        target = tf.reshape(y, y_pred.shape)
    else:
        true = one_hot(true, y_pred.shape)
        if true is None:
            return ()
    if true.min() >= 0 and true.max() <= 1 and true.max() > true.min():
        near = np.clip(true, 0.01, 0.99)
        steps = [near * (1 - s) + (1 - near) * s for s in (0, 0.3, 0.6, 1)]
    else:
        spread = float(true.std()) or 1.0
        sign = np.where(np.arange(len(true)) % 2, 1, -1)
        sign = sign.reshape((-1,) + (1,) * (true.ndim - 1))
        steps = [true + sign * spread * s for s in (0, 1, 3, 10)]
    dtype = y_pred.dtype
    return tuple(
        float(np.sum(loss(target, tf.cast(p.astype("float32"), dtype))))
        for p in steps
    )


def one_hot(ids, shape):
    """Class ids as rows of the shape of an output; None if they are none."""
    units = shape[-1]
    flat = ids.ravel()
    fits = flat.size * units == int(np.prod(shape)) and units > 1
    if not fits or (flat != np.floor(flat)).any():
        return None
    if flat.min() < 0 or flat.max() >= units:
        return None
    return np.eye(units, dtype="float32")[flat.astype(int)].reshape(shape)


def two_batch_axes(recorder: Recorder, rows: int) -> tuple[tuple, ...]:
    """Shapes with two batch axes, made of tensors with one each."""
    found = []
    for operation in recorder.operations:
        if crosses(operation, rows, recorder):
            found.append(tuple(operation.outputs[0].shape))
    return tuple(dict.fromkeys(found))


# Arithmetic; comparisons of all rows with each other are meant.
ELEMENTWISE = frozenset(
    "Add AddV2 Sub Mul RealDiv DivNoNan SquaredDifference Maximum Minimum "
    "Pow SelectV2 Div Xdivy Xlogy Xlog1py".split()
)


def crosses(operation, rows: int, recorder: Recorder | None = None) -> bool:
    """Whether an operation meets each row with every other by accident.

    That is by broadcasting tensors of unlike rank, (n,) with (n, 1). Pairs
    that are meant have axes of both, (n, 1) with (1, n), or come of one
    tensor: `x[:, None] - x`.
    """
    if operation.type not in ELEMENTWISE or rows < 2:
        return False
    out = list(operation.outputs[0].shape)
    if out.count(rows) < 2:
        return False
    wide = [t for t in operation.inputs if list(t.shape).count(rows) >= 1]
    if len(wide) < 2 or any(list(t.shape).count(rows) > 1 for t in wide):
        return False
    if len({len(t.shape) for t in wide}) < 2:
        return False
    return recorder is None or not with_itself(recorder, wide)


def with_itself(recorder: Recorder, pair) -> bool:
    """Whether one of two tensors is the other one with an axis more."""
    for one, other in (pair[:2], pair[1::-1]):
        made = recorder.maker(one)
        shaped = made is not None and made.type in (
            "ExpandDims",
            "StridedSlice",
            "Reshape",
        )
        if shaped and any(t is other for t in made.inputs):
            return True
    return False
