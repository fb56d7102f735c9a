"""Cases of training on one batch."""

from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.overfitting import Cause
from keras_troubleshoot.facts.overfitting import Overfit
from tests.rules.checking import ADVICE
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

RULE = "cannot-overfit-batch"
WHERE = "one batch of 32 rows"
LOWER = Cause(
    "learning rate too high",
    "a tenth of the rate",
    score=0.98,
    gain=0.9,
    loss=0.05,
    verdict="converged",
    helped=True,
)
VAIN = Cause("inputs not normalized", "inputs with mean 0", score=0.1, gain=0)


def overfit(verdict, learned=None, causes=(), **known):
    values = dict(start=2.3, reached=1.9, floor=0.0, guess=2.1)
    return Facts(
        overfit=Overfit(
            verdict, 32, 1000, learned=learned, causes=causes, **values | known
        )
    )


SICK = (
    Sick(
        "a plateau that a lower rate leaves",
        RULE,
        WARNING,
        lambda: overfit("plateaus", 0.1, (LOWER, VAIN)),
        WHERE,
        {"steps": 1000, "start": 2.3, "reached": 1.9, "verdict": "plateaus"},
        ("plateau", "a tenth of the rate", "98%", "learning rate too high"),
    ),
    Sick(
        "an explosion that nothing helps",
        RULE,
        WARNING,
        lambda: overfit("explodes", -1.0, (VAIN,), reached=float("nan")),
        WHERE,
        {"learned": -1, "helped": [], "tried": ["inputs with mean 0"]},
        ("explodes", "Nothing that was tried", "without a guard"),
    ),
    Sick(
        "a loss of unknown floor that rises",
        RULE,
        WARNING,
        lambda: overfit("rises", reached=7.0, floor=None, guess=None),
        WHERE,
        {"floor": None, "reached": 7.0},
        ("rises", "wrong sign"),
    ),
    Sick(
        "half of the way",
        RULE,
        ADVICE,
        lambda: overfit("plateaus", 0.7, reached=0.63),
        WHERE,
        {"learned": 0.7},
    ),
    Sick(
        "hardly begun",
        RULE,
        ADVICE,
        lambda: overfit("falls", 0.2),
        WHERE,
        {"learned": 0.2},
        ("falls slowly", "too few steps"),
    ),
)

TWINS = (
    Twin("learned", RULE, lambda: overfit("converged", 0.99, reached=0.02)),
    Twin("still learning", RULE, lambda: overfit("falls", 0.8, reached=0.42)),
    Twin(
        "irreducible, as an autoencoder",
        RULE,
        lambda: overfit("converged", floor=None, guess=None),
    ),
)
