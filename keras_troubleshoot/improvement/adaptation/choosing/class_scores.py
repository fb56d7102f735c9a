"""Validators that look at predicted classes alone, as functions."""

from typing import Any

import numpy as np

from keras_troubleshoot.improvement.adaptation.choosing import formulas
from keras_troubleshoot.improvement.adaptation.choosing import judging
from keras_troubleshoot.improvement.adaptation.choosing import look as look_lib
from keras_troubleshoot.improvement.adaptation.choosing import requirements
from keras_troubleshoot.improvement.adaptation.choosing import shares
from keras_troubleshoot.improvement.adaptation.choosing.judging import (
    TEMPERATURE,
)
from keras_troubleshoot.improvement.adaptation.choosing.look import ROWS


def entropy(
    model: Any = None,
    x: Any = None,
    *,
    probabilities: Any = None,
    output: str | None = None,
    rows: int = ROWS,
    seed: int = 0,
) -> float:
    """How unsure the predictions for the target are; lower is better.

    The mean over rows of `-sum_c p_c log p_c`, in nats: 0 where all are
    certain, log(classes) where all are guesses (P. Morerio, J. Cavazza, V.
    Murino, ICLR 2018). It fails where a model was trained to be sure: one
    that puts every row into one class has the least entropy there is.

    Args:
        model: it may end in logits, a softmax or sigmoids. Nothing of it is
            changed.
        x: inputs of the target.
        probabilities: instead of both, those that were predicted, shape
            (rows, classes), or (rows,) of a yes.
        output: name of one of several outputs.
        rows: that are looked at, drawn at random.
        seed: of the draw.

    Returns:
        Nats. Steps of a sequence, and labels with a sigmoid each, count as
        decisions of their own.

    Raises:
        ValueError: if the model predicts numbers, or the data will not do.

    Example:
        >>> round(entropy(probabilities=[[0.5, 0.5], [1.0, 0.0]]), 4)
        0.3466
    """
    made = predicted("entropy", model, x, probabilities, output, rows, seed)
    return float(formulas.entropies(made).mean())


def information_maximization(
    model: Any = None,
    x: Any = None,
    *,
    probabilities: Any = None,
    output: str | None = None,
    rows: int = ROWS,
    seed: int = 0,
) -> float:
    """How sure and how diverse predictions are; higher is better.

    The entropy of the mean prediction minus the mean entropy: the mutual
    information of inputs and predicted classes (Y. Shi, F. Sha, ICML 2012; J.
    Liang, D. Hu, J. Feng, ICML 2020). Between 0, also of a model that puts
    every row into one class, and log(classes). It fails where the target's
    classes are of very different sizes, and where rows are put surely and
    evenly into the wrong classes.

    Args:
        model: as in `entropy`.
        x: inputs of the target.
        probabilities: instead of both, those that were predicted.
        output: name of one of several outputs.
        rows: that are looked at, drawn at random.
        seed: of the draw.

    Returns:
        Nats; of labels with a sigmoid each, the mean over them.

    Raises:
        ValueError: if the model predicts numbers, or the data will not do.

    Example:
        >>> sure = information_maximization(probabilities=np.eye(3))
        >>> same = information_maximization(probabilities=np.eye(3)[[0, 0]])
        >>> round(sure, 4), same
        (1.0986, 0.0)
    """
    made = predicted(
        "information_maximization", model, x, probabilities, output, rows, seed
    )
    return formulas.information(made)


def soft_neighborhood_density(
    model: Any = None,
    x: Any = None,
    *,
    probabilities: Any = None,
    temperature: float = TEMPERATURE,
    output: str | None = None,
    rows: int = ROWS,
    seed: int = 0,
) -> float:
    """How dense the predictions' neighbourhoods are; higher is better.

    K. Saito, D. Kim, P. Teterwak, S. Sclaroff, T. Darrell, K. Saenko (ICCV
    2021): the mean entropy of `softmax_j(cos(p_i, p_j) / temperature)` over
    the other rows j, of the predicted probabilities p. It grows with the
    number of rows, up to log(rows - 1), so compare models on the same ones.
    Few large clusters are denser than many small ones: it is largest where a
    model puts every row into one class, and it prefers those that merge
    classes.

    Args:
        model: as in `entropy`.
        x: inputs of the target.
        probabilities: instead of both, those that were predicted.
        temperature: as published, by default.
        output: name of one of several outputs.
        rows: that are looked at, drawn at random; all pairs are compared.
        seed: of the draw.

    Returns:
        Nats.

    Raises:
        ValueError: if the model predicts numbers, or the data will not do.

    Example:
        >>> one = soft_neighborhood_density(probabilities=np.eye(2)[[0, 0, 0]])
        >>> round(one, 4), round(float(np.log(2)), 4)
        (0.6931, 0.6931)
    """
    requirements.between(temperature, "temperature", 0, np.inf)
    name = "soft_neighborhood_density"
    made = predicted(name, model, x, probabilities, output, rows, seed)
    return judging.density_of_shares(made, temperature)


def predicted(asked, model, x, probabilities, output, rows, seed):
    """Probabilities of the target's rows, given or predicted.

    Raises:
        ValueError: if neither a model with rows nor probabilities are given.
    """
    both = model is not None or x is not None
    if both == (probabilities is not None):
        raise ValueError(
            f"`{asked}` must get a model and `x`, or `probabilities`, "
            f"received: {'both' if both else 'neither'}. To mend it, leave "
            "one out."
        )
    if probabilities is not None:
        return shares.given(probabilities)
    look = look_lib.at(
        model,
        target=x,
        output=output,
        rows=rows,
        seed=seed,
        names=("", "x"),
    )
    if look.target is None:
        raise look_lib.missing("x", "inputs of the target")
    return look.probabilities(asked)
