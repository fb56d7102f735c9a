"""How often the intervals of the evaluation hold the truth.

Simulated rows of which the truth is known; no data are needed. Intervals of
95%: of error rates and of their differences, of squared errors with tails of
several weights, of the error of twice the examples; and how often two random
halves of one data set are told to differ. Error rates with fewer than three
wrong rows to be expected cannot be exact, as counts are whole: of a difference
of two such parts the interval holds in up to 100%. The last line is one JSON
object of the figures; `--quick` ends within two minutes.
"""

import json

import numpy as np
from absl import app
from absl import flags

from keras_troubleshoot import evaluation
from keras_troubleshoot.evaluation.decomposition import intervals

FLAGS = flags.FLAGS
flags.DEFINE_integer("draws", 1000, "simulations of each case")
flags.DEFINE_bool("quick", False, "fewer simulations and cases")

RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
ROWS = (50, 200, 1000, 10_000)
PAIRS = ((0.01, 0.01), (0.02, 0.05), (0.1, 0.1), (0.1, 0.3), (0.5, 0.5))
# Squared errors: how they are drawn, and their mean.
SQUARES = {
    "normal": (lambda rng, n: rng.normal(size=n) ** 2, 1.0),
    "Laplace": (lambda rng, n: rng.laplace(size=n) ** 2, 2.0),
    "Student t, 5": (lambda rng, n: rng.standard_t(5, n) ** 2, 5 / 3),
    "Student t, 3": (lambda rng, n: rng.standard_t(3, n) ** 2, 3.0),
}


def holds(interval, truth):
    """Whether the truth lies in an interval."""
    return interval is not None and interval[0] <= truth <= interval[1]


def estimate(errors, rate=True):
    """The mean of some errors with its interval."""
    options = intervals.Options(resamples=500)
    return intervals.of_mean(errors, rate=rate, options=options)


def of_rate(rng, rate, rows):
    """Whether the interval of an error rate holds."""
    wrong = rng.random(rows) < rate
    return holds(estimate(wrong.astype(float)).interval, rate)


def of_difference(rng, pair, rows):
    """Whether the interval of a term holds; training has 4 times the rows."""
    parts = [
        estimate((rng.random(n) < rate).astype(float))
        for rate, n in zip(pair, (4 * rows, rows), strict=True)
    ]
    return holds(intervals.of_difference(*parts), pair[1] - pair[0])


def of_squares(rng, name, rows):
    """Whether the interval of a mean squared error holds, and its note."""
    draw, truth = SQUARES[name]
    found = estimate(draw(rng, rows), rate=False)
    return holds(found.interval, truth), found.heavy


def of_doubling(rng, floor, exponent, noise):
    """Whether the interval of the error of twice the data holds."""
    sizes = np.array([60, 120, 240, 480, 960, 1920])

    def law(n):
        return floor + np.asarray(n, float) ** -exponent

    errors = law(sizes)[:, None] * (1 + noise * rng.normal(size=(6, 3)))
    curve = evaluation.LearningCurve.from_errors(
        sizes, errors, resamples=200, seed=int(rng.integers(2**31))
    )
    return holds(curve.doubled.interval, law(3840))


def of_halves(rng, rows):
    """Whether two random halves of a data set are told to differ."""
    x = np.c_[rng.normal(size=(rows, 5)), rng.integers(0, 4, rows)]
    y = (x[:, 0] + rng.normal(size=rows) > 0).astype(int)
    half = rows // 2
    return evaluation.distribution_shift(
        x[:half], x[half:], y_a=y[:half], y_b=y[half:]
    ).shifted


def share(rng, draws, ask, *case):
    """The share of simulations in which something is true."""
    return float(np.mean([ask(rng, *case) for _ in range(draws)]))


def show(title, names, cases, figures, values):
    """Prints a table, a line for each case, and keeps its figures."""
    print(f"\n{title}\n" + "".join(f"{name:>10}" for name in ("", *names)))
    for case, row in zip(cases, values, strict=True):
        print(f"{str(case):<20}" + "".join(f"{value:10.3f}" for value in row))
        for name, value in zip(names, row, strict=True):
            figures[f"{title.split(',')[0]} {case} {name}"] = round(value, 3)


def main(argv):
    """Simulates, and prints what held."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    rng = np.random.default_rng(0)
    draws = 200 if FLAGS.quick else FLAGS.draws
    few = max(20, draws // 10)
    rows = ROWS[:3] if FLAGS.quick else ROWS
    figures = {}
    for title, cases, ask in (
        ("error rates, by rows", RATES, of_rate),
        ("differences, by rows of the smaller part", PAIRS, of_difference),
    ):
        values = [[share(rng, draws, ask, c, n) for n in rows] for c in cases]
        show(title, rows, cases, figures, values)
    found = [
        [
            np.mean([of_squares(rng, name, n) for _ in range(2 * few)], axis=0)
            for n in rows
        ]
        for name in SQUARES
    ]
    for place, title in enumerate(("squared errors", "told to be heavy")):
        values = [[float(pair[place]) for pair in row] for row in found]
        show(f"{title}, by rows", rows, SQUARES, figures, values)
    laws = ((0.05, 0.4), (0.0, 0.25), (0.1, 0.6))
    values = [
        [share(rng, few, of_doubling, *law, n) for n in (0.03, 0.1)]
        for law in laws
    ]
    show("twice the data, by noise", (0.03, 0.1), laws, figures, values)
    values = [[share(rng, few, of_halves, 300)]]
    show("false alarms of shift", ("share",), (300,), figures, values)
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
