"""Domain adaptation: a model that works where its data did not come from.

The public names are loaded when they are first used.
"""

from keras_troubleshoot import lazily

_HOME = "keras_troubleshoot.improvement.adaptation"
_NAMES = {
    "Adaptation": f"{_HOME}.adapting.result",
    "AdaptationModel": f"{_HOME}.models.adaptation_model",
    "Assessment": f"{_HOME}.choosing.validators",
    "CORAL": f"{_HOME}.aligners.coral",
    "ClassConfusion": f"{_HOME}.aligners.class_confusion",
    "ConstantThenLinear": f"{_HOME}.cyclegan.decay",
    "CycleGAN": f"{_HOME}.cyclegan.model",
    "DomainAdversarial": f"{_HOME}.aligners.adversarial",
    "DomainConfusion": f"{_HOME}.aligners.confusion",
    "DomainGap": f"{_HOME}.choosing.gap",
    "GradientReversal": f"{_HOME}.aligners.reversal",
    "GradedRates": f"{_HOME}.supervised.graded",
    "MMD": f"{_HOME}.aligners.mmd",
    "Ramp": f"{_HOME}.aligners.weights",
    "Ranking": f"{_HOME}.choosing.ranking",
    "SampleGrid": f"{_HOME}.cyclegan.sample_grid",
    "TargetValidation": f"{_HOME}.choosing.target_validation",
    "adapt": f"{_HOME}.adapting.adapt",
    "assess": f"{_HOME}.choosing.validators",
    "deep_embedded_validation": f"{_HOME}.choosing.risk_scores",
    "domain_gap": f"{_HOME}.choosing.domain_gap",
    "entropy": f"{_HOME}.choosing.class_scores",
    "fine_tune": f"{_HOME}.supervised.fine_tune",
    "information_maximization": f"{_HOME}.choosing.class_scores",
    "mix_target": f"{_HOME}.supervised.mix_target",
    "paired": f"{_HOME}.models.pairing",
    "patch_discriminator": f"{_HOME}.cyclegan.discriminators",
    "rank": f"{_HOME}.choosing.ranking",
    "resnet_generator": f"{_HOME}.cyclegan.generators",
    "soft_neighborhood_density": f"{_HOME}.choosing.class_scores",
    "source_risk": f"{_HOME}.choosing.risk_scores",
    "unet_generator": f"{_HOME}.cyclegan.generators",
}

__all__ = list(_NAMES)

__getattr__, __dir__ = lazily.loaded(__name__, _NAMES)
