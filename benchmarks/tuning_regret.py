"""How near to the best a search comes, by the number of trials.

On four problems whose every configuration was trained (`tuning_problems`; some
ten minutes of one core, once: `--tables` keeps them), by several searches and
seeds: the normalized regret (found - best) / (median at random - best) at 30,
60 and 100 trials, and the trials until one is among the best 1%. A search that
plans by the number of trials is told each of them, in searches of its own.
Hyperband spends as many epochs as so many whole trainings.

Optuna's are left out where it is not installed (its GP needs PyTorch, too). Its
GP and keras-tuner's Bayesian search are slow: `--slow_seeds` of them. What has
been searched is kept beside the tables, and is not searched again; `--again`
names searches that are. The last line is one JSON object.
"""

import json
import pathlib
import tempfile
import time
import warnings

import numpy as np
import threadpoolctl
import tuning_problems
import tuning_searchers
import tuning_settings
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_string("data", "../shared/data", "folder of the data sets")
flags.DEFINE_string(
    "tables",
    str(pathlib.Path(tempfile.gettempdir()) / "tuning_tables"),
    "folder of what was trained and searched",
)
flags.DEFINE_integer("seeds", 30, "searches of each kind")
flags.DEFINE_integer("slow_seeds", 5, "of those that take minutes")
flags.DEFINE_list("only", [], "problems; all by default")
flags.DEFINE_list("searchers", [], "names or parts of them; all by default")
flags.DEFINE_list("again", [], "searchers whose searches are made anew")
flags.DEFINE_bool(
    "settings", False, "the problems on which settings were chosen instead"
)
flags.DEFINE_bool("quick", False, "three seeds of fast searches, one problem")

BUDGETS = (30, 60, 100)
SLOW = ("GP (Optuna)", "Bayesian (keras-tuner)")
TOP = 0.01


def chosen() -> dict:
    """The searchers that are asked for."""
    asked = FLAGS.searchers or [""]
    return {
        name: search
        for name, search in tuning_searchers.SEARCHERS.items()
        if any(part in name for part in asked)
        and not (name in SLOW and (FLAGS.quick or not FLAGS.slow_seeds))
    }


def tables() -> list[tuning_problems.Table]:
    """The tables that are asked for and can be had."""
    found, problems = [], tuning_problems.PROBLEMS
    if FLAGS.settings:
        problems = tuning_settings.PROBLEMS
        found += [
            one
            for one in tuning_settings.FUNCTIONS
            if not FLAGS.only or one.name in FLAGS.only
        ]
    for problem in problems:
        if FLAGS.only and problem.name not in FLAGS.only:
            continue
        try:
            found.append(
                tuning_problems.table(problem, FLAGS.tables, FLAGS.data)
            )
        except FileNotFoundError as error:
            print(f"{problem.name} is left out, its data are missing: {error}")
        if FLAGS.quick:
            break
    return found


def searched(table, name, search, seed) -> dict[str, list[float]]:
    """The scores by number of trials, from a file or anew."""
    folder = pathlib.Path(FLAGS.tables) / "searches" / table.name / name
    file = folder / f"{seed}.json"
    if file.exists() and name not in FLAGS.again:
        return json.loads(file.read_text())
    planning = name in tuning_searchers.PLANNING
    start, found = time.perf_counter(), {}
    for trials in BUDGETS if planning else BUDGETS[-1:]:
        space = table.hyperparameters
        found[str(trials)] = search(space, table.curve, trials, seed)
    found["seconds"] = time.perf_counter() - start
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found))
    return found


def regrets(table, found) -> list[float]:
    """The normalized regret at each number of trials."""
    best, median = table.scores.min(), np.median(table.scores)
    values = []
    for trials in BUDGETS:
        scores = found.get(str(trials), found[str(BUDGETS[-1])])[:trials]
        values.append(float((min(scores) - best) / (median - best)))
    return values


def arrival(table, found) -> int:
    """The trial that is the first of the top; all of them where none is."""
    scores = np.array(found[str(BUDGETS[-1])])
    there = scores <= np.quantile(table.scores, TOP)
    return int(there.argmax()) + 1 if there.any() else BUDGETS[-1]


def measure(every, name, search) -> dict[str, dict]:
    """Regret and arrival of one searcher, by problem."""
    seeds = FLAGS.slow_seeds if name in SLOW else FLAGS.seeds
    measured = {}
    for table in every:
        runs = [
            searched(table, name, search, seed)
            for seed in range(min(3, seeds) if FLAGS.quick else seeds)
        ]
        measured[table.name] = {
            "regret": [regrets(table, run) for run in runs],
            "arrival": [arrival(table, run) for run in runs],
        }
    return measured


def show(name, measured) -> dict:
    """One line of a table: the means by problem, and over them."""
    means = {
        problem: np.mean(one["regret"], axis=0)
        for problem, one in measured.items()
    }
    regret = np.mean(list(means.values()), axis=0)
    first = [np.mean(one["arrival"]) for one in measured.values()]
    cells = [
        " / ".join(f"{value:.3f}".lstrip("0") for value in values)
        for values in [*means.values(), regret]
    ]
    seeds = len(next(iter(measured.values()))["regret"])
    spread = np.mean(
        [np.array(one["regret"]) for one in measured.values()], axis=0
    ).std(axis=0, ddof=min(1, seeds - 1)) / np.sqrt(seeds)
    print(
        f"| {name} | {' | '.join(cells)} | {np.mean(first):.0f} | {seeds} |",
        flush=True,
    )
    return {
        "regret": regret.tolist(),
        "error": spread.tolist(),
        "by_problem": {key: value.tolist() for key, value in means.items()},
        "arrival": float(np.mean(first)),
        "seeds": seeds,
    }


def main(argv):
    """Measures what can be had."""
    del argv
    warnings.simplefilter("ignore")
    every, figures = tables(), {}
    names = [table.name for table in every]
    print(f"| | {' | '.join(names)} | mean | trials to the top 1% | seeds |")
    print("|---" * (len(every) + 4) + "|")
    with threadpoolctl.threadpool_limits(1):
        for name, search in chosen().items():
            try:
                figures[name] = show(name, measure(every, name, search))
            except ImportError as error:
                print(f"{name} is left out: {error}")
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
