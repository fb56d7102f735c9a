"""Tiny CycleGANs and images for the tests."""

import keras
import numpy as np

from keras_troubleshoot.improvement.adaptation.cyclegan import discriminators
from keras_troubleshoot.improvement.adaptation.cyclegan import generators
from keras_troubleshoot.improvement.adaptation.cyclegan import model as models

GREY, COLOUR = (8, 8, 1), (8, 8, 3)
LOGS = ("loss", "generator_loss", "cycle_loss", "discriminator_loss")


def small(source=GREY, target=None, **options):
    """A CycleGAN of tiny networks."""
    keras.utils.set_random_seed(0)
    target = target or source
    nets = [
        generators.unet_generator(one, two[-1], filters=2, depth=2)
        for one, two in ((source, target), (target, source))
    ]
    judges = [
        discriminators.patch_discriminator(shape, filters=2, halvings=1)
        for shape in (source, target)
    ]
    return models.CycleGAN(
        source, target, generators=nets, discriminators=judges, **options
    )


def pixels(rows, shape=GREY, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (rows, *shape), "uint8")
