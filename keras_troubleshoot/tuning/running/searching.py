"""A search that was planned, from its folder to what it comes to."""

import dataclasses
import sys
from typing import Any

from keras_troubleshoot.tuning.running import estimating
from keras_troubleshoot.tuning.running import files
from keras_troubleshoot.tuning.running import fingerprint
from keras_troubleshoot.tuning.running import folders
from keras_troubleshoot.tuning.running import machines
from keras_troubleshoot.tuning.running.result import TuningResult
from keras_troubleshoot.tuning.running.telling import Telling
from keras_troubleshoot.tuning.running.tuner import SearchTuner
from keras_troubleshoot.tuning.running.work import Work


@dataclasses.dataclass(frozen=True)
class Plan:
    """A search that was checked and can start."""

    work: Work
    oracle: Any
    test: Any
    finalists: int
    seeds: int
    workers: int
    engine: str | None
    resources: dict[str, Any]
    verbose: bool


def carried_out(
    plan: Plan, directory: str, name: str, overwrite: bool
) -> TuningResult:
    """Searches, as the part of a whole where the environment says so."""
    if machines.is_worker():
        return machines.took_part(plan.work, plan.oracle, directory, name)
    with files.owned(plan.work.folder):
        if overwrite:
            folders.emptied(plan.work.folder)
        tuner = SearchTuner(plan.oracle, plan.work, directory, name)
        fingerprint.require_same(
            plan.work.folder, fingerprint.of(plan.oracle, plan.work)
        )
        folders.taken_up(plan.oracle, plan.work.folder)
        folders.written(plan.oracle)
        work = dataclasses.replace(plan.work, seed=plan.oracle.seed)
        tuner.work = work
        return searched(dataclasses.replace(plan, work=work), tuner)


def searched(plan: Plan, tuner: SearchTuner) -> TuningResult:
    """Runs the trials that are left, then judges the best."""
    oracle, work = plan.oracle, plan.work
    telling = Telling(oracle, plan.verbose)
    telling.begin(work.folder)
    oracle.told = telling
    result = TuningResult(tuner, work.folder)
    try:
        machines.search(plan, tuner, telling.say)
        require_success(result)
        made = estimating.estimate(
            oracle,
            work,
            plan.test,
            finalists=plan.finalists,
            seeds=plan.seeds,
            say=telling.say,
        )
        return dataclasses.replace(result, estimate=made)
    except KeyboardInterrupt:
        oracle.save()
        telling.say("Interrupted; the same call goes on from here.")
        return dataclasses.replace(result, interrupted=True)
    except OSError as error:
        told = error.strerror or error
        raise RuntimeError(
            f"The folder {work.folder!r} could not be written to ({told}): "
            f"the search stops, {len(oracle.end_order)} finished trials are "
            "kept. To mend it, make room and call again: it goes on from "
            "there."
        ) from error
    finally:
        oracle.told = None


def require_success(result: TuningResult) -> None:
    """Raises where no trial came out with anything.

    Raises:
        RuntimeError: all have failed.
    """
    trials = result.trials
    if not trials or any(t.status == "COMPLETED" for t in trials):
        return
    reason = (trials[-1].message or "").strip()
    print(reason, file=sys.stderr)
    first = reason.split("\n", 1)[0]
    raise RuntimeError(
        f"All {len(trials)} trials failed, the last one with {first} To mend "
        f"it, see the trace above, or `message` in {result.folder}/trial_*."
    )
