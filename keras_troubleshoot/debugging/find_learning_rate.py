"""`find_learning_rate`: a range test on a copy of the model."""

from typing import Any

import numpy as np

from keras_troubleshoot.debugging import experiments
from keras_troubleshoot.debugging.learning_rate_range import LearningRateRange
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.remedies import rate_range
from keras_troubleshoot.report import progress


def find_learning_rate(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int = 32,
    low: float = 1e-7,
    high: float = 10.0,
    steps: int = 100,
    passes: int = 3,
    seed: int = 0,
    verbose: bool = True,
) -> LearningRateRange:
    """Finds a learning rate by raising it until the loss diverges.

    A copy of the model is trained while the rate rises exponentially from
    step to step (L. N. Smith, https://arxiv.org/abs/1506.01186). Several
    passes from the same weights with other orders of the batches say how
    far the result can be trusted, and the same batches at the weights of
    the start tell what is due to the batches alone. Suggested is the median
    of three rules, see `remedies.rate_suggestions`, taken from fastai.

    The model itself, its optimizer, the random seeds and the data stay as
    they are, bit for bit.

    Args:
        model: a compiled `keras.Model` of any kind, also with a `train_step`
            of its own or in mixed precision.
        x: what `fit` takes: arrays, a `tf.data.Dataset`, a
            `keras.utils.PyDataset`, a generator that was not started.
        y: targets, where `x` does not bring them.
        sample_weight: weights of rows, where `x` does not bring them.
        batch_size: rows of a batch of arrays; streams bring their own. The
            best rate depends on it: pass the one of `fit`.
        low: the least rate.
        high: the greatest; a pass ends earlier where the smoothed loss is
            beyond four times its least value and beyond where it began.
        steps: rates of a pass, evenly spaced on a log scale.
        passes: how many orders of the batches are tried.
        seed: of the orders, and of all that is random in the model.
        verbose: whether to say on standard error how far it has come, where
            it takes longer than some seconds.

    Returns:
        The result: `suggestion` (None where the loss falls at no rate),
        `suggestions` by rule, `agreement` of the passes, `rates`, `losses`,
        `plot()`, and `apply(model)`. Interrupted with Ctrl-C it holds what
        is known so far.

    Raises:
        TypeError: if `model` is no Keras model.
        ValueError: if it is not compiled, cannot be copied or trained, if
            the data cannot be read, or an argument is out of range.

    Example:
        ```python
        found = kts.find_learning_rate(model, x_train, y_train)
        print(found)
        found.plot().figure.savefig("rates.png")
        found.apply(model)
        ```
    """
    require_range(low, high, steps, passes)
    given = experiments.subject(
        model, x, y, sample_weight, batch_size, rows=4000
    )
    rates = np.geomspace(low, high, steps)
    tell = progress.Progress("Learning-rate range test", verbose)
    made, stopped = [], False
    with experiments.kept(model, seed):
        program = given.program(seed)
        try:
            test = rate_range.Range(program, *given.parts(), given.batch)
            for turn in range(passes):

                def between(step, turn=turn):
                    tell(f"pass {turn + 1} of {passes}, {step}/{steps} steps")

                order = rate_range.batches(
                    given.rows, given.batch, steps + 1, seed + turn
                )
                made.append(test.sweep(order, rates, between))
        except KeyboardInterrupt:
            stopped = True
    optimizer = keras_internals.inner_optimizer(model.optimizer)
    current = keras_internals.learning_rate(optimizer)[0]
    return LearningRateRange(tuple(made), current, stopped)


def require_range(low, high, steps, passes) -> None:
    """Raises unless the arguments describe a range of rates.

    Raises:
        ValueError: naming what is wrong.
    """
    rates = [low, high]
    numbers = all(isinstance(r, int | float | np.number) for r in rates)
    if not numbers or not 0 < low < high < np.inf:
        raise ValueError(
            "`low` and `high` must be rates with 0 < low < high, received: "
            f"low={low!r}, high={high!r}. To mend it, pass such as low=1e-7 "
            "and high=10."
        )
    for name, value, least in (("steps", steps, 10), ("passes", passes, 1)):
        if not isinstance(value, int) or value < least:
            raise ValueError(
                f"`{name}` must be a whole number of at least {least}, "
                f"received: {name}={value!r}. To mend it, leave it out."
            )
