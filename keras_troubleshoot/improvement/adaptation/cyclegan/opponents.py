"""What `CycleGAN` is made of: networks, losses, optimizers, and its saving."""

from typing import Any

import keras

from keras_troubleshoot.improvement.adaptation.cyclegan import networks
from keras_troubleshoot.improvement.adaptation.cyclegan import ranges
from keras_troubleshoot.improvement.adaptation.cyclegan import requirements
from keras_troubleshoot.improvement.adaptation.cyclegan.pool import ImagePool

LOSSES = ("loss", "generator_loss", "cycle_loss", "identity_loss")


class Opponents(keras.Model):
    """Two generators and two discriminators, each pair with its optimizer.

    For the arguments, see `CycleGAN`.
    """

    def __init__(
        self,
        source_shape: Any,
        target_shape: Any = None,
        *,
        generators: Any = None,
        discriminators: Any = None,
        cycle_weight: float = 10.0,
        identity_weight: float | None = None,
        pool_size: int = 50,
        **kwargs: Any,
    ):
        shapes = networks.shapes(source_shape, target_shape)
        requirements.pool(pool_size)
        generators = networks.generators(generators, *shapes)
        discriminators = networks.discriminators(discriminators, *shapes)
        super().__init__(**kwargs)
        self.source_shape, self.target_shape = shapes
        self.cycle_weight = cycle_weight
        self.identity_weight = networks.identity_weight(
            identity_weight, cycle_weight, *shapes
        )
        self.pool_size = pool_size
        self.to_target, self.to_source = generators
        self.judge_source, self.judge_target = discriminators
        self.pool_source = ImagePool(shapes[0], pool_size)
        self.pool_target = ImagePool(shapes[1], pool_size)
        self.source_range = self.limits("source_range")
        self.target_range = self.limits("target_range")
        names = [*LOSSES, "discriminator_loss"]
        if not self.identity_weight:
            names.remove("identity_loss")
        self.trackers = {name: keras.metrics.Mean(name) for name in names}
        self.built = True

    def limits(self, name: str) -> Any:
        """A weight: what is black, what is white, and whether of floats."""
        return self.add_weight(
            shape=(3,),
            name=name,
            dtype="float32",
            initializer=lambda shape, dtype: keras.ops.array(
                (*ranges.OWN, 0.0), dtype
            ),
            trainable=False,
        )

    def compile(
        self,
        optimizer: Any = None,
        discriminator_optimizer: Any = None,
        **options: Any,
    ) -> None:
        """Chooses the optimizers; Adam as in the paper by default.

        Args:
            optimizer: of both generators: what `keras.optimizers.get` takes,
                `Adam(2e-4, beta_1=0.5)` by default (section 7.1). For the
                paper's decay, give it `ConstantThenLinear` as its rate.
                Callbacks that set a learning rate, set this one's.
            discriminator_optimizer: of both discriminators; by default a
                fresh copy of `optimizer`.
            **options: `run_eagerly`, `jit_compile`, `steps_per_execution`,
                `auto_scale_loss`, as `keras.Model.compile` takes them.

        Raises:
            ValueError: both are the same object.
        """
        optimizer, second = networks.optimizers(
            optimizer, discriminator_optimizer
        )
        super().compile(optimizer=optimizer, **options)
        if type(self.optimizer) is not type(optimizer):
            # float16 needs its losses scaled, each by its own factor.
            second = keras.optimizers.LossScaleOptimizer(second)
        self.discriminator_optimizer = second
        self.optimizer.build(self.generator_variables)
        second.build(self.discriminator_variables)

    @property
    def generator_variables(self) -> list:
        """Trainable variables of both generators."""
        both = (self.to_target, self.to_source)
        return [one for net in both for one in net.trainable_variables]

    @property
    def discriminator_variables(self) -> list:
        """Trainable variables of both discriminators."""
        both = (self.judge_source, self.judge_target)
        return [one for net in both for one in net.trainable_variables]

    @property
    def metrics(self) -> list:
        """The means of the losses over an epoch."""
        return list(self.trackers.values())

    def logged(self, losses: dict, images: Any) -> dict:
        """The means of the losses so far."""
        rows = keras.ops.shape(images)[0]
        for name, tracker in self.trackers.items():
            tracker.update_state(losses[name], sample_weight=rows)
        return self.get_metrics_result()

    def get_compile_config(self) -> dict:
        """Both optimizers, for `compile_from_config`."""
        return keras.saving.serialize_keras_object(
            {
                "optimizer": self.optimizer,
                "discriminator_optimizer": self.discriminator_optimizer,
                "jit_compile": self.jit_compile,
                "run_eagerly": self.run_eagerly,
                "steps_per_execution": self.steps_per_execution,
            }
        )

    def compile_from_config(self, config: dict) -> None:
        """Compiles as before it was saved."""
        self.compile(**keras.saving.deserialize_keras_object(config))

    def get_config(self) -> dict:
        """The arguments, for `from_config`."""
        return {
            **super().get_config(),
            "source_shape": self.source_shape,
            "target_shape": self.target_shape,
            "generators": networks.saved(self.to_target, self.to_source),
            "discriminators": networks.saved(
                self.judge_source, self.judge_target
            ),
            "cycle_weight": self.cycle_weight,
            "identity_weight": self.identity_weight,
            "pool_size": self.pool_size,
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: Any = None):
        """A model of the same networks, with fresh weights."""
        config = dict(config)
        for name in ("generators", "discriminators"):
            config[name] = networks.loaded(config[name], custom_objects)
        return cls(**config)

    def call(self, images: Any, training: bool | None = None) -> Any:
        """Source images in the style of the target, all from -1 to 1."""
        return self.to_target(images, training=training)
