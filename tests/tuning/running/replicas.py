"""Searches on two replicas; run by a test, in a process of its own.

Devices can be split only before TensorFlow starts. Prints one JSON object.
"""

import json
import tempfile

import tensorflow as tf

from keras_troubleshoot.tuning.running.tune import tune
from tests.tuning.running import support


def searched(builder, **options):
    """A small search, and what its best model comes to."""
    with tempfile.TemporaryDirectory() as folder:
        result = tune(
            builder,
            support.TRAIN,
            support.VALIDATION,
            max_trials=2,
            epochs=2,
            finalists=1,
            seed=1,
            directory=folder,
            batch_size=10,
            verbose=False,
            **options,
        )
        model = result.model()
    told = model.evaluate(*support.VALIDATION, batch_size=10, verbose=0)
    return {
        "scores": [trial.score for trial in result.trials],
        "best": result.best.score,
        "told": told,
        "failures": result.failures,
        "replicas": model.distribute_strategy.num_replicas_in_sync,
        "test": result.estimate and len(result.estimate.best.test),
    }


def main():
    """A plain search, one with a strategy, one whose builder has it."""
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

    def build(hp):
        with strategy.scope():
            return support.build(hp)

    found = {
        "plain": searched(support.build, seeds=0),
        "strategy": searched(
            support.build, seeds=1, test=support.TEST, strategy=strategy
        ),
        "builder": searched(build, seeds=0),
    }
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
