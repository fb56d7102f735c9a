"""A model and rows of its data, looked at while all stays as it is."""

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_troubleshoot.facts import building
from keras_troubleshoot.facts import forward
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.recorder import tensors
from keras_troubleshoot.facts.sample import Sample
from keras_troubleshoot.facts.sample import require_equal_lengths

# Rows that are read of the data at most; what looks at a batch takes fewer.
ROWS = 2000
# Seconds for which a stream is read at most.
SECONDS = 60.0

Outputs = dict[str, np.ndarray]


class Look:
    """Runs a model in inference on rows of its data.

    Args:
        model: built.
        sample: what was read of its data.
        rows: of a batch at most; None chooses.

    Attributes:
        runner: runs it; each run starts from the same state.
    """

    def __init__(self, model: Any, sample: Sample, rows: int | None = None):
        self.model, self.sample = model, sample
        try:
            chosen = passes.choose_rows(model, sample)
        except Unavailable as reason:
            raise ValueError(
                f"`x` must have enough rows, but {reason}. To mend it, pass "
                "more rows."
            ) from None
        available = len(nests.arrays(sample.x)[0])
        if rows is not None and not self.fixed:
            chosen = min(rows, available)
        self.runner = passes.Runner(model, sample, chosen)

    @property
    def rows(self) -> int:
        """Rows of a batch."""
        return self.runner.rows

    @property
    def fixed(self) -> bool:
        """Whether the model insists on the number of rows of a batch."""
        return keras_internals.fixed_batch(self.model) is not None

    @property
    def all_rows(self) -> np.ndarray:
        """The numbers of all rows that were read, within the sample."""
        return np.arange(len(nests.arrays(self.sample.x)[0]))

    def number(self, row: int) -> int:
        """The number of a row of the sample in the data of the user."""
        indices = self.sample.indices
        return int(row if indices is None else indices[row])

    def outputs(self, x: Any) -> Outputs:
        """The outputs for some inputs, by name.

        Raises:
            ValueError: if the model raises for them.
        """
        try:
            return self.named(self.runner.run(x))
        except Exception as error:
            # Once more, to learn in which layer.
            failure = self.runner.record(x).failure
            failure = failure or passes.failure("forward", error)
            raise ValueError(refused(self.model, failure)) from error

    def named(self, outputs: Any) -> Outputs:
        """Outputs by their names, as arrays."""
        found = self.named_tensors(outputs)
        return {name: np.asarray(tensor) for name, tensor in found.items()}

    def named_tensors(self, outputs: Any) -> dict[str, Any]:
        """Outputs by their names."""
        found: dict[str, Any] = {}
        for name, tensor in forward.named_outputs(self.model, outputs):
            if tensors(tensor):
                # One layer may give several outputs.
                name = f"{name} ({len(found)})" if name in found else name
                found[name] = tensor
        return found

    def by_row(self, outputs: Outputs) -> Outputs:
        """Outputs, each of which has a value for each row.

        Raises:
            ValueError: if one of them has not.
        """
        for name, values in outputs.items():
            if values.shape[:1] != (self.rows,):
                raise ValueError(
                    "`model` must give one output for each row of `x`, "
                    f"received: {name!r} of shape {values.shape} for "
                    f"{self.rows} rows. To mend it, keep the first axis (a "
                    "`reshape` that merges it with another one breaks the "
                    "rows apart)."
                )
        return outputs


@contextlib.contextmanager
def looked_at(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    rows: int | None = None,
    limit: int = ROWS,
) -> Iterator[Look]:
    """Reads rows and keeps all that is random or held, as long as it looks.

    Args:
        model: a Keras model; one that was not built yet is built.
        x: what `fit` takes.
        y: targets, where `x` does not bring them; None for none.
        rows: of a batch at most; None chooses.
        limit: rows to read at most.

    Yields:
        The look.

    Raises:
        TypeError: if `model` is no Keras model.
        ValueError: if the data cannot be read.
    """
    subjects.require_model(model)
    sample = reading.read(x, y, limit=limit, batches=limit, seconds=SECONDS)
    require_equal_lengths(sample)
    building.build(model, sample)
    with own_state.preserved(model):
        yield Look(model, sample, rows)


def refused(model: Any, failure: passes.Failure) -> str:
    """What to say where a model cannot be run on its inputs."""
    inner = failure.layers[-1] if failure.layers else None
    where = f" in layer {inner[0]!r} ({inner[1]})" if inner else ""
    said = failure.message.rstrip(".")
    return (
        f"`model` must run on rows of `x`, but {model.name!r} raised "
        f"{type(failure.error).__name__}{where}: {said}. To mend it, see "
        "`kts.check(model, x, y)`."
    )
