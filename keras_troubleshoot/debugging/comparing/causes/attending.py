"""Causes in attention: its scale, and its mask."""

from collections.abc import Iterator

import numpy as np

from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.causes.case import Hypothesis
from keras_troubleshoot.debugging.comparing.causes.replica import Replica

# The one attribute that holds the scale of Keras's multi-head attention.
SCALE = "_inverse_sqrt_key_dim"


def hypotheses(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """Other scales of the scores; a mask of what comes later."""
    own = getattr(replica.layer, SCALE, None)
    if own is not None:
        for told, value in scales(case, replica).items():
            yield Hypothesis(
                "attention scale",
                f"scores are multiplied by {float(own):.4g} in a, by "
                f"{value:.4g} ({told}) in b",
                lambda v=value: replica.run(
                    tune=lambda layer: setattr(layer, SCALE, v)
                ),
            )
    for causal in (True, False):
        yield Hypothesis(
            "attention mask",
            f"b attends {'only to what came before' if causal else 'to all'}",
            lambda c=causal: replica.run(call={"use_causal_mask": c}),
        )


def scales(case: Case, replica: Replica) -> dict[str, float]:
    """The usual factors of the scores, by their formula."""
    size = float(replica.config.get("key_dim", 1))
    heads = float(replica.config.get("num_heads", 1))
    width = float(case.ours.inputs[0].shape[-1])
    return {
        "1": 1.0,
        "1 / sqrt(size of a head)": 1 / np.sqrt(size),
        "1 / size of a head": 1 / size,
        "1 / sqrt(width of the model)": 1 / np.sqrt(width),
        "1 / sqrt(heads * size of a head)": 1 / np.sqrt(heads * size),
    }
