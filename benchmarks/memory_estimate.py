"""The estimate of a training step's memory beside its measured peak.

Each model is measured in a process of its own: what its weights and its
optimizer add to the resident memory, and how far two training steps go
beyond it at their peak (`VmHWM`), after steps of a few rows that trace and
compile. The C library is told to give freed memory back at once
(`MALLOC_MMAP_THRESHOLD_`), so that the peak is what TensorFlow holds. The last
line is one JSON object of the figures.
"""

import gc
import json
import os
import pathlib
import statistics
import subprocess
import sys

import numpy as np
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_integer("repeats", 3, "processes of each model")
flags.DEFINE_bool("quick", False, "one process of each model")
flags.DEFINE_string("only", None, "measure this model, in this process")


def mlp():
    """Four dense layers on a table, 8192 rows."""
    from keras import Input
    from keras import Sequential
    from keras import layers

    hidden = [layers.Dense(1024, activation="relu") for _ in range(3)]
    head = layers.Dense(10, activation="softmax")
    return Sequential([Input((64,)), *hidden, head])


def lenet():
    """LeNet on images of 28 x 28, 2048 rows."""
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
    """ResNet50 on images of 224 x 224, 16 rows."""
    from keras import applications

    return applications.ResNet50(
        weights=None, input_shape=(224, 224, 3), classes=10
    )


def transformer():
    """Four blocks of attention over 128 tokens, 64 rows."""
    import keras
    from keras import layers

    tokens = keras.Input((128,), dtype="int32")
    z = layers.Embedding(10000, 256)(tokens)
    for _ in range(4):
        a = layers.LayerNormalization()(z)
        z = z + layers.MultiHeadAttention(8, 32)(a, a)
        a = layers.LayerNormalization()(z)
        z = z + layers.Dense(256)(layers.Dense(1024, activation="gelu")(a))
    z = layers.GlobalAveragePooling1D()(z)
    return keras.Model(tokens, layers.Dense(10, activation="softmax")(z))


MODELS = {
    "MLP": (mlp, 8192),
    "LeNet": (lenet, 2048),
    "ResNet50": (resnet50, 16),
    "Transformer": (transformer, 64),
}


def resident(name: str = "VmRSS") -> int:
    """A line of `/proc/self/status`, in bytes."""
    gc.collect()
    text = pathlib.Path("/proc/self/status").read_text("ascii")
    found = dict(line.split(":", 1) for line in text.splitlines())
    return int(found[name].split()[0]) * 1024


def warm():
    """Lets TensorFlow start its threads and kernels on a tiny model."""
    import keras

    layers = [keras.Input((3,)), keras.layers.Dense(2)]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    model.train_on_batch(np.zeros((2, 3)), np.zeros((2, 2)))


def batch_for(model, rows: int):
    """Random rows for a model, and labels."""
    rng = np.random.default_rng(0)
    shape, dtype = (rows, *model.input_shape[1:]), model.inputs[0].dtype
    x = rng.integers(0, 100, shape).astype(dtype)
    return x, rng.integers(0, 10, rows)


def measure(build, rows: int) -> dict:
    """The measured peak of a model, then the estimate, in bytes."""
    from keras_troubleshoot.debugging import memory

    warm()
    start = resident()
    model = build()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    held = resident() - start
    x, y = batch_for(model, rows)
    for few in (1, 2, 3):
        model.train_on_batch(x[:few], y[:few])
    before = resident()
    pathlib.Path("/proc/self/clear_refs").write_text("5", "ascii")
    for _ in range(2):
        model.train_on_batch(x, y)
    step = resident("VmHWM") - before
    found = memory.estimate(model, rows)
    return {"measured": held + step, "estimated": found.total}


def apart(name: str) -> dict:
    """Measures a model in a process of its own."""
    quiet = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(
        [sys.executable, __file__, f"--only={name}"],
        env=os.environ | quiet | {"MALLOC_MMAP_THRESHOLD_": "65536"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main(argv):
    """Prints a row for each model, then JSON."""
    if len(argv) > 1:
        raise app.UsageError("It takes flags only.")
    if FLAGS.only:
        print(json.dumps(measure(*MODELS[FLAGS.only])))
        return
    figures = {}
    print(f"{'model':12}{'rows':>6}{'measured':>12}{'estimate':>12}{'off':>7}")
    for name, (_, rows) in MODELS.items():
        times = 1 if FLAGS.quick else FLAGS.repeats
        found = [apart(name) for _ in range(times)]
        peak = statistics.median(one["measured"] for one in found)
        estimate = found[0]["estimated"]
        off = estimate / peak - 1
        figures[name] = {
            "rows": rows,
            "measured_mib": round(peak / 2**20, 1),
            "estimated_mib": round(estimate / 2**20, 1),
            "off": round(off, 3),
        }
        print(
            f"{name:12}{rows:6}{peak / 2**20:8.0f} MiB{estimate / 2**20:8.0f}"
            f" MiB{off:+7.1%}",
            flush=True,
        )
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
