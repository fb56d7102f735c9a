"""`input_independent`: whether a model learns from its inputs at all."""

import dataclasses
import time
from typing import Any

import numpy as np

from keras_troubleshoot.debugging import experiments
from keras_troubleshoot.debugging.baselines import baselines
from keras_troubleshoot.facts import nests
from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies import short_run
from keras_troubleshoot.report import page
from keras_troubleshoot.report import progress
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number

# Rows that are read, steps of a run at most, and parts in which the rows held
# out are judged, for an interval.
ROWS, STEPS, PARTS = 4000, 1000, 10
# Share of the loss that must be gained (heuristic).
GAIN = 0.01


@dataclasses.dataclass(frozen=True)
class InputIndependent:
    """A model trained on its inputs, and on none.

    Attributes:
        loss: of rows held out, after training on the inputs.
        zeroed: the same after as many steps with all inputs zeroed.
        gain: by how much the inputs lower the loss.
        low: end of its interval of 95%.
        high: the other end.
        steps: of each training.
        rows: held out.
        stopped: whether the time was over before all steps were made.
    """

    loss: float
    zeroed: float
    gain: float
    low: float
    high: float
    steps: int
    rows: int
    stopped: bool = False

    @property
    def learns(self) -> bool:
        """Whether the inputs lower the loss by more than chance."""
        least = GAIN * max(abs(self.zeroed), 1e-12)
        return bool(self.low > 0 and self.gain > least)

    def __str__(self) -> str:
        told = (
            f"Loss on {counted(self.rows, 'row')} held out after "
            f"{counted(self.steps, 'step')}: {number(self.loss)} with the "
            f"inputs, {number(self.zeroed)} with all of them zeroed; they "
            f"lower it by {number(self.gain)} ({number(self.low)} to "
            f"{number(self.high)})."
        )
        end = " The time was over before all steps." if self.stopped else ""
        if self.learns:
            return f"The model learns from its inputs. {told}{end}"
        return (
            f"The model does not learn from its inputs. {told}{end} Look for "
            "inputs that do not reach the output, rows of inputs and targets "
            "in different order, a learning rate that is too small or far "
            "too large, and for inputs that say nothing: `kts.baselines`."
        )

    def page_blocks(self) -> tuple[page.Block, ...]:
        """What the report shows of it."""
        rows = (("as they are", self.loss), ("zeroed", self.zeroed))
        return (
            page.Paragraph(str(self)),
            page.Table("With and without inputs", ("inputs", "loss"), rows),
        )


