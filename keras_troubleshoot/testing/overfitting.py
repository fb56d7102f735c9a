"""`assert_overfits_batch`: a model can learn one batch by heart."""

from typing import Any

from keras_troubleshoot.debugging.overfit import result as results
from keras_troubleshoot.debugging.overfit.overfit_batch import overfit_batch
from keras_troubleshoot.rules.words import counted


def assert_overfits_batch(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    batch_size: int = 32,
    steps: int = 1000,
    seconds: float = 60.0,
    seed: int = 0,
) -> None:
    """Asserts that a copy learns one batch by heart.

    A model that cannot has a bug. See `kts.overfit_batch` for what counts as
    learned, and for the causes that are tried where it is not.

    Args:
        model: a compiled `keras.Model` of any kind, also with a `train_step`
            of its own or in mixed precision.
        x: what `fit` takes.
        y: targets, where `x` does not bring them.
        batch_size: rows of the batch, of arrays.
        steps: at most; it ends earlier where all is learned.
        seconds: that all may take, about; on a slow machine allow more.
        seed: of the batch, and of all that is random in the model.

    Raises:
        AssertionError: if it does not; tells the verdict on the loss, the
            numbers, and what became of each cause that was tried.
        TypeError: if `model` is no Keras model.
        ValueError: if it is not compiled, cannot be copied or trained, if
            the data cannot be read, or an argument is out of range.

    Example:
        ```python
        kts.testing.assert_overfits_batch(model, x_train, y_train)
        ```
    """
    __tracebackhide__ = True
    result = overfit_batch(
        model,
        x,
        y,
        batch_size=batch_size,
        steps=steps,
        seconds=seconds,
        seed=seed,
        verbose=False,
    )
    if not result.ok:
        raise AssertionError(told(model, result))


def told(model: Any, result: results.OverfitResult) -> str:
    """What to say of a batch that is not learned."""
    seen = result.measured
    tried = [cause for cause in result.causes if cause.tried]
    causes = "; ".join(
        f"{cause.change}: {results.outcome(cause)}"
        + (" (helps)" if cause.helped else "")
        for cause in tried
    )
    helped = "; ".join(cause.name for cause in seen.helped)
    mend = (
        f"look into what helped on a copy: {helped}"
        if helped
        else "allow more `steps` or `seconds` if it still falls, and see "
        "`kts.check(model, x, y)`"
    )
    return (
        f"{model.name!r} must learn one batch of "
        f"{counted(seen.rows, 'row')} by heart, but after "
        f"{counted(seen.steps, 'step')} the verdict is {result.verdict!r}. "
        f"{results.TOLD[result.verdict]} {results.frame(seen)} Tried on a "
        f"copy: {causes or 'nothing, no time was left'}. To mend it, {mend}."
    )
