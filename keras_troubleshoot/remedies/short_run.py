"""A bounded number of training steps of a program, and what they came to."""

import dataclasses
import time
import warnings
from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts.quality import quality

# Numbers in the rows of one call of `fit` at most (64 MB of float32).
MOST_NUMBERS = 2**24


@dataclasses.dataclass(frozen=True)
class Run:
    """What a short training came to.

    Attributes:
        losses: the loss of each step.
        quality: of the predictions for rows held out, see `quality`; None
            where it cannot be judged.
        loss: of the rows held out; None where it could not be taken.
        seconds: that it took.
        learned: quality for rows that it trained on; None where it cannot be
            judged.
    """

    losses: tuple[float, ...]
    quality: float | None
    loss: float | None
    seconds: float
    learned: float | None = None

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.losses)

    @property
    def last(self) -> float:
        """Mean loss of the last tenth of the steps; inf if not finite."""
        if not self.losses:
            return float("inf")
        tail = self.losses[-max(1, len(self.losses) // 10) :]
        mean = float(np.mean(tail))
        return mean if np.isfinite(mean) else float("inf")


# Of a program that raises.
FAILED = Run((), -1.0, None, 0.0)


@dataclasses.dataclass(frozen=True, eq=False)
class Rows:
    """Rows that trials train on, and others that judge them.

    Attributes:
        order: of the rows in the batches, shape (steps, batch).
        held: rows that judge.
    """

    order: np.ndarray
    held: np.ndarray

    @property
    def some(self) -> np.ndarray:
        """Some of the rows that are trained on."""
        return np.unique(self.order.ravel()[: len(self.held)])


def rows_for(
    count: int, batch: int, steps: int, seed: int = 0, ordered: bool = False
) -> Rows:
    """Draws the batches that all trials of one comparison share.

    Args:
        count: how many rows there are.
        batch: rows of a batch.
        steps: batches.
        seed: of the shuffling, and of what is held out.
        ordered: keep the order of the rows, as a stream is fed.
    """
    rng = np.random.default_rng(seed)
    held = np.sort(rng.permutation(count)[: count // 5])
    train = np.setdiff1d(np.arange(count), held)
    batch = min(batch, len(train))
    rounds = -(-steps * batch // max(len(train), 1))
    drawn = [
        train if ordered else rng.permutation(train) for _ in range(rounds)
    ]
    order = np.concatenate(drawn)[: steps * batch].reshape(-1, batch)
    return Rows(order, held)


@private.all_reduces_forgotten()
def run(program: Any, rows: Rows, head: Any, seconds: float) -> Run:
    """Trains a program for as many steps as `rows` has, or the time allows.

    Args:
        program: whose data are the rows (`Arrays`).
        rows: the batches.
        head: the output that is judged; None for none.
        seconds: at most, the first step excluded, which traces.
    """
    import keras

    class Watch(keras.callbacks.Callback):
        """Notes the loss of each step, and stops when the time is over."""

        def __init__(self):
            super().__init__()
            self.losses, self.sum, self.began = [], 0.0, None

        def on_epoch_begin(self, epoch, logs=None):
            self.done, self.sum = 0, 0.0

        def on_train_batch_end(self, step, logs=None):
            # What is logged is the mean over the epoch so far.
            total = float((logs or {}).get("loss", np.nan)) * (step + 1)
            self.losses.append(total - self.sum)
            self.sum = total
            if self.began is None:
                self.began = time.perf_counter()
            late = time.perf_counter() - self.began > seconds
            if late or not np.isfinite(total):
                self.model.stop_training = True

    begin, watch = time.perf_counter(), Watch()
    model = program.compile(
        jit_compile=False,
        steps_per_execution=1,
        metrics=None,
        weighted_metrics=None,
    )
    keras.utils.set_random_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in pieces(program.data, rows.order):
            model.fit(
                **nests_of(program.data, part.ravel()),
                batch_size=part.shape[1],
                shuffle=False,
                verbose=0,
                callbacks=[watch, *setting_rate(program)],
                class_weight=program.fit.get("class_weight"),
            )
            if model.stop_training:
                break
        judged = judge(model, program.data, rows.held, head)
        learned, _ = judge(model, program.data, rows.some, head)
    seconds = time.perf_counter() - begin
    return Run(tuple(watch.losses), *judged, seconds, learned)


def setting_rate(program: Any) -> list:
    """The callbacks that set the rate of the first epoch."""
    import keras

    kind = keras.callbacks.LearningRateScheduler
    given = program.fit.get("callbacks") or ()
    return [kind(c.schedule) for c in given if isinstance(c, kind)]


def pieces(data: Any, order: np.ndarray) -> list[np.ndarray]:
    """The batches in parts that fit into memory."""
    size = sum(a[0].size for a in nests.arrays(data.x)) * order.shape[1]
    most = max(1, MOST_NUMBERS // max(size, 1))
    return [order[i : i + most] for i in range(0, len(order), most)]


def nests_of(data: Any, rows: np.ndarray) -> dict[str, Any]:
    """Some rows of the data, as arguments of `fit`."""
    return {
        name: nests.transform(lambda a: a[rows], part)
        for name, part in data.arguments.items()
    }


def predict(model: Any, x: Any, rows: np.ndarray, batch: int = 256):
    """Predictions in inference for some rows, in their structure."""
    import keras

    from keras_troubleshoot.facts import keras_internals
    from keras_troubleshoot.facts.passes import as_fed

    made = []
    for start in range(0, len(rows), batch):
        part = rows[start : start + batch]
        fed = nests.transform(lambda a, part=part: as_fed(a[part]), x)
        if keras_internals.calls_training(model):
            made.append(model(fed, training=False))
        else:
            made.append(model(fed))
    return keras.tree.map_structure(
        lambda *parts: np.concatenate([np.asarray(p) for p in parts]), *made
    )


def judge(model: Any, data: Any, rows: np.ndarray, head: Any):
    """Quality and loss of some rows."""
    if not len(rows) or data.y is None:
        return None, None
    made = predict(model, data.x, rows)
    true = nests.transform(lambda a: a[rows], data.y)
    loss = None
    try:
        loss = float(model.compute_loss(None, true, made, training=False))
    except Exception:
        loss = None
    if head is None or isinstance(made, dict | list | tuple):
        return None, loss
    return quality(head, made, np.asarray(true)), loss
