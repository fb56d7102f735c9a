"""Looks at a model while it trains, and right after."""

from collections.abc import Callable

import numpy as np

from keras_troubleshoot.facts.facts import Facts

# Rows whose predictions after the training are looked at.
ROWS = 500


def epoch_end(act: Callable[[dict[str, float]], None]):
    """A callback that calls `act(logs)` at the end of each epoch."""
    import keras

    class EpochEnd(keras.callbacks.Callback):
        """Hands on what was logged, as numbers."""

        def on_epoch_end(self, epoch, logs=None):
            known = {}
            for name, value in (logs or {}).items():
                if np.ndim(value) == 0:
                    known[name] = float(value)
            act(known)

    return EpochEnd()


def predictions(facts: Facts, model) -> dict[str, np.ndarray]:
    """Predictions of the first sampled rows, in inference, by output."""
    from keras_troubleshoot.facts.forward import named_outputs

    runner = facts.runner
    available = facts.data.sampled
    found: dict[str, list] = {}
    for start in range(0, min(ROWS, available), runner.rows):
        if start + runner.rows > available:
            break
        rows = slice(start, start + runner.rows)
        for name, tensor in named_outputs(model, runner.run(runner.x(rows))):
            found.setdefault(name, []).append(np.asarray(tensor))
    return {name: np.concatenate(made) for name, made in found.items()}
