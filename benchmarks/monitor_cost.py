"""What watching a training costs, step by step.

Five trainings of the same kind of model take turns, some steps each: plain,
with `TrainingMonitor`, with `NumericsGuard` besides, under
`tf.debugging.enable_check_numerics`, and with a callback that reads the norms
of all weights after each batch. A row shows the time of a plain step and, for
the others, the median of the ratios round by round. The first rounds, in which
the monitor records every step, are shown apart. The last line is one JSON
object of the figures.
"""

import json
import statistics
import time

import numpy as np
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_integer("rounds", 25, "rounds that count")
flags.DEFINE_bool("quick", False, "fewer rounds")
flags.DEFINE_list("models", [], "those to measure; all by default")


def mlp():
    """Three dense layers; a step takes about a millisecond."""
    import keras
    from keras import layers

    hidden = [layers.Dense(128, activation="relu") for _ in range(2)]
    head = layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((64,)), *hidden, head])


def lenet():
    """LeNet on images of 28 x 28."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def resnet():
    """Three stages of residual blocks on images of 32 x 32."""
    import keras
    from keras import layers

    def normalized(x, width, stride=1):
        x = layers.Conv2D(
            width, 3, strides=stride, padding="same", use_bias=False
        )(x)
        return layers.BatchNormalization()(x)

    inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(normalized(inputs, 16))
    for width, stride in ((16, 1), (32, 2), (64, 2)):
        short = x
        if stride > 1:
            short = layers.Conv2D(width, 1, strides=stride)(x)
        y = layers.ReLU()(normalized(x, width, stride))
        x = layers.ReLU()(layers.Add()([short, normalized(y, width)]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


# Model, batch, steps of a round.
MODELS = {
    "MLP": (mlp, 128, 200),
    "LeNet": (lenet, 64, 60),
    "ResNet-like": (resnet, 64, 8),
}
FIRST = 100  # Steps in which the monitor records each one.


class Training:
    """One `fit` in a thread of its own would disturb: rounds by hand."""

    def __init__(self, build, batch: int, callbacks, numerics: bool = False):
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(1)
        self.numerics = numerics
        model = self.model = build()
        model.compile("adam", "sparse_categorical_crossentropy")
        rng = np.random.default_rng(0)
        x = rng.normal(size=(8 * batch, *model.input_shape[1:]))
        y = rng.integers(0, 10, 8 * batch)
        rows = tf.data.Dataset.from_tensor_slices((x.astype("float32"), y))
        self.rows = iter(rows.batch(batch, drop_remainder=True).repeat())
        self.callbacks = callbacks()
        for callback in self.callbacks:
            callback.set_model(model)
        with self.checked():
            model.make_train_function()

    def checked(self):
        """Where numbers are checked, if they are."""
        import contextlib

        import tensorflow as tf

        @contextlib.contextmanager
        def checking():
            tf.debugging.enable_check_numerics()
            try:
                yield
            finally:
                tf.debugging.disable_check_numerics()

        return checking() if self.numerics else contextlib.nullcontext()

    def run(self, steps: int) -> float:
        """Seconds that a step takes, over some of them."""
        hooks = [c for c in self.callbacks if isinstance(c, reading())]
        with self.checked():
            begin = time.perf_counter()
            for step in range(steps):
                self.model.train_function(self.rows)
                for hook in hooks:
                    hook.on_train_batch_end(step)
            return (time.perf_counter() - begin) / steps


def reading():
    """The callback that reads norms after each batch."""
    global READING
    if READING is None:
        import keras

        class Reading(keras.callbacks.Callback):
            """Reads the norm of each weight."""

            def on_train_batch_end(self, batch, logs=None):
                """Reads them."""
                for weight in self.model.trainable_weights:
                    float(keras.ops.norm(keras.ops.reshape(weight, [-1])))

        READING = Reading
    return READING


READING = None


def kinds() -> dict:
    """How each training is watched."""
    from keras_troubleshoot.callbacks import NumericsGuard
    from keras_troubleshoot.callbacks import TrainingMonitor

    return {
        "plain": lambda: [],
        "monitor": lambda: [TrainingMonitor(quiet=True)],
        "monitor and guard": lambda: [
            TrainingMonitor(quiet=True),
            NumericsGuard(),
        ],
        "check_numerics": lambda: [],
        "reads norms": lambda: [reading()()],
    }


def measure(build, batch: int, steps: int, rounds: int) -> dict:
    """Lets the trainings take turns."""
    trainings = {
        name: Training(build, batch, watch, name == "check_numerics")
        for name, watch in kinds().items()
    }
    for training in trainings.values():
        training.run(3)
    first = {n: [t.run(FIRST // 4) for _ in (0,)] for n, t in trainings.items()}
    for training in trainings.values():
        training.run(FIRST)
    times = {name: [] for name in trainings}
    names = list(trainings)
    for turn in range(rounds):
        # Who goes first changes, lest one always follows the same other.
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            times[name].append(trainings[name].run(steps))
    plain = times.pop("plain")
    start = first.pop("plain")
    return {
        "plain_ms": round(1000 * statistics.median(plain), 3),
        "ratio": {n: ratio(t, plain) for n, t in times.items()},
        "first_steps_ratio": {n: ratio(t, start) for n, t in first.items()},
    }


def ratio(times, plain) -> float:
    """The median of ratios, round by round."""
    pairs = zip(times, plain, strict=True)
    return round(statistics.median(t / p for t, p in pairs), 3)


def main(argv):
    """Prints a row for each model, then JSON."""
    if len(argv) > 1:
        raise app.UsageError("It takes flags only.")
    rounds = 7 if FLAGS.quick else FLAGS.rounds
    figures = {}
    for name in FLAGS.models or MODELS:
        figures[name] = row = measure(*MODELS[name], rounds)
        shown = "  ".join(f"{n} {r:.3f}" for n, r in row["ratio"].items())
        early = "  ".join(f"{r:.2f}" for r in row["first_steps_ratio"].values())
        print(f"{name:12} {row['plain_ms']:8.2f} ms  {shown}")
        print(f"{'':12} first steps: {early}", flush=True)
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
