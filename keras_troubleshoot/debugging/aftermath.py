"""Measures what a training came to, right after it."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.outcome import Outcome
from keras_troubleshoot.facts.outcome import judged

# Rows that are judged at most.
ROWS = 400


def outcome(facts: Facts, model: Any, watched: Any) -> Outcome:
    """What a training came to.

    Args:
        facts: of the look before it.
        model: the trained model; it runs in inference, and stays as it is.
        watched: the `WatchedFit`, which noted losses, rates and time.
    """
    history = facts.get("history")
    losses = tuple(history.values("loss")) if history is not None else ()
    training = facts.get("training")
    found, rows, varied = quality_of(facts, facts.data)
    validation = facts.get("validation")
    validated = None
    if validation is not None:
        validated = quality_of(facts, validation)[0]
    return Outcome(
        quality=found,
        validated=validated,
        rows=rows,
        varied=varied,
        losses=tuple(map(float, losses)),
        start=None if training is None else training.loss,
        steps=watched.steps,
        rates=tuple(watched.rates),
        seconds=watched.seconds,
        finite=finite(model),
    )


def finite(model: Any) -> bool:
    """Whether all weights of a model are finite."""
    return all(
        np.isfinite(np.asarray(weight)).all()
        for weight in model.trainable_weights
    )


def quality_of(facts: Facts, data: Any):
    """Quality for some rows, their number, and how the predictions vary."""
    heads = facts.get("heads") or ()
    if len(heads) != 1 or heads[0].target is None or not data.targets:
        return None, 0, None
    rows = min(ROWS, data.sampled)
    x = nests.transform(lambda a: a[:rows], data.sample.x)
    made = predictions(facts.runner, x, rows)
    if made is None:
        return None, 0, None
    true = data.targets[0].values[: len(made)]
    found, varied = judged(heads[0], made, true)
    return found, len(made), varied


def predictions(runner: Any, x: Any, rows: int) -> np.ndarray | None:
    """Predictions in inference, in batches as the model takes them."""
    from keras_troubleshoot.facts.passes import as_fed
    from keras_troubleshoot.facts.recorder import tensors

    size = runner.rows
    made = []
    for start in range(0, rows - size + 1, size):
        part = slice(start, start + size)
        fed = nests.transform(lambda a, part=part: as_fed(a[part]), x)
        outputs = tensors(runner.run(fed))
        if len(outputs) != 1:
            return None
        made.append(np.asarray(outputs[0]))
    return np.concatenate(made) if made else None
