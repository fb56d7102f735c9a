"""What domain adaptation gains, by method, and what a step of it costs.

One network for all methods of a problem, Adam at 1e-3, batches of 64 rows of
each domain, the weights after the last step; each method with its defaults.
Means over seeds on labelled rows of the target, which nothing else sees. In
between stand what training on the source alone reaches, and what training on
the target's own labels does. "adapt" chooses among candidates by itself.

`--steps_time` measures one step of each method on the digits beside the source
alone, and, where it is installed, beside the package `adapt` (`pip install
adapt`); interleaved in one process, medians of several rounds. The last line is
one JSON object of the figures.
"""

import collections
import json
import sys
import time

import adaptation_problems
import keras
import numpy as np
from absl import app
from absl import flags

import keras_troubleshoot as kts
from keras_troubleshoot.improvement.adaptation.adapting import candidates
from keras_troubleshoot.improvement.adaptation.adapting import splitting
from keras_troubleshoot.improvement.adaptation.adapting import training

FLAGS = flags.FLAGS
flags.DEFINE_string("data", "../shared/data", "folder of the data sets")
flags.DEFINE_integer("seeds", 3, "repetitions")
flags.DEFINE_list("only", [], "groups of problems; all by default")
flags.DEFINE_list("methods", [], "methods; all by default")
flags.DEFINE_list("candidates", None, "of adapt; all by default")
flags.DEFINE_integer("steps", None, "batches, of adapt twice as many")
flags.DEFINE_integer("rounds", 5, "of the step times")
flags.DEFINE_bool("steps_time", True, "whether to time steps")
flags.DEFINE_bool("quick", False, "one seed, a tenth of the steps, digits")

BATCH_SIZE = 64
METHODS = ("source only", *candidates.ALIGNED, "adapt", "target labels")


def score(problem, model):
    """Accuracy in percent, or the mean squared error."""
    x, y = problem.test
    made = model.predict(x, batch_size=500, verbose=0)
    if problem.regression:
        return float(np.mean((made[:, 0] - y) ** 2))
    return 100 * float(np.mean(made.argmax(axis=1) == y))


def steps_of(problem):
    """Batches, fewer where it must be quick."""
    steps = FLAGS.steps or problem.steps
    return steps // 10 if FLAGS.quick else steps


def reached(problem, method, seed):
    """What one method reaches."""
    if method == "adapt":
        found = kts.adaptation.adapt(
            problem.source,
            problem.target,
            build=problem.build,
            candidates=FLAGS.candidates,
            steps=2 * steps_of(problem),
            seed=seed,
            verbose=False,
        )
        tell(problem, found)
        return score(problem, found.model)
    source = problem.source
    if method == "target labels":
        source = problem.target, problem.labels
    plan = training.Plan(
        build=problem.build,
        source=source,
        target=problem.target,
        steps=steps_of(problem),
        batch_size=BATCH_SIZE,
        features=None,
        augment=None,
        seed=seed,
    )
    way = candidates.KNOWN.get(method, candidates.NOTHING)
    model, _ = training.train(plan, way)
    return score(problem, model)


def tell(problem, found):
    """All candidates of `adapt`, the chosen one first."""
    for name in (found.best, *found.candidates):
        one = found.candidates[name]
        reached = score(problem, one.model)
        told = one.assessment.scores
        print(f"  {name} {reached:.4g} {told}", file=sys.stderr, flush=True)


def repeated(problem, method, seeds):
    """What a method reaches with each seed, told as it comes."""
    scores = []
    for seed in range(seeds):
        scores.append(reached(problem, method, seed))
        told = f"{problem.name}, {method}, seed {seed}: {scores[-1]:.4g}"
        print(told, file=sys.stderr, flush=True)
    return scores


def measure(group):
    """The scores of all methods on a group of problems."""
    methods = dict.fromkeys(["source only", *(FLAGS.methods or METHODS)])
    seeds = 1 if FLAGS.quick else FLAGS.seeds
    found = {}
    for problem in adaptation_problems.GROUPS[group](FLAGS.data):
        scores = {
            method: repeated(problem, method, seeds) for method in methods
        }
        found[problem.name] = scores
        told = "  ".join(
            f"{method} {np.mean(values):.3g}"
            for method, values in scores.items()
        )
        print(f"{problem.name:26} {told}", flush=True)
    return found


