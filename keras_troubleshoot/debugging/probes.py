"""Batch sizes, tried in processes that may run out of memory."""

import dataclasses
import json
import subprocess
import sys


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One batch size that was tried.

    Attributes:
        batch_size: its rows.
        fits: whether two steps came to their end.
        peak: most bytes that the steps took; None where they did not end.
        reason: why they did not.
    """

    batch_size: int
    fits: bool
    peak: int | None = None
    reason: str = ""


class Probe:
    """Tries batch sizes in processes of their own."""

    def __init__(self, folder: str, source: str, limit: int, timeout: float):
        self.folder = folder
        self.source = source
        self.limit = limit
        self.timeout = timeout

    def run(self, sizes: list[int]) -> list[Attempt]:
        """Tries rising sizes in one process, until one does not fit."""
        module = "keras_troubleshoot.debugging.memory_probe"
        command = [sys.executable, "-m", module, self.folder, self.source]
        command += [str(self.limit), *map(str, sizes)]
        came = f"it took more than {self.timeout:g} seconds"
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=self.timeout
            )
            said, came = done.stdout, ended(done)
        except subprocess.TimeoutExpired as late:
            said = (late.stdout or b"").decode("utf-8", "replace")
        marked = [n for n in said.splitlines() if n.startswith('{"batch_size"')]
        found = [Attempt(**json.loads(line)) for line in marked]
        if len(found) < len(sizes) and all(a.fits for a in found):
            found.append(Attempt(sizes[len(found)], False, reason=came))
        return found


def ended(done: subprocess.CompletedProcess) -> str:
    """Why a process ended before it was done.

    Raises:
        RuntimeError: if it was not for want of memory.
    """
    if done.returncode == 0:
        return ""
    if done.returncode < 0 or "bad_alloc" in done.stderr:
        return "the process was ended for want of memory"
    said = (done.stderr.strip().splitlines() or ["no message"])[-1]
    raise RuntimeError(
        f"A training step must run to find its batch size, but: {said} To "
        "mend it, see that `model.train_on_batch(x[:2], y[:2])` works."
    )
