"""Cases of the scale of inputs and targets."""

import numpy as np

from keras_troubleshoot.facts.entries import Entry
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.normalization import Normalizer
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def entry(values, **known):
    values = np.asarray(values, "float32")
    return Facts(entries=(Entry("dense", "Dense", values, **known),))


def table(scales, rows=500):
    """Features whose root mean squares are these numbers, exactly."""
    signs = np.where(np.arange(rows) % 2, 1.0, -1.0)
    return signs[:, None] * np.asarray(scales, "float64")


def pictures(scale):
    return np.linspace(0, scale, 20 * 8 * 8 * 3).reshape(20, 8, 8, 3)


def normalizer(adapted, mean, std):
    return Facts(normalizers=(Normalizer("scale", adapted, mean, std),))


def numbers(y, made=None, **known):
    """Numbers beside one linear unit."""
    made = b.normal(31, 1) if made is None else made
    return b.facts(b.head(y, made, b.MSE, **known))


def scaled(rms, rows=400):
    """Real numbers of zero mean and this root mean square."""
    y = b.normal(rows).astype("float64")
    return (y - y.mean()) / y.std() * rms


SICK = (
    Sick(
        "one feature in the hundreds",
        "input-not-normalized",
        WARNING,
        lambda: entry(table([1, 250, 0.5])),
        "layer 'dense'",
        {"largest": 250, "smallest": 0.5, "position": 1},
        ("250", "feature 1", "0.5"),
    ),
    Sick(
        "bytes of pictures",
        "input-not-normalized",
        WARNING,
        lambda: entry(np.full((20, 8, 8, 1), 120)),
        "layer 'dense'",
        {"largest": 120, "position": 0},
        ("120", "colour channel 0"),
    ),
    Sick(
        "bytes divided by 255 twice",
        "input-over-normalized",
        WARNING,
        lambda: entry(pictures(1 / 255)),
        "layer 'dense'",
        {"low": 0, "high": 1 / 255},
        ("0.00392",),
    ),
    Sick(
        "Normalization without adapt",
        "normalization-not-adapted",
        ERROR,
        lambda: normalizer(False, 120.0, 40.0),
        "layer 'scale'",
        {"mean": 120, "std": 40},
        ("120", "40", "scale.adapt"),
    ),
    Sick(
        "prices of houses",
        "target-not-normalized",
        WARNING,
        lambda: numbers(scaled(200_000)),
        "y",
        {"rms": 200_000, "mean": 0, "std": 200_000},
        ("2e+05",),
    ),
    Sick(
        "tiny targets",
        "target-not-normalized",
        WARNING,
        lambda: numbers(scaled(1e-4)),
        "y",
        {"rms": 1e-4},
        ("0.0001",),
    ),
)

TWINS = (
    Twin(
        "degrees and hours",
        "input-not-normalized",
        lambda: entry(table([20, 12, 0.01])),
    ),
    Twin(
        "pictures from 0 to 1",
        "input-not-normalized",
        lambda: entry(pictures(1.0)),
    ),
    Twin(
        "BatchNormalization directly after",
        "input-not-normalized",
        lambda: entry(table([1, 250]), normalized_after=True),
        advised=True,
    ),
    Twin(
        "bytes divided by 255 once",
        "input-over-normalized",
        lambda: entry(pictures(1.0)),
    ),
    Twin(
        "vectors of unit length",
        "input-over-normalized",
        lambda: entry(
            b.normal(200, 3000)
            / np.linalg.norm(b.normal(200, 3000), axis=1)[:, None]
        ),
    ),
    Twin(
        "adapted",
        "normalization-not-adapted",
        lambda: normalizer(True, 120.0, 40.0),
    ),
    Twin(
        "not adapted, not needed",
        "normalization-not-adapted",
        lambda: normalizer(False, 0.1, 1.1),
        advised=True,
    ),
    Twin(
        "targets of unit scale",
        "target-not-normalized",
        lambda: numbers(scaled(1.0)),
    ),
    Twin(
        "a last layer that scales back",
        "target-not-normalized",
        lambda: numbers(
            scaled(5000) + 20_000, made=b.normal(31, 1) * 2000 + 21_000
        ),
    ),
    Twin(
        "grades",
        "target-not-normalized",
        lambda: numbers(b.ids(400, 10)),
    ),
)
