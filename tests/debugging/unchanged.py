"""What an experiment on a copy must leave as it is."""

import random

import numpy as np
from tensorflow.python.eager import context


def state(model):
    """The state of a compiled model, and of what is random around it."""
    eager = vars(context.context())
    rng = eager.get("_rng")
    return {
        "weights": [np.asarray(v) for v in model.variables],
        "optimizer": [np.asarray(v) for v in model.optimizer.variables],
        "metrics": [np.asarray(v) for m in model.metrics for v in m.variables],
        "optimizer_object": id(model.optimizer),
        "functions": [id(model.train_function), id(model.test_function)],
        "trainable": [layer.trainable for layer in model.layers],
        "attributes": sorted(vars(model)),
        "own": getattr(model, "own", None),
        "python": random.getstate(),
        "numpy": str(np.random.get_state(legacy=False)),
        "tensorflow": (eager.get("_seed"), rng and rng.getstate()),
    }


def assert_same(before, after):
    """Raises unless two states are the same, bit for bit."""
    for name, value in before.items():
        np.testing.assert_equal(after[name], value, err_msg=name)
