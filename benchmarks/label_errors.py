"""How many flipped labels `label_errors` finds, beside cleanlab.

Of MNIST and adult, 5% of the labels are flipped: to any other class, or to
the next one (of adult both are the same, so there one class alone is
flipped). Both sides get the same out-of-fold probabilities: those of the
default model of `label_errors`, and of logistic regression, which cleanlab's
`CleanLearning` takes by default. Means over seeds of precision, recall and
average precision. Rows that the data set itself has wrong count as false. The
last line is one JSON object of the figures. cleanlab is optional:
`pip install cleanlab`.
"""

import collections
import json
import pathlib
import time

import numpy as np
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_string("data", "../shared/data", "folder of the data sets")
flags.DEFINE_integer("rows", 5000, "rows of each data set")
flags.DEFINE_float("share", 0.05, "of labels that are flipped")
flags.DEFINE_integer("seeds", 3, "repetitions")
flags.DEFINE_bool("quick", False, "2,000 rows and one seed")


def load(name, rows):
    """Inputs and labels of the first rows."""
    file = np.load(pathlib.Path(FLAGS.data) / name, allow_pickle=False)
    if name == "mnist.npz":
        return file["x_train"][:rows] / np.float32(255), file["y_train"][:rows]
    columns = [file["num_train"][:rows], file["cat_train"][:rows]]
    return np.hstack(columns).astype("float32"), file["y_train"][:rows]


def flip(y, kind, seed):
    """Labels with some flipped, and which ones."""
    rng = np.random.default_rng(seed)
    classes = int(y.max()) + 1
    count = int(FLAGS.share * len(y))
    among = np.arange(len(y))
    if kind == "pairs" and classes == 2:
        among = np.flatnonzero(y == 0)
    which = rng.choice(among, count, replace=False)
    step = 1 if kind == "pairs" else rng.integers(1, classes, count)
    flipped = y.astype("int64")
    flipped[which] = (flipped[which] + step) % classes
    wrong = np.zeros(len(y), bool)
    wrong[which] = True
    return flipped, wrong


def linear(x, y, seed):
    """Out-of-fold probabilities of logistic regression."""
    from sklearn import linear_model
    from sklearn import model_selection
    from sklearn import pipeline
    from sklearn import preprocessing

    model = pipeline.make_pipeline(
        preprocessing.StandardScaler(),
        linear_model.LogisticRegression(),
    )
    folds = model_selection.StratifiedKFold(5, shuffle=True, random_state=seed)
    return model_selection.cross_val_predict(
        model, x.reshape(len(x), -1), y, cv=folds, method="predict_proba"
    )


def default(x, y, seed):
    """Out-of-fold probabilities of the default model."""
    from keras_troubleshoot.improvement.labels import folds

    judge = folds.Judge(None, 5, seed, {}, None, lambda text: None)
    return folds.predict(judge, x, y, y, int(y.max()) + 1)[0]


def ours(x, y, probabilities):
    """Suspects and the score of all rows, of this library alone."""
    from keras_troubleshoot.improvement.labels.label_errors import label_errors

    found = label_errors(x, y, probabilities=probabilities, method="own")
    return found.indices, -found.confidence


def cleanlab(x, y, probabilities):
    """The same of cleanlab with its own defaults."""
    import cleanlab.filter
    import cleanlab.rank

    found = cleanlab.filter.find_label_issues(
        y, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1
    )
    return found, -cleanlab.rank.get_label_quality_scores(y, probabilities)


def score(found, ranking, wrong):
    """Precision, recall, average precision."""
    from sklearn import metrics

    hits = wrong[found].sum()
    return (
        float(hits / max(1, len(found))),
        float(hits / wrong.sum()),
        float(metrics.average_precision_score(wrong, ranking)),
    )


def sides():
    """Those that are compared."""
    from keras_troubleshoot.improvement.labels import peer

    if peer.installed():
        return {"ours": ours, "cleanlab": cleanlab}
    print("cleanlab is not installed: only this library is measured.")
    return {"ours": ours}


def measure(rows, seeds):
    """Scores by data set, kind of noise, model and side, one a seed."""
    made = collections.defaultdict(list)
    compared = sides()
    for name in ("mnist.npz", "adult_census.npz"):
        x, y = load(name, rows)
        for kind in ("uniform", "pairs"):
            for seed in range(seeds):
                flipped, wrong = flip(y, kind, seed)
                for model in (default, linear):
                    shares = model(x, flipped, seed)
                    for side, find in compared.items():
                        got = score(*find(x, flipped, shares), wrong)
                        key = name[:-4], kind, model.__name__, side
                        made[key].append(got)
    return made


def main(argv):
    """Measures and prints all of it."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    rows, seeds = (2000, 1) if FLAGS.quick else (FLAGS.rows, FLAGS.seeds)
    began = time.perf_counter()
    made = measure(rows, seeds)
    print(f"{'':44}{'precision':>11}{'recall':>11}{'average':>11}")
    figures = {}
    for key, scores in made.items():
        mean = np.mean(scores, axis=0)
        figures[" ".join(key)] = mean.tolist()
        print(f"{' '.join(key):44}" + "".join(f"{v:11.4f}" for v in mean))
    figures["seconds"] = time.perf_counter() - began
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
