"""What the stage of debugging shows in the report."""

from keras_troubleshoot.debugging import layer_health
from keras_troubleshoot.debugging import learning_curves
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.facts.trace import Trace
from keras_troubleshoot.report.page import Page

STAGE = "debug"


def training_page(
    history: History | None = None, trace: Trace | None = None
) -> Page:
    """The page of a training run: learning curves, and layer health.

    For the report of a run that `kts.supervise` or a `TrainingMonitor`
    watched. It says what was, not whether that is well: the findings do.

    Args:
        history: losses and metrics by epoch.
        trace: what was recorded inside the steps.

    Returns:
        A page of the stage `"debug"`: the learning curve of the loss and of
        each metric, the loss by step, and for each layer the norm of the
        gradient, the update as a share of the weights, and the shares of dead
        units and saturated values, as medians of the last recorded steps.

    Raises:
        TypeError: if one of them is something else.
        ValueError: if neither holds an epoch or a step.

    Example:
        >>> page = training_page(History({"loss": [2.0, 1.0, 0.5]}))
        >>> page.summary
        'The training loss went from 2 to 0.5 in 3 epochs.'
    """
    history = wanted("history", history, History) or History()
    held = wanted("trace", trace, Trace)
    steps = 0 if held is None else len(held.steps)
    if not history.epochs and not steps:
        raise ValueError(
            "`history` must hold an epoch, or `trace` a step, received "
            "neither. To mend it, pass what a `TrainingMonitor` recorded in a "
            "`fit` of at least one step."
        )
    blocks = learning_curves.of_epochs(history)
    told = [learning_curves.told(history)]
    if held is not None and steps:
        blocks += learning_curves.of_steps(held)
        blocks += layer_health.blocks(held)
        told.append(layer_health.told(held))
    summary = " ".join(filter(None, told)) or f"{steps} steps were recorded."
    return Page(STAGE, "How the training went", summary, tuple(blocks))


def wanted(name, value, kind):
    """The value, if it is of this kind or None.

    Raises:
        TypeError: if it is of another.
    """
    if value is None or isinstance(value, kind):
        return value
    raise TypeError(
        f"`{name}` must be a `{kind.__name__}` or None, received: "
        f"{type(value).__name__}."
    )
