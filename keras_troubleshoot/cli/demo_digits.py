"""The digit classifier of the demo: with three bugs, and mended.

The data are the UCI optical digits, 1,797 images of 8x8 pixels from 0 to 16,
that scikit-learn's wheel carries.
"""

from collections.abc import Callable

import keras
import numpy as np
from sklearn import datasets

SEED = 0
TEST_IMAGES = 360
VALIDATION = 0.2


def train_sick(epochs: int, advance: Callable[[], object]) -> float:
    """Trains the classifier with the bugs.

    Args:
        epochs: how often it sees the images.
        advance: called after each epoch.

    Returns:
        The accuracy on the test images.
    """
    (x, y), (x_test, y_test) = _digits()
    # Bug: the images are read folder by folder, 0/ first, 9/ last, and
    # `validation_split` holds back the last rows: the digits 8 and 9.
    order = np.argsort(y, kind="stable")
    x, y = x[order], y[order]
    model = _compiled(
        keras.Input((8, 8), name="image"),
        # Bug: the pixels go from 0 to 1 already.
        keras.layers.Rescaling(1 / 255),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
        # Bug: the layer above has a softmax already.
        keras.layers.Softmax(),
    )
    model.fit(x, y, shuffle=False, **_schedule(epochs, advance))
    return _accuracy(model, x_test, y_test)


def train_mended(epochs: int, advance: Callable[[], object]) -> float:
    """Trains the classifier without the bugs; see `train_sick`."""
    (x, y), (x_test, y_test) = _digits()
    model = _compiled(
        keras.Input((8, 8), name="image"),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    )
    model.fit(x, y, **_schedule(epochs, advance))
    return _accuracy(model, x_test, y_test)


def _digits():
    """Images and labels to train on, and to test with, in random order."""
    digits = datasets.load_digits()
    order = np.random.default_rng(SEED).permutation(len(digits.target))
    x = digits.images[order].astype("float32") / 16.0
    y = digits.target[order]
    train, test = slice(TEST_IMAGES, None), slice(TEST_IMAGES)
    return (x[train], y[train]), (x[test], y[test])


def _compiled(*layers) -> keras.Model:
    keras.utils.set_random_seed(SEED)
    model = keras.Sequential(layers, name="digits")
    model.compile(
        "adam", "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def _schedule(epochs: int, advance: Callable[[], object]) -> dict:
    """What both calls of `fit` have in common."""
    tick = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: advance()
    )
    return {
        "epochs": epochs,
        "validation_split": VALIDATION,
        "callbacks": [tick],
        "verbose": 0,
    }


def _accuracy(model, x, y) -> float:
    return model.evaluate(x, y, verbose=0, return_dict=True)["accuracy"]
