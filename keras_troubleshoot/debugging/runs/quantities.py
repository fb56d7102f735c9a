"""What is compared of runs: each quantity on a scale that suits it."""

import dataclasses

import numpy as np

from keras_troubleshoot.debugging.runs import phases as phases_lib
from keras_troubleshoot.debugging.runs import scales
from keras_troubleshoot.debugging.runs.phases import Phase
from keras_troubleshoot.debugging.runs.record import OF_LAYERS
from keras_troubleshoot.debugging.runs.record import RunRecord
from keras_troubleshoot.debugging.runs.scales import Scale

# Standard deviation from seed to seed that is expected of a quantity before
# anything was seen: of the logarithm, or of a share. Heuristic: what 24 seeds
# of each program of `benchmarks/compare_runs.py` show, rounded up.
SPREADS = {
    "loss": 0.07,
    "validation": 0.15,
    "gradient": 0.25,
    "update": 0.15,
    "weight": 0.05,
    "dead": 0.1,
    "saturated": 0.1,
    "share": 0.05,
}


@dataclasses.dataclass(frozen=True, eq=False)
class Quantity:
    """One quantity of all runs, phase by phase.

    Attributes:
        name: such as `loss`, `gradient/dense` or `history/val_loss`.
        kind: a key of `SPREADS`.
        phases: which.
        scale: on which the rest is.
        reference: mean of each phase of each reference, shape (references,
            phases).
        run: the same of the run, shape (phases,).
        expected: variance from seed to seed that is expected, (phases,).
    """

    name: str
    kind: str
    phases: list[Phase]
    scale: Scale
    reference: np.ndarray
    run: np.ndarray
    expected: np.ndarray


def quantities(
    references: list[RunRecord], run: RunRecord
) -> tuple[list[Quantity], list[str]]:
    """All quantities that can be compared, and the names of the others.

    Args:
        references: runs known to be good.
        run: the new one, with their names of layers.

    Returns:
        The quantities, and what could not be compared.
    """
    found, left_out = [], []
    for names, values_of, places_of, prefix in (
        (columns(references), by_step, lambda r: r.steps, ""),
        (logged(references), by_epoch, epochs, "history/"),
    ):
        for name in names:
            values = [values_of(r, name) for r in (*references, run)]
            if not comparable(prefix + name, values):
                left_out.append(prefix + name)
                continue
            places = [
                places_of(r)[: len(v)]
                for r, v in zip((*references, run), values, strict=True)
            ]
            found.append(quantity(prefix + name, places, values))
    return found, left_out


def comparable(name: str, values: list) -> bool:
    """Whether the references know a quantity, and the run has it.

    Gradients and updates are NaN where they could not be recorded, see
    `TrainingMonitor`; losses and weights that are NaN are so.
    """
    if any(v is None or not len(v) for v in values):
        return False
    if not np.isfinite(np.concatenate(values[:-1])).all():
        return False
    unsure = name.startswith(("gradient/", "update/"))
    return not (unsure and np.isnan(values[-1]).all())


def columns(references: list[RunRecord]) -> list[str]:
    """Names of what was recorded of any reference."""
    return list(dict.fromkeys(n for r in references for n in r.columns))


def logged(references: list[RunRecord]) -> list[str]:
    """Names of what any reference has logged; rates follow a plan."""
    names = dict.fromkeys(n for r in references for n in r.history)
    return [name for name in names if name not in ("lr", "learning_rate")]


def by_step(record: RunRecord, name: str) -> np.ndarray | None:
    """A recorded column."""
    return record.columns.get(name)


def by_epoch(record: RunRecord, name: str) -> np.ndarray | None:
    """A logged metric."""
    return record.history.get(name)


def epochs(record: RunRecord) -> np.ndarray:
    """Numbers of the epochs."""
    return np.arange(max(map(len, record.history.values()), default=0))


def quantity(name: str, places: list, values: list) -> Quantity:
    """One quantity on its scale; the run comes last."""
    parts = phases_lib.phases(places)
    kind = kind_of(name, values[:-1])
    scale = scales.scale(kind, values[:-1])
    pairs = [
        (steps, scale.to(each))
        for steps, each in zip(places, values, strict=True)
    ]
    means = [phases_lib.means(*pair, parts) for pair in pairs]
    noise = [phases_lib.noise(*pair, parts) for pair in pairs[:-1]]
    expected = SPREADS[kind] ** 2 + np.mean(noise, axis=0)
    return Quantity(
        name, kind, parts, scale, np.array(means[:-1]), means[-1], expected
    )


def kind_of(name: str, references: list[np.ndarray]) -> str:
    """Which kind a quantity is, by its name and its values."""
    first = name.split("/")[0]
    if first in OF_LAYERS:
        return first
    logged = name.removeprefix("history/")
    if not logged.endswith("loss"):
        everything = np.concatenate(references)
        if (everything >= 0).all() and (everything <= 1).all():
            return "share"
    return "validation" if logged.startswith("val_") else "loss"
