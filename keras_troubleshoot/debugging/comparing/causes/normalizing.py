"""Causes in a normalization: epsilon, axis, mode, how the variance counts."""

from collections.abc import Iterator

import numpy as np

from keras_troubleshoot.debugging.comparing.causes.case import Case
from keras_troubleshoot.debugging.comparing.causes.case import Hypothesis
from keras_troubleshoot.debugging.comparing.causes.replica import Replica

# Defaults in use: Keras 1e-3; PyTorch and torchvision 1e-5; Flax, BERT and
# GPT-NeoX 1e-6, 1e-12; Inception of TF-Slim 1e-3; EfficientNet 1e-3.
EPSILONS = (1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-12, 0.0, 1e-4, 1e-2, 1e-1)


def hypotheses(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """What may be different in a normalization."""
    config = replica.config
    own = config.get("epsilon")
    for value in EPSILONS if own is not None else ():
        if value != own:
            yield Hypothesis(
                "epsilon",
                f"{own:g} in a, {value:g} in b",
                lambda v=value: replica.run(epsilon=v),
            )
    yield from axes(case, replica)
    for name in ("center", "scale"):
        if config.get(name):
            lost = {"center": "beta", "scale": "gamma"}[name]
            yield Hypothesis(
                "bias" if name == "center" else "scale",
                f"a has a learned `{lost}`, b has none",
                lambda n=name: replica.run(**{n: False}),
            )
    if case.ours.kind == "LayerNormalization":
        yield Hypothesis(
            "variance",
            "a divides the variance by n, b by n - 1",
            lambda: unbiased(case, replica),
        )
    for groups in (1, 2, 4, 8, 16, 32) if "groups" in config else ():
        if groups != config["groups"]:
            yield Hypothesis(
                "groups",
                f"{config['groups']} in a, {groups} in b",
                lambda g=groups: replica.run(groups=g),
            )


def axes(case: Case, replica: Replica) -> Iterator[Hypothesis]:
    """The same over other axes."""
    own = replica.config.get("axis")
    if own is None:
        return
    rank = case.ours.output.ndim
    others: list = list(range(1, rank))
    if case.ours.kind == "LayerNormalization" and rank > 2:
        others += [list(range(1, rank)), list(range(1, rank - 1))]
    told = own[0] if isinstance(own, list | tuple) and len(own) == 1 else own
    for axis in others:
        same = told in (axis, axis - rank if isinstance(axis, int) else axis)
        if not same:
            yield Hypothesis(
                "normalization axis",
                f"axis {told} in a, {axis} in b",
                lambda x=axis: replica.run(axis=x),
            )


def unbiased(case: Case, replica: Replica) -> np.ndarray:
    """Layer normalization with a variance over n - 1."""
    x = np.asarray(case.ours.inputs[0], "float64")
    axis = replica.config["axis"]
    axis = tuple(axis) if isinstance(axis, list | tuple) else axis
    scale = np.sqrt(x.var(axis=axis, ddof=1, keepdims=True))
    # Inputs that are scaled so have the output that was asked for.
    wanted = np.sqrt(x.var(axis=axis, keepdims=True)) / scale
    beta = replica.weights.get("beta", 0.0)
    return (replica.run() - beta) * wanted + beta
