"""What the choice of the next configuration costs, beside the training.

By the number of finished trials: milliseconds of a suggestion by searches of
keras-tuner, of Optuna and of this library, in one mixed space of ten
hyperparameters, most without steps, one conditional. Coarse to fine has made
its trials by itself; to the others they are given, drawn at random. Writing
files is not counted.

Each cell is the median, and the longest: of coarse to fine, which opens a round
now and then, over the last 200 suggestions; of the others over `--repeats`, the
first of which learns all there is to learn. It is the processor time of the
process, which others do not lengthen, with one thread for matrices. Optuna's
are left out where it is not installed (its GP needs PyTorch, too). The last
line is one JSON object.
"""

import json
import time

import keras_tuner
import numpy as np
import threadpoolctl
import tuning_searchers
import tuning_settings
from absl import app
from absl import flags

from keras_troubleshoot.tuning.bayesian.oracle import BayesianOptimizationOracle
from keras_troubleshoot.tuning.coarse.oracle import CoarseToFineOracle
from keras_troubleshoot.tuning.embedding import conditions
from keras_troubleshoot.tuning.embedding import scale

FLAGS = flags.FLAGS
flags.DEFINE_list("trials", ["30", "100", "400", "1000"], "finished trials")
flags.DEFINE_integer("repeats", 5, "suggestions of each")
flags.DEFINE_integer("most_slow", 400, "finished trials of slow ones, at most")
flags.DEFINE_bool("quick", False, "30 trials, without the slow ones")

PROBLEM = tuning_settings.FUNCTIONS[-1]
LAST = 200
ORACLES = {
    "random (keras-tuner)": keras_tuner.oracles.RandomSearchOracle,
    "Bayesian": BayesianOptimizationOracle,
    "Bayesian (keras-tuner)": keras_tuner.oracles.BayesianOptimizationOracle,
}
SAMPLERS = {"TPE (Optuna)": "TPESampler", "GP (Optuna)": "GPSampler"}
SLOW = ("GP (Optuna)", "Bayesian (keras-tuner)")


def made(oracle_class: type, trials: int) -> keras_tuner.Oracle:
    """An oracle for so many trials."""
    space = PROBLEM.hyperparameters
    return tuning_searchers.made(oracle_class, space, 1, max_trials=trials)


def timed(call, times: list[float]):
    """What a call returns; its milliseconds go to a list."""
    start = time.process_time()
    found = call()
    times.append(1e3 * (time.process_time() - start))
    return found


def coarse(trials: int) -> list[float]:
    """Of a search that runs, its last suggestions."""
    oracle, times = made(CoarseToFineOracle, trials), []
    plain = oracle.populate_space
    oracle.populate_space = lambda name: timed(lambda: plain(name), times)
    for _ in tuning_searchers.oracle_scores(oracle, PROBLEM.curve):
        pass
    return times[-min(LAST, trials // 2) :]


def at_random(trials: int) -> list[tuple[dict, float]]:
    """Values and losses."""
    rng, space = np.random.default_rng(0), PROBLEM.hyperparameters.space
    found = []
    for _ in range(trials):
        values = conditions.filled(
            space, lambda hp, _: scale.from_unit(hp, rng.random())
        )
        found.append((values, float(PROBLEM.curve(values)[-1])))
    return found


def give(oracle: keras_tuner.Oracle, values: dict, loss: float) -> None:
    """A finished trial more."""
    trial = keras_tuner.engine.trial.Trial(
        oracle.get_space(), str(len(oracle.trials)), "COMPLETED"
    )
    trial.hyperparameters.values, trial.score = dict(values), loss
    oracle.trials[trial.trial_id] = trial
    oracle.start_order.append(trial.trial_id)
    oracle.end_order.append(trial.trial_id)


def by_oracle(oracle_class: type, trials: int, repeats: int) -> list[float]:
    """Of an oracle that is given its trials."""
    oracle, times = made(oracle_class, 2 * trials + repeats), []
    for values, loss in at_random(trials):
        give(oracle, values, loss)
    for _ in range(repeats):
        values = timed(lambda: oracle.populate_space("next"), times)["values"]
        give(oracle, values, float(PROBLEM.curve(values)[-1]))
    return times


def by_sampler(kind: str, trials: int, repeats: int) -> list[float]:
    """Of Optuna."""
    sampler = tuning_searchers.sampler_of(kind, 0)
    import optuna

    # The trials are drawn at random.
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    times, space = [], PROBLEM.hyperparameters.space
    for number in range(trials + repeats):
        ask = study.ask
        if number == trials:
            study.sampler = sampler

        def suggest(ask=ask):
            trial = ask()
            return trial, tuning_searchers.suggested(trial, space)

        trial, values = timed(suggest, times)
        study.tell(trial, float(PROBLEM.curve(values)[-1]))
    return times[trials:]


def measured(name: str, trials: int) -> list[float]:
    """The times of one search."""
    if name == "coarse to fine":
        return coarse(trials)
    repeats = 2 if name in SLOW else FLAGS.repeats
    if name in SAMPLERS:
        return by_sampler(SAMPLERS[name], trials, repeats)
    return by_oracle(ORACLES[name], trials, repeats)


def cell(name: str, trials: int) -> tuple[float, float] | None:
    """Median and longest, None of what is not measured."""
    if name in SLOW and (FLAGS.quick or trials > FLAGS.most_slow):
        return None
    try:
        times = measured(name, trials)
    except ImportError:
        return None
    return float(np.median(times)), float(max(times))


def main(argv):
    """Measures."""
    del argv
    counts = [30] if FLAGS.quick else [int(count) for count in FLAGS.trials]
    names = ["coarse to fine", *ORACLES, *SAMPLERS]
    print(f"| ms | {' | '.join(map(str, counts))} |")
    print("|---" * (len(counts) + 1) + "|")
    figures = {}
    with threadpoolctl.threadpool_limits(1):
        for name in names:
            cells = figures[name] = [cell(name, count) for count in counts]
            told = [
                "-" if c is None else f"{c[0]:.3g} ({c[1]:.3g})" for c in cells
            ]
            print(f"| {name} | {' | '.join(told)} |", flush=True)
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
