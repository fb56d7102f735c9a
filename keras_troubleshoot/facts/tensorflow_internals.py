"""What the numerics need of the insides of TensorFlow.

Tests fail loudly when a name changes.
"""

import contextlib
import threading


@contextlib.contextmanager
def watched_custom_gradients(callback):
    """Calls `callback(function, args, kwargs)` for each custom gradient.

    `tf.custom_gradient` looks up what it does with a decorated function by
    name, whenever this runs eagerly.
    """
    from tensorflow.python.ops import custom_gradient

    original = custom_gradient._eager_mode_decorator
    thread = threading.get_ident()

    def decorated(f, args, kwargs):
        if threading.get_ident() == thread:
            callback(f, args, kwargs)
        return original(f, args, kwargs)

    custom_gradient._eager_mode_decorator = decorated
    try:
        yield
    finally:
        custom_gradient._eager_mode_decorator = original


def checks_numerics() -> bool:
    """Whether `tf.debugging.enable_check_numerics` is on, on this thread."""
    from tensorflow.python.debug.lib import check_numerics_callback

    state = check_numerics_callback._state
    return hasattr(state, "check_numerics_callback")
