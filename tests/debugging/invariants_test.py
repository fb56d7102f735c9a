import random

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras.src.backend.common import global_state
from keras.src.random import seed_generator
from tensorflow.python.eager import context

import keras_troubleshoot as kts
from tests.debugging import kinds

NAMES = tuple((name,) for name in kinds.KINDS)


def generators():
    """The states of the global random generators; advances none."""
    own = global_state.get_global_attribute(
        seed_generator.GLOBAL_SEED_GENERATOR
    )
    eager = vars(context.context())
    rng = eager.get("_rng")
    return {
        "python": random.getstate(),
        "numpy": str(np.random.get_state(legacy=False)),
        "tensorflow": (eager.get("_seed"), rng and rng.getstate()),
        "keras": None if own is None else own.state.numpy().tolist(),
        "names": dict(global_state.get_global_attribute("object_name_uids")),
    }


def state(model):
    """All that a look must leave as it is."""
    metrics = [v for m in model.metrics for v in m.variables]
    return generators() | {
        "weights": [np.array(v) for v in model.variables],
        "optimizer": [np.array(v) for v in model.optimizer.variables],
        "metrics": [np.array(v) for v in metrics],
        "metric_names": [m.name for m in model.metrics],
        "trainable": [x.trainable for x in model._flatten_layers()],
        "built": [x.built for x in model._flatten_layers()],
        "losses": [id(v) for x in model._flatten_layers() for v in x._losses],
        "functions": [
            id(model.train_function),
            id(model.test_function),
            id(model.predict_function),
        ],
        "own": getattr(model, "own", None),
        "optimizer_object": id(model.optimizer),
        "attributes": sorted(vars(model)),
    }


def assert_same(before, after):
    for name, value in before.items():
        np.testing.assert_equal(after[name], value, err_msg=name)


class CheckTest(parameterized.TestCase):
    @parameterized.parameters(*NAMES)
    def test_changes_nothing(self, name):
        make, x, y = kinds.KINDS[name]
        keras.utils.set_random_seed(1)
        model = make()
        if not model.built:
            model(x[:16])
        before = state(model)
        report = kts.check(model, x, y)
        assert_same(before, state(model))
        self.assertNotEmpty(report.examined)
        for skipped in report.skipped:
            self.assertNotIn("could not be measured", skipped.reason)
            self.assertNotIn("cannot be run", skipped.reason)


class FitTest(parameterized.TestCase):
    """A `fit` under supervision ends as it does without."""

    def trained(self, make, fit, supervised):
        keras.utils.set_random_seed(7)
        self.model = model = make()
        if supervised:
            with kts.supervise(quiet=True) as session:
                histories = fit(model)
            self.assertNotEmpty(session.report.examined)
        else:
            histories = fit(model)
        histories = histories if isinstance(histories, list) else [histories]
        return {
            "history": [h.history for h in histories],
            "weights": model.get_weights(),
            "optimizer": [np.array(v) for v in model.optimizer.variables],
            "own": getattr(model, "own", None),
        } | {k: v for k, v in generators().items() if k != "names"}

    def assert_same_fit(self, make, fit, leave_out=()):
        alone = self.trained(make, fit, supervised=False)
        for name in leave_out:
            del alone[name]
        assert_same(alone, self.trained(make, fit, supervised=True))

    @parameterized.parameters(*NAMES)
    def test_of_and_check_of_the_trained_model(self, name):
        make, x, y = kinds.KINDS[name]

        def fit(model):
            return model.fit(x, y, batch_size=16, epochs=2, verbose=0)

        self.assert_same_fit(make, fit)
        before = state(self.model)
        kts.check(self.model, x, y, validation_data=(x, y))
        assert_same(before, state(self.model))

    @parameterized.named_parameters(
        (
            "unbuilt",
            lambda: kinds.compiled(
                keras.Sequential(
                    [
                        keras.layers.Dense(4, "relu"),
                        keras.layers.Dropout(0.5),
                        keras.layers.Dense(1, "sigmoid"),
                    ]
                )
            ),
        ),
        ("layers_made_in_build", lambda: kinds.compiled(Late())),
    )
    def test_unbuilt(self, make):
        self.assert_same_fit(
            make, lambda model: model.fit(kinds.X, kinds.Y, verbose=0)
        )

    def test_datasets(self):
        def noisy(x, y):
            return x + tf.random.normal((6,)), y

        def datasets():
            rows = tf.data.Dataset.from_tensor_slices((kinds.X, kinds.Y))
            yield rows.shuffle(96).batch(16)
            yield rows.shuffle(96, reshuffle_each_iteration=False).batch(16)
            yield rows.shuffle(50, seed=3).batch(16).map(noisy)
            yield rows.repeat().shuffle(96).batch(16)

        def fit(model):
            options = {"steps_per_epoch": 3, "verbose": 0}
            first = next(iter(datasets()))
            histories = [model.fit(rows, **options) for rows in datasets()]
            histories.append(
                model.fit(first, epochs=2, validation_data=first, verbose=0)
            )
            return histories

        self.assert_same_fit(dropping, fit)

    def test_sequences_and_generators(self):
        def batches(rng):
            while True:
                rows = rng.permutation(96)[:16]
                yield kinds.X[rows], kinds.Y[rows]

        def fit(model):
            first, second = map(np.random.default_rng, (3, 4))
            started = batches(np.random.default_rng(5))
            next(started)
            options = {"steps_per_epoch": 4, "verbose": 0}
            return [
                model.fit(Shuffled(), epochs=3, verbose=0),
                model.fit(
                    batches(first),
                    epochs=2,
                    validation_data=batches(second),
                    validation_steps=2,
                    **options,
                ),
                model.fit(started, **options),
                model.fit(batches(np.random), **options),
            ]

        # How far a generator is read ahead is a matter of time.
        self.assert_same_fit(dropping, fit, leave_out=("numpy",))

    def test_arrays(self):
        """What the script draws after a `fit` is what it would have drawn."""

        def fit(model):
            histories = []
            for shuffle in (True, False):
                x = np.random.normal(size=(64, 6)).astype("float32")
                y = tf.random.uniform((64, 1)) > 0.5
                histories += [
                    model.fit(x, y, shuffle=shuffle, verbose=0),
                    model.fit(
                        kinds.X,
                        kinds.Y,
                        epochs=2,
                        validation_split=0.25,
                        class_weight={0: 1.0, 1: 2.0},
                        verbose=0,
                    ),
                ]
            return histories

        self.assert_same_fit(dropping, fit)


class Late(keras.Model):
    """Makes its layers when it is built."""

    def build(self, shape):
        self.hidden = keras.layers.Dense(4, "relu")
        self.end = keras.layers.Dense(1, "sigmoid")
        self.hidden.build(shape)
        self.end.build((None, 4))

    def call(self, x):
        return self.end(self.hidden(x))


class Shuffled(keras.utils.PyDataset):
    """In an order of its own each epoch."""

    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(5)
        self.on_epoch_end()

    def __len__(self):
        return 6

    def __getitem__(self, index):
        rows = self.order[index * 16 : index * 16 + 16]
        return kinds.X[rows], kinds.Y[rows]

    def on_epoch_end(self):
        self.order = self.rng.permutation(96)


def dropping():
    return kinds.compiled(
        keras.Sequential(
            [
                keras.Input((6,)),
                keras.layers.Dense(4, "relu"),
                keras.layers.BatchNormalization(),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(1, "sigmoid"),
            ]
        )
    )


if __name__ == "__main__":
    absltest.main()
