"""Cases of rows: pairing with labels, noise, copies, leakage."""

import numpy as np

from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts import repeats
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.learned import Learned
from tests.rules import building as b
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

ROWS = 600
NOTHING = Learned(0.34, 0.33, 0.02, "accuracy 0.34, most frequent 0.33")


def clusters(rows=ROWS, classes=3):
    """Inputs around one point for each class, and the classes."""
    y = b.rng(5).integers(0, classes, rows)
    return b.normal(rows, 8) + 6 * b.normal(classes, 8, seed=9)[y], y


def wrong(share):
    """Clusters, a share of whose labels name the next class."""
    x, y = clusters()
    flipped = b.rng(1).permutation(ROWS) < share * ROWS
    return x, np.where(flipped, (y + 1) % 3, y)


def moved(rows):
    x, y = clusters()
    return x, np.roll(y, rows)


def apart():
    """Labels that have nothing to do with the inputs."""
    x, y = clusters()
    return x, b.rng(2).permutation(y)


def paired(x, y, **known):
    """Facts of what the neighbours say."""
    found = b.data(x, y)

    def signal():
        return neighbours.signal(found.inputs, found.targets[0], found.usable)

    return Facts(data=found, signal=signal, **known)


def copied(rows, copies, relabelled=False):
    """Rows, and copies of the first ones behind them."""
    x, y = clusters(rows)
    again = (y[:copies] + 1) % 3 if relabelled else y[:copies]
    x, y = np.vstack([x, x[:copies]]), np.append(y, again)
    return with_copies(x, y)


def with_copies(x, y, batch=None):
    found = b.data(x, y, batch=batch)
    head = b.head(y, b.distribution(31, 3), b.SPARSE, "softmax")
    return Facts(
        data=found, heads=(head,), duplicates=lambda: repeats.duplicates(found)
    )


def repeated_stream():
    """A stream of 150 rows that is read twice."""
    x, y = clusters(150)
    return with_copies(np.tile(x, (2, 1)), np.tile(y, 2), batch=30)


def sampled_up():
    """A class of 20 rows, taken ten times."""
    x, y = clusters(320, 2)
    y[:20], y[20:] = 1, 0
    order = np.append(np.arange(320), np.tile(np.arange(20), 9))
    return with_copies(x[order], y[order])


def leaked(known, of=100):
    """Validation rows, some of which are training rows."""
    x, y = clusters()
    new = b.normal(of, 8, seed=7)
    new[:known] = x[:known]
    one, other = b.data(x, y), b.data(new, y[:of])
    return Facts(
        data=one,
        validation=other,
        leakage=lambda: repeats.leakage(one, other),
    )


SICK = (
    Sick(
        "targets a row too late",
        "labels-misaligned",
        ERROR,
        lambda: paired(*moved(1)),
        "y",
        {"rows": ROWS, "moved_by": -1, "score_moved": 1.0},
        ("x, y = x[:-1], y[1:]",),
    ),
    Sick(
        "targets two rows too early",
        "labels-misaligned",
        ERROR,
        lambda: paired(*moved(-2)),
        "y",
        {"moved_by": 2, "score_moved": 1.0},
        ("x, y = x[2:], y[:-2]",),
    ),
    Sick(
        "shuffled apart, and nothing was learned",
        "labels-misaligned",
        WARNING,
        lambda: paired(*apart(), learned=NOTHING),
        "y",
        {"rows": ROWS},
        (NOTHING.words,),
    ),
    Sick(
        "a quarter of the labels wrong",
        "labels-noisy",
        WARNING,
        lambda: paired(*wrong(0.25)),
        "y",
        {"rows": ROWS},
    ),
    Sick(
        "a third of the rows are copies",
        "duplicate-examples",
        WARNING,
        lambda: copied(200, 100),
        "data",
        {"rows": 300, "repeated": 100, "conflicting": 0},
        ("100 of 300", "33%"),
    ),
    Sick(
        "copies with another label",
        "duplicate-examples",
        WARNING,
        lambda: copied(280, 20, relabelled=True),
        "data",
        {"rows": 300, "repeated": 20, "conflicting": 40},
        ("40 of 300",),
    ),
    Sick(
        "training rows in validation",
        "train-validation-leakage",
        ERROR,
        lambda: leaked(10),
        "validation_data",
        {"validation_rows": 100, "known": 10, "copies_within_training": 0},
        ("10 of 100", "10%"),
    ),
)

TWINS = (
    Twin("rows in place", "labels-misaligned", lambda: paired(*clusters())),
    Twin(
        "nothing found, but something learned",
        "labels-misaligned",
        lambda: paired(
            *apart(), learned=Learned(0.9, 0.33, 0.02, "accuracy 0.9")
        ),
        advised=True,
    ),
    Twin(
        "too few rows to judge",
        "labels-misaligned",
        lambda: paired(*(part[:200] for part in apart()), learned=NOTHING),
    ),
    Twin(
        "ids of words, which neighbours cannot judge",
        "labels-misaligned",
        lambda: paired(*apart(), learned=NOTHING, lookups=("words",)),
    ),
    Twin("right labels", "labels-noisy", lambda: paired(*clusters())),
    Twin(
        "classes that overlap",
        "labels-noisy",
        lambda: paired(
            clusters(classes=2)[0] * 0.3 + b.normal(ROWS, 8, seed=3),
            clusters(classes=2)[1],
        ),
    ),
    Twin(
        "a number to predict",
        "labels-noisy",
        lambda: paired(b.normal(ROWS, 4), b.normal(ROWS, 4)[:, 0]),
    ),
    Twin("no copies", "duplicate-examples", lambda: copied(300, 0)),
    Twin("a few copies", "duplicate-examples", lambda: copied(300, 9)),
    Twin("a rare class taken ten times", "duplicate-examples", sampled_up),
    Twin("a repeated stream", "duplicate-examples", repeated_stream),
    Twin(
        "rows of few values, alike by chance",
        "duplicate-examples",
        lambda: with_copies(b.ids(900, 2).reshape(300, 3), b.ids(300, 3)),
    ),
    Twin("new rows", "train-validation-leakage", lambda: leaked(0)),
    Twin("one row by chance", "train-validation-leakage", lambda: leaked(1)),
)
