"""What a step that is not finite amounts to."""

import dataclasses

import numpy as np

from keras_troubleshoot.debugging.numerics.location import Location
from keras_troubleshoot.facts import risks
from keras_troubleshoot.facts.recorder import tensors
from keras_troubleshoot.facts.whole_step import WholeStep
from keras_troubleshoot.facts.whole_step import is_finite
from keras_troubleshoot.rules.numerics import GROWS
from keras_troubleshoot.rules.numerics import GUARDS
from keras_troubleshoot.rules.words import number

# Weights of trained networks stay far below; from here on, products of two
# layers overflow float32 within a few more steps (heuristic).
HUGE = 1e6


def cause(known: Location, done: WholeStep, bad, model) -> Location:
    """The location, with what it amounts to."""
    return dataclasses.replace(known, cause=words(known, done, bad, model))


def words(known: Location, done: WholeStep, bad, model) -> str:
    """What it amounts to, in one sentence or two."""
    if known.where.startswith("weight "):
        return (
            "This weight was so before the step: an earlier update broke it. "
            "Begin again from a checkpoint."
        )
    for name, given in (("inputs", done.x), ("targets", done.y)):
        if any(not is_finite(tensor) for tensor in tensors(given)):
            return (
                f"The {name} hold NaN or infinity: clean these rows, say "
                "with `np.isfinite(x)`."
            )
    weight = largest_weight(model)
    if weight > HUGE:
        return (
            f"Weights have grown to {number(weight)}: training had diverged. "
            "Lower the learning rate, or clip gradients (`clipnorm=1.0`)."
        )
    if known.dtype == "float16":
        return (
            "Float16 ends at 65504: compute this in float32 "
            "(`dtype='float32'` of the layer), or in bfloat16."
        )
    name = risks.NAMES.get(known.operation)
    if name is not None:
        return f"{GUARDS.get(name, GROWS)}."
    return "Scale what goes in, or compute it in a wider type."


def largest_weight(model) -> float:
    """The largest size of a trainable weight; 0 without any."""
    sizes = [
        float(np.abs(np.asarray(w.value)).max())
        for w in model.trainable_weights
        if int(np.prod(w.shape)) > 0
    ]
    return max(sizes, default=0.0)
