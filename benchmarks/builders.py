"""What each builder reaches on real data, untouched.

The data lie outside of the project: `--data` names their folder. Every model
is built by one call, trained by one `fit` with the builder's own defaults, and
scored on test data that had no part in it. Where there are validation data, the
learning rate falls (to 30%) when their loss no longer does, and the best epoch
counts; where there are none, it falls along a cosine, and the last epoch
counts. A row shows mean and range over the seeds, beside a plain method on the
same split. `--only` takes some of the tasks; the last line is one JSON object
of the figures.
"""

import functools
import json
import pathlib
import time

import numpy as np
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_string("data", "../shared/data", "folder of the data")
flags.DEFINE_integer("seeds", 3, "trainings of each model")
flags.DEFINE_bool("quick", False, "one seed, one epoch, the small tasks")
flags.DEFINE_list("only", [], "those to measure; all by default")
flags.DEFINE_bool("verbose", False, "show the epochs")

HOURS = 48  # That the models for the station see.
AHEAD = 24  # Hours to foretell.
QUICK = ("rt_polarity", "lstm")  # The one slow task that `--quick` takes.


def load(name):
    """One file of the data."""
    return np.load(pathlib.Path(FLAGS.data) / f"{name}.npz", allow_pickle=False)


def split(rows, shares=(0.8, 0.1, 0.1), seed=0):
    """Row numbers of training, validation and test, drawn at random."""
    order = np.random.default_rng(seed).permutation(rows)
    ends = np.cumsum([int(share * rows) for share in shares[:-1]])
    return np.split(order, ends)


def parts(x, y, places):
    """Training, validation and test of arrays in any structure."""
    import keras

    def rows(some):
        return keras.tree.map_structure(lambda a: a[some], x), y[some]

    return [rows(some) for some in places]


def mnist():
    """Digits; the last 5,000 of the training images choose nothing."""
    z = load("mnist")
    x, y = z["x_train"][..., None], z["y_train"].astype("int32")
    test = z["x_test"][..., None], z["y_test"].astype("int32")
    return [(x, y), None, test]


def cifar():
    """5,000 training and 1,000 test images of CIFAR-10."""
    z = load("cifar10_subset")
    train = z["x_train"], z["y_train"].astype("int32")
    test = z["x_test"], z["y_test"].astype("int32")
    return [train, None, test]


def sentences():
    """Movie reviews of one sentence; rows of word ids, zeros behind."""
    import keras

    z = load("rt_polarity")
    text = z["text_utf8"].tobytes().decode("utf8").split("\n")
    text = np.array(text[: len(z["y"])])
    places = split(len(text))
    words = keras.layers.TextVectorization(
        max_tokens=20_000, output_sequence_length=56
    )
    words.adapt(text[places[0]])
    ids = np.asarray(words(text))
    return parts(ids, z["y"].astype("int32"), places), (text, places)