def show(group, found):
    """Means over problems, and in how many a method gains."""
    print(f"\n{group}: mean over {len(found)} problems and all seeds")
    plain = {name: np.mean(one["source only"]) for name, one in found.items()}
    up = -1 if group in ("transformers", "wine") else 1
    for method in next(iter(found.values())):
        means = {name: np.mean(one[method]) for name, one in found.items()}
        spread = max(np.ptp(one[method]) for one in found.values())
        better = sum(up * means[name] > up * plain[name] for name in found)
        print(
            f"  {method:14} {np.mean(list(means.values())):8.3f}  spread over "
            f"seeds {spread:6.3f}  better than the source in {better} of "
            f"{len(found)}"
        )


def our_step(problem, way, steps):
    """Takes some steps of `AdaptationModel`."""
    keras.utils.set_random_seed(0)
    built = problem.build()
    model = kts.adaptation.AdaptationModel(
        *splitting.split(built),
        way.make(steps),
        conditional=way.conditional,
        output_aligner=way.output_aligner(),
    )
    training.compile_as(model, built)
    return lambda batches: model.fit(batches, verbose=0)


def their_step(problem, kind):
    """Takes some steps of the package `adapt`."""
    from adapt import feature_based

    keras.utils.set_random_seed(0)
    built = problem.build()
    encoder, task = splitting.split(built)
    options = {"DANN": {"lambda_": 0.1}, "DeepCORAL": {"lambda_": 1.0}}[kind]
    return getattr(feature_based, kind)(
        encoder,
        task,
        copy=False,
        verbose=0,
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        optimizer=keras.optimizers.Adam(1e-3),
        **options,
    )


def timed(problem, steps):
    """Medians of milliseconds a step by side, interleaved."""
    sides = {"source only": our_step(problem, candidates.NOTHING, steps)}
    for name in candidates.ALIGNED:
        sides[name] = our_step(problem, candidates.KNOWN[name], steps)
    batches = kts.adaptation.paired(
        problem.source, problem.target, BATCH_SIZE, steps=steps, seed=0
    )
    runs = {
        name: lambda side=side: side(batches) for name, side in sides.items()
    }
    runs |= peers(problem, steps)
    times = collections.defaultdict(list)
    for run in runs.values():
        run()  # Traces and compiles.
    for _ in range(1 if FLAGS.quick else FLAGS.rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(1e3 * (time.perf_counter() - start) / steps)
    return {name: float(np.median(values)) for name, values in times.items()}


def peers(problem, steps):
    """Runs of the package `adapt`, where it is installed."""
    try:
        made = {
            f"adapt's {kind}": their_step(problem, kind)
            for kind in ("DeepCORAL", "DANN")
        }
    except ImportError as error:
        print(f"adapt is not installed, so it is not timed: {error}")
        return {}
    rows = steps * BATCH_SIZE
    xs, ys = problem.source
    places = np.resize(np.arange(len(ys)), rows)
    targets = np.resize(np.arange(len(problem.target)), rows)
    labels = np.eye(10)[ys[places]]  # It takes no class ids.
    given = xs[places], labels, problem.target[targets]
    return {
        name: lambda peer=peer: peer.fit(
            *given, epochs=1, batch_size=BATCH_SIZE, verbose=0
        )
        for name, peer in made.items()
    }


def main(argv):
    """Measures what is there."""
    del argv
    groups = FLAGS.only or list(adaptation_problems.GROUPS)
    groups = ["digits"] if FLAGS.quick else groups
    figures = {"keras": keras.version(), "scores": {}}
    for group in groups:
        try:
            found = measure(group)
        except FileNotFoundError as error:
            print(f"{group} is left out, its data are not there: {error}")
            continue
        show(group, found)
        figures["scores"][group] = found
    if FLAGS.steps_time and "digits" in figures["scores"]:
        problem = next(adaptation_problems.digits(FLAGS.data))
        figures["milliseconds"] = timed(problem, 20 if FLAGS.quick else 100)
        plain = figures["milliseconds"]["source only"]
        for name, value in figures["milliseconds"].items():
            print(f"{name:20} {value:7.2f} ms  {value / plain:5.2f} x")
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
