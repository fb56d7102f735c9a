"""What can be diagnosed: all that is wrong with it is said up front."""

import sys
from typing import Any


def require_model(model: Any) -> None:
    """Raises unless `model` is a Keras 3 model on TensorFlow.

    Raises:
        TypeError: if it is something else.
        RuntimeError: if Keras runs on another backend.
    """
    require_backend()
    import keras

    if isinstance(model, keras.Model):
        return
    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    if "tf_keras" in sys.modules and kind.startswith(("tf_keras.", "keras.")):
        mend = (
            "it is a model of tf_keras (Keras 2); build it with `import "
            "keras` (Keras 3)"
        )
    elif "torch" in sys.modules and isinstance(
        model, sys.modules["torch"].nn.Module
    ):
        mend = "it is a PyTorch model; this library looks at Keras models"
    elif hasattr(model, "fit") and hasattr(model, "get_params"):
        mend = "it is a scikit-learn estimator; pass the Keras model itself"
    elif isinstance(model, str):
        mend = "load it first: `keras.saving.load_model(path)`"
    elif any(c.__module__.startswith("tf_keras") for c in type(model).__mro__):
        mend = "it is a model of tf_keras (Keras 2); build it with Keras 3"
    else:
        mend = "pass the model that you call `fit` of"
    raise TypeError(
        f"`model` must be a `keras.Model`, received: {kind}. To mend it, "
        f"{mend}."
    )


def require_backend() -> None:
    """Raises unless Keras runs on TensorFlow.

    Raises:
        RuntimeError: if it runs on another backend.
    """
    import keras

    backend = keras.config.backend()
    if backend != "tensorflow":
        raise RuntimeError(
            "Keras must run on TensorFlow to be looked at, received: "
            f"KERAS_BACKEND={backend!r}. To mend it, set "
            "KERAS_BACKEND=tensorflow before Keras is imported."
        )


def context() -> dict[str, str]:
    """Versions, for the report."""
    import platform

    import keras
    import tensorflow as tf

    from keras_troubleshoot.version import __version__

    return {
        "keras_troubleshoot": __version__,
        "Keras": keras.__version__,
        "TensorFlow": tf.__version__,
        "Python": platform.python_version(),
    }