def words_and_a_line(extra, y):
    """tf-idf of words and pairs, and logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    text, places = extra
    known = np.concatenate(places[:2])
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        LogisticRegression(C=10, max_iter=1000),
    )
    model.fit(text[known], y[known])
    return float(model.score(text[places[2]], y[places[2]]))


def station():
    """By how much a transformer's oil temperature changes within a day.

    From two days of seven measurements, each relative to its last value, so
    that a level that moves over the months does not matter (persistence is
    a zero). Split in time, 60, 20 and 20%; units are standard deviations of
    the temperature in the training part, so that the error is that of the
    temperature itself.
    """
    values = load("ett_hourly")["etth1"].astype("float32")
    oil = values[:, -1]
    ends = [int(0.6 * len(values)), int(0.8 * len(values)), len(values)]
    oil = (oil - oil[: ends[0]].mean()) / oil[: ends[0]].std()
    windows = np.lib.stride_tricks.sliding_window_view(values, HOURS, axis=0)
    x = windows[:-AHEAD].transpose(0, 2, 1)
    x = x - x[:, -1:]
    y = oil[HOURS - 1 + AHEAD :] - oil[HOURS - 1 : -AHEAD]
    # The hour that is foretold decides on which side a window lies.
    when = np.arange(len(y)) + HOURS - 1 + AHEAD
    places = [np.flatnonzero(when < ends[0])]
    for low, high in zip(ends, ends[1:], strict=False):
        places.append(np.flatnonzero((when >= low + HOURS) & (when < high)))
    return parts(x, y, places)


def california():
    """Median house values by block, NaN filled by the median."""
    z = load("california_housing")
    x, place = z["x"], z["ocean_proximity"]
    x = np.where(np.isnan(x), np.nanmedian(x, axis=0), x)
    x = np.c_[x, np.eye(len(z["ocean_categories"]))[place]]
    return parts(x.astype("float32"), z["y"], split(len(x)))


def adult():
    """Whether an income is above 50,000; categories as one-hot columns.

    Trained on the whole training part, without validation.
    """
    z = load("adult_census")
    names = [f"vocab_{name}" for name in z["categorical_names"]]

    def table(side):
        codes = z[f"cat_{side}"]
        columns = [
            np.eye(len(z[name]))[codes[:, place]]
            for place, name in enumerate(names)
        ]
        return np.c_[(z[f"num_{side}"], *columns)].astype("float32")

    sides = [
        (table(side), z[f"y_{side}"].astype("int32"))
        for side in ("train", "test")
    ]
    return [sides[0], None, sides[1]]


def wine():
    """Marks of white wines, taken as amounts."""
    z = load("wine_quality")
    y = z["y_white"].astype("float32")
    return parts(z["x_white"], y, split(len(y)))


def abalone():
    """Rings of sea snails from their measures."""
    z = load("abalone")
    x = np.c_[z["x"], np.eye(3)[z["sex"]]].astype("float32")
    y = z["y"].astype("float32")
    return parts(x, y, split(len(y)))


def air():
    """Fine dust (logarithm) from a day of weather and from the calendar.

    Two inputs: the weather of 24 hours, and a row of month, hour, weekday
    and wind. Split by weeks, so that no hour has its neighbours on the
    other side.
    """
    z = load("beijing_pm25")
    dust, weather = z["pm25"], z["x"]
    windows = np.lib.stride_tricks.sliding_window_view(weather, 24, axis=0)
    sky = windows.transpose(0, 2, 1)
    month, hour = z["ymdh"][23:, 1], z["ymdh"][23:, 3]
    day = (np.arange(len(dust)) // 24 % 7)[23:]
    wind = np.eye(z["wind_dir"].max() + 1)[z["wind_dir"][23:]]
    row = np.c_[np.eye(12)[month - 1], np.eye(24)[hour], np.eye(7)[day], wind]
    y = np.log1p(dust[23:])
    known = np.flatnonzero(np.isfinite(y))
    week = known // (24 * 7)
    weeks = split(week.max() + 1)
    places = [known[np.isin(week, some)] for some in weeks]
    x = {"weather": sky.astype("float32"), "calendar": row.astype("float32")}
    return parts(x, y.astype("float32"), places)


def one_of(data, name):
    """Data of which one input is taken."""
    return [(x[name], y) for x, y in data]


def linear(data):
    """A linear or logistic regression on standardized features."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    (x, y), _, (x_test, y_test) = data
    x, x_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
    if y.dtype.kind == "i":
        model = make_pipeline(
            StandardScaler(), LogisticRegression(max_iter=500)
        )
        return float(model.fit(x, y).score(x_test, y_test))
    model = make_pipeline(StandardScaler(), RidgeCV(np.geomspace(0.1, 1e4, 12)))
    return model.fit(x, y).predict(x_test)


def r2(y, predicted):
    """Share of the variance that is explained."""
    return 1 - float(np.mean((y - predicted) ** 2) / np.var(y))


def mse(y, predicted):
    """Mean squared error, here in squared standard deviations."""
    return float(np.mean((y - predicted) ** 2))


def accuracy(y, predicted):
    """Share of the rows of which the class is right; from logits."""
    if predicted.shape[-1] == 1:
        return float(((predicted[:, 0] > 0) == y).mean())
    return float((predicted.argmax(axis=-1) == y).mean())


def falling(rate, epochs):
    """A callback that lets a rate fall along a cosine."""
    import keras

    return keras.callbacks.LearningRateScheduler(
        lambda epoch, _: rate * (1 + np.cos(np.pi * epoch / epochs)) / 2
    )


def train(build, data, seed, epochs, score, batch=32):
    """One training; the score on the test data, and what `check` finds."""
    import keras

    import keras_troubleshoot as kts

    (x, y), validation, (x_test, y_test) = data
    keras.utils.set_random_seed(seed)
    model = build(x, y)
    found = kts.check(model, x, y).findings if seed == 0 else []
    epochs = 1 if FLAGS.quick else epochs
    callbacks = [falling(float(model.optimizer.learning_rate), epochs)]
    if validation is not None:
        patience = max(2, epochs // 20)
        callbacks = [
            keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=patience),
            keras.callbacks.EarlyStopping(
                patience=2 * patience, restore_best_weights=True
            ),
        ]
    history = model.fit(
        x,
        y,
        epochs=epochs,
        batch_size=batch,
        validation_data=validation,
        callbacks=callbacks,
        verbose=2 if FLAGS.verbose else 0,
    )
    predicted = model.predict(x_test, batch_size=512, verbose=0)
    if score is not accuracy:
        predicted = predicted[:, 0]
    return score(y_test, predicted), len(history.epoch), found


