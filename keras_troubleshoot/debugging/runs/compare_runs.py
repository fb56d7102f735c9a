"""`compare_runs`: a recorded run against runs that are known to be good."""

from typing import Any

import numpy as np

from keras_troubleshoot.debugging.runs import causes
from keras_troubleshoot.debugging.runs import finding_differences as finding
from keras_troubleshoot.debugging.runs import quantities as quantities_lib
from keras_troubleshoot.debugging.runs import run_comparison
from keras_troubleshoot.debugging.runs import sources
from keras_troubleshoot.debugging.runs.record import RunRecord
from keras_troubleshoot.debugging.runs.run_comparison import RunComparison

# Chance of an alarm for another seed of the same program that is aimed at.
ALARMS = 0.02


def compare_runs(
    reference: Any, run: Any, *, slower: float = 2.5
) -> RunComparison:
    """Says whether a training went as the good ones did, and where not.

    A curve of its own does not tell that labels are corrupted, or that the
    inputs are no more normalized: the loss falls. Beside a run that is known
    to be good it shows. What `TrainingMonitor` recorded is compared phase by
    phase, each twice as long as the one before: the loss, and for each layer
    the norms of gradient and weights, the size of the updates, the shares of
    dead units and saturated values; the metrics of each epoch; and the time
    of a step. Named is the first that leaves the range in which another seed
    of the same program is expected.

    That range is a prediction interval of Student's t, with variances drawn
    to what seeds usually do (G. K. Smyth 2004,
    https://doi.org/10.2202/1544-6115.1027) and Bonferroni's correction, so
    that a whole run of another seed is taken for different in few of a
    hundred cases; measured in `benchmarks/compare_runs.py`. Three to five
    references make it sharper than one.

    Args:
        reference: a run that is known to be good, or a list of them (seeds):
            paths of the files that `TrainingMonitor(json=...)` or `csv=` has
            written, monitors, or their `trace`. JSON files hold the metrics
            of each epoch, too.
        run: the new one, likewise.
        slower: how many times as long as in the slowest reference a step may
            take; machines and their load differ.

    Returns:
        The comparison: `ok`, `differences`, `first`, `cause`.

    Raises:
        TypeError: one of them is no run.
        ValueError: a file cannot be read or holds no run, the reference is
            itself not finite, nothing is recorded on both sides, or
            `slower` is not above 1.

    Example:
        ```python
        found = kts.compare_runs(["seed0.json", "seed1.json"], "new.json")
        print(found)
        if not found.ok:
            raise SystemExit(1)
        ```
    """
    require_above_one(slower)
    references = sources.read_several(reference, "reference")
    new = sources.read(run, "run")
    references = [references[0]] + [
        each.named_as(references[0]) for each in references[1:]
    ]
    new = new.named_as(references[0])
    require_healthy(references)
    found, left_out = quantities_lib.quantities(references, new)
    if not found:
        raise ValueError(
            "`run` must have a quantity in common with `reference`, received: "
            f"{new.name!r}, which has none. To mend it, record both with "
            "TrainingMonitor(json=...)."
        )
    differences = [
        *finding.of_layers(references, new),
        *finding.of_quantities(found, ALARMS),
        *finding.of_pace(references, new, slower),
    ]
    differences.sort(key=lambda d: (d.position, -d.excess))
    gone = [d.quantity[6:] for d in differences if d.kind == "layer"]
    left_out = [n for n in left_out if n.partition("/")[2] not in gone]
    ends = [int(r.steps[-1]) + 1 for r in (*references, new)]
    return RunComparison(
        tuple(differences),
        causes.cause(differences, found),
        tuple(quantity.name for quantity in found),
        tuple(left_out),
        tuple(each.name for each in references),
        new.name,
        min(ends),
        run_comparison.notes(references, new, left_out),
    )


def require_healthy(references: list[RunRecord]) -> None:
    """Raises unless the losses of the references are finite.

    Raises:
        ValueError: naming the first that is not.
    """
    for record in references:
        loss = record.columns.get("loss", np.zeros(1))
        bad = ~np.isfinite(loss)
        # Where no loss is known at all, each one is NaN.
        if bad.any() and not np.isnan(loss).all():
            step = int(record.steps[np.argmax(bad)])
            raise ValueError(
                "`reference` must be a good run, received: "
                f"{record.name!r}, whose loss is not finite at step {step}. "
                "To mend it, take a run that ended well."
            )


def require_above_one(slower: Any) -> None:
    """Raises unless it is a number above 1.

    Raises:
        ValueError: it is something else.
    """
    number = isinstance(slower, int | float) and not isinstance(slower, bool)
    if not number or not slower > 1:
        raise ValueError(
            "`slower` must be a number above 1, received: "
            f"slower={slower!r}. To mend it, leave it out: 2.5 allows for "
            "other machines."
        )
