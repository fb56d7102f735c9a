"""Causes in recurrent layers: order of the gates, biases, direction."""

import itertools
from collections.abc import Iterator

import numpy as np

from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.causes.case import Hypothesis
from keras_troubleshoot.debugging.comparing.causes.replica import Replica

GATES = {"LSTM": ("i", "f", "c", "o"), "GRU": ("z", "r", "h")}


def hypotheses(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """What may be different in an LSTM, a GRU, or a simple RNN."""
    names = GATES.get(case.ours.kind, ())
    for order in itertools.permutations(range(len(names))):
        if order != tuple(range(len(names))):
            other = ", ".join(names[place] for place in order)
            yield Hypothesis(
                "gate order",
                f"a has its gates as {', '.join(names)}; b has them as {other}",
                lambda o=order: replica.run(weights=reordered(replica, o)),
            )
    config = replica.config
    for name in ("recurrent_activation", "activation"):
        for value in ("sigmoid", "hard_sigmoid", "tanh", "relu", "linear"):
            if name in config:
                own = getattr(config[name], "__name__", config[name])
                yield Hypothesis(
                    "activation",
                    f"`{name}` is {own} in a, {value} in b",
                    lambda n=name, v=value: replica.run(**{n: v}),
                )
    for name in ("go_backwards", "reset_after", "return_sequences"):
        if name in config:
            yield Hypothesis(
                name.replace("_", " "),
                f"`{name}` is {config[name]} in a, {not config[name]} in b",
                lambda n=name: replica.run(**{n: not config[n]}),
            )
    yield from biases(replica, len(names))
    yield Hypothesis(
        "initial state",
        "the layer starts from zeros in b, and from another state in a",
        lambda: replica.run(case.ours.inputs[:1]),
    )


def reordered(replica: Replica, order: tuple) -> dict:
    """All weights with their gates in another order."""
    return {
        name: np.concatenate(
            [np.split(w, len(order), axis=-1)[place] for place in order], -1
        )
        for name, w in replica.weights.items()
    }


def biases(replica: Replica, gates: int) -> Iterator[Hypothesis]:
    """A bias that is missing, or counted once more."""
    bias = replica.weights.get("bias")
    if bias is None:
        return
    for text, other in (
        ("a has a bias, b has none", np.zeros_like(bias)),
        ("the two biases of PyTorch: one half only in b", bias / 2),
        ("the two biases of PyTorch: one half only in a", bias * 2),
    ):
        yield Hypothesis(
            "bias", text, lambda o=other: replica.run(weights={"bias": o})
        )
    if gates == 4:
        more = bias.copy()
        more[len(bias) // 4 : len(bias) // 2] += 1
        yield Hypothesis(
            "bias",
            "b adds 1 to the bias of the forget gate",
            lambda: replica.run(weights={"bias": more}),
        )
