"""Cases of layers that do something else in training than after it."""

import types

from keras_troubleshoot.facts.batch_statistics import Gap
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.facts.modes import DROPOUT
from keras_troubleshoot.facts.modes import NORMALIZATION
from keras_troubleshoot.facts.modes import Mode
from keras_troubleshoot.facts.modes import Modes
from keras_troubleshoot.facts.own_step import OwnStep
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def drop(training=True, inference=False, **known):
    return Mode("drop", DROPOUT, training, inference, **known)


def norm(training=True, inference=False, **known):
    return Mode("norm", NORMALIZATION, training, inference, **known)


def modes(*layers, **known):
    return b.Facts(modes=Modes(layers, **known))


def averages(momentum, steps, gap=None, shift=3.0, **known):
    """A normalization before a run of so many steps, or after it."""
    one = norm(momentum=momentum, shift=shift, **known)
    length = types.SimpleNamespace(total=steps)
    after = {}
    if gap is not None:
        after = {
            "history": History({"loss": [1.0]}),
            "trained_statistics": Gap(*gap, 256, ("norm",)),
        }
    return b.Facts(modes=Modes((one,)), length=length, **after)


def step(logs, loss=1.5, epochs=None):
    """What an own `train_step` returned, and what was logged by epoch."""
    known = {"history": History(epochs)} if epochs else {}
    return b.Facts(own_step=OwnStep(logs=logs), training=b.step(loss), **known)


SICK = (
    Sick(
        "a call without training",
        "training-flag-ignored",
        WARNING,
        lambda: modes(drop(False), norm(False), takes_training=False),
        "layer 'drop'",
        {"layers": ["drop", "norm"], "count": 2, "ran": 2},
        ("2 layers of 2", "takes no `training`"),
    ),
    Sick(
        "a train_step that calls the model without training",
        "training-flag-ignored",
        WARNING,
        lambda: modes(drop(False), own_step=True),
        "layer 'drop'",
        {"count": 1, "ran": 1},
        ("`train_step` calls them without",),
    ),
    Sick(
        "normalization that never saw data is told False",
        "training-flag-ignored",
        WARNING,
        lambda: modes(norm(False, told_off="base"), drop()),
        "layer 'norm'",
        {"told_off": "base", "layers": ["norm"], "ran": 2},
        ("layer 'base' is called with `training=False`",),
    ),
    Sick(
        "normalization is told True for ever",
        "inference-in-training-mode",
        ERROR,
        lambda: modes(norm(True, True), drop()),
        "layer 'norm'",
        {"layers": ["norm"], "count": 1},
        ("1 BatchNormalization layer",),
    ),
    Sick(
        "a block drops in predictions",
        "inference-in-training-mode",
        WARNING,
        lambda: modes(noisy=(("block", "Block"),)),
        "layer 'block'",
        {"layers": ["block"]},
        ("`Block` drops numbers",),
    ),
    Sick(
        "a momentum of 0.9999 for 1000 steps",
        "batch-normalization-statistics",
        WARNING,
        lambda: averages(0.9999, 1000),
        "layer 'norm'",
        {"left": 0.9999**1000, "steps": 1000},
        ("0.9999", "90%", "1000 steps", "momentum=0.99)"),
    ),
    Sick(
        "useless averages after training",
        "batch-normalization-statistics",
        WARNING,
        lambda: averages(0.99, 1000, (1.2, 0.2, 1.1)),
        "layer 'norm'",
        {"moving": 1.2, "batch": 0.2, "rows": 256},
        ("256 training rows", "1.2", "0.2"),
    ),
    Sick(
        "a tracker that is never updated",
        "train-step-loss-missing",
        WARNING,
        lambda: step({"loss": 0.0}),
        "train_step",
        {"loss": 1.5, "logged": 0},
        ("exactly 0", "1.5"),
    ),
    Sick(
        "nothing is returned",
        "train-step-loss-missing",
        WARNING,
        lambda: step({}),
        "train_step",
        {"logged": []},
        ("returns nothing",),
    ),
    Sick(
        "zeros in the history",
        "train-step-loss-missing",
        WARNING,
        lambda: step(None, 2.0, {"loss": [0.0, 0.0], "accuracy": [0.5, 0.6]}),
        "train_step",
        {"loss": 2},
    ),
)

TWINS = (
    Twin(
        "all in training mode",
        "training-flag-ignored",
        lambda: modes(drop(), norm()),
    ),
    Twin(
        "averages that cost a part of what was learned",
        "batch-normalization-statistics",
        lambda: averages(0.99, 250, (0.344, 0.082, 1.0)),
        advised=True,
    ),
    Twin(
        "a trained base that is told False",
        "training-flag-ignored",
        lambda: modes(norm(False, told_off="base", pretrained=True), drop()),
    ),
    Twin(
        "a frozen base that is told False",
        "training-flag-ignored",
        lambda: modes(drop(False, told_off="base", resting=True)),
    ),
    Twin(
        "one Dropout that is told False",
        "training-flag-ignored",
        lambda: modes(drop(False, told_off="drop", head_on=True), norm()),
        advised=True,
    ),
    Twin(
        "inference in inference",
        "inference-in-training-mode",
        lambda: modes(drop(), norm()),
    ),
    Twin(
        "Monte Carlo dropout",
        "inference-in-training-mode",
        lambda: modes(drop(True, True)),
        advised=True,
    ),
    Twin(
        "Monte Carlo dropout in a layer of its own",
        "inference-in-training-mode",
        lambda: modes(noisy=(("drop", "MonteCarloDropout"),)),
    ),
    Twin(
        "the usual momentum",
        "batch-normalization-statistics",
        lambda: averages(0.99, 1000),
    ),
    Twin(
        "few steps with the usual momentum",
        "batch-normalization-statistics",
        lambda: averages(0.99, 20),
        advised=True,
    ),
    Twin(
        "averages that fit from the start",
        "batch-normalization-statistics",
        lambda: averages(0.999, 100, shift=0.1),
    ),
    Twin(
        "averages of a trained base",
        "batch-normalization-statistics",
        lambda: averages(0.999, 100, pretrained=True),
    ),
    Twin(
        "foreseen, but nothing came of it",
        "batch-normalization-statistics",
        lambda: averages(0.9999, 100, (0.5, 0.48, 1.1)),
    ),
    Twin(
        "a tiny loss, doubled",
        "batch-normalization-statistics",
        lambda: averages(0.99, 1000, (0.01, 0.002, 1.1)),
    ),
    Twin(
        "a loss that is tracked",
        "train-step-loss-missing",
        lambda: step({"loss": 1.4, "accuracy": 0.3}),
    ),
    Twin(
        "losses of two networks",
        "train-step-loss-missing",
        lambda: step({"d_loss": 0.7, "g_loss": 0.0}),
    ),
    Twin(
        "names that do not tell",
        "train-step-loss-missing",
        lambda: step({"reward": 0.7}),
        advised=True,
    ),
)
