"""What experiments on a copy share: the data read, and all else kept."""

import contextlib
import dataclasses
import random
import warnings
from typing import Any

import numpy as np

from keras_troubleshoot.facts import building
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.facts.sample import Sample
from keras_troubleshoot.facts.sample import require_equal_lengths
from keras_troubleshoot.remedies import device_loop
from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies import program as programs
from keras_troubleshoot.remedies import unwatched


@dataclasses.dataclass(frozen=True, eq=False)
class Subject:
    """A compiled model and rows of its data.

    Attributes:
        model: the user's own; only copies of it are trained.
        sample: what was read of the data.
        batch: rows of a batch.
    """

    model: Any
    sample: Sample
    batch: int

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return len(nests.arrays(self.sample.x)[0])

    def parts(self, rows=None) -> list[Any]:
        """Inputs, targets and weights: all that were read, or some rows."""
        sample = self.sample
        whole = (sample.x, sample.y, sample.sample_weight)
        rows = np.arange(self.rows) if rows is None else rows
        return [
            nests.transform(lambda a: np.asarray(a)[rows], p) for p in whole
        ]

    def program(self, seed: int) -> programs.Program:
        """A fresh copy with all that it is trained with.

        Raises:
            cloning.CannotCopy: if the model or its optimizer cannot be
                copied.
        """
        data = feeding.Arrays(*self.parts())
        some = nests.transform(lambda a: a[:4], self.sample.x)
        made = programs.copy_of(self.model, data, x=some)
        reseed(made.model, seed)
        return made


def subject(
    model: Any, x: Any, y: Any, weight: Any, batch: int, rows: int
) -> Subject:
    """Checks what an experiment was given, and reads the data.

    Args:
        model: compiled; one that was not built yet is built.
        x: what `fit` takes.
        y: targets, where `x` does not bring them.
        weight: weights of rows, likewise.
        batch: rows of a batch, of arrays; streams bring their own.
        rows: how many to read at most.

    Raises:
        TypeError: if `model` is no Keras model.
        ValueError: if it is not compiled, or the data cannot be read.
    """
    subjects.require_model(model)
    if not model.compiled or model.optimizer is None:
        raise ValueError(
            "`model` must be compiled with an optimizer, received: "
            f"model={model.name!r}, which is not. To mend it, call "
            "`model.compile(optimizer, loss)` first."
        )
    if isinstance(batch, bool) or not isinstance(batch, int) or batch < 1:
        raise ValueError(
            "`batch_size` must be a whole number of at least 1, received: "
            f"batch_size={batch!r}. To mend it, pass the one of `fit`."
        )
    sample = reading.read(x, y, weight, limit=rows)
    require_equal_lengths(sample)
    building.build(model, sample)
    count = len(nests.arrays(sample.x)[0])
    if sample.batch_sizes:
        batch = sample.batch_sizes[0]
    fixed = device_loop.fixed_batch(model, batch, count)
    if fixed > count:
        raise ValueError(
            f"`x` must have {fixed} rows at least, which the model takes at "
            f"once, received: {count}. To mend it, pass more rows."
        )
    return Subject(model, sample, fixed)


@contextlib.contextmanager
def kept(model: Any, seed: int):
    """Puts back all that is random, and what the user's layers hold.

    Inside, what is random follows `seed`, no `fit` is watched, and warnings
    are not shown.
    """
    import tensorflow as tf

    with contextlib.ExitStack() as stack:
        stack.enter_context(unwatched.training())
        stack.enter_context(own_state.preserved(model))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        random.seed(seed)
        np.random.seed(seed % 2**32)
        tf.random.set_seed(seed)
        yield


def reseed(model: Any, seed: int) -> None:
    """Sets the seed generators of a copy, one after the other."""
    seeds = [v for v in model.variables if randomness.is_seed(v)]
    for place, variable in enumerate(seeds):
        variable.assign(np.array([seed, place], "uint32"))