def measure(task, builder, data, goal, figures, plan, plain, **options):
    """Trains over the seeds, and prints a row."""
    import keras_troubleshoot as kts

    began = time.perf_counter()
    epochs, batch, score = plan
    # Marks and rings are whole numbers, which could be classes.
    amounts = {"task": "regression"} if score is r2 else {}
    build = functools.partial(
        getattr(kts.models, builder), **amounts, **options
    )
    seeds = 1 if FLAGS.quick else FLAGS.seeds
    runs = [
        train(build, data, seed, epochs, score, batch) for seed in range(seeds)
    ]
    scores, ran = [run[0] for run in runs], [run[1] for run in runs]
    found = [finding.rule for finding in runs[0][2]]
    spent = (time.perf_counter() - began) / seeds
    figures[f"{task}: {builder}"] = {
        "scores": scores,
        "plain": plain,
        "epochs": ran,
        "findings": found,
        "seconds": round(spent, 1),
    }
    print(
        f"{task:28} {builder:14} {score.__name__:9} {np.mean(scores):7.4f} "
        f"[{min(scores):.4f}, {max(scores):.4f}] plain {plain:.4f} goal "
        f"{goal:9} epochs {ran} {spent:6.1f} s, findings {len(found)} "
        f"{' '.join(found)}",
        flush=True,
    )


def tables(figures, wanted):
    """The fully connected network on tables."""
    for task, read, plan, goal, options in (
        ("adult", adult, (30, 64, accuracy), ">= 0.855", {}),
        ("wine quality (white)", wine, (200, 32, r2), "> linear", {}),
        ("abalone", abalone, (200, 32, r2), "> linear", {}),
        ("california housing", california, (300, 32, r2), ">= 0.80", {}),
        (
            "california (three layers)",
            california,
            (300, 32, r2),
            ">= 0.80",
            {"layers": 3, "units": 256},
        ),
    ):
        if wanted(task, "mlp"):
            data = read()
            plain = linear(data)
            if plan[2] is r2:
                plain = r2(data[2][1], plain)
            measure(task, "mlp", data, goal, figures, plan, plain, **options)


def images(figures, wanted):
    """Convolutional networks on images."""
    if wanted("mnist", "lenet"):
        plain = 0.9691  # One nearest neighbour; see the README of the data.
        plan = (5, 32, accuracy)
        measure("mnist", "lenet", mnist(), ">= 0.99", figures, plan, plain)
    task, plan = "cifar-10 subset", (15, 32, accuracy)
    for builder, goal in (("lenet", "-"), ("resnet", "> lenet")):
        if wanted(task, builder):
            measure(task, builder, cifar(), goal, figures, plan, 0.27)


def text(figures, wanted):
    """Networks for tokens on sentences."""
    task, plan = "rt_polarity", (12, 32, accuracy)
    builders = [name for name in TEMPORAL if wanted(task, name)]
    if not builders:
        return
    data, extra = sentences()
    y = load("rt_polarity")["y"].astype("int32")
    plain = words_and_a_line(extra, y)
    for builder in builders:
        measure(task, builder, data, ">= plain", figures, plan, plain)


def series(figures, wanted):
    """Networks for sequences on hourly measurements."""
    task, plan = "ett_hourly", (10, 64, mse)
    builders = [name for name in TEMPORAL if wanted(task, name)]
    if not builders:
        return
    data = station()
    plain = mse(data[2][1], linear(data))
    for builder in builders:
        measure(task, builder, data, "< 0.072", figures, plan, plain)


TEMPORAL = ("lstm", "temporal_conv", "wavenet", "transformer")


def several(figures, wanted):
    """Two inputs together, and each alone."""
    if not wanted("pm25", "multimodal"):
        return
    data, plan = air(), (20, 64, r2)
    for name, builder in (("weather", "lstm"), ("calendar", "mlp")):
        alone = one_of(data, name)
        plain = r2(alone[2][1], linear(alone))
        task = f"pm25 {name}"
        measure(task, builder, alone, "-", figures, plan, plain)
    both = [
        (np.c_[x["weather"].reshape(len(y), -1), x["calendar"]], y)
        for x, y in data
    ]
    plain = r2(both[2][1], linear(both))
    measure("pm25 both", "multimodal", data, "> each", figures, plan, plain)


def main(argv):
    """Measures all, or those that are asked for."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    figures = {}
    if not pathlib.Path(FLAGS.data).is_dir():
        print(f"The data are not here: {FLAGS.data}. Nothing was measured.")
        print(json.dumps(figures))
        return

    def wanted(task, builder):
        quick = task.startswith(("wine", "adult", "pm25"))
        if FLAGS.quick and not quick and (task, builder) != QUICK:
            return False
        names = (task, builder, f"{task} {builder}")
        return not FLAGS.only or any(n in FLAGS.only for n in names)

    for group in (tables, images, text, series, several):
        group(figures, wanted)
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
