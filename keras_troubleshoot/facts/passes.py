"""Runs a model on a few rows, forward and backward, and changes nothing.

All of it happens in a `StatelessScope`: what layers write into variables
(moving averages, seeds, states) is kept in the scope and thrown away.
"""

import contextlib
import dataclasses
import os
import re
import traceback
import warnings
from typing import Any

import numpy as np

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import private
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.recorder import Recorder
from keras_troubleshoot.facts.recorder import tensors

# Rows of a batch that is looked at. Primes, so that an axis of that length
# is the batch axis and no other.
PRIMES = (31, 29, 23, 19, 17, 13, 11, 7, 5)
# The same for models with convolutions of 1 x 1 that skip pixels: there
# TensorFlow 2.21 writes beyond its memory on CPUs for odd numbers of rows.
EVEN = (34, 26, 22, 14, 10, 6)
# Numbers in such a batch at most (as 31 rows of 128 x 128 pixels), where
# five rows are not more than that.
MOST_NUMBERS = 2**19


# Colours, and what TensorFlow adds for its own developers.
NOISE = r"\x1b\[[0-9;]*m|\{\{[^}]*\}\} ?| ?\[Op:\w+\]( name: \S*)?"


@dataclasses.dataclass(frozen=True)
class Failure:
    """Why a model or its loss could not be run.

    Attributes:
        phase: `forward`, `loss` or `backward`.
        error: the exception.
        layers: names and classes of the layers it came through, outermost
            first, each with the shapes of its inputs.
    """

    phase: str
    error: BaseException
    layers: tuple[tuple[str, str, tuple], ...] = ()

    @property
    def message(self) -> str:
        """The first lines of what was raised, without Keras's appendix."""
        return first_lines(self.error)

    @property
    def place(self) -> str:
        """The line of the user's code that raised; empty for none."""
        return raised_at(self.error)


@dataclasses.dataclass(eq=False)
class Pass:
    """One run of the model.

    Attributes:
        x: inputs, as tensors in their structure.
        outputs: what the model returned, in its structure.
        recorder: what ran.
        failure: why it stopped; None where it did not.
    """

    x: Any
    outputs: Any = None
    recorder: Recorder | None = None
    failure: Failure | None = None


class Runner:
    """Runs one model on rows of its data.

    Args:
        model: a built Keras model.
        sample: what was read of the data.
        rows: how many rows; None chooses.
    """

    def __init__(self, model, sample, rows: int | None = None):
        self.model = model
        self.sample = sample
        self.rows = rows or choose_rows(model, sample)
        self._quiet = False

    def x(self, rows: slice | np.ndarray | None = None):
        """Some rows of the inputs, as tensors, as `fit` would feed them."""
        rows = slice(self.rows) if rows is None else rows
        return nests.transform(lambda a: as_fed(a[rows]), self.sample.x)

    def x_but(self, array, values: np.ndarray):
        """The first rows of the inputs, with other values for one array."""
        count = self.rows
        return nests.transform(
            lambda a: as_fed(values if a is array.values else a[:count]),
            self.sample.x,
        )

    def y(self, rows: slice | np.ndarray | None = None):
        """Some rows of the targets, as tensors."""
        rows = slice(self.rows) if rows is None else rows
        return nests.transform(lambda a: as_fed(a[rows]), self.sample.y)

    def run(self, x, training: bool = False):
        """The outputs for `x`, recording nothing. Raises what it raises."""
        with self.quiet():
            return self.call(x, training)

    def call(self, x, training: bool):
        """Calls the model as `train_step` does."""
        if keras_internals.calls_training(self.model):
            return self.model(x, training=training)
        return self.model(x)

    def record(self, x=None, training: bool = False, on_call=None) -> Pass:
        """Runs the model and records it; an error becomes a `Failure`."""
        recorder = Recorder(on_call)
        done = Pass(x, recorder=recorder)
        try:
            done.x = x = self.x() if x is None else x
            with self.quiet(), recorder.listening():
                done.outputs = self.call(x, training)
        except Exception as error:
            done.failure = failure("forward", error, recorder)
        if done.failure is None and not tensors(done.outputs):
            kind = type(done.outputs).__name__
            error = TypeError(f"`call` returned {kind}, not a tensor.")
            done.failure = Failure("forward", error)
        return done

    @contextlib.contextmanager
    def quiet(self):
        """Stateless, eager, and without warnings; within another, that one."""
        if self._quiet:
            yield
            return
        with contextlib.ExitStack() as stack:
            stack.enter_context(keras_scopes.stateless(self.model))
            stack.enter_context(private.untraced())
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            self._quiet = True
            stack.callback(setattr, self, "_quiet", False)
            yield


