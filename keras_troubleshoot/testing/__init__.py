"""Helpers for the tests of one's own model code, under pytest or unittest.

Each is a function that raises `AssertionError` with one paragraph (what was
expected, what came, where, how to mend it) or returns None. Arguments that
are wrong raise `TypeError` or `ValueError`. The model stays as it is, bit for
bit: weights, optimizer, metrics, `trainable` flags, random seeds.

Loaded when they are first used; importing the package brings in neither
TensorFlow nor Keras.
"""

from keras_troubleshoot import lazily

_MODULES = {
    "assert_batch_independent": f"{__name__}.batch_independence",
    "assert_causal": f"{__name__}.causality",
    "assert_deterministic": f"{__name__}.determinism",
    "assert_direction": f"{__name__}.direction",
    "assert_frozen": f"{__name__}.frozen",
    "assert_gradients_flow": f"{__name__}.gradient_flow",
    "assert_invariant": f"{__name__}.invariance",
    "assert_minimum_functionality": f"{__name__}.minimum_functionality",
    "assert_no_findings": f"{__name__}.findings",
    "assert_overfits_batch": f"{__name__}.overfitting",
    "assert_save_round_trip": f"{__name__}.save_round_trip",
    "assert_uses_inputs": f"{__name__}.input_use",
}

__all__ = list(_MODULES)

__getattr__, __dir__ = lazily.loaded(__name__, _MODULES)
