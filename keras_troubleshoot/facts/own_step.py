"""One run of a model's own `train_step`, without its update."""

import dataclasses

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.facts.loss_behaviour import crosses
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import Recorder


@dataclasses.dataclass(frozen=True)
class OwnStep:
    """What a model's own `train_step` did.

    Attributes:
        crossings: operations that met each row with every other, outside
            of the layers: (type, layer, shapes of their inputs).
    """

    crossings: tuple[tuple[str, str, tuple], ...] = ()


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
        model.train_step(data)
    found = [
        (done.type, done.layer, tuple(tuple(t.shape) for t in done.inputs))
        for done in recorder.operations
        if crosses(done, runner.rows, recorder)
    ]
    return OwnStep(tuple(found))
