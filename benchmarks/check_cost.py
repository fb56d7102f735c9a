"""What `kts.check` costs beside the first `train_on_batch` of the same model.

Both are timed in turn in one process, each time on a new model of the same
kind, so that both trace anew; a row shows the medians and the median of the
ratios, pair by pair. Imports and `--help` are timed in processes of their
own. The last line is one JSON object of the figures.
"""

import gc
import json
import statistics
import subprocess
import sys
import time

import numpy as np
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_integer("repeats", 5, "pairs that count, after one that does not")
flags.DEFINE_bool("quick", False, "fewer pairs, and ResNet50 on small images")


def mlp():
    """Three dense layers on a table."""
    from keras import Input
    from keras import Sequential
    from keras import layers

    hidden = [layers.Dense(256, activation="relu") for _ in range(2)]
    head = layers.Dense(10, activation="softmax")
    return Sequential([Input((64,)), *hidden, head])


def lenet():
    """LeNet on images of 28 x 28."""
    from keras import Input
    from keras import Sequential
    from keras import layers

    return Sequential(
        [
            Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same", activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def resnet50():
    """ResNet50 on images of 224 x 224, or of 64 x 64 with --quick."""
    from keras import applications

    size = 64 if FLAGS.quick else 224
    return applications.ResNet50(
        weights=None, input_shape=(size, size, 3), classes=10
    )


def transformer():
    """Two blocks of attention over 32 tokens."""
    import keras
    from keras import layers

    tokens = keras.Input((32,), dtype="int32")
    z = layers.Embedding(1000, 64)(tokens)
    for _ in range(2):
        a = layers.LayerNormalization()(z)
        z = z + layers.MultiHeadAttention(4, 16)(a, a)
        a = layers.LayerNormalization()(z)
        z = z + layers.Dense(64)(layers.Dense(128, activation="gelu")(a))
    z = layers.GlobalAveragePooling1D()(z)
    return keras.Model(tokens, layers.Dense(10, activation="softmax")(z))


MODELS = {
    "MLP": (mlp, 1024, 32),
    "LeNet": (lenet, 1024, 32),
    "ResNet50": (resnet50, 64, 16),
    "Transformer": (transformer, 1024, 32),
}


def compiled(build):
    """A new compiled model."""
    model = build()
    model.compile(
        "adam", "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def data_for(model, rows: int):
    """Random rows for a model, and labels."""
    rng = np.random.default_rng(0)
    shape = (rows, *model.input_shape[1:])
    if len(shape) == 2 and shape[1] == 32:
        x = rng.integers(0, 1000, shape)
    else:
        x = rng.normal(size=shape).astype("float32")
    return x, rng.integers(0, 10, rows)


def seconds(function) -> float:
    """How long a call takes."""
    gc.collect()
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def measure(build, rows: int, batch: int, repeats: int) -> dict:
    """Times `check` and the first `train_on_batch` in turn."""
    import keras

    import keras_troubleshoot as kts

    checks, steps = [], []
    for _ in range(repeats + 1):
        keras.backend.clear_session()
        model = compiled(build)
        x, y = data_for(model, rows)
        checks.append(seconds(lambda m=model, x=x, y=y: kts.check(m, x, y)))
        other = compiled(build)
        steps.append(
            seconds(
                lambda m=other, x=x, y=y: m.train_on_batch(x[:batch], y[:batch])
            )
        )
    pairs = list(zip(checks[1:], steps[1:], strict=True))
    return {
        "check_s": round(statistics.median(checks[1:]), 3),
        "train_on_batch_s": round(statistics.median(steps[1:]), 3),
        "ratio": round(statistics.median(c / s for c, s in pairs), 2),
        "first_ratio": round(checks[0] / steps[0], 2),
    }


def measure_start(repeats: int) -> dict:
    """Times our import after `import keras`, and `--help`, by process."""
    code = (
        "import time; t = time.perf_counter(); import keras; "
        "k = time.perf_counter(); import keras_troubleshoot; "
        "print(k - t, time.perf_counter() - k)"
    )
    help_ = [sys.executable, "-m", "keras_troubleshoot", "--help"]
    rows = []
    for _ in range(repeats):
        said = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()[-2:]
        asked = seconds(
            lambda: subprocess.run(help_, capture_output=True, check=True)
        )
        rows.append([*map(float, said), asked])
    medians = map(statistics.median, zip(*rows, strict=True))
    names = ("import_keras_s", "import_ours_s", "help_s")
    return {
        name: round(value, 4)
        for name, value in zip(names, medians, strict=True)
    }


def main(argv):
    """Prints a row for each model, then the import, then JSON."""
    if len(argv) > 1:
        raise app.UsageError("It takes flags only.")
    repeats = 2 if FLAGS.quick else FLAGS.repeats
    figures = {}
    print(f"{'model':12} {'check':>8} {'first step':>11} {'ratio':>6}")
    for name, (build, rows, batch) in MODELS.items():
        row = measure(build, rows, batch, repeats)
        figures[name] = row
        print(
            f"{name:12} {row['check_s']:6.2f} s {row['train_on_batch_s']:9.2f}"
            f" s {row['ratio']:6.2f}",
            flush=True,
        )
    figures["start"] = measure_start(3 if FLAGS.quick else 5)
    for name, value in figures["start"].items():
        print(f"{name:15} {value:9.4f}")
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
