"""The score of each validator, of one look at a model."""

import numpy as np

from keras_troubleshoot.improvement.adaptation.choosing import formulas
from keras_troubleshoot.improvement.adaptation.choosing import ratios
from keras_troubleshoot.improvement.adaptation.choosing.look import Look

# Of soft neighbourhood density, as published.
TEMPERATURE = 0.05


def risk_of(look: Look) -> float:
    """`source_risk` of a look."""
    return float(look.losses.mean())


def entropy_of(look: Look) -> float:
    """`entropy` of a look."""
    return float(formulas.entropies(look.probabilities("entropy")).mean())


def information_of(look: Look) -> float:
    """`information_maximization` of a look."""
    made = look.probabilities("information_maximization")
    return formulas.information(made)


def density_of(look: Look) -> float:
    """`soft_neighborhood_density` of a look."""
    made = look.probabilities("soft_neighborhood_density")
    return density_of_shares(made, TEMPERATURE)


def density_of_shares(made: np.ndarray, temperature: float) -> float:
    """The density of rows of probabilities.

    Raises:
        ValueError: if there is but one row.
    """
    if len(made) < 2:
        raise ValueError(
            "`x` must have at least two rows, received: 1. To mend it, pass "
            "more rows of the target."
        )
    return formulas.density(made.reshape(len(made), -1), temperature)


def embedded_of(
    look: Look, trained: np.ndarray | None = None, seed: int = 0
) -> float:
    """`deep_embedded_validation` of a look."""
    losses = look.losses
    weights = ratios.of_source(
        look.features("source"), look.features("target"), trained, seed
    )
    return formulas.controlled_risk(losses, weights)
