"""Cases of NaN and infinity, and of where they come from."""

from keras_troubleshoot.facts.custom_gradients import CustomGradient
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.facts.loss_scaling import LossScaling
from keras_troubleshoot.facts.non_finite import NonFinite
from keras_troubleshoot.facts.non_finite import Weights
from keras_troubleshoot.facts.unsafe import POSSIBLE
from keras_troubleshoot.facts.unsafe import REACHED
from keras_troubleshoot.facts.unsafe import SEEN
from keras_troubleshoot.facts.unsafe import Unsafe
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

INF = float("inf")


def unsafe(operation, seen, certainty, **known):
    """An operation whose argument was seen from one number to another."""
    options = {
        "where": "loss 'entropy'",
        "place": "line 12 of train.py (`entropy`)",
        "path": "train.py",
        "line": 12,
        "low": 0.0,
        "high": 1.0,
        "limit": 0.0,
        "harm": "value",
    }
    low, high = seen
    found = Unsafe(
        operation=operation,
        seen_low=low,
        seen_high=high,
        certainty=certainty,
        **(options | known),
    )
    return Facts(unsafe=(found,))


def step(what="loss", operation="Log", **known):
    """A training step that is not finite before any training."""
    known.setdefault("where", "layer 'scale'")
    return Facts(non_finite=NonFinite(what, operation, **known))


def trained(losses, *bad, count=4):
    """A model after training."""
    return Facts(
        non_finite=None,
        history=History({"loss": losses}),
        weights_finite=Weights(bad, count),
    )


def gradient(given, true, deliberate=""):
    error = abs(given - true) / max(abs(given), abs(true), 1e-12)
    found = CustomGradient(
        "softness", "bend", "train.py", 7, error, given, true, deliberate
    )
    return Facts(custom_gradients=(found,))


def half(**known):
    options = {"half": 3, "own_step": True, "optimizer": True, "called": True}
    return Facts(loss_scaling=LossScaling(**(options | known)))


