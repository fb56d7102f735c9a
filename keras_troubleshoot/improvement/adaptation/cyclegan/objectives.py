"""What the networks of a CycleGAN minimize."""

from typing import Any

from keras import ops


def realness(judged: Any, real: bool) -> Any:
    """The least-squares GAN loss: how far judgements are from real or not.

    X. Mao et al., "Least Squares Generative Adversarial Networks" (2017),
    equation 9: real is 1, generated 0.

    Args:
        judged: outputs of a discriminator, any shape.
        real: what they should say.

    Returns:
        A scalar, float32.
    """
    return ops.mean(ops.square(ops.cast(judged, "float32") - float(real)))


def distance(one: Any, two: Any) -> Any:
    """The mean absolute difference of images, in pixels from -1 to 1."""
    return ops.mean(ops.abs(ops.cast(one, "float32") - two))


def generators(model: Any, source: Any, target: Any, training: bool) -> dict:
    """The losses of both generators, and what they made.

    Equations 1 to 3 of Zhu et al. (2017), and the identity loss of their
    section 5.2.

    Args:
        model: a `CycleGAN`.
        source: images of the source, from -1 to 1.
        target: images of the target, from -1 to 1.
        training: whether they are being trained.

    Returns:
        Scalars "generator_loss", "cycle_loss", "identity_loss" (unweighted,
        sums over both directions), "loss" (their weighted sum), and the
        images "to_target" and "to_source".
    """
    to_target, target_again = both(model, "to_target", source, target, training)
    to_source, source_again = both(model, "to_source", target, source, training)
    fooled = realness(model.judge_target(to_target, training=training), True)
    fooled += realness(model.judge_source(to_source, training=training), True)
    cycle = distance(model.to_source(to_target, training=training), source)
    cycle += distance(model.to_target(to_source, training=training), target)
    loss = fooled + model.cycle_weight * cycle
    made = {"generator_loss": fooled, "cycle_loss": cycle}
    if model.identity_weight:
        same = distance(target_again, target) + distance(source_again, source)
        loss += model.identity_weight * same
        made["identity_loss"] = same
    return {
        **made,
        "loss": loss,
        "to_target": to_target,
        "to_source": to_source,
    }


def both(model: Any, name: str, images: Any, own: Any, training: bool) -> tuple:
    """What a generator makes of the other domain's images, and of its own.

    In one pass, since small images cost more in calls than in pixels; the
    latter only where the identity loss needs it.
    """
    net = getattr(model, name)
    if not model.identity_weight:
        return net(images, training=training), None
    rows = ops.shape(images)[0]
    made = net(ops.concatenate([images, own]), training=training)
    return made[:rows], made[rows:]


def discriminators(
    model: Any, real: tuple[Any, Any], made: tuple[Any, Any], training: bool
) -> Any:
    """The loss of both discriminators: half the least-squares loss of each.

    The half makes them learn slower than the generators (section 7.1).

    Args:
        model: a `CycleGAN`.
        real: images of the source and of the target, from -1 to 1.
        made: generated ones of the source and of the target.
        training: whether they are being trained.
    """
    loss = 0.0
    judges = (model.judge_source, model.judge_target)
    for judge, true, false in zip(judges, real, made, strict=True):
        loss += realness(judge(true, training=training), True) / 2
        loss += realness(judge(false, training=training), False) / 2
    return loss
