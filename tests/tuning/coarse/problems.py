"""Searches without training: fake objectives on keras-tuner's machinery."""

import math

import keras_tuner

from keras_troubleshoot.tuning.coarse.tuner import CoarseToFine


def mixed(hp):
    """A space with each kind, and what it costs; the best costs 0."""
    rate = hp.Float("rate", 1e-5, 1.0, sampling="log")
    units = hp.Int("units", 8, 512, sampling="log")
    momentum = hp.Float("decay", 0.5, 0.999, sampling="reverse_log")
    layers = hp.Int("layers", 1, 5)
    dropout = hp.Float("dropout", 0.0, 0.8, step=0.1)
    act = hp.Choice("act", ["relu", "tanh", "elu"])
    norm = hp.Boolean("norm")
    kind = hp.Choice("optimizer", ["adam", "sgd"])
    cost = (math.log10(rate) + 3) ** 2 + 0.3 * math.log2(units / 64) ** 2
    cost += (momentum - 0.9) ** 2 + 0.1 * abs(layers - 3) + (dropout - 0.3) ** 2
    cost += {"relu": 0, "tanh": 0.1, "elu": 0.3}[act] + 0.1 * (not norm)
    with hp.conditional_scope("optimizer", ["sgd"]):
        speed = hp.Float("momentum", 0.0, 1.0)
        if kind == "sgd":
            cost += 0.2 * (speed - 0.9) ** 2
    return cost + (0.05 if kind == "adam" else 0)


def small(hp):
    """Twelve configurations."""
    a, b = hp.Int("a", 1, 4), hp.Boolean("b")
    with hp.conditional_scope("b", [True]):
        c = hp.Choice("c", ["x", "y"])
    return a + (c == "y") + b


class Search(CoarseToFine):
    """Asks `cost(hp)` instead of training; stops before trial `until`."""

    def __init__(self, cost, directory, **options):
        self.cost, self.until = cost, None
        super().__init__(directory=directory, project_name="search", **options)

    def run_trial(self, trial, *args, **kwargs):
        if self.until is not None and int(trial.trial_id) >= self.until:
            raise KeyboardInterrupt
        return self.cost(trial.hyperparameters)

    def run(self, until=None):
        """Searches, and returns the values of each trial."""
        self.until = until
        try:
            self.search(verbose=0)
        except KeyboardInterrupt:
            if until is None:
                raise
        return self.values()

    def values(self):
        trials = self.oracle.trials
        return [dict(trials[n].hyperparameters.values) for n in sorted(trials)]


def space_of(cost):
    """The hyperparameters that a fake objective names."""
    hp = keras_tuner.HyperParameters()
    cost(hp)
    return hp