def choose_rows(model, sample) -> int:
    """How many rows to look at: a prime, or the batch size of the model."""
    fixed = keras_internals.fixed_batch(model)
    arrays = tensors(sample.x)
    available = min(len(a) for a in arrays)
    if fixed:
        if fixed > available:
            raise Unavailable(
                f"the model takes batches of {fixed} rows, there are "
                f"only {available}"
            )
        return fixed
    numbers = sum(int(np.prod(a.shape[1:], dtype=int)) for a in arrays)
    lengths = {n for a in arrays for n in a.shape[1:]}
    usual = EVEN if skips_pixels(model) else PRIMES
    for rows in usual:
        if rows in lengths or rows > available:
            continue
        if rows * numbers <= MOST_NUMBERS or rows == usual[-1]:
            return rows
    return min(available, usual[-1])


def skips_pixels(model) -> bool:
    """Whether a convolution of 1 x 1 moves by more than one pixel."""
    for layer in keras_internals.all_layers(model):
        size = getattr(layer, "kernel_size", None)
        strides = getattr(layer, "strides", None)
        if isinstance(size, tuple) and isinstance(strides, tuple):
            if set(size) == {1} and max(strides) > 1:
                return True
    return False


def as_fed(array: np.ndarray):
    """A tensor of the type that `fit` makes of an array."""
    import keras
    import tensorflow as tf

    if array.dtype.kind == "f" and array.dtype.itemsize == 8:
        array = array.astype(keras.config.floatx())
    if array.dtype.kind in "US":
        array = array.astype(object)
    return tf.convert_to_tensor(array)


def failure(phase: str, error: Exception, recorder=None) -> Failure:
    """What is known of an exception."""
    layers = []
    for layer, inputs in recorder.open if recorder else ():
        shapes = tuple(tuple(t.shape) for t in inputs)
        layers.append((layer.name, type(layer).__name__, shapes))
    return Failure(phase, error, tuple(layers))


def first_lines(error: BaseException) -> str:
    """The message of an exception without call stacks and appendices."""
    text = re.sub(NOISE, "", str(error))
    kept = []
    for line in text.strip().splitlines():
        if line.startswith(("Arguments received by", "Call arguments")):
            break
        if line.startswith("Exception encountered when calling"):
            continue
        if line.strip() and not line.lstrip().startswith("•"):
            kept.append(line.strip())
    said = " ".join(kept[:4]) or type(error).__name__
    return said if said.endswith((".", "!", "?")) else f"{said}."


def raised_at(error: BaseException) -> str:
    """The innermost line of the user's code that an exception came through.

    Empty where there is none but the call of `fit` itself.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not is_library(f.filename)]
    if len(own) < 2:
        return ""
    place = own[-1]
    name = os.path.basename(place.filename)
    return f"line {place.lineno} of {name} (`{place.name}`)"


def is_library(path: str) -> bool:
    """Whether a file belongs to Python, an installed package or this one."""
    here = os.path.dirname(os.path.dirname(__file__)) + os.sep
    standard = os.path.dirname(os.__file__) + os.sep
    installed = "site-packages" in path or "dist-packages" in path
    return installed or path.startswith((here, standard, "<"))
