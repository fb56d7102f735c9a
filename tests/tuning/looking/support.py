"""Hand-made trials, as keras-tuner's oracles keep them."""

import keras_tuner
import numpy as np

Trial = keras_tuner.engine.trial.Trial


def space():
    hp = keras_tuner.HyperParameters()
    hp.Float("learning_rate", 1e-4, 1.0, sampling="log")
    hp.Choice("optimizer", ["adam", "sgd"])
    with hp.conditional_scope("optimizer", ["sgd"]):
        hp.Float("momentum", 0.0, 1.0)
    hp.Int("units", 8, 512, step=2, sampling="log")
    hp.Boolean("flag")
    hp.Fixed("seed", 3)
    return hp


def oracle(direction="min", hp=None):
    return keras_tuner.oracles.RandomSearchOracle(
        keras_tuner.Objective("val_loss", direction),
        max_trials=1000,
        hyperparameters=hp or space(),
        seed=1,
    )


def add(held, chosen, score, status="COMPLETED", history=(), message=None):
    """A trial that has ended, or `status="RUNNING"`."""
    hp = held.get_space()
    hp.values = chosen
    name = f"{len(held.trials):03d}"
    trial = Trial(hp, name, status, message)
    trial.score = score
    if history:
        trial.metrics.register("val_loss", held.objective.direction)
        for step, values in enumerate(history):
            # One for each execution.
            for value in values if isinstance(values, list) else [values]:
                trial.metrics.update("val_loss", value, step)
        trial.best_step = len(history) - 1
    held.trials[name] = trial
    held.start_order.append(name)
    if status != "RUNNING":
        held.end_order.append(name)
    return trial


def draw(random):
    values = {
        "learning_rate": float(10 ** random.uniform(-4, 0)),
        "optimizer": ["adam", "sgd"][random.integers(2)],
        "units": int(2 ** random.integers(3, 10)),
        "flag": bool(random.integers(2)),
        "seed": 3,
    }
    if values["optimizer"] == "sgd":
        values["momentum"] = float(random.uniform())
    return values


def depth(values):
    """How far a rate is from the middle of its scale, from -0.5 to 0.5."""
    return (np.log10(values["learning_rate"]) + 2) / 4


def filled(score, count=80, direction="min", seed=0):
    """An oracle with trials of a random search."""
    held = oracle(direction)
    random = np.random.default_rng(seed)
    for _ in range(count):
        values = draw(random)
        add(held, values, float(score(values)))
    return held
