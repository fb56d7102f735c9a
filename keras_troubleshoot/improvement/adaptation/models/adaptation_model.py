"""A model that trains on two domains by plain `fit`."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from keras_troubleshoot.improvement.adaptation.models import aligning
from keras_troubleshoot.improvement.adaptation.models import encoders
from keras_troubleshoot.improvement.adaptation.models import feeding

FORWARD = ("separate", "joint")
PARTS = ("encoder", "head", "aligner", "output_aligner")


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class AdaptationModel(keras.Model):
    """An encoder and a head, with an aligner of two domains between them.

    It is fitted on labelled source rows and unlabelled target rows, and does
    all else as `head(encoder(x))` does: `evaluate`, `predict` and `save` take
    plain inputs of either domain, `val_loss` is the loss of the task alone.
    Compile it as any model; `train_step` is Keras' own.

    Args:
        encoder: a Keras model or layer, inputs to features: a tensor, or
            several in a nested structure.
        head: a Keras model or layer, features to outputs.
        aligner: `CORAL`, `MMD`, `DomainAdversarial`, `DomainConfusion`, or a
            layer of yours that is called as they are. None trains on the
            source alone, if there is no `output_aligner`. So does a weight
            of 0, bit for bit.
        forward: "joint" sends both domains through the encoder in one batch,
            "separate" one after the other, so that each is normalized by its
            own batch statistics. None takes "separate" where the encoder has
            a `BatchNormalization` layer or the shapes of the domains differ.
        conditional: whether the aligner gets the outer product of features
            and predicted probabilities, `features[i] * probabilities[j]`, in
            place of the features: the domains are made alike class by class
            (Long et al., Conditional Adversarial Domain Adaptation, NeurIPS
            2018; no gradient runs through the probabilities). For one output
            of classes; logits and probabilities are told apart by the loss.
        output_aligner: a layer that is called on the class logits of both
            domains, as the aligner is on their features, and adds its loss:
            `ClassConfusion`. For one output of classes. None adds nothing.
        sources: how many source domains there are. With more than one, row
            `i` of a batch must come from source `i % sources`, as `paired`
            makes it; each of them is aligned to the target.
        **kwargs: of `keras.Model`.

    Raises:
        ValueError: an argument will not do.

    Example:
        >>> import numpy as np
        >>> import keras_troubleshoot as kts
        >>> keras.utils.set_random_seed(0)
        >>> encoder = keras.Sequential([
        ...     keras.Input((2,)), keras.layers.Dense(8, "relu")])
        >>> head = keras.Sequential([
        ...     keras.Input((8,)), keras.layers.Dense(2)])
        >>> model = AdaptationModel(encoder, head, kts.adaptation.CORAL())
        >>> model.compile("adam", keras.losses.SparseCategoricalCrossentropy(
        ...     from_logits=True))
        >>> rng = np.random.default_rng(0)
        >>> ys = np.arange(90) % 2
        >>> xs = rng.normal(size=(90, 2)) + 3 * ys[:, None]
        >>> xt = rng.normal(size=(60, 2)) * 2
        >>> history = model.fit({"source": xs, "target": xt}, ys, verbose=0)
        >>> sorted(history.history), model.predict(xt, verbose=0).shape
        (['coral', 'loss'], (60, 2))
    """

    def __init__(
        self,
        encoder: Any,
        head: Any,
        aligner: Any = None,
        *,
        forward: str | None = None,
        conditional: bool = False,
        output_aligner: Any = None,
        sources: int = 1,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        parts = {"encoder": encoder, "head": head}
        wanted = {"aligner": aligner, "output_aligner": output_aligner}
        parts |= {name: one for name, one in wanted.items() if one is not None}
        for name, part in parts.items():
            encoders.require_layer(name, part)
        encoders.require_plain_inputs(encoder)
        if forward not in (*FORWARD, None):
            raise ValueError(
                f'`forward` must be "separate", "joint" or None, received: '
                f"{forward!r}."
            )
        if not isinstance(sources, int) or sources < 1:
            raise ValueError(
                f"`sources` must be at least 1, received: {sources!r}."
            )
        self.encoder = encoder
        self.head = head
        self.aligner = aligner
        self.forward = forward
        self.conditional = bool(conditional)
        self.output_aligner = output_aligner
        self.sources = sources
        self.aligned = False

    @property
    def idle(self) -> bool:
        """Whether the target is left out."""
        aligners = self.aligner, self.output_aligner
        return all(map(aligning.idles, aligners))

    def build(self, input_shape: Any) -> None:
        """Builds encoder, head and aligner.

        Args:
            input_shape: of plain inputs, or of `{"source": ..., "target":
                ...}`.
        """
        plain = input_shape
        if feeding.is_pair(input_shape):
            plain = input_shape["source"]
        if not self.encoder.built:
            self.encoder.build(plain)
        shape = self.encoder.compute_output_shape(plain)
        if not self.head.built:
            self.head.build(shape)
        if not self.idle:
            target = shape
            if feeding.is_pair(input_shape):
                target = self.encoder.compute_output_shape(
                    input_shape["target"]
                )
            aligning.build(self, [*[shape] * self.sources, target])
        self.built = True

    def get_build_config(self) -> dict[str, Any] | None:
        """The shape that it was built for, read again by Keras."""
        config = super().get_build_config()
        if config and feeding.is_pair(config.get("input_shape")):
            config = {**config, "input_shape": config["input_shape"]["source"]}
        return config

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """The outputs of plain inputs, or those of the source."""
        self.aligned = False
        if not feeding.is_pair(inputs):
            return self.head(self.encoder(inputs))
        if not training or self.idle:
            return self.call(inputs["source"], training=training)
        self.aligned = True
        features = self.encode(inputs["source"], inputs["target"])
        outputs = self.head(features[0])
        aligning.align(self, features, outputs)
        return outputs

    def encode(self, source: Any, target: Any) -> tuple[Any, Any]:
        """The features of both domains while training."""
        if not self.joins(source, target):
            return self.encoder(source), self.encoder(target)
        joined = keras.tree.map_structure(
            lambda one, other: ops.concatenate([one, other], axis=0),
            source,
            target,
        )
        rows = ops.shape(keras.tree.flatten(source)[0])[0]
        features = self.encoder(joined)
        return (
            keras.tree.map_structure(lambda one: one[:rows], features),
            keras.tree.map_structure(lambda one: one[rows:], features),
        )

    def joins(self, source: Any, target: Any) -> bool:
        """Whether both domains go through the encoder in one batch."""
        if self.forward is not None:
            return self.forward == "joint"
        shapes = [
            [one.shape[1:] for one in keras.tree.flatten(domain)]
            for domain in (source, target)
        ]
        return shapes[0] == shapes[1] and not encoders.normalizes(self.encoder)

    def parted(self, source: Any) -> list:
        """The features of each source."""
        if self.sources == 1:
            return [source]
        return [
            keras.tree.map_structure(
                lambda one, first=first: one[first :: self.sources], source
            )
            for first in range(self.sources)
        ]

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Leaves out what the aligner did not measure."""
        logs = super().compute_metrics(x, y, y_pred, sample_weight)
        if self.aligned:
            return logs
        aligners = filter(None, (self.aligner, self.output_aligner))
        unseen = {one.name for aligner in aligners for one in aligner.metrics}
        return {name: told for name, told in logs.items() if name not in unseen}

    def fit(self, x: Any = None, y: Any = None, **kwargs: Any) -> Any:
        """`keras.Model.fit` on the rows of both domains.

        Args:
            x: `{"source": inputs, "target": inputs}`, arrays or nested
                structures of arrays; or a `tf.data.Dataset` as `paired` makes
                it. Arrays are shuffled and repeated independently, so that
                the domains may differ in size; an epoch takes the larger one
                once.
            y: labels of the source.
            **kwargs: as of `keras.Model.fit`. `validation_data` is plain:
                rows of either domain.

        Returns:
            The `History`; beside the loss and the metrics of the task it
            holds those of the aligner.

        Raises:
            ValueError: the domains do not go together; see `paired`.
        """
        return super().fit(**feeding.arguments(x, y, kwargs, self))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the head's output."""
        if feeding.is_pair(input_shape):
            input_shape = input_shape["source"]
        return self.head.compute_output_shape(
            self.encoder.compute_output_shape(input_shape)
        )

    def without_aligner(self) -> Any:
        """A plain Functional model, `head(encoder(x))`, of the same weights.

        It needs nothing of this library to be loaded.

        Raises:
            ValueError: the model was not built yet, or its encoder takes
                inputs of a shape that Keras does not know.
        """
        return encoders.plain_model(self)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        parts = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in PARTS
        }
        own = {
            name: getattr(self, name)
            for name in ("forward", "conditional", "sources")
        }
        return {**super().get_config(), **parts, **own}

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Any = None
    ) -> "AdaptationModel":
        """The model of a configuration."""
        config = dict(config)
        for name in PARTS:
            config[name] = keras.saving.deserialize_keras_object(
                config.get(name), custom_objects=custom_objects
            )
        return cls(**config)
