"""One run of a model's own `train_step`, without its update."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.facts.loss_behaviour import crosses
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import Recorder


@dataclasses.dataclass(frozen=True, eq=False)
class OwnStep:
    """What a model's own `train_step` did.

    Attributes:
        crossings: operations that met each row with every other, outside
            of the layers: (type, layer, shapes of their inputs).
        logs: the numbers that it returned, by name; None where it returned
            something else.
        calls_model: whether it called the model itself.
        recorder: what ran.
    """

    crossings: tuple[tuple[str, str, tuple], ...] = ()
    logs: dict[str, float] | None = None
    calls_model: bool = True
    recorder: Recorder | None = None


class Held:
    """Stands in for the optimizer, and updates nothing."""

    def __init__(self, optimizer):
        self.own = optimizer

    def __getattr__(self, name):
        return getattr(vars(self)["own"], name)

    def apply(self, grads, trainable_variables=None):
        """Takes gradients, and leaves the weights."""

    def apply_gradients(self, grads_and_vars, **options):
        """Takes gradients, and leaves the weights."""
        list(grads_and_vars)

    def minimize(self, loss, variables=None, tape=None):
        """Takes a loss, and leaves the weights."""

    def scale_loss(self, loss):
        """The loss as it is."""
        return loss


def own_step(runner: Runner) -> OwnStep | None:
    """Runs the model's own `train_step` on a few rows, eagerly.

    Returns None where the model has none.
    """
    if not keras_internals.own_step(runner.model):
        return None
    import keras

    data = keras.utils.pack_x_y_sample_weight(runner.x(), runner.y())
    recorder, model = Recorder(), runner.model
    with (
        keras_scopes.swapped_optimizers(model, Held),
        keras_scopes.spare_compiled(model),
        runner.quiet(),
        recorder.listening(),
    ):
        logs = numbers(model.train_step(data))
    found = [
        (done.type, done.layer, tuple(tuple(t.shape) for t in done.inputs))
        for done in recorder.operations
        if crosses(done, runner.rows, recorder)
    ]
    called = any(call.layer is model for call in recorder.calls)
    return OwnStep(tuple(found), logs, called, recorder)


def numbers(logs) -> dict[str, float] | None:
    """The numbers that a `train_step` returned, as Keras logs them."""
    if not isinstance(logs, dict):
        return None
    found = {}
    for name, value in logs.items():
        # A metric may be returned whole.
        value = value.result() if hasattr(value, "result") else value
        value = np.asarray(value)
        if value.size == 1 and value.dtype.kind in "fiu":
            found[str(name)] = float(value.ravel()[0])
    return found