def input_independent(
    model: Any,
    x: Any,
    y: Any = None,
    epochs: int = 3,
    *,
    batch_size: int = 32,
    seconds: float = 60.0,
    seed: int = 0,
    verbose: bool = True,
) -> InputIndependent:
    """Trains a copy on the inputs and one on zeros: do the inputs matter?

    A model that does no better with its inputs than without them has learned
    how often each target comes up, and nothing else; its loss falls all the
    same. Both copies start from the weights of the model and are fed the same
    rows in the same order (A. Karpathy, "A Recipe for Training Neural
    Networks", http://karpathy.github.io/2019/04/25/recipe/, "input-
    independent baseline"). A fifth of the rows is held out; the interval is
    that of Student's t over ten parts of them.

    The model itself, its optimizer, the random seeds and the data stay as
    they are, bit for bit.

    Args:
        model: a compiled `keras.Model`; take one that was not trained yet.
        x: what `fit` takes; up to 4,000 rows are read.
        y: targets, where `x` does not bring them.
        epochs: over the rows that were read, at most 1,000 steps.
        batch_size: rows of a batch, of arrays.
        seconds: that both trainings may take, about.
        seed: of the order of the rows, and of all that is random.
        verbose: whether to say on standard error how far it has come, where
            it takes longer than some seconds.

    Returns:
        The losses: `learns`, `loss`, `zeroed`, `gain`.

    Raises:
        TypeError: if `model` is no Keras model.
        ValueError: if it is not compiled, cannot be copied or trained, if
            the data cannot be read or are no numbers, or an argument is out
            of range.

    Example:
        ```python
        print(kts.debugging.input_independent(model, x_train, y_train))
        ```
    """
    require(epochs, seconds, seed)
    given = experiments.subject(model, x, y, None, batch_size, ROWS)
    require_numbers(given.sample.x)
    per_epoch = max(1, int(0.8 * given.rows) // given.batch)
    steps = min(STEPS, epochs * per_epoch)
    rows = short_run.rows_for(given.rows, given.batch, steps, seed)
    tell = progress.Progress("Input-independent baseline", verbose)
    losses, made, begin = [], [], time.perf_counter()
    with experiments.kept(model, seed):
        for turn, zeroed in enumerate((False, True)):
            tell("inputs zeroed" if zeroed else "inputs as they are")
            left = seconds - (time.perf_counter() - begin)
            run, judged = train(given, rows, zeroed, left / (2 - turn), seed)
            losses.append(judged)
            made.append(run.steps)
            # Both make as many steps.
            rows = dataclasses.replace(rows, order=rows.order[: run.steps])
    return result(*losses, made, steps, len(rows.held))


def train(given, rows, zeroed: bool, seconds: float, seed: int):
    """One short run of a copy, and its loss on parts of the rows held out.

    Raises:
        ValueError: if the copy cannot be trained.
    """
    program = given.program(seed)
    if zeroed:
        data = program.data
        empty = nests.transform(np.zeros_like, data.x)
        program.data = feeding.Arrays(empty, data.y, data.weight)
    try:
        run = short_run.run(program, rows, None, max(seconds, 1.0))
        parts = np.array_split(rows.held, PARTS)
        judged = [
            short_run.judge(program.model, program.data, part, None)[1]
            for part in parts
            if len(part)
        ]
    except cloning.CannotCopy:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(
            "`model` must be trained by `fit` on such data, received: "
            f"{type(error).__name__}: {lines[0][:160]} To mend it, let "
            "`kts.debugging.step_through(model, x, y)` find the layer."
        ) from error
    if any(value is None for value in judged):
        raise ValueError(
            "`model` must be compiled with a loss that can be computed from "
            "its outputs, received: one that cannot. To mend it, compile it "
            "with a Keras loss."
        )
    return run, np.array(judged, "float64")


def result(real, zeroed, made, steps: int, rows: int) -> InputIndependent:
    """The result, with the interval of the gain over the parts."""
    from scipy import stats

    gains = zeroed - real
    gain = float(gains.mean())
    half = float("nan")
    if len(gains) > 1:
        half = float(
            stats.t.ppf(0.975, len(gains) - 1)
            * gains.std(ddof=1)
            / np.sqrt(len(gains))
        )
    return InputIndependent(
        *(float(real.mean()), float(zeroed.mean())),
        *(gain, gain - half, gain + half),
        *(min(made), rows, min(made) < steps),
    )


def require(epochs: Any, seconds: Any, seed: Any) -> None:
    """Refuses numbers that are out of range.

    Raises:
        ValueError: naming the first.
    """
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(
            "`epochs` must be a whole number of at least 1, received: "
            f"epochs={epochs!r}. To mend it, leave it out."
        )
    baselines.require_seconds(seconds)
    baselines.require_seed(seed)


def require_numbers(x: Any) -> None:
    """Refuses inputs that cannot be zeroed.

    Raises:
        ValueError: some are no numbers.
    """
    for name, array in nests.leaves(x, "x"):
        if np.asarray(array).dtype.kind not in "biuf":
            raise ValueError(
                f"`{name}` must hold numbers, which can be zeroed, received: "
                f"{np.asarray(array).dtype}. To mend it, pass ids instead of "
                "words."
            )
