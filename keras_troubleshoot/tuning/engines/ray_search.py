"""`RaySearch`: hands trials to Ray, and takes what they tell."""

import contextlib
import dataclasses
import itertools
import time
from collections.abc import Callable
from typing import Any

from keras_tuner.engine import trial as trial_lib

from keras_troubleshoot.tuning.engines import holding
from keras_troubleshoot.tuning.engines import locks
from keras_troubleshoot.tuning.engines import ray_cluster
from keras_troubleshoot.tuning.engines import ray_task
from keras_troubleshoot.tuning.engines.ray_board import Board

# Seconds after which the oracle is asked again, where it had no trial to give.
WAIT = 0.5


@dataclasses.dataclass
class Running:
    """A trial under way.

    Attributes:
        trial_id: of the trial.
        slot: the id under which the oracle knows who runs it.
        run: which run of the task speaks for it; others are not heard.
        runs: how many there were.
    """

    trial_id: str
    slot: str
    run: str | None = None
    runs: int = 0


class RaySearch:
    """A search on Ray.

    Args:
        ray: the library, initialized.
        oracle: of keras-tuner with `Keeping`.
        task: the function of Ray that runs a trial.
        held: a reference to the work.
        options: of the tasks.
        tell: takes a line about what happens.
    """

    def __init__(
        self,
        ray: Any,
        oracle: Any,
        task: Any,
        held: Any,
        options: dict[str, Any],
        tell: Callable[[str], None],
    ):
        self.ray, self.oracle = ray, oracle
        self.task, self.held = task, held
        self.options, self.tell = options, tell
        self.created, self.stopped = 0, False
        # When the oracle is asked for trials again.
        self.asks_at = 0.0
        self.running: dict[Any, Running] = {}
        self.board = self.make_board()
        self.taken = self.board.take.remote()

    def make_board(self) -> Any:
        """The actor, on the node of this process: it lives as long."""
        node = self.ray.get_runtime_context().get_node_id()
        near = (
            self.ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        )
        return (
            self.ray.remote(Board)
            .options(num_cpus=0, scheduling_strategy=near(node, soft=False))
            .remote()
        )

    def run(self, slots: int | None) -> int:
        """Runs trials until there are none left; returns how many."""
        while True:
            if time.monotonic() >= self.asks_at:
                self.fill(slots)
            if self.stopped and not self.running:
                return self.created
            waited = [self.taken, *self.running]
            for ref in self.ray.wait(waited, timeout=WAIT)[0]:
                if ref == self.taken:
                    self.hear()
                else:
                    self.finish(ref)
                    self.asks_at = 0.0

    def fill(self, slots: int | None) -> None:
        """Starts trials while there is room."""
        most = slots or ray_cluster.slots_of(
            self.ray, self.options["num_cpus"], self.options["num_gpus"]
        )
        while not self.stopped and len(self.running) < most:
            slot = self.free_slot()
            with locks.released(self.oracle):
                trial = self.oracle.create_trial(slot)
            if trial.status == "RUNNING":
                self.start(trial, slot)
            elif trial.status == "STOPPED":
                self.stopped = True
            else:
                break
        self.asks_at = time.monotonic() + WAIT

    def free_slot(self) -> str:
        """A name under which the oracle knows who runs a trial."""
        used = {running.slot for running in self.running.values()}
        names = (f"ray-{number}" for number in itertools.count())
        return next(name for name in names if name not in used)

    def start(self, trial: Any, slot: str) -> None:
        """Hands a trial to Ray."""
        name = f"trial {trial.trial_id}"
        ref = self.task.options(name=name, **self.options).remote(
            [self.held], self.board, trial.get_state()
        )
        self.running[ref] = Running(trial.trial_id, slot)
        self.created += 1

    def hear(self) -> None:
        """Answers what trials have told."""
        told = self.ray.get(self.taken)
        self.taken = self.board.take.remote()
        answers = {number: self.answer(message) for number, message in told}
        self.board.answer.remote(answers)

    def answer(self, message: ray_task.Message) -> ray_task.Answer:
        """The answer to a message."""
        by_id = {r.trial_id: r for r in self.running.values()}
        running = by_id.get(message.trial_id)
        if running is None:
            return ray_task.Answer("The search has ended.")
        if message.metrics is None:
            return ray_task.Answer(self.begin(running, message.run))
        if running.run != message.run:
            return ray_task.Answer("It was given to another worker.")
        try:
            with locks.released(self.oracle):
                trial = self.oracle.update_trial(
                    message.trial_id, message.metrics, step=message.step
                )
        except ValueError as error:
            return ray_task.Answer(error=str(error))
        if trial.status != "STOPPED":
            return ray_task.Answer()
        return ray_task.Answer(trial.message or "Discarded.")

    def begin(self, running: Running, run: str) -> str | None:
        """A run of a trial begins; what an earlier one told is dropped."""
        running.run, running.runs = run, running.runs + 1
        if running.runs == 1:
            return None
        # Ray goes on for ever where its monitor ends processes for memory.
        if running.runs > self.options["max_retries"] + 1:
            return (
                f"It ended {running.runs - 1} processes. It may need more "
                "memory than there is."
            )
        self.tell(f"Trial {running.trial_id} is run anew: its worker died")
        self.oracle.requeue(running.trial_id)
        again = self.oracle.create_trial(running.slot)
        if again.trial_id != running.trial_id:
            return "The search has ended."
        return None

    def finish(self, ref: Any) -> None:
        """Ends a trial with what its task returned.

        Raises:
            RuntimeError: its node does not see the folder.
        """
        result = self.result(ref)
        running = self.running.pop(ref)
        own = self.oracle.trials[running.trial_id]
        space = self.oracle.get_space()
        space.values = dict(own.hyperparameters.values)
        if result.hyperparameters is not None:
            space = type(space).from_config(result.hyperparameters)
        trial = trial_lib.Trial(
            space, running.trial_id, result.status, result.message
        )
        try:
            with locks.released(self.oracle):
                self.oracle.end_trial(trial)
        except (RuntimeError, ValueError) as error:
            # Left as it is, the trial would be handed out for ever.
            holding.fail(self.oracle, running.trial_id, str(error))

    def result(self, ref: Any) -> ray_task.Result:
        """What a task returned, or why it did not.

        Raises:
            RuntimeError: its node does not see the folder.
        """
        try:
            result = self.ray.get(ref)
        except self.ray.exceptions.RayError as error:
            return ray_task.Result("FAILED", reason(error))
        if result.status == "UNSEEN":
            raise RuntimeError(
                "`directory` must be seen by all nodes of the cluster, "
                f"received: {result.message}. To mend it, put it on a file "
                "system that the nodes share, or on a `gs://` or the like."
            )
        return result

    def close(self) -> None:
        """Ends what is under way, and puts its trials back."""
        running = list(self.running.values())
        with contextlib.suppress(self.ray.exceptions.RayError):
            for ref in self.running:
                self.ray.cancel(ref, force=True)
            self.ray.kill(self.board)
        self.running.clear()
        for one in running:
            self.oracle.requeue(one.trial_id)


def reason(error: Exception) -> str:
    """Why a task came to nothing, the first line first."""
    text = str(error).strip()
    first = text.splitlines()[-1] if "Traceback" in text else ""
    return "\n".join(part for part in (first, text) if part)
