"""Symptoms that many causes explain, as ids with blanks between."""

WILD = (
    "initial-loss-unexpected loss-diverging loss-oscillating loss-plateaued "
    "exploding-gradients vanishing-gradients dead-relu saturated-activations "
    "non-finite-values predictions-constant underfitting loss-metric-disagree "
    "cannot-overfit-batch"
)
STUCK = (
    "loss-plateaued predictions-constant underfitting loss-metric-disagree "
    "cannot-overfit-batch worse-than-baseline"
)
STILL = (
    " predictions-constant loss-plateaued loss-metric-disagree underfitting "
    "metric-mismatch"
)
