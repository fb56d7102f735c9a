"""`fine_tune`: a few labelled rows of the target, and a trained model."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.improvement.adaptation.supervised import layer_groups
from keras_troubleshoot.improvement.adaptation.supervised import new_head
from keras_troubleshoot.improvement.adaptation.supervised import preparing
from keras_troubleshoot.improvement.adaptation.supervised import stages
from keras_troubleshoot.improvement.adaptation.supervised import wishes
from keras_troubleshoot.improvement.adaptation.supervised.tuned import FineTuned
from keras_troubleshoot.improvement.rows import options
from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.report import progress


def fine_tune(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    validation_data: Any = None,
    *,
    head: str | Sequence[str] | int | None = None,
    groups: int | str = 4,
    epochs: int | Sequence[int] | None = None,
    learning_rate: Any = None,
    decay: float = 2.6,
    in_place: bool = False,
    seed: int = 0,
    verbose: bool = True,
    **fit: Any,
) -> FineTuned:
    """Adapts a trained model with a few labelled rows of the target.

    At first the head alone is trained, then more and more layers from the
    top down, the lower ones with smaller learning rates: gradual unfreezing
    and discriminative rates of J. Howard and S. Ruder, "Universal Language
    Model Fine-tuning for Text Classification" (ACL 2018), with their factor
    of 2.6 between neighbours. The rate falls to 0 as a cosine in each stage,
    so that no last noisy step is kept. Loss and metrics are the compiled
    ones; the steps are those of the compiled optimizer, each weight with its
    own rate (`GradedRates`).

    BatchNormalization stays in inference mode: a few rows give no statistics
    that could replace those of the source (Keras guide "Transfer learning and
    fine-tuning"). In Keras that is `trainable = False`, so its scale and
    offset stay too; the layers behind it make up for that. Weights that you
    froze before stay frozen.

    Args:
        model: compiled, built and trained: Sequential, Functional or a
            class, inner models included.
        x: rows of the target as `fit` takes them, prepared as those of the
            source were; or a stream of `(x, y)`.
        y: their labels.
        sample_weight: one of each row.
        validation_data: as `fit` takes it. With it, the weights of the
            lowest validation loss of all epochs are kept, those of the model
            before among them; without it, the last ones.
        head: name of the layer that is the head, or several; by default the
            last ones with weights before the outputs, of a class the last
            that it holds. A number puts a new head for so many classes in.
        groups: of layers, the head among them, each thawed in a stage of its
            own; 1 trains the head alone, "all" thaws layer by layer. At most
            as many as there are layers with weights.
        epochs: of each stage, or one number for each. By default 25, or as
            many as make 50 steps where that is more, and 500 steps where it
            is less (heuristic); 1 where the length is not known.
        learning_rate: of the topmost group: a number, or a schedule for each
            stage. By default that of the compiled optimizer, of its schedule
            the first. It is constant where a callback sets it.
        decay: the rate of each group, by that of the group below it.
        in_place: whether `model` itself gets the new weights, in the end. By
            default it stays what it was, bit for bit.
        seed: of the new head, the order of the rows and dropout; the global
            random state is put back.
        verbose: whether to say on standard error how far it has come, where
            it takes longer than some seconds.
        **fit: other arguments of `fit`: `batch_size`, `callbacks`,
            `class_weight`, `steps_per_epoch`, ...

    Returns:
        The model, and what was done. Interrupted with Ctrl-C, the best so
        far.

    Raises:
        TypeError: `model` is no Keras model.
        ValueError: the model, the data or an argument will not do.

    Example:
        >>> import numpy as np
        >>> layers = [keras.Input((4,)), keras.layers.Dense(8, "relu")]
        >>> model = keras.Sequential([*layers, keras.layers.Dense(3)])
        >>> loss = keras.losses.SparseCategoricalCrossentropy(True)
        >>> model.compile("adam", loss)
        >>> tuned = fine_tune(model, np.eye(4), [0, 1, 2, 2], epochs=[2, 3])
        >>> tuned.model.output_shape, len(tuned.history["loss"])
        ((None, 3), 5)
        >>> [stage.parameters for stage in tuned.stages]
        [27, 67]
    """
    wishes.model(model)
    wishes.head(head)
    wishes.numbers(decay, groups, epochs, fit)
    wishes.rate(learning_rate)
    seed = options.seed(seed)
    y = preparing.plain(y)
    read = wishes.data(x, y, sample_weight)
    wishes.shapes(model, read.x)
    if in_place and wishes.is_count(head):
        raise wishes.wrong("in_place", "False where the head is new", in_place)
    data = {"x": x, "y": y, "sample_weight": sample_weight}
    rate = preparing.rate(model, learning_rate)
    with randomness.preserved():
        keras.utils.set_random_seed(seed)
        copied = copy(model, head, read.x)
        names = preparing.names(head)
        parts = layer_groups.split(copied, names, groups)
        recipe = stages.Recipe(
            fresh=preparing.maker(model),
            compiled=keras_internals.compile_arguments(model),
            rate=rate,
            decay=float(decay),
            epochs=preparing.epochs(epochs, len(parts)),
            data={k: v for k, v in data.items() if v is not None},
            validation=validation_data,
            fit=fit,
            steps=preparing.steps(x, read, fit),
            tell=progress.Progress("Fine-tuning", verbose),
        )
        made = carry_out(copied, parts, recipe, not wishes.is_count(head))
    if in_place:
        model.set_weights(made.model.get_weights())
        return preparing.with_model(made, model)
    return made


def copy(model: Any, head: Any, x: Any) -> Any:
    """A copy to train, with a new head where that is asked for."""
    if wishes.is_count(head):
        return new_head.widened(model, int(head))
    some = nests.transform(lambda array: array[:4], x)
    return cloning.clone(model, some)


def carry_out(copied, parts, recipe, comparable: bool) -> FineTuned:
    """Trains a copy, and compiles it as the given model was."""
    keeper = stages.Keeper(recipe.tell)
    fixed = layer_groups.fixed(copied)
    recipe.compile(copied, recipe.fresh(None))
    if comparable and recipe.validation is not None:
        keeper.start(copied, preparing.loss(copied, recipe))
    done, normalizing, interrupted = stages.train(copied, parts, recipe, keeper)
    recipe.compile(copied, recipe.fresh(None))
    return FineTuned(
        model=copied,
        stages=done,
        total=copied.count_params(),
        best=keeper.result(),
        normalizing=normalizing,
        fixed=fixed,
        interrupted=interrupted,
    )
