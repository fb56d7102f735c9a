"""Cases of the rules about inputs."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.entries import Lookup
from keras_troubleshoot.facts.facts import Facts
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin


def spoiled(value, rows=(3, 7)):
    """A table with bad numbers in some rows of feature 2."""
    x = b.normal(100, 4)
    x[list(rows), 2] = value
    return x


def with_input(x, **known):
    return Facts(data=b.data(x, b.normal(len(x))), **known)


def with_target(y, **known):
    return Facts(data=b.data(b.normal(len(y), 3), y), **known)


def with_constant(*positions, value=7.0):
    """Six features of different ranges, some of them constant."""
    x = b.normal(60, 6) * np.arange(1, 7, dtype="float32")
    x[:, list(positions)] = value
    return x


def rare_code():
    """A sample of 60 rows of 200; only the last one holds the code."""
    whole = with_constant(5).repeat(4, axis=0)[:200]
    whole[-1, 5] = 1.0
    rows = np.arange(60)
    array = Array("x", whole[rows], 200, whole, rows)
    return Facts(data=dataclasses.replace(b.data(whole[rows]), inputs=(array,)))


def lookup(low, high, whole):
    found = Lookup("words", 100, low, high, whole)
    x = np.full((40, 5), high)
    return with_input(x, forward=b.ran(), lookups=(found,))


SICK = (
    Sick(
        "NaN in two rows",
        "input-non-finite",
        ERROR,
        lambda: with_input(spoiled(np.nan)),
        "x",
        {"rows": 2, "of": 100, "first": [3, 7], "features": [2]},
        ("2 of 100", "row 3"),
    ),
    Sick(
        "inf in one row",
        "input-non-finite",
        ERROR,
        lambda: with_input(spoiled(np.inf, [5])),
        "x",
        {"rows": 1, "first": [5]},
        ("1 of 100", "row 5"),
    ),
    Sick(
        "NaN in three targets",
        "target-non-finite",
        ERROR,
        lambda: with_target(np.where(np.arange(50) % 20 == 4, np.nan, 1.0)),
        "y",
        {"rows": 3, "of": 50, "first": [4, 24, 44]},
        ("3 of 50", "row 4"),
    ),
    Sick(
        "a column that was lost",
        "input-constant-feature",
        WARNING,
        lambda: with_input(with_constant(2)),
        "x",
        {"positions": [2], "values": [7.0], "features": 6},
        ("1 feature of 6", "position 2", "7"),
    ),
    Sick(
        "two columns that were lost",
        "input-constant-feature",
        WARNING,
        lambda: with_input(with_constant(0, 4)),
        "x",
        {"positions": [0, 4], "values": [7.0, 7.0]},
        ("2 features of 6",),
    ),
    Sick(
        "one row again and again",
        "input-constant-feature",
        ERROR,
        lambda: with_input(np.tile(b.normal(1, 6), (60, 1))),
        "x",
        {"rows": 60},
        ("60 rows",),
    ),
    Sick(
        "text in a table",
        "input-wrong-dtype",
        ERROR,
        lambda: with_input(
            np.array([[1, "red"], [2, "blue"]] * 20, dtype=object),
            forward=b.failed("Unsupported object type"),
        ),
        "x",
        {"dtype": "object", "sample": ["1", "red", "2"]},
        ("objects", "'red'"),
    ),
    Sick(
        "scaled ids into an Embedding",
        "input-wrong-dtype",
        ERROR,
        lambda: lookup(0.0, 0.75, whole=False),
        "layer 'words'",
        {"low": 0, "high": 0.75},
        ("0.75",),
    ),
    Sick(
        "one target too few",
        "length-mismatch",
        ERROR,
        lambda: Facts(data=b.data(b.normal(100, 3), b.normal(99))),
        "data",
        {"lengths": {"x": 100, "y": 99}},
        ("x: 100", "y: 99"),
    ),
)

TWINS = (
    Twin("clean", "input-non-finite", lambda: with_input(b.normal(100, 4))),
    Twin(
        "whole numbers",
        "input-non-finite",
        lambda: with_input(np.arange(40).reshape(20, 2)),
    ),
    Twin(
        "NaN that the model fills in",
        "input-non-finite",
        lambda: with_input(spoiled(np.nan), tolerates_inputs=True),
        advised=True,
    ),
    Twin("clean", "target-non-finite", lambda: with_target(b.normal(50))),
    Twin(
        "NaN that the loss masks",
        "target-non-finite",
        lambda: with_target(
            np.array([np.nan, 1.0] * 20), tolerates_targets=True
        ),
        advised=True,
    ),
    Twin(
        "all features vary",
        "input-constant-feature",
        lambda: with_input(b.normal(60, 6)),
    ),
    Twin(
        "one-hot codes of a class that did not come up",
        "input-constant-feature",
        lambda: with_input(b.one_hot(b.ids(60, 7), 8)),
    ),
    Twin(
        "steps of a series, relative to the first",
        "input-constant-feature",
        lambda: with_input(
            np.cumsum(np.pad(b.normal(60, 11), ((0, 0), (1, 0))), axis=1)
        ),
    ),
    Twin(
        "a code beside others that never came up",
        "input-constant-feature",
        lambda: with_input(
            np.hstack([b.normal(60, 6), b.one_hot(b.ids(60, 3), 4)])
        ),
    ),
    Twin(
        "a code that is rare, and missing in the sample",
        "input-constant-feature",
        rare_code,
    ),
    Twin(
        "black borders of pictures",
        "input-constant-feature",
        lambda: with_input(np.pad(b.normal(30, 8, 8), 2)[2:-2]),
    ),
    Twin(
        "text that the model takes",
        "input-wrong-dtype",
        lambda: with_input(np.array(["good", "bad"] * 20), forward=b.ran()),
    ),
    Twin(
        "whole ids as floats",
        "input-wrong-dtype",
        lambda: lookup(0.0, 99.0, whole=True),
    ),
    Twin(
        "as many targets as rows",
        "length-mismatch",
        lambda: Facts(data=b.data({"a": b.normal(9, 2)}, b.normal(9))),
    ),
)
