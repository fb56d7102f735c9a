"""Trains one candidate."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import private
from keras_troubleshoot.improvement.adaptation.adapting import splitting
from keras_troubleshoot.improvement.adaptation.adapting.candidates import Way
from keras_troubleshoot.improvement.adaptation.models import balancing
from keras_troubleshoot.improvement.adaptation.models import conditioning
from keras_troubleshoot.improvement.adaptation.models.adaptation_model import (
    AdaptationModel,
)
from keras_troubleshoot.improvement.adaptation.models.pairing import paired


@dataclasses.dataclass(frozen=True)
class Plan:
    """What all candidates have in common.

    Attributes:
        build: the user's function that makes a model.
        source: `(x, y)` to train on.
        target: inputs.
        steps: batches.
        batch_size: rows of each domain.
        features: name of a layer, or None.
        augment: a function that returns a layer, or None.
        seed: of weights and batches, the same for all.
        recolor: a function that returns a layer, or None.
    """

    build: Callable[[], Any]
    source: tuple
    target: Any
    steps: int
    batch_size: int
    features: str | None
    augment: Callable[[], Any] | None
    seed: int
    recolor: Callable[[], Any] | None = None


@private.all_reduces_forgotten()
def train(plan: Plan, way: Way) -> tuple[Any, dict]:
    """A trained `AdaptationModel` and its history."""
    keras.utils.set_random_seed(plan.seed)
    built = plan.build()
    encoder, head = parts(built, plan.features)
    for wanted, make in (
        (way.recolored, plan.recolor),
        (way.augmented, plan.augment),
    ):
        if wanted and make is not None:
            encoder = behind(make(), encoder)
    classes = has_classes(built, plan.source[1])
    model = AdaptationModel(
        encoder,
        head,
        way.make(plan.steps),
        conditional=way.conditional and conditioning.possible(built),
        output_aligner=way.output_aligner() if classes else None,
    )
    compile_as(model, built)
    batches = paired(
        plan.source,
        plan.target,
        plan.batch_size,
        steps=plan.steps,
        balanced=way.balanced and classes,
        seed=plan.seed,
    )
    history = model.fit(batches, verbose=0).history
    return model, {name: values[-1] for name, values in history.items()}


def has_classes(built: Any, y: Any) -> bool:
    """Whether one class of each row is predicted."""
    return conditioning.possible(built) and balancing.class_ids(y) is not None


def parts(built: Any, features: str | None) -> tuple[Any, Any]:
    """Encoder and head of what `build` returned."""
    if not isinstance(built, keras.Model) or not built.compiled:
        kind = "a model that is not compiled"
        if not isinstance(built, keras.Model):
            kind = type(built).__name__
        raise TypeError(
            "`build` must return a compiled Keras model, received: "
            f"{kind}. To mend it, call `compile` in it."
        )
    if isinstance(built, AdaptationModel):
        return built.encoder, built.head
    return splitting.split(built, features)


def compile_as(model: Any, built: Any) -> None:
    """Compiles a model as the user compiled theirs."""
    given = keras_internals.compile_arguments(built)
    kept = built.optimizer.get_config()
    given["metrics"] = keras_internals.copied_metrics(given["metrics"])
    given["weighted_metrics"] = keras_internals.copied_metrics(
        given["weighted_metrics"]
    )
    model.compile(type(built.optimizer).from_config(kept), **given)


def behind(augment: Any, encoder: Any) -> Any:
    """An encoder whose inputs are augmented while training."""
    inputs = nests.transform(
        lambda one: keras.Input(one.shape[1:], dtype=one.dtype, name=one.name),
        keras_internals.input_structure(keras_internals.functional(encoder)),
    )
    return keras.Model(inputs, encoder(augment(inputs)), name="encoder")
