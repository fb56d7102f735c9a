"""Layer health: gradients, updates and dead units, layer by layer."""

from collections.abc import Sequence

import numpy as np

from keras_troubleshoot.facts.trace import Trace
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.page import Block
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table
from keras_troubleshoot.report.printable import brief

# Of so many recorded steps the median is shown: one batch is noise.
_STEPS = 10
GRADIENT = "gradient norm"
UPDATE = "update / weight"
DEAD = "dead units"
SATURATED = "saturated"
USUAL = (
    "The update is the step of the optimizer as a share of the weights; about "
    "0.001 is usual (Karpathy et al., CS231n, Neural Networks Part 3). A dead "
    "unit was zero for a whole batch; a saturated value lies close to an end "
    "of the range of its activation."
)


def blocks(trace: Trace) -> list[Block]:
    """A table with a row for each layer, and bars of what it holds.

    Args:
        trace: what was recorded.

    Returns:
        The blocks of a page; none where no step or no layer was recorded.
    """
    columns = measured(trace)
    if not columns:
        return []
    steps = min(_STEPS, len(trace.steps))
    when = "the last step" if steps == 1 else f"the last {steps} recorded steps"
    made: list[Block] = [
        table(columns, f"Health of the layers, median of {when}"),
        Paragraph(USUAL),
    ]
    for name, unit in ((GRADIENT, "norm"), (UPDATE, "share of the weights")):
        made += bars(name, columns.get(name, {}), unit)
    for name in (DEAD, SATURATED):
        shares = columns.get(name, {})
        if any(shares.values()):  # Bars without a length tell nothing.
            made += bars(name, shares, "share")
    return made


def measured(trace: Trace) -> dict[str, dict[str, float]]:
    """By name of the quantity its value for each layer that has one.

    Units of a ReLU die and those of other activations saturate: both of
    `relu6`.
    """
    kinds = dict(zip(trace.units, trace.activations, strict=True))
    relu = [unit for unit in trace.units if kinds[unit].startswith("relu")]
    ends = [unit for unit in trace.units if kinds[unit] != "relu"]
    found = {
        GRADIENT: of_layers(trace.layers, trace.gradient, trace.layers),
        UPDATE: of_layers(trace.layers, trace.update, trace.layers),
        DEAD: of_layers(trace.units, trace.dead, relu),
        SATURATED: of_layers(trace.units, trace.saturated, ends),
    }
    return {name: values for name, values in found.items() if values}


def of_layers(
    names: Sequence[str], values: np.ndarray | None, wanted: Sequence[str]
) -> dict[str, float]:
    """By layer the median at the end; empty where nothing was recorded."""
    if values is None or not len(values):
        return {}
    held = dict(zip(names, at_end(values), strict=True))
    return {name: held[name] for name in wanted}


def at_end(values: np.ndarray) -> list[float]:
    """The median of each column over the last rows; NaN if one is.

    Example:
        >>> at_end(np.array([[1.0, 5.0], [3.0, 5.0], [2.0, 6.0]]))
        [2.0, 5.0]
    """
    return np.median(values[-_STEPS:], axis=0).tolist()


def table(columns: dict[str, dict[str, float]], title: str) -> Table:
    """One row for each layer; shares in percent, empty where not watched."""
    layers = dict.fromkeys(n for held in columns.values() for n in held)
    rows = tuple(
        (layer, *(cell(n, held.get(layer)) for n, held in columns.items()))
        for layer in layers
    )
    return Table(title, ("layer", *columns), rows)


def cell(name: str, value: float | None) -> float | str | None:
    """A number of the table, as it is read."""
    share = name in (DEAD, SATURATED)
    return f"{value:.1%}" if share and value is not None else value


def bars(name: str, values: dict[str, float], unit: str) -> list[Figure]:
    """One bar for each layer; none where there is none to draw."""
    if not np.isfinite(list(values.values())).any():
        return []
    title = f"{name.capitalize()} by layer"
    return [Figure("bars", title, tuple(values), tuple(values.values()), unit)]


def told(trace: Trace) -> str:
    """What stands out: where the most units are dead."""
    dead = measured(trace).get(DEAD, {})
    worst = max(dead, key=lambda layer: np.nan_to_num(dead[layer]), default="")
    if not worst or not dead[worst] > 0:
        return ""
    return (
        f"At the end {brief(100 * dead[worst])}% of the units of `{worst}` "
        "were dead."
    )
