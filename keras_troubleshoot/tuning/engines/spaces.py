"""Hyperparameters that came over the wire, in the order that they had.

keras-tuner's message sorts them by type: fixed ones, Float, Int, Choice,
Boolean. One that depends on a Choice then stands before it, and is never drawn.
"""

from typing import Any

import keras_tuner


def restored(
    received: keras_tuner.HyperParameters, known: keras_tuner.HyperParameters
) -> keras_tuner.HyperParameters:
    """What was received, as it was before it was sent.

    Args:
        received: from a message.
        known: those that this side had before.

    Returns:
        The known ones in their order, then new ones, each behind those that
        it depends on; with the values received.
    """
    whole = known.copy()
    new = [
        hp for hp in received.space if not whole._exists(hp.name, hp.conditions)
    ]
    while new:
        names = {hp.name for hp in new}
        ready = [hp for hp in new if not depends(hp, names)] or new
        whole.merge(ready)
        new = [hp for hp in new if hp not in ready]
    whole.values = dict(received.values)
    return whole


def depends(hp: Any, names: set[str]) -> bool:
    """Whether a hyperparameter is conditional on one of the names."""
    return any(condition.name in names for condition in hp.conditions)
