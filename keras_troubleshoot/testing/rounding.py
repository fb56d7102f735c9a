"""How much of a rounding comes out of a model, measured."""

import numpy as np

from keras_troubleshoot.testing import comparing
from keras_troubleshoot.testing.look import Look

# Roundings of each weight that another order of summation may cost
# (heuristic: a stack of 50 ReLU and normalization layers, which turns 1e-7
# into 1e-2, took up to 1; residual, convolutional and attention models less).
TIMES = 3.0
# The most that is allowed: beyond that nothing could be told any more.
MOST = 0.3


def of(look: Look, allowed: comparing.Tolerance) -> comparing.Tolerance:
    """A tolerance that is no less than what roundings come to.

    A batch of another size is summed up in another order, and a deep stack of
    layers may magnify that a hundred thousand times. So all weights are moved
    by one rounding, up or down at random; the largest change of an output,
    times `TIMES` and up to `MOST`, is what may come of roundings.

    Args:
        look: at the model.
        allowed: the tolerance otherwise.
    """
    step = comparing.precision(look.model)
    rng = np.random.default_rng(0)
    x = look.runner.x()
    before = look.outputs(x)
    with look.runner.quiet():
        for weight in look.model.weights:
            values = np.asarray(weight.value)
            if values.dtype.kind == "f":
                signs = rng.choice([-step, step], values.shape)
                weight.assign((values * (1 + signs)).astype(values.dtype))
        after = look.outputs(x)
    change = comparing.compare(before, after, comparing.Tolerance())
    share = change.size / change.scale if change and change.scale else 0.0
    share = min(TIMES * share, MOST) if np.isfinite(share) else 0.0
    return comparing.Tolerance(max(allowed.relative, share), allowed.absolute)
