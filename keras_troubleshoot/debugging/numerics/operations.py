"""The operations of a model that nothing keeps from NaN."""

from typing import Any

from keras_troubleshoot.debugging import look
from keras_troubleshoot.facts import building
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import unsafe
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.whole_step import whole_step


class Operations(list):
    """A list of `Unsafe` operations that prints one a line."""

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "No unsafe operation."


def unsafe_operations(
    model: Any, x: Any, y: Any = None, batch_size: int = 32
) -> Operations:
    """The operations of the user's that break down on some numbers.

    Logarithms, divisions, roots, powers and exponentials whose argument may
    reach a number at which they, or their gradients, are NaN or infinite.
    One training step is run eagerly and changes nothing; ranges follow from
    the inputs that were seen by interval arithmetic (R. E. Moore, Interval
    Analysis, 1966), where weights may take any value. Then the sample is
    run, for two seconds at most.

    What Keras and TensorFlow do inside of their own layers and losses is
    left alone.

    Args:
        model: a Keras model; compiled, its loss is looked at too.
        x: inputs, as for `fit`.
        y: targets, where `x` does not bring them.
        batch_size: rows of a batch; means over the batch depend on it.

    Returns:
        A list of operations, the most certain first: `"seen"` to break on
        these data, `"reached"` in training by rounding or cutting off, or
        `"possible"`.

    Raises:
        UnreadableData: if the data are not what `fit` takes.
        Exception: what the model raises on these data.
    """
    sample = look.read(x, y, None)
    building.build(model, sample)
    with own_state.preserved(model):
        runner = Runner(model, sample)
        done = whole_step(runner)
        if done.failure is not None:
            raise done.failure
        return Operations(unsafe.unsafe(runner, done, batch_size))
