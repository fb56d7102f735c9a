"""`search_space`: what to tune, ranked, and what the trials can afford."""

from typing import Any

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.tuning.spaces import affording
from keras_troubleshoot.tuning.spaces import hypermodel
from keras_troubleshoot.tuning.spaces import recording
from keras_troubleshoot.tuning.spaces import tasks
from keras_troubleshoot.tuning.spaces.space import SearchSpace


def search_space(
    model_or_task: Any,
    budget: int | None = None,
    *,
    task: str | None = None,
    **options: Any,
) -> SearchSpace:
    """What to tune, from what matters most to what hardly does.

    The order is the lecture's: learning rate, schedule, loss function and
    size of the layers first; initialization, depth, kernel size and
    regularization next; optimizer, its other parameters, batch size and
    nonlinearity last. With few trials the last only cost: of `budget` trials
    each hyperparameter gets 10 (after the rule n = 10 d for computer
    experiments, Jones, Schonlau and Welch 1998; here a heuristic), so that
    30 trials tune the 3 most sensitive.

    Args:
        model_or_task: one of

            * a compiled Sequential or Functional model;
            * a function of `hp` that builds one, such as `lambda hp:
              kts.models.lenet(x, y, hp=hp)`, or a `keras_tuner.HyperModel`:
              it is called to see what it registers, and what kind each is
              is told by its name;
            * what the inputs are ("image", "sequence", "tokens",
              "tabular"), or the task ("regression", "binary", "multiclass",
              "multilabel"), for a builder that you write.
        budget: trials that there will be; None takes all.
        task: beside the inputs, where these are named.
        **options: of `kts.tuning.hypermodel`, for a model.

    Returns:
        The space: `str` of it is a table, `.hyperparameters` and `.options`
        go to any tuner, `.hypermodel` too where a model or builder was given.

    Raises:
        TypeError: `model_or_task` is none of these.
        ValueError: a name is not known, or the model cannot be tuned.

    Example:
        >>> space = search_space("tabular", budget=30, task="regression")
        >>> space.names
        ('learning_rate', 'schedule', 'loss')
        >>> space.entries[0].range, space.entries[0].scale
        ('1e-05 to 0.01', 'log')
        >>> [p.name for p in space.hyperparameters.space]
        ['learning_rate', 'schedule', 'loss']
    """
    affording.require_budget(budget)
    if isinstance(model_or_task, str):
        refuse_options(options)
        return of_names(model_or_task, task, budget)
    refuse_task(task)
    if keras_internals.is_model(model_or_task):
        made = hypermodel.hypermodel(model_or_task, budget=budget, **options)
        return made.space
    refuse_options(options)
    if not callable(getattr(model_or_task, "build", model_or_task)) or (
        isinstance(model_or_task, type)
    ):
        raise TypeError(
            "`model_or_task` must be a compiled model, a function of `hp` "
            "that builds one, or the name of a task, received: "
            f"{model_or_task!r}. To mend it, pass `lambda hp: build(hp)`."
        )
    found = recording.recorded(model_or_task)
    taken, left = affording.split(recording.entries(found), budget)
    return SearchSpace(taken, left, {}, budget, model_or_task)


def of_names(name: str, task: str | None, budget: int | None) -> SearchSpace:
    """The space of inputs or a task that are named.

    Raises:
        ValueError: the name is not known.
    """
    inputs = name if name in tasks.INPUTS else "tabular"
    task = name if name in tasks.TASKS and task is None else task
    known = name in tasks.INPUTS or name == task
    if not known or task not in (None, *tasks.TASKS):
        wrong = ("task", task) if known else ("model_or_task", name)
        names = tasks.TASKS if known else tasks.INPUTS + tasks.TASKS
        raise ValueError(
            f"`{wrong[0]}` must be one of {', '.join(names)}, received: "
            f"{wrong[0]}={wrong[1]!r}. To mend it, pass one of them, or a "
            "compiled model."
        )
    taken, left = affording.split(tasks.entries(inputs, task), budget)
    return SearchSpace(taken, left, tasks.kept(task), budget)


def refuse_options(options: dict[str, Any]) -> None:
    """Options of `hypermodel` are for models.

    Raises:
        TypeError: there are some.
    """
    if options:
        raise TypeError(
            f"{', '.join(f'`{o}`' for o in options)} must go with a compiled "
            "model, received: another `model_or_task`. To mend it, leave it "
            "out."
        )


def refuse_task(task: Any) -> None:
    """A model or a builder brings its own.

    Raises:
        ValueError: one was named.
    """
    if task is not None:
        raise ValueError(
            "`task` must go with the name of inputs, received: "
            f"task={task!r} with a model or a builder, which has its own. To "
            "mend it, leave it out."
        )
