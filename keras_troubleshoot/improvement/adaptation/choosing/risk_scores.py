"""Validators that need labels of the source, as functions."""

from collections.abc import Callable
from typing import Any

from keras_troubleshoot.improvement.adaptation.choosing import judging
from keras_troubleshoot.improvement.adaptation.choosing import look as look_lib
from keras_troubleshoot.improvement.adaptation.choosing import rows as rows_lib
from keras_troubleshoot.improvement.adaptation.choosing.look import ROWS


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
        >>> import numpy as np
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
    return judging.risk_of(look)


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
        >>> import numpy as np
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
        other = rows_lib.unlabelled(train, "train", rows, seed)
        trained = look.sight.see(other).features
    return judging.embedded_of(look, trained, seed)
