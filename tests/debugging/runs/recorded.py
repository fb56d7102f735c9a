"""Recorded runs made up of formulas, seed by seed."""

import json

import numpy as np

from keras_troubleshoot.debugging.runs.record import RunRecord

STEPS = np.r_[np.arange(100), np.arange(100, 400, 50)].astype("float64")


def run(seed, rate=1.0, floor=0.3, start=2.3, layers=("one", "two"), **more):
    """A run whose loss falls from `start` to `floor`."""
    rng = np.random.default_rng(seed)

    def around(values, spread):
        own = np.exp(spread * rng.normal())
        noise = np.exp(0.05 * rng.normal(size=np.shape(values)))
        return own * np.asarray(values) * noise

    ones = np.ones(len(STEPS))
    falling = floor + (start - floor) * np.exp(-STEPS / 80)
    columns = {"loss": around(falling, 0.02)}
    for layer in layers:
        columns[f"gradient/{layer}"] = around(falling / 3, 0.1)
        columns[f"update/{layer}"] = around(0.01 * rate * ones, 0.05)
        columns[f"weight/{layer}"] = around(5 * ones, 0.01)
        columns[f"dead/{layer}"] = np.clip(around(0.2 * ones, 0.1), 0, 1)
    epochs = falling[[20, 60, 99, 103]]
    history = {
        "loss": around(epochs, 0.02),
        "val_accuracy": np.clip(around(1 - epochs / 3, 0.01), 0, 1),
    }
    seconds = np.array([0.5, 0.01, 0.011, 0.01]) * more.get("slower", 1)
    return RunRecord(f"seed{seed}", STEPS, columns, history, seconds)


def as_json(record):
    """The text of the file of a run."""
    values = {"schema": 1, "step": record.steps.astype(int).tolist()}
    values |= {name: v.tolist() for name, v in record.columns.items()}
    values["history"] = {n: v.tolist() for n, v in record.history.items()}
    values["seconds"] = record.seconds.tolist()
    return json.dumps(values | {"findings": []})
