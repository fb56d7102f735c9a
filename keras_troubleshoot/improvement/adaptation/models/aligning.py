"""What the aligners of an `AdaptationModel` are given."""

from typing import Any

from keras_troubleshoot.improvement.adaptation.models import conditioning


def idles(aligner: Any) -> bool:
    """Whether an aligner adds nothing, or is none."""
    return aligner is None or getattr(aligner, "idle", False)


def build(model: Any, shapes: list) -> None:
    """Builds the aligners of a model.

    Args:
        model: an `AdaptationModel` whose head is built.
        shapes: of the features of each domain, the target last.
    """
    outputs = None
    if model.conditional or not idles(model.output_aligner):
        outputs = model.head.compute_output_shape(shapes[0])
    if not idles(model.aligner) and not model.aligner.built:
        given = shapes
        if model.conditional:
            given = [conditioning.shape(one, outputs) for one in shapes]
        model.aligner.build(given)
    if not idles(model.output_aligner) and not model.output_aligner.built:
        logits = conditioning.logits_shape(outputs)
        model.output_aligner.build([logits for _ in shapes])


def align(model: Any, features: tuple, outputs: Any) -> None:
    """Has the aligners of a model add their losses.

    Args:
        model: an `AdaptationModel` in training.
        features: those of the source and of the target.
        outputs: those of the source.
    """
    decides = not idles(model.output_aligner)
    made, logits = (), None
    if model.conditional or decides:
        logits = conditioning.gives_logits(model)
        made = outputs, model.head(features[1])
    if not idles(model.aligner):
        source, target = features
        if model.conditional:
            source = conditioning.product(source, made[0], logits)
            target = conditioning.product(target, made[1], logits)
        model.aligner([*model.parted(source), target], training=True)
    if decides:
        source, target = (
            conditioning.class_logits(one, logits) for one in made
        )
        model.output_aligner([*model.parted(source), target], training=True)
