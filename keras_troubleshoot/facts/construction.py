"""The facts of how a model is built and initialized, each measured lazily."""

from collections.abc import Callable
from typing import Any

from keras_troubleshoot.facts import batch_statistics
from keras_troubleshoot.facts import dropping
from keras_troubleshoot.facts import learning_weights
from keras_troubleshoot.facts import linearity
from keras_troubleshoot.facts import modes
from keras_troubleshoot.facts import necks
from keras_troubleshoot.facts import penalties
from keras_troubleshoot.facts import squashing
from keras_troubleshoot.facts import starting_weights
from keras_troubleshoot.facts import symmetry
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.forward import Step
from keras_troubleshoot.facts.passes import Pass


def sources(facts: Facts) -> dict[str, Callable[[], Any]]:
    """Functions that measure, by the name of their fact.

    Args:
        facts: must hold `runner`, `forward` and `training`.
    """
    return {
        "linearity": lambda: linearity.linearity(inference(facts)),
        "squashing": lambda: squashing.squashing(inference(facts)),
        "necks": lambda: necks.necks(inference(facts)),
        "starting_weights": lambda: starting_weights.starting_weights(
            inference(facts)
        ),
        "modes": lambda: modes.modes(
            facts.runner, inference(facts), trained(facts), facts.own_step
        ),
        "learning": lambda: learning_weights.learning(
            facts.runner, working_step(facts)
        ),
        "dropping": lambda: dropping.dropping(trained(facts)),
        "penalties": lambda: penalties.penalties(facts.runner),
        # Asked for after training only: each is measured once.
        "trained_statistics": lambda: batch_statistics.gap(facts.runner),
        "trained_penalties": lambda: penalties.penalties(facts.runner),
        "symmetry": lambda: symmetry.symmetry(facts.runner),
    }


def inference(facts: Facts) -> Pass:
    """The run in inference mode, where it came to its end."""
    done = facts.forward
    if done.failure is not None:
        raise Unavailable("the model cannot be run on these data")
    return done


def trained(facts: Facts) -> Pass:
    """The run in training mode, where it came to its end."""
    done = facts.training.forward
    if done.failure is not None:
        raise Unavailable("the model cannot be run on these data")
    return done


def working_step(facts: Facts) -> Step:
    """The training step, where its forward part came to its end."""
    trained(facts)
    return facts.training
