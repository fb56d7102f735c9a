"""Cases of too much regularization, or at the wrong place."""

from keras_troubleshoot.facts.architecture import Layer
from keras_troubleshoot.facts.dropping import Dropping
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.facts.penalties import Penalties
from keras_troubleshoot.facts.penalties import Penalty
from tests.rules import building as b
from tests.rules.checking import ADVICE
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

MADE = b.normal(31, 1)


def dropping(rate, width=128, **known):
    one = Dropping("drop", rate, width, **known)
    return b.facts(b.head(MADE, MADE, b.MSE), dropping=(one,))


NORMALIZED = Layer("norm", "norm", "BatchNormalization")


def penalties(
    value, pull, push=0.5, data=1.0, activity=0.0, after=None, layers=()
):
    """Two regularized weights that share all this.

    Args:
        value: of the penalty.
        pull: norm of its gradient.
        push: norm of the gradient of the data.
        data: loss of the data.
        activity: what activity regularizers add.
        after: scale of the weights after training, which was 1.
        layers: of the model.
    """

    def seen(scale):
        part = 0.5**0.5
        each = [
            Penalty(f"{n}/kernel", "L2", v, pull * part, push * part, scale)
            for n, v in (("a", 0.75 * value), ("b", 0.25 * value))
        ]
        return Penalties(tuple(each) if value else (), data, activity)

    known = {}
    if after is not None:
        known = {
            "history": History({"loss": [1.0]}),
            "trained_penalties": seen(after),
        }
    return b.Facts(penalties=seen(1.0), model=b.model(*layers), **known)


SICK = (
    Sick(
        "the share to keep, taken for the share to drop",
        "excessive-dropout",
        WARNING,
        lambda: dropping(0.9),
        "layer 'drop'",
        {"rate": 0.9, "width": 128, "left": 12.8},
        ("90%", "12.8 are left", "Dropout(0.1)"),
    ),
    Sick(
        "a rate of 0.7",
        "excessive-dropout",
        ADVICE,
        lambda: dropping(0.7),
        "layer 'drop'",
        {"left": 38.4},
    ),
    Sick(
        "dropout after the last layer",
        "dropout-misplaced",
        WARNING,
        lambda: dropping(0.3, last=True),
        "layer 'drop'",
        {"rate": 0.3},
        ("30% of the outputs",),
    ),
    Sick(
        "dropout of ids",
        "dropout-misplaced",
        ERROR,
        lambda: dropping(0.3, ids=True),
        "layer 'drop'",
        {"rate": 0.3},
    ),
    Sick(
        "ten times the loss, four times the pull",
        "over-regularized",
        WARNING,
        lambda: penalties(10.0, 2.0),
        "weight 'a/kernel'",
        {"value": 10, "data": 1, "pull": 2, "push": 0.5, "kind": "L2"},
        ("add 10 to a loss of 1", "4 times as hard"),
    ),
    Sick(
        "hardly anything left after training",
        "over-regularized",
        WARNING,
        lambda: penalties(0.5, 0.6, after=0.01),
        "weight 'a/kernel'",
        {"left": 0.01, "value": 0.5, "count": 2},
        ("1%",),
    ),
    Sick(
        "seven times the loss, and a seventh is left",
        "over-regularized",
        WARNING,
        lambda: penalties(7.0, 0.2, after=0.14),
        "weight 'a/kernel'",
        {"left": 0.14, "value": 7, "data": 1},
        ("14%", "7"),
    ),
    Sick(
        "twice the pull",
        "over-regularized",
        ADVICE,
        lambda: penalties(1.0, 1.0),
        "weight 'a/kernel'",
        {"pull": 1, "push": 0.5},
    ),
)

TWINS = (
    Twin("a half", "excessive-dropout", lambda: dropping(0.5)),
    Twin(
        "nine tenths of 4096",
        "excessive-dropout",
        lambda: dropping(0.9, 4096),
        advised=True,
    ),
    Twin(
        "a half of ten",
        "excessive-dropout",
        lambda: dropping(0.5, 10),
        advised=True,
    ),
    Twin("between layers", "dropout-misplaced", lambda: dropping(0.3)),
    Twin(
        "before normalization",
        "dropout-misplaced",
        lambda: dropping(0.3, before_norm="norm"),
        advised=True,
    ),
    Twin(
        "turned off at the end",
        "dropout-misplaced",
        lambda: dropping(0.0, last=True),
    ),
    Twin(
        "usual weight decay",
        "over-regularized",
        lambda: penalties(0.9, 0.2, after=0.6),
    ),
    Twin(
        "weights whose scale normalization undoes",
        "over-regularized",
        lambda: penalties(7.0, 0.2, after=0.14, layers=(NORMALIZED,)),
    ),
    Twin(
        "a sparse code, lightly",
        "over-regularized",
        lambda: penalties(0.0, 0.0, activity=0.5),
    ),
    Twin(
        "a sparse code, heavily",
        "over-regularized",
        lambda: penalties(0.0, 0.0, activity=50.0),
        advised=True,
    ),
)
