"""`hypermodel`: a keras-tuner hypermodel out of a compiled model."""

from collections.abc import Sequence
from typing import Any

import keras_tuner

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.tuning.counts import require_counts_if_given
from keras_troubleshoot.tuning.spaces import affording
from keras_troubleshoot.tuning.spaces import fitting
from keras_troubleshoot.tuning.spaces import model_entries
from keras_troubleshoot.tuning.spaces import optimizers
from keras_troubleshoot.tuning.spaces import remaking
from keras_troubleshoot.tuning.spaces import requirements
from keras_troubleshoot.tuning.spaces import schedules
from keras_troubleshoot.tuning.spaces import widths
from keras_troubleshoot.tuning.spaces.entry import register
from keras_troubleshoot.tuning.spaces.space import SearchSpace


def hypermodel(
    model: Any,
    budget: int | None = None,
    *,
    tune: Sequence[str] | None = None,
    each: bool = False,
    batch_size: int | None = None,
    steps: int | None = None,
    keep_weights: bool = False,
    name: str | None = None,
) -> "ModelHyperModel":
    """Makes a compiled model tunable without a line of it being rewritten.

    Tuned are, from the most to the least sensitive: the learning rate
    (`learning_rate`, around the compiled one, a log scale of three decades),
    how it falls (`schedule`), the width of hidden layers (`width`, a quarter
    to four times), `weight_decay`, the rates of dropout layers (`dropout`),
    the `optimizer`, its `momentum`, and the `batch_size`. Loss and metrics
    stay as they were compiled, so that trials can be compared.

    With the defaults, `build` makes the model itself again: the same
    configuration, the same optimizer. Only layers of Keras of which the
    width concerns the next ones alone change it: not the output, and none
    that a sum or a product ties (a residual connection).

    Each build starts from fresh weights, except those that training does not
    learn: statistics of `Normalization`, frozen layers.

    Args:
        model: compiled and built, Sequential or Functional; it stays as it
            is.
        budget: trials that there will be; the most sensitive that they
            afford are tuned, see `search_space`. None for all.
        tune: names from those above; all that apply by default.
        each: whether each layer has a width and a rate of dropout of its
            own, rather than one factor for all widths, and one rate for all
            layers that share one.
        batch_size: the usual one, to tune it from a quarter to four times
            that; None leaves it to `search`. Arrays alone can be cut into
            other batches.
        steps: of a whole training, over which schedules fall. By default it
            is told from what `search` is given.
        keep_weights: whether builds start from the weights that the model
            has now; widths are not tuned then.
        name: of the hypermodel.

    Returns:
        A `keras_tuner.HyperModel` for any tuner; `.space` says what it tunes.

    Raises:
        TypeError: `model` is no Keras model.
        ValueError: it is subclassed, not built, not compiled, or an argument
            will not do.

    Example:
        >>> import keras
        >>> inputs = keras.Input((4,))
        >>> hidden = keras.layers.Dense(16, "relu", name="hidden")(inputs)
        >>> outputs = keras.layers.Dense(1, name="outputs")(hidden)
        >>> model = keras.Model(inputs, outputs)
        >>> model.compile(keras.optimizers.Adam(0.01), "mse")
        >>> tunable = hypermodel(model, budget=30)
        >>> tunable.space.names
        ('learning_rate', 'schedule', 'width')
        >>> hp = tunable.space.hyperparameters
        >>> hp.values["width"] = 2.0
        >>> tunable.build(hp).get_layer("hidden").units
        32
    """
    requirements.require_model(model)
    affording.require_budget(budget)
    names = requirements.names(tune, batch_size, keep_weights)
    require_counts_if_given(batch_size=batch_size, steps=steps)
    made = model_entries.of_model(model, names, each, batch_size)
    taken, left = affording.split(made.entries, budget)
    taken = model_entries.conditioned(taken, model)
    space = SearchSpace(taken, left, made.kept, budget)
    return ModelHyperModel(
        model,
        space,
        each=each,
        steps=steps,
        keep_weights=keep_weights,
        name=name,
    )


