"""Validators as functions: each says how good a model may be on the target."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.improvement.adaptation.choosing import formulas
from keras_troubleshoot.improvement.adaptation.choosing import look as look_lib
from keras_troubleshoot.improvement.adaptation.choosing import ratios
from keras_troubleshoot.improvement.adaptation.choosing import requirements
from keras_troubleshoot.improvement.adaptation.choosing import shares
from keras_troubleshoot.improvement.adaptation.choosing.look import ROWS
from keras_troubleshoot.improvement.adaptation.choosing.look import Look

# Of soft neighbourhood density, as published.
TEMPERATURE = 0.05


def source_risk(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    loss: str | Callable | None = None,
    rows: int = ROWS,
    seed: int = 0,
) -> float:
    """The loss on held-out rows of the source; lower is better.

    `mean(loss(y, model(x)))`, without penalties of weights. It is the only
    validator with labels behind it, and knows nothing of the target: it
    prefers the model that fits the source best, which adaptation may have to
    give up a little of. In K. Musgrave, S. Belongie and S.-N. Lim (2022,
    https://arxiv.org/abs/2208.07360) it often does as well as any other.

    Args:
        model: compiled, unless `loss` is given. Nothing of it is changed.
        x: inputs that it was not trained on; or a data set of `(x, y)`.
        y: their targets.
        loss: to take instead of the compiled one.
        rows: that are looked at, drawn at random.
        seed: of the draw.

    Returns:
        The mean loss; of several outputs, the weighted sum.

    Raises:
        ValueError: if there is no loss, or the data will not do.

    Example:
        >>> import keras
        >>> model = keras.Sequential([
        ...     keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        >>> model.set_weights([np.array([[2.0]])])
        >>> x, y = np.array([[1.0], [2.0]]), np.array([2.0, 5.0])
        >>> source_risk(model, x, y, loss="mse")
        0.5
    """
    data = x if y is None else (x, y)
    look = look_lib.at(
        model, data, loss=loss, rows=rows, seed=seed, names=("x", "")
    )
    return risk_of(look)


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
    return density_of_shares(made, temperature)


def deep_embedded_validation(
    model: Any,
    source: Any,
    target: Any,
    *,
    train: Any = None,
    features: str | None = None,
    loss: str | Callable | None = None,
    rows: int = ROWS,
    seed: int = 0,
) -> float:
    """The risk on the target, estimated from the source; lower is better.

    DEV, K. You, X. Wang, M. Long, M. Jordan (ICML 2019): losses l of held-out
    source rows are weighted by the density ratios w of a domain classifier on
    the features, with a control variate: `mean(w l) + eta (mean(w) - 1)`,
    `eta = -cov(w l, w) / var(w)`. It may be negative. It fails where the
    domains hardly overlap in the features: then a handful of rows has nearly
    all the weight. Where labels depend on more than the features show, no
    weighting helps.

    Args:
        model: compiled, unless `loss` is given. Nothing of it is changed.
        source: held-out `(x, y)`.
        target: inputs.
        train: inputs of the source that the classifier is trained on, as
            published. By default it is trained on `source` in five parts, and
            weighs those rows that it was not trained on.
        features: name of the layer that gives them. By default what the
            encoder of an `AdaptationModel` gives, else what the last layer
            with a kernel is given.
        loss: to take instead of the compiled one.
        rows: of each domain that are looked at, drawn at random.
        seed: of the draw and of the parts.

    Returns:
        In the unit of the loss; for classes and for numbers alike.

    Raises:
        ValueError: if there is no loss, or the data will not do.

    Example:
        >>> import keras
        >>> model = keras.Sequential([
        ...     keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        >>> model.set_weights([np.array([[0.0]])])
        >>> rng = np.random.default_rng(0)
        >>> x, shifted = rng.normal(size=(2, 2000, 1))
        >>> risk = deep_embedded_validation(
        ...     model, (x, x[:, 0]), shifted + 0.5, loss="mse")
        >>> 1.1 < risk < 1.4  # E[x^2] is 1 in the source, 1.25 in the target.
        True
    """
    look = look_lib.at(
        model,
        source,
        target,
        features=features,
        loss=loss,
        rows=rows,
        seed=seed,
    )
    trained = None
    if train is not None:
        other = look_lib.rows_lib.unlabelled(train, "train", rows, seed)
        trained = look.sight.see(other).features
    return embedded_of(look, trained, seed)


def risk_of(look: Look) -> float:
    """`source_risk` of a look."""
    return float(look.losses.mean())


def entropy_of(look: Look) -> float:
    """`entropy` of a look."""
    return float(formulas.entropies(look.probabilities("entropy")).mean())


def information_of(look: Look) -> float:
    """`information_maximization` of a look."""
    made = look.probabilities("information_maximization")
    return formulas.information(made)


def density_of(look: Look) -> float:
    """`soft_neighborhood_density` of a look."""
    made = look.probabilities("soft_neighborhood_density")
    return density_of_shares(made, TEMPERATURE)


def density_of_shares(made: np.ndarray, temperature: float) -> float:
    """The density of rows of probabilities.

    Raises:
        ValueError: if there is but one row.
    """
    if len(made) < 2:
        raise ValueError(
            "`x` must have at least two rows, received: 1. To mend it, pass "
            "more rows of the target."
        )
    return formulas.density(made.reshape(len(made), -1), temperature)


def embedded_of(
    look: Look, trained: np.ndarray | None = None, seed: int = 0
) -> float:
    """`deep_embedded_validation` of a look."""
    losses = look.losses
    weights = ratios.of_source(
        look.features("source"), look.features("target"), trained, seed
    )
    return formulas.controlled_risk(losses, weights)


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
