"""The four networks of a CycleGAN, and their two optimizers."""

from typing import Any

import keras

from keras_troubleshoot.improvement.adaptation.cyclegan import (
    discriminators as discriminators_lib,
)
from keras_troubleshoot.improvement.adaptation.cyclegan import (
    generators as generators_lib,
)
from keras_troubleshoot.improvement.adaptation.cyclegan import requirements

# Of Adam (section 7.1, and the authors' code for beta_1).
RATE, BETA = 2e-4, 0.5
# Of the identity loss, relative to the cycle weight (section 5.2).
IDENTITY = 0.5


def shapes(source: Any, target: Any) -> tuple[tuple, tuple]:
    """The shapes of both domains; by default they are the same.

    Raises:
        ValueError: if they are none of images, or of two sizes.
    """
    source = requirements.image_shape("source_shape", source)
    if target is None:
        return source, source
    target = requirements.image_shape("target_shape", target)
    requirements.same_sides(source, target)
    return source, target


def generators(given: Any, source: tuple, target: tuple) -> tuple[Any, Any]:
    """Both generators, made where none are given.

    Raises:
        TypeError: if they are no Keras models.
        ValueError: if they are of other shapes, or are not two.
    """
    if given is None:
        small = generators_lib.small(source)
        build = (
            generators_lib.unet_generator
            if small
            else generators_lib.resnet_generator
        )
        return build(source, target[-1]), build(target, source[-1])
    pair = two("generators", given)
    requirements.network("generators[0]", pair[0], source, target)
    requirements.network("generators[1]", pair[1], target, source)
    return pair


def discriminators(given: Any, source: tuple, target: tuple):
    """Both discriminators, made where none are given.

    Raises:
        TypeError: if they are no Keras models.
        ValueError: if they are of other shapes, or are not two.
    """
    if given is None:
        return (
            discriminators_lib.patch_discriminator(source),
            discriminators_lib.patch_discriminator(target),
        )
    pair = two("discriminators", given)
    requirements.network("discriminators[0]", pair[0], source, None)
    requirements.network("discriminators[1]", pair[1], target, None)
    return pair


def two(name: str, given: Any) -> tuple[Any, Any]:
    """Two different networks.

    Raises:
        ValueError: if there are not two, or one is given twice.
    """
    pair = tuple(given) if isinstance(given, tuple | list) else (given,)
    if len(pair) != 2 or pair[0] is pair[1]:
        raise ValueError(
            f"`{name}` must be two different models, one for each direction "
            f"or domain, received: {given!r}. To mend it, build it twice."
        )
    return pair


def identity_weight(given: Any, cycle: Any, source: tuple, target: tuple):
    """The weight of the identity loss.

    Raises:
        ValueError: if a weight is below 0, or there can be no identity.
    """
    requirements.weights(cycle_weight=cycle)
    same = source == target
    if given is None:
        return IDENTITY * cycle if same else 0.0
    requirements.weights(identity_weight=given)
    if given and not same:
        raise ValueError(
            "`identity_weight` must be 0 where the domains differ in channels, "
            f"received: identity_weight={given!r} for {source} and {target}. "
            "To mend it, leave it out."
        )
    return given


def optimizers(first: Any, second: Any) -> tuple[Any, Any]:
    """That of the generators and that of the discriminators.

    Raises:
        ValueError: if they are one object, whose state both would change.
    """
    if first is None:
        first = keras.optimizers.Adam(RATE, beta_1=BETA)
    first = keras.optimizers.get(first)
    if second is None:
        second = type(first).from_config(first.get_config())
    second = keras.optimizers.get(second)
    if first is second:
        raise ValueError(
            "`discriminator_optimizer` must be another object than "
            f"`optimizer`, received: the same {type(first).__name__}. To mend "
            "it, leave it out to have a copy made."
        )
    return first, second


def saved(*models: Any) -> list:
    """The configurations of networks."""
    return [keras.saving.serialize_keras_object(model) for model in models]


def loaded(configs: Any, custom_objects: Any) -> tuple:
    """Networks from their configurations."""
    return tuple(
        keras.saving.deserialize_keras_object(config, custom_objects)
        for config in configs
    )