class ModelHyperModel(keras_tuner.HyperModel):
    """A compiled model of which a tuner changes what a space holds.

    `hypermodel` makes it.

    Args:
        model: compiled and built.
        space: what is tuned.
        each: see `hypermodel`.
        steps: see `hypermodel`.
        keep_weights: see `hypermodel`.
        name: of the hypermodel.

    Attributes:
        space: what is tuned, ranked, with this hypermodel.
    """

    def __init__(
        self,
        model: Any,
        space: SearchSpace,
        *,
        each: bool = False,
        steps: int | None = None,
        keep_weights: bool = False,
        name: str | None = None,
    ):
        super().__init__(name=name)
        self.model = model
        self.tuned = space.hyperparameters.space
        self.space = SearchSpace(
            space.entries, space.left_out, space.kept, space.budget, self
        )
        self.each, self.steps = each, steps
        # Of now: the user may train the model between two builds.
        self.kept = remaking.kept_weights(model, keep_weights)

    def build(self, hp: Any) -> Any:
        """A new compiled model with what a trial chose.

        Args:
            hp: `keras_tuner.HyperParameters`; what it lacks is registered.

        Returns:
            The model.

        Raises:
            ValueError: a layer or the optimizer cannot be made anew.
        """
        values = {p.name: register(hp, p) for p in self.tuned}
        values = {k: v for k, v in values.items() if v is not None}
        made = remaking.remade(
            self.model, self.sizes(values), self.rates(values), self.kept
        )
        compiled = keras_internals.compile_arguments(self.model)
        for name in ("metrics", "weighted_metrics"):
            compiled[name] = keras_internals.copied_metrics(compiled[name])
        steps = self.steps or schedules.STEPS
        optimizer = optimizers.made(self.model.optimizer, values, steps)
        made.compile(optimizer=optimizer, **compiled)
        return made

    def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Trains a model with the batch size and over the steps of a trial.

        Args:
            hp: of the trial.
            model: what `build` made.
            *args: of `fit`.
            **kwargs: of `fit`.

        Returns:
            What `model.fit` returns.

        Raises:
            keras_tuner.errors.FatalValueError: the arguments undo what is
                tuned; it ends the search.
        """
        values = {
            p.name: hp.values.get(p.name, p.default)
            for p in self.tuned
            if hp.is_active(p)
        }
        given = fitting.bound(model, args, kwargs)
        fitting.require_fitting(given.arguments, set(values))
        if "batch_size" in values:
            given.arguments["batch_size"] = values["batch_size"]
        steps = self.steps or fitting.total_steps(given.arguments)
        inner = keras_internals.inner_optimizer(model.optimizer)
        own = keras_internals.schedule(inner)
        if own is not None and values.get("schedule") in schedules.MADE:
            paced = optimizers.paced(
                self.model.optimizer, values, steps or schedules.STEPS
            )
            inner.learning_rate = paced
        return model.fit(*given.args, **given.kwargs)

    def sizes(self, values: dict[str, Any]) -> dict[str, int]:
        """New widths of layers by their paths; none for the same."""
        free = widths.find(self.model).free
        if self.each:
            made = {path: values.get(f"width_{path}") for path in free}
        else:
            factor = values.get("width", 1.0)
            made = {
                path: max(1, round(factor * size))
                for path, size in free.items()
            }
        return {
            path: size
            for path, size in made.items()
            if size is not None and size != free[path]
        }

    def rates(self, values: dict[str, Any]) -> dict[str, float]:
        """New rates of dropout by the paths of layers; none for the same."""
        groups = model_entries.dropout_groups(self.model, self.each)
        return {
            path: values[name]
            for name, (own, paths) in groups.items()
            for path in paths
            if values.get(name, own) != own
        }
