"""Tunes a small network on digits with several processes, or machines.

On one machine, each worker is a process of its own; the processors are shared
between them, and a worker that dies costs the time of its trial.

    python examples/tune_distributed.py --workers=2

On a Ray cluster, or a Ray on this machine, each trial is a task:

    pip install 'keras-troubleshoot[ray]'
    python examples/tune_distributed.py --engine=ray --workers=8 --cpus=2

On several machines without Ray, one is the chief, which hands out the trials;
the others train them. All run the same command, in a folder that they share:

    python examples/tune_distributed.py --role=chief \
        --chief_address=0.0.0.0:8000 --directory=/shared/tuned
    python examples/tune_distributed.py --role=worker \
        --chief_address=HOST:8000 --directory=/shared/tuned
"""

import os
import socket

import keras
from absl import app
from absl import flags
from sklearn import datasets
from sklearn import model_selection

import keras_troubleshoot as kts

FLAGS = flags.FLAGS

flags.DEFINE_integer("workers", 2, "Trials at once.", lower_bound=0)
flags.DEFINE_enum("engine", None, ["ray"], "What runs the workers.")
flags.DEFINE_float("cpus", 1, "Processors of a trial, on Ray.")
flags.DEFINE_float("gpus", 0, "GPUs of a trial, on Ray.")
flags.DEFINE_enum("role", None, ["chief", "worker"], "Of this machine.")
flags.DEFINE_string("chief_address", "", "HOST:PORT of the chief.")
flags.DEFINE_integer("trials", 8, "Configurations to try.", lower_bound=1)
flags.DEFINE_integer("epochs", 3, "Epochs of each trial.", lower_bound=1)
flags.DEFINE_string("directory", "tuned", "Where the search is kept.")
flags.DEFINE_integer("seed", 0, "Seed of the search and all trainings.")


def load_digits():
    """Training and validation images with labels."""
    digits = datasets.load_digits()
    x = digits.data.astype("float32") / 16
    x, x_val, y, y_val = model_selection.train_test_split(
        x, digits.target, test_size=500, random_state=0
    )
    return (x, y), (x_val, y_val)


def build(hp):
    """A network with one hidden layer."""
    rate = hp.Float("learning_rate", 1e-4, 1e-1, sampling="log")
    units = hp.Int("units", 16, 256, sampling="log")
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def take_role():
    """Tells what this machine is, in the environment that keras-tuner has."""
    host, _, port = FLAGS.chief_address.rpartition(":")
    if not host:
        raise app.UsageError("--role needs --chief_address=HOST:PORT.")
    name = f"worker-{socket.gethostname()}-{os.getpid()}"
    os.environ["KERASTUNER_TUNER_ID"] = (
        "chief" if FLAGS.role == "chief" else name
    )
    os.environ["KERASTUNER_ORACLE_IP"] = host
    os.environ["KERASTUNER_ORACLE_PORT"] = port


def main(argv):
    """Searches, or takes part in a search."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    if FLAGS.role:
        take_role()
    train, validation = load_digits()
    ray = FLAGS.engine == "ray"
    result = kts.tune(
        build,
        train,
        validation,
        objective="val_accuracy",
        max_trials=FLAGS.trials,
        epochs=FLAGS.epochs,
        seeds=0,
        seed=FLAGS.seed,
        directory=FLAGS.directory,
        workers=0 if FLAGS.role else FLAGS.workers,
        engine=FLAGS.engine,
        resources=(
            {"num_cpus": FLAGS.cpus, "num_gpus": FLAGS.gpus} if ray else None
        ),
        batch_size=64,
    )
    print(result)


if __name__ == "__main__":
    app.run(main)
