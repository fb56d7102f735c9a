"""`tf.debugging.enable_check_numerics`, for a while."""

import contextlib
from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.facts import tensorflow_internals


@contextlib.contextmanager
def check_numerics(*models: Any) -> Iterator[None]:
    """Raises at the first operation that makes NaN or infinity.

    Inside, TensorFlow checks what each operation makes, and raises
    `InvalidArgumentError` with the line of the program. It acts on the
    calling thread, and is undone in the end, unless it was on before. Steps
    take about twice the time as a graph, six times if run eagerly.

    What was traced before is not checked; the functions of the models given
    here are traced anew inside, and again afterwards. Compiled by XLA,
    these checks break models that are healthy, so that such a model runs
    without XLA inside; one that is not given here cannot be checked under
    `jit_compile=True`: there, take `callbacks.NumericsGuard`.

    Args:
        *models: compiled Keras models that are run inside.

    Raises:
        TypeError: if something else than a model is given.

    Example:
        ```python
        with check_numerics(model):
            model.fit(x, y)
        ```
    """
    import keras
    import tensorflow as tf

    for model in models:
        if not isinstance(model, keras.Model):
            raise TypeError(
                "`models` must be Keras models, received: "
                f"{type(model).__name__}. To mend it, give the model that is "
                "trained inside: `with check_numerics(model):`."
            )
    before = tensorflow_internals.checks_numerics()
    with contextlib.ExitStack() as stack:
        for model in models:
            stack.enter_context(traced_anew(model))
        if not before:
            tf.debugging.enable_check_numerics()
            stack.callback(tf.debugging.disable_check_numerics)
        yield


@contextlib.contextmanager
def traced_anew(model: Any) -> Iterator[None]:
    """Has a model trace its functions anew, outside XLA; undone."""
    names = ("train_function", "test_function", "predict_function")
    kept = {name: getattr(model, name, None) for name in names}
    compiled = model.jit_compile if model.compiled else None
    for name in names:
        setattr(model, name, None)
    if compiled:
        model.jit_compile = False
    try:
        yield
    finally:
        if compiled:
            model.jit_compile = compiled
        for name, function in kept.items():
            setattr(model, name, function)
