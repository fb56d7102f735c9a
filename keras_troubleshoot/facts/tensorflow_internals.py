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


@contextlib.contextmanager
def whole_branches():
    """Inside, `tf.cond` stays one operation that calls its branch.

    Else TensorFlow takes it apart, and each tensor that a branch reads costs
    an operation in each step, whichever is taken.
    """
    from tensorflow.python.ops import control_flow_util_v2

    before = control_flow_util_v2._DISABLE_LOWER_USING_SWITCH_MERGE
    control_flow_util_v2._DISABLE_LOWER_USING_SWITCH_MERGE = True
    try:
        yield
    finally:
        control_flow_util_v2._DISABLE_LOWER_USING_SWITCH_MERGE = before
