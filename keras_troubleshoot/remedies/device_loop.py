"""Many training steps of a copy in one call, on the device.

`fit` comes back to Python after each step; here a loop of TensorFlow makes
as many steps as are asked for, so that an experiment of hundreds of steps
takes little more than its arithmetic.
"""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts import private


class CannotTrain(ValueError):
    """A training step that fails, or tells no loss; the message says why."""


class Loop:
    """Trains a compiled copy on rows that lie on the device.

    It works with any `train_step`. Where that cannot be traced (it calls
    NumPy, or was compiled with `run_eagerly=True`), steps are made one by
    one.

    Args:
        model: a compiled copy, see `program.Program.compile`. Never the
            user's own model: its `compute_loss` is wrapped.
        x: inputs, nested arrays, rows first.
        y: targets, or None.
        weight: weights of rows, or None.
        batch: rows of a batch.

    Raises:
        CannotTrain: if a step fails, or tells no loss.
    """

    def __init__(
        self, model: Any, x: Any, y: Any = None, weight: Any = None, batch=32
    ):
        import tensorflow as tf

        self.model = model
        self.data = [nests.transform(passes.as_fed, p) for p in (x, y, weight)]
        self.noted: list[Any] = []
        listen(model, self.noted)
        model.optimizer.build(model.trainable_variables)
        start = self.state()
        self.name = ""
        self.try_one(batch)
        self.put_back(start)
        spec = tf.TensorSpec((None, batch), tf.int32)
        rates = tf.TensorSpec((None,), tf.float32)
        self.eager = bool(model.run_eagerly)
        self.traced = tf.function(self.loop, input_signature=[spec])
        self.rated = tf.function(self.loop, input_signature=[spec, rates])

    def try_one(self, batch: int) -> None:
        """One step in Python: makes all variables, and finds the loss."""
        try:
            logs = self.train(np.arange(batch, dtype="int32"))
        except Exception as error:
            raise CannotTrain(
                f"a training step raised {type(error).__name__}: "
                f"{passes.first_lines(error)[:200].rstrip('.')}. To mend it, "
                "see `kts.check(model, x, y)`."
            ) from error
        self.name = name_of_loss(logs, bool(self.noted))

    def train(self, rows) -> Any:
        """One step on these rows; what `train_step` returns."""
        import keras
        import tensorflow as tf

        x, y, weight = (
            nests.transform(lambda a: tf.gather(a, rows), part)
            for part in self.data
        )
        self.noted.clear()
        for metric in self.model.metrics:
            metric.reset_state()
        return self.model.train_step(
            keras.utils.pack_x_y_sample_weight(x, y, weight)
        )

    def loss(self, rows) -> Any:
        """One step on these rows; its loss as one number."""
        import tensorflow as tf

        logs = self.train(rows)
        value = logs[self.name] if self.name else self.noted[0]
        return tf.reduce_mean(tf.cast(value, tf.float32))

    def loop(self, order, rates=None):
        """The steps as a graph; it ends at a loss that is not finite."""
        import tensorflow as tf

        count = tf.shape(order)[0]

        def going(step, alive, losses):
            return (step < count) & alive

        def body(step, alive, losses):
            if rates is not None:
                self.model.optimizer.learning_rate = rates[step]
            loss = self.loss(order[step])
            return (
                step + 1,
                tf.math.is_finite(loss),
                losses.write(step, loss),
            )

        losses = tf.TensorArray(tf.float32, count, element_shape=())
        made, _, losses = tf.while_loop(
            going, body, (0, True, losses), parallel_iterations=1
        )
        return losses.stack()[:made]

    @private.all_reduces_forgotten()
    def run(self, order: np.ndarray, rates=None) -> np.ndarray:
        """Makes steps.

        Args:
            order: rows of each batch, shape (steps, batch).
            rates: learning rate of each step, shape (steps,); None leaves
                the optimizer's own.

        Returns:
            The loss before each step, shape (made,). It ends with the first
            that is not finite.
        """
        order = np.asarray(order, "int32")
        if rates is not None:
            rates = np.asarray(rates, "float32")
        if not self.eager:
            try:
                if rates is None:
                    return self.traced(order).numpy()
                return self.rated(order, rates).numpy()
            except (TypeError, ValueError, NotImplementedError, AttributeError):
                # What cannot be traced has changed nothing yet.
                self.eager = True
        return self.run_eagerly(order, rates)

    def run_eagerly(self, order: np.ndarray, rates=None) -> np.ndarray:
        """The same, step by step."""
        losses = []
        for step, rows in enumerate(order):
            if rates is not None:
                self.model.optimizer.learning_rate = float(rates[step])
            losses.append(float(self.loss(rows)))
            if not np.isfinite(losses[-1]):
                break
        return np.asarray(losses, "float32")

    def variables(self) -> list[Any]:
        """All that a step changes."""
        return [*self.model.variables, *self.model.optimizer.variables]

    def state(self) -> list[np.ndarray]:
        """The values of all that a step changes, for `put_back`."""
        return [np.array(v.numpy()) for v in self.variables()]

    def put_back(self, state: list[np.ndarray]) -> None:
        """Goes back to an earlier state."""
        for variable, value in zip(self.variables(), state, strict=False):
            variable.assign(value)


def listen(model: Any, noted: list[Any]) -> None:
    """Notes what `compute_loss` returns, where a step calls it."""
    compute = model.compute_loss

    def compute_loss(*args, **options):
        value = compute(*args, **options)
        noted.append(value)
        return value

    vars(model)["compute_loss"] = compute_loss


def unlisten(model: Any) -> None:
    """Undoes `listen`."""
    vars(model).pop("compute_loss", None)


def name_of_loss(logs: Any, computed: bool) -> str:
    """Where a step tells its loss: a name in the logs, or "" for computed.

    Raises:
        CannotTrain: if it does nowhere.
    """
    if computed:
        return ""
    logs = logs if isinstance(logs, dict) else {}
    named = [name for name in logs if "loss" in name]
    # Of `loss`, `reconstruction_loss` and `kl_loss`, the first is the sum.
    if "loss" in logs and (len(named) == 1 or float(np.sum(logs["loss"]))):
        return "loss"
    named = [name for name in named if name != "loss"]
    if len(named) == 1:
        return named[0]
    raise CannotTrain(
        "`train_step` must return the loss under the name 'loss', received: "
        f"{sorted(logs)}. To mend it, return one loss that says how well the "
        "model does."
    )


def fixed_batch(model: Any, batch: int, rows: int) -> int:
    """Rows of a batch: what the model insists on, or `batch`."""
    fixed = keras_internals.fixed_batch(model)
    return fixed if fixed else max(1, min(batch, rows))