SICK = (
    Sick(
        "a logarithm of zero in the sample",
        "unsafe-operation",
        ERROR,
        lambda: unsafe("log", (0.0, 0.9), SEEN, rows=(3, 8)),
        "loss 'entropy'",
        {"operation": "log", "seen_low": 0, "rows": [3, 8], "count": 2},
        ("2 rows of the sample", "line 12 of train.py", "ops.maximum"),
    ),
    Sick(
        "a denominator of zero that rows cannot be told of",
        "unsafe-operation",
        ERROR,
        lambda: unsafe("division", (0.0, 31.0), SEEN),
        "loss 'entropy'",
        {"seen_high": 31},
        ("a denominator of 0 to 31,", "divide_no_nan"),
    ),
    Sick(
        "one minus a sigmoid",
        "unsafe-operation",
        WARNING,
        lambda: unsafe("log", (0.06, 0.94), REACHED),
        "loss 'entropy'",
        {"low": 0, "certainty": "reached"},
        ("can be 0", "seen so far: 0.06 to 0.94"),
    ),
    Sick(
        "a probability less a little too much",
        "unsafe-operation",
        WARNING,
        lambda: unsafe("log", (0.06, 0.94), REACHED, low=-1e-8),
        "loss 'entropy'",
        {"low": -1e-8},
        ("can be 0 or less",),
    ),
    Sick(
        "where guards the value only",
        "unsafe-operation",
        WARNING,
        lambda: unsafe(
            "log", (0.06, 0.94), REACHED, harm="gradient", guarded=True
        ),
        "loss 'entropy'",
        {"harm": "gradient"},
        ("guarded by `where`", "what goes in"),
    ),
    Sick(
        "a cosine that rounds beyond one",
        "unsafe-operation",
        WARNING,
        lambda: unsafe(
            "arccos", (-0.2, 0.9), REACHED, low=-1.0, limit=1.0, place=""
        ),
        "loss 'entropy'",
        {"limit": 1},
        ("1 or beyond", "ops.clip"),
    ),
    Sick(
        "the loss of the first batch",
        "non-finite-values",
        ERROR,
        lambda: step(low=-3.0, high=7.5, place="line 31 of m.py (`call`)"),
        "layer 'scale'",
        {"operation": "Log", "low": -3, "high": 7.5},
        ("the loss of a batch is NaN", "given -3 to 7.5", "line 31 of m.py"),
    ),
    Sick(
        "gradients only",
        "non-finite-values",
        ERROR,
        lambda: step("gradients", "Sqrt", low=0.0, high=2.0, backward=True),
        "layer 'scale'",
        {"what": "gradients"},
        ("gradients of a batch are NaN", "the gradient of operation `Sqrt`"),
    ),
    Sick(
        "a weight that is NaN from the start",
        "non-finite-values",
        ERROR,
        lambda: step("loss", "", where="the model", weight="dense/kernel"),
        "the model",
        {"weight": "dense/kernel"},
        ("'dense/kernel' is so before",),
    ),
    Sick(
        "weights after training",
        "non-finite-values",
        ERROR,
        lambda: trained([0.7, float("nan")], "a/kernel", "a/bias"),
        "weight 'a/kernel'",
        {"bad_count": 2, "count": 4, "epoch": 2},
        ("2 of 4 weights", "from epoch 2 on", "NumericsGuard"),
    ),
    Sick(
        "weights behind a ReLU",
        "non-finite-values",
        ERROR,
        lambda: trained([0.7, 0.6], "a/kernel"),
        "weight 'a/kernel'",
        {"bad_count": 1},
        ("The loss does not show it",),
    ),
    Sick(
        "a loss that is infinite, and weights that are not",
        "non-finite-values",
        ERROR,
        lambda: trained([0.7, 0.6, INF]),
        "loss",
        {"epoch": 3},
        ("in epoch 3",),
    ),
    Sick(
        "half the slope",
        "custom-gradient-wrong",
        WARNING,
        lambda: gradient(-6.2, -12.4),
        "function 'softness'",
        {"given": -6.2, "true": -12.4, "error": 0.5},
        ("-6.2", "-12.4", "layer 'bend'"),
    ),
    Sick(
        "the opposite slope",
        "custom-gradient-wrong",
        ERROR,
        lambda: gradient(-3.5, 3.5),
        "function 'softness'",
        {"error": 2},
        ("-3.5", "compute_gradient"),
    ),
    Sick(
        "an own step that forgets to scale",
        "mixed-precision-unscaled",
        ERROR,
        lambda: half(called=False, scale=32768.0),
        "`train_step`",
        {"layers": 3, "scale": 32768},
        ("3 layers", "32768", "scale_loss"),
    ),
)

TWINS = (
    Twin("nothing unsafe", "unsafe-operation", lambda: Facts(unsafe=())),
    Twin(
        "a sum that nothing keeps from zero",
        "unsafe-operation",
        lambda: unsafe("division", (25.0, 220.0), POSSIBLE),
        advised=True,
    ),
    Twin(
        "an exponential that comes halfway",
        "unsafe-operation",
        lambda: unsafe(
            "exp", (1.0, 50.0), POSSIBLE, limit=88.72, harm="overflow"
        ),
        advised=True,
    ),
    Twin(
        "trained well",
        "non-finite-values",
        lambda: trained([0.7, 0.3, 0.1]),
    ),
    Twin(
        "not trained yet",
        "non-finite-values",
        lambda: Facts(non_finite=None),
    ),
    Twin(
        "within rounding", "custom-gradient-wrong", lambda: gradient(1.0, 1.04)
    ),
    Twin(
        "gradient reversal",
        "custom-gradient-wrong",
        lambda: gradient(-1.0, 1.0, "identity"),
    ),
    Twin(
        "a straight-through estimator",
        "custom-gradient-wrong",
        lambda: gradient(1.0, 0.0, "steps"),
    ),
    Twin(
        "a gradient of zero",
        "custom-gradient-wrong",
        lambda: gradient(0.0, 1.0, "stopped"),
        advised=True,
    ),
    Twin("an own step that scales", "mixed-precision-unscaled", half),
    Twin(
        "no float16",
        "mixed-precision-unscaled",
        lambda: Facts(loss_scaling=None),
    ),
    Twin(
        "an optimizer that scales nothing",
        "mixed-precision-unscaled",
        lambda: half(optimizer=False, called=False),
        advised=True,
    ),
)
