"""Cases of splits, order and augmentation."""

import numpy as np

from keras_troubleshoot.facts import ordering
from keras_troubleshoot.facts import shift
from keras_troubleshoot.facts.augmentation import Augmentation
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.fit_call import FitCall
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

SORTED = np.sort(b.ids(640, 4))
UNSHUFFLED = FitCall(shuffle=False)


def sides(y, other_y, scale=1.0, moved=0.0, series=False):
    """Training data against validation data.

    Args:
        y: targets of training.
        other_y: those of validation.
        scale: of validation inputs.
        moved: what is added to them.
        series: whether neighbouring rows are alike.
    """
    x = b.normal(len(y), 4)
    if series:
        x = x.cumsum(axis=0)
    one = b.data(x, y)
    other = b.data(b.normal(len(other_y), 4, seed=3) * scale + moved, other_y)
    return Facts(
        data=one, validation=other, shift=lambda: shift.shift(one, other)
    )


def fed(y, batch=None, fit=None, rows=32):
    """Targets in the order in which they are fed."""
    known = {} if fit is None else {"fit": fit}
    head = b.head(y, b.distribution(31, 4), b.SPARSE, "softmax")
    facts = b.facts(head, batch=batch, **known)
    facts.add(order=lambda: ordering.order(facts.data, rows))
    return facts


def begun(y, rows):
    """A stream of which only the first rows were read."""
    facts = fed(y, batch=32)
    facts.add(order=lambda: None)
    object.__setattr__(facts.data.inputs[0], "rows", rows)
    return facts


def augmented(left, clean=0.9, rows=600):
    return Facts(
        augmentation=Augmentation(("turn", "noise"), clean, left, 0.1, rows)
    )


SICK = (
    Sick(
        "a sorted file cut in two",
        "train-validation-shift",
        ERROR,
        lambda: sides(SORTED[:480], SORTED[480:]),
        "validation_data",
        {"unseen": [3], "unseen_share": 1, "distance": 1, "rows": 160},
        ("100%", "(3)"),
    ),
    Sick(
        "other shares of the same classes",
        "train-validation-shift",
        WARNING,
        lambda: sides(np.arange(500) % 10 < 1, np.arange(100) % 10 < 8),
        "validation_data",
        # One in ten against eight in ten.
        {"distance": 0.7, "unseen": []},
        ("70%",),
    ),
    Sick(
        "numbers of another range",
        "train-validation-shift",
        WARNING,
        lambda: sides(b.normal(500), b.normal(100) + 9),
        "validation_data",
        {"distance": 1, "rows": 100},
    ),
    Sick(
        "inputs scaled on one side only",
        "train-validation-shift",
        ERROR,
        lambda: sides(b.ids(500, 2), b.ids(100, 2), scale=255),
        "x",
        {"limit": 4},
        ("times the spread",),
    ),
    Sick(
        "sorted rows that fit does not shuffle",
        "unshuffled-data",
        ERROR,
        lambda: fed(SORTED, fit=UNSHUFFLED),
        "data",
        # 160 rows of each class: each of the 20 batches holds one alone.
        {"within": 0, "overall": 0.75, "batches": 20},
        ("32", "20 batches", "0%"),
    ),
    Sick(
        "a sorted stream",
        "unshuffled-data",
        ERROR,
        lambda: fed(SORTED, batch=32),
        "data",
        {"within": 0, "overall": 0.75},
        ("dataset.shuffle",),
    ),
    Sick(
        "a stream that begins with one class",
        "unshuffled-data",
        WARNING,
        lambda: begun(np.full(320, 2), None),
        "data",
        {"rows": 320, "value": 2},
        ("320 rows", "class 2"),
    ),
    Sick(
        "digits turned by any angle",
        "excessive-augmentation",
        WARNING,
        lambda: augmented(0.25),
        "layer 'turn'",
        {"clean": 0.9, "augmented": 0.25, "chance": 0.1, "rows": 600},
        ("90%", "25%", "10%", "turn, noise"),
    ),
)

TWINS = (
    Twin(
        "a random split",
        "train-validation-shift",
        lambda: sides(b.ids(500, 4), b.ids(100, 4)),
    ),
    Twin(
        "numbers of the same range",
        "train-validation-shift",
        lambda: sides(b.normal(500), b.normal(100, seed=2)),
    ),
    Twin(
        "a series that drifts",
        "train-validation-shift",
        lambda: sides(
            b.normal(500), b.normal(100) + 9, scale=5, moved=20, series=True
        ),
        advised=True,
    ),
    Twin(
        "too few rows to compare",
        "train-validation-shift",
        lambda: sides(SORTED[:480], SORTED[-10:]),
    ),
    Twin(
        "sorted arrays, which fit shuffles",
        "unshuffled-data",
        lambda: fed(SORTED, fit=FitCall()),
    ),
    Twin(
        "arrays of which fit is not known",
        "unshuffled-data",
        lambda: fed(SORTED),
    ),
    Twin(
        "a shuffled stream",
        "unshuffled-data",
        lambda: fed(b.rng().permutation(SORTED), batch=32),
    ),
    Twin(
        "numbers over time",
        "unshuffled-data",
        lambda: fed(b.normal(640).cumsum(), batch=32),
        advised=True,
    ),
    Twin(
        "a stream of one class, read to its end",
        "unshuffled-data",
        lambda: begun(np.full(320, 2), 320),
    ),
    Twin("mild", "excessive-augmentation", lambda: augmented(0.8)),
    Twin(
        "nothing to be told before",
        "excessive-augmentation",
        lambda: augmented(0.1, clean=0.25),
    ),
    Twin(
        "no layer augments",
        "excessive-augmentation",
        lambda: Facts(augmentation=lambda: None),
    ),
)
