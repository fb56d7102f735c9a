"""What a model makes of rows: its outputs and its features, in one run.

Nothing is changed: what layers write is thrown away, random states are put
back.
"""

import dataclasses
import functools
import warnings
from typing import Any

import numpy as np

from keras_troubleshoot.facts import building
from keras_troubleshoot.facts import decisions
from keras_troubleshoot.facts import forward
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_scopes
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts import predicting
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.facts.recorder import tensors
from keras_troubleshoot.improvement.adaptation.choosing.rows import Rows
from keras_troubleshoot.improvement.errors import features as features_lib
from keras_troubleshoot.improvement.errors import sides


@dataclasses.dataclass(frozen=True, eq=False)
class Seen:
    """What a model makes of some rows.

    Attributes:
        outputs: by name, rows first.
        features: shape (rows, features), float32; None where the model has
            no layer with a kernel.
    """

    outputs: dict[str, np.ndarray]
    features: np.ndarray | None


class Sight:
    """A model that was prepared to be read, as often as its weights change.

    Args:
        model: a Keras model.
        rows: some rows that it takes.
        features: name of the layer whose output are the features. By default
            what `model.encoder` gives, where there are `model.encoder` and
            `model.head`; else what the last layer with a kernel is given.

    Attributes:
        heads: its outputs by name, and how they decide.
        where: the place of the features in words.

    Raises:
        TypeError: if it is no Keras model.
        ValueError: if it cannot be run, or has no such layer.
    """

    def __init__(self, model: Any, rows: Rows, features: str | None = None):
        subjects.require_model(model)
        self.model = model
        sample = reading.read(rows.x, limit=64, batches=1)
        building.build(model, sample)
        with warnings.catch_warnings(), own_state.preserved(model):
            warnings.simplefilter("ignore")
            runner = passes.Runner(model, sample, None)
            self.heads = predicting.heads(runner, rows.name)
            self.layer, self.given = watched(model, rows, features)
        self.where = place(model, self.layer, self.given)
        self.run = program(model, self.layer, self.given)

    def see(self, rows: Rows) -> Seen:
        """Outputs and features of all rows."""
        arrays = nests.arrays(rows.x)
        size = predicting.batch_size(self.model, arrays)
        parts = []
        with warnings.catch_warnings(), own_state.preserved(self.model):
            warnings.simplefilter("ignore")
            for start in range(0, len(rows), size):
                parts.append(self.batch(rows, start, size))
        made, features = zip(*parts, strict=True)
        named = {n: np.concatenate([m[n] for m in made]) for n in made[0]}
        if features[0] is None:
            return Seen(named, None)
        return Seen(named, np.concatenate(features))

    def batch(self, rows: Rows, start: int, size: int) -> tuple:
        """Those of one batch, filled up to one size: it is traced once.

        Raises:
            ValueError: if the model does not take these rows.
        """
        import tensorflow as tf

        count = min(size, len(rows) - start)
        chosen = np.resize(np.arange(start, start + count), size)
        fed = nests.transform(lambda a: passes.as_fed(a[chosen]), rows.x)
        try:
            made, features = self.run(fed)
        except (ValueError, TypeError, tf.errors.OpError) as error:
            raise ValueError(
                f"`model` must run on rows of {rows.name}, but "
                f"{self.model.name!r} raised: {passes.first_lines(error)} To "
                "mend it, give both domains the same features."
            ) from error
        made = {n: np.asarray(t)[:count] for n, t in made.items()}
        return made, None if features is None else np.asarray(features)[:count]


def watched(model: Any, rows: Rows, features: str | None) -> tuple[Any, bool]:
    """The layer whose numbers are the features; whether what it is given.

    Raises:
        ValueError: if there is no such layer.
    """
    if features is not None:
        layers = keras_internals.all_layers(model)
        found = [each for each in layers if each.name == features]
        if not found:
            names = ", ".join(each.name for each in layers[1:])
            raise ValueError(
                "`features` must name a layer of the model, received: "
                f"features={features!r}. To mend it, take one of: {names}."
            )
        return found[0], False
    if has_parts(model):
        return model.encoder, False
    side = sides.Side(rows.name, rows.x, None)
    reads = predicting.Reader(model, None, {})
    return features_lib.last_layer(reads, side), True


def has_parts(model: Any) -> bool:
    """Whether a model has an `encoder` and a `head` of its own."""
    import keras

    parts = getattr(model, "encoder", None), getattr(model, "head", None)
    return all(isinstance(part, keras.layers.Layer) for part in parts)


def place(model: Any, layer: Any, given: bool) -> str:
    """Where the features are, in words."""
    if layer is None:
        return "no features"
    if given:
        return f"the features that {layer.name!r} is given"
    return f"the features that {layer.name!r} gives"


def program(model: Any, layer: Any, given: bool) -> Any:
    """Inputs to outputs by name and features, writing to no variable."""
    import keras
    import tensorflow as tf

    runner = passes.Runner(model, None, 1)

    def run(x):
        noted = []

        def before(called, args, kwargs):
            if given and called is layer:
                noted.append((args, kwargs))

        def after(called, args, kwargs, outputs):
            if not given and called is layer:
                noted.append(outputs)

        with (
            keras.StatelessScope(),
            keras_scopes.watched_calls(before, after),
        ):
            outputs = runner.call(x, False)
        made = dict(forward.named_outputs(model, outputs))
        return made, vectors(noted, given)

    eager = getattr(model, "run_eagerly", False)
    # TensorFlow counts traces by the code of a function, and warns where many
    # models have the same; it counts a partial by itself.
    once = functools.partial(run)
    return run if eager else tf.function(once, reduce_retracing=True)


def vectors(noted: list, given: bool) -> Any:
    """One vector for each row of what was noted last; None for nothing."""
    import tensorflow as tf

    if not noted:
        return None
    found = tensors(noted[-1])[: 1 if given else None]
    flat = [each[:, None] if len(each.shape) == 1 else each for each in found]
    return tf.concat([features_lib.pooled(each) for each in flat], axis=-1)


def head_of(sight: Sight, output: str | None) -> decisions.Head:
    """The output that is meant.

    Raises:
        ValueError: if there is no such output, or it is not told which.
    """
    return predicting.head(sight.heads, output)
