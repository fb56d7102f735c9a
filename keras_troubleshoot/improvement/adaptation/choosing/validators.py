"""The validators by name, and what all of them say of one model."""

import dataclasses
import types
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from keras_troubleshoot.improvement.adaptation.choosing import judging
from keras_troubleshoot.improvement.adaptation.choosing import look as look_lib
from keras_troubleshoot.improvement.adaptation.choosing.look import Look

HIGHER, LOWER = "higher", "lower"


@dataclasses.dataclass(frozen=True)
class Validator:
    """One way to judge a model without labels of the target.

    Attributes:
        name: as in `VALIDATORS`.
        direction: "higher" or "lower": which scores are better.
        of: its score of a look at a model.
        classes: whether it needs predictions of classes.
        source: whether it needs held-out rows of the source.
    """

    name: str
    direction: str
    of: Callable[[Look], float]
    classes: bool = False
    source: bool = False

    def score(
        self, model: Any, source_val: Any, target: Any, **options: Any
    ) -> float:
        """Its score of a model.

        Args:
            model: a Keras model; nothing of it is changed.
            source_val: held-out `(x, y)` of the source; None will do where
                `source` is False.
            target: inputs of the target; None will do for `source_risk`.
            **options: `features`, `loss`, `output`, `rows`, `seed`.

        Raises:
            ValueError: if it cannot be told of this model or these data.
        """
        return self.of(look_lib.at(model, source_val, target, **options))


VALIDATORS = types.MappingProxyType(
    {
        each.name: each
        for each in (
            Validator("source_risk", LOWER, judging.risk_of, source=True),
            Validator("entropy", LOWER, judging.entropy_of, classes=True),
            Validator(
                "information_maximization",
                HIGHER,
                judging.information_of,
                classes=True,
            ),
            Validator(
                "soft_neighborhood_density",
                HIGHER,
                judging.density_of,
                classes=True,
            ),
            Validator(
                "deep_embedded_validation",
                LOWER,
                judging.embedded_of,
                source=True,
            ),
        )
    }
)

# Those that choose by default, among models that predict classes and numbers.
# Of all combinations, that of benchmarks/adaptation_validators.py which ranks
# most like the accuracy on the target, and chooses best.
CLASSES = ("information_maximization",)
NUMBERS = ("source_risk", "deep_embedded_validation")


@dataclasses.dataclass(frozen=True)
class Assessment:
    """What validators say of one model.

    Attributes:
        scores: by the name of the validator.
        source_accuracy: on held-out rows of the source; None where numbers
            are predicted, or no source was given.
        target_classes: how many classes the decisions for the target spread
            over: the exponential of the entropy of their shares; None for
            numbers.
        source_classes: the same of the labels of the source.
    """

    scores: dict[str, float]
    source_accuracy: float | None = None
    target_classes: float | None = None
    source_classes: float | None = None


def assess(
    model: Any,
    source_val: Any,
    target: Any,
    names: Iterable[str] | None = None,
    **options: Any,
) -> Assessment:
    """What several validators say of one model, which is run once.

    Args:
        model: a Keras model; nothing of it is changed.
        source_val: held-out `(x, y)` of the source.
        target: inputs of the target.
        names: of validators. By default `information_maximization` where
            classes are predicted; `source_risk` and
            `deep_embedded_validation` (with a source) where numbers are.
        **options: `features`, `loss`, `output`, `rows`, `seed`.

    Raises:
        ValueError: if there is no such validator, or it cannot be told.
    """
    names = None if names is None else required(names)
    look = look_lib.at(model, source_val, target, **options)
    return of_look(look, names)


def of_look(look: Look, names: Iterable[str] | None = None) -> Assessment:
    """The assessment of a look."""
    names = defaults(look) if names is None else names
    made = {name: VALIDATORS[name].of(look) for name in names}
    labelled = look.source_made
    return Assessment(
        made,
        None if labelled is None else 1 - labelled.error(),
        None if look.target is None else look.target_classes,
        None if labelled is None else look_lib.spread(labelled.targets),
    )


def defaults(look: Look) -> tuple[str, ...]:
    """Validators for the task of a model."""
    names = CLASSES if look.decides else NUMBERS
    given = look.source is not None
    return tuple(n for n in names if given or not VALIDATORS[n].source)


def required(names: Iterable[str]) -> tuple[str, ...]:
    """Names of validators.

    Raises:
        ValueError: if there is no such validator, or none at all.
    """
    names = (names,) if isinstance(names, str) else tuple(names)
    unknown = [name for name in names if name not in VALIDATORS]
    if unknown or not names:
        raise ValueError(
            f"`validators` must be of {', '.join(VALIDATORS)}, received: "
            f"{', '.join(map(repr, unknown)) or 'none'}. To mend it, correct "
            "the names."
        )
    return names
