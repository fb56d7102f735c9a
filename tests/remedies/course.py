"""A linear model, and its gradient descent by NumPy."""

import keras
import numpy as np
from keras import layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(100, 3)).astype("float32")
Y = X @ np.array([[1.0], [-2.0], [0.5]], "float32")


def linear(rate=0.1):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


def descended(model, order, rate=0.1):
    """Losses of gradient descent, by NumPy."""
    kernel, bias = (w.astype("float64") for w in model.get_weights())
    losses = []
    for rows in order:
        error = X[rows] @ kernel + bias - Y[rows]
        losses.append(float(np.mean(error**2)))
        kernel = kernel - rate * 2 * X[rows].T @ error / len(rows)
        bias = bias - rate * 2 * error.mean(axis=0)
    return losses, kernel, bias
