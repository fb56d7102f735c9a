"""`domain_gap`: how far two domains are apart, by a proxy A-distance."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import wilson
from keras_troubleshoot.improvement.adaptation.choosing import requirements
from keras_troubleshoot.improvement.adaptation.choosing import rows as rows_lib
from keras_troubleshoot.improvement.adaptation.choosing import telling
from keras_troubleshoot.improvement.adaptation.choosing.gap import DomainGap
from keras_troubleshoot.improvement.adaptation.choosing.rows import Rows
from keras_troubleshoot.improvement.adaptation.choosing.seeing import Sight
from keras_troubleshoot.improvement.labels import features as features_lib

FOLDS = 5
# Fewest rows of a domain that folds can be made of.
FEWEST = 20
# Activations by which a model is known to have a head.
HEADS = ("softmax", "sigmoid")


def domain_gap(
    source: Any,
    target: Any,
    *,
    model: Any = None,
    features: str | None = None,
    rows: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> DomainGap:
    """How well a linear classifier tells two domains apart.

    The proxy A-distance `2 (1 - 2 error)` of S. Ben-David, J. Blitzer, K.
    Crammer, F. Pereira (NIPS 2006; Machine Learning 79, 2010), with the
    balanced error of logistic regression in 5-fold cross-fitting, each row
    judged by a classifier that was not trained on it. Ask it of the inputs
    before you adapt, and of the features afterwards: adaptation by alignment
    should bring that of the features down. A small gap does not prove that
    classes lie on each other, and a large one in the inputs need not hurt.

    The interval is Wilson's of the error in each domain, of so many rows as
    tell as much (folds share training rows: C. Nadeau, Y. Bengio, Machine
    Learning 52, 2003), both put together as by G. Zou and A. Donner
    (Statistics in Medicine 27, 2008). It is about the classifier that so many
    rows can train; with more rows the distance may grow.

    Args:
        source: inputs of the source: an array, a nested structure of them
            (flattened side by side), texts or token ids (seen as weighted
            counts of words), or a `tf.data.Dataset` or `PyDataset` of inputs.
        target: inputs of the target, in the same structure.
        model: to look at its features instead of the inputs. Of a model with
            a head (compiled, or ending in a softmax or sigmoid), what its
            last layer with a kernel is given; of `AdaptationModel`, what its
            encoder gives; of any other (an encoder), its output. Features
            over space or time are averaged. Nothing of it is changed.
        features: name of the layer of `model` that gives the features.
        rows: of each domain that are looked at, drawn at random.
        confidence: of the interval.
        seed: of the draw and of the folds.

    Returns:
        The distance from 0 to 2 with its interval, and the error.

    Raises:
        ValueError: if the domains are empty, hold NaN or labels, differ in
            the shape of their features, or have fewer than 20 rows.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> a, b = rng.normal(size=(500, 3)), rng.normal(size=(500, 3))
        >>> domain_gap(a, b).apart
        False
        >>> found = domain_gap(a, b + [0, 6, 0])
        >>> found.low < found.distance, found.distance > 1.9
        (True, True)
    """
    requirements.count(rows, "rows", FEWEST)
    requirements.between(confidence, "confidence", 0, 1)
    requirements.count(seed, "seed", 0)
    if features is not None and model is None:
        raise ValueError(
            "`features` names a layer of `model`, received: no model. To mend "
            "it, pass `model=` as well."
        )
    one = rows_lib.unlabelled(source, "source", rows, seed)
    other = rows_lib.unlabelled(target, "target", rows, seed + 1)
    require_alike(one, other, model)
    both, where = vectors(one, other, model, features)
    side = np.repeat([0, 1], [len(one), len(other)])
    errors = crossfitted(telling.prepared(both, seed), side, seed)
    low, high = interval(errors, (len(one), len(other)), confidence)
    error = float(np.mean(errors))
    return DomainGap(
        distance(error),
        distance(high),
        distance(low),
        error,
        (len(one), len(other)),
        where,
        confidence,
    )


def distance(error: float) -> float:
    """The proxy A-distance; an error beyond chance is one of chance.

    Example:
        >>> distance(0.0), distance(0.25), distance(0.51)
        (2.0, 1.0, 0.0)
    """
    return float(max(0.0, 2 * (1 - 2 * error)))


def require_alike(one: Rows, other: Rows, model: Any) -> None:
    """Raises ValueError where the domains do not go together."""
    for domain in (one, other):
        if len(domain) < FEWEST:
            raise ValueError(
                f"`{domain.name}` must have at least {FEWEST} rows, received: "
                f"{len(domain)}. To mend it, collect more."
            )
    named = [dict(nests.leaves(part.x, "", True)) for part in (one, other)]
    shapes = [{n: a.shape[1:] for n, a in part.items()} for part in named]
    if model is not None:
        # Its layers may take rows of any length.
        shapes = [{n: len(s) for n, s in part.items()} for part in shapes]
    if shapes[0] != shapes[1]:
        told = [
            ", ".join(f"{n or 'rows'} {s}" for n, s in p.items())
            for p in shapes
        ]
        raise ValueError(
            "`target` must have the features of `source`, received: "
            f"{told[1]} where the source has {told[0]}. To mend it, bring "
            "both to one shape."
        )


def vectors(
    one: Rows, other: Rows, model: Any, features: str | None
) -> tuple[Any, str]:
    """One vector for each row of both, and what it is of.

    Raises:
        ValueError: if the features of the model are not finite.
    """
    if model is not None:
        return of_model(one, other, model, features)
    joined = nests.transform(
        lambda a, b: np.concatenate([a, b]), one.x, other.x
    )
    flat, kind = features_lib.flattened(joined)
    if kind == "text":
        from sklearn.feature_extraction.text import TfidfVectorizer

        made = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\S+")
        return made.fit_transform(flat), "the words"
    return flat, "the inputs"


def of_model(
    one: Rows, other: Rows, model: Any, features: str | None
) -> tuple[np.ndarray, str]:
    """Features of both domains.

    Raises:
        ValueError: if they are not finite.
    """
    sight = Sight(model, one, features)
    outputs = features is None and is_encoder(sight)
    parts = []
    for domain in (one, other):
        seen = sight.see(domain)
        made = seen.features
        if outputs or made is None:
            flat = [o.reshape(len(o), -1) for o in seen.outputs.values()]
            made = np.concatenate(flat, axis=1)
        rows_lib.require_finite(made, f"the features of {domain.name}")
        parts.append(made.astype("float32"))
    where = sight.where
    if outputs or sight.layer is None:
        where = f"the outputs of {model.name!r}"
    return np.concatenate(parts), where


def is_encoder(sight: Sight) -> bool:
    """Whether the outputs of a model are features."""
    if sight.model.compiled or not sight.given:
        return False
    return not any(
        head.probable or head.threshold is None and head.axis is None
        for head in sight.heads.values()
    )


def crossfitted(
    features: Any, side: np.ndarray, seed: int
) -> tuple[float, float]:
    """The error in each domain of classifiers that had not seen the rows."""
    from sklearn import model_selection

    folds = model_selection.StratifiedKFold(
        FOLDS, shuffle=True, random_state=seed
    )
    wrong = np.zeros(len(side))
    with telling.calmly():
        for train, test in folds.split(np.zeros(len(side)), side):
            model = telling.fitted(features[train], side[train], seed)
            wrong[test] = model.predict(features[test]) != side[test]
    return float(wrong[side == 0].mean()), float(wrong[side == 1].mean())


def interval(
    errors: tuple[float, float], rows: tuple[int, int], confidence: float
) -> tuple[float, float]:
    """The interval of the mean of two errors (MOVER of Zou and Donner)."""
    # As folds share training rows, they tell as much as fewer rows would.
    grown = 1 + FOLDS / (FOLDS - 1)
    ends = [
        wilson.interval(error, count / grown, confidence)
        for error, count in zip(errors, rows, strict=True)
    ]
    below, above = (
        np.sqrt(
            sum((e - end[i]) ** 2 for e, end in zip(errors, ends, strict=True))
        )
        for i in (0, 1)
    )
    mean = np.mean(errors)
    return float(mean - below / 2), float(mean + above / 2)
