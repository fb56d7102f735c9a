"""Helpers for the tests of one's own model code, under pytest or unittest.

Each is a function that raises `AssertionError` with one paragraph (what was
expected, what came, where, how to mend it) or returns None. Arguments that
are wrong raise `TypeError` or `ValueError`. The model stays as it is, bit for
bit: weights, optimizer, metrics, `trainable` flags, random seeds.

Loaded when they are first used; importing the package brings in neither
TensorFlow nor Keras.
"""

import importlib

_MODULES = {
    "assert_batch_independent": "batch_independence",
    "assert_causal": "causality",
    "assert_deterministic": "determinism",
    "assert_direction": "direction",
    "assert_frozen": "frozen",
    "assert_gradients_flow": "gradient_flow",
    "assert_invariant": "invariance",
    "assert_minimum_functionality": "minimum_functionality",
    "assert_no_findings": "findings",
    "assert_overfits_batch": "overfitting",
    "assert_save_round_trip": "save_round_trip",
    "assert_uses_inputs": "input_use",
}

__all__ = list(_MODULES)


def __getattr__(name: str):
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
