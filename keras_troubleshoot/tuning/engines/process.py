"""`Process`: one worker on this machine."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from keras_troubleshoot.tuning.engines import orphans

MODULE = "keras_troubleshoot.tuning.engines.worker"
LINES = 15
# What the kernel sends where memory runs out.
KILLED = 9


class Process:
    """A worker process, from its start to its end.

    Args:
        tuner_id: its name, different for each process ever started.
        folder: private, with the payload; its output goes there.
        address: of the chief.
        most: trials after which it ends; None for no limit.
        environment: see `resources`.
    """

    def __init__(
        self,
        tuner_id: str,
        folder: str,
        address: str,
        most: int | None,
        environment: Mapping[str, str],
    ):
        self.tuner_id = tuner_id
        self.log = os.path.join(folder, f"{tuner_id}.log")
        command = [sys.executable, "-P", "-m", MODULE, folder]
        with open(self.log, "wb") as log:
            self.popen = subprocess.Popen(
                [*command, str(most or 0)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**environment, **self.told(address)},
                # Ctrl-C is for the parent, which then ends it.
                start_new_session=True,
            )

    def told(self, address: str) -> dict[str, str]:
        """keras-tuner's environment, and that of this Python."""
        host, _, port = address.partition(":")
        path = [entry or os.getcwd() for entry in sys.path]
        return {
            "KERASTUNER_TUNER_ID": self.tuner_id,
            "KERASTUNER_ORACLE_IP": host,
            "KERASTUNER_ORACLE_PORT": port,
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONUNBUFFERED": "1",
            orphans.PARENT: str(os.getpid()),
        }

    def ended(self) -> bool:
        """Whether it is no more."""
        return self.popen.poll() is not None

    def reason(self) -> str:
        """How it ended, in words."""
        code = self.popen.returncode
        if code >= 0:
            return f"its process ended with exit code {code}"
        memory = ", perhaps for memory" if code == -KILLED else ""
        return f"its process was killed by signal {-code}{memory}"

    def output(self) -> str:
        """The last lines of what it wrote."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-LINES:]).strip()

    def kill(self) -> None:
        """Ends it, and what it started."""
        if self.ended():
            return
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except (AttributeError, ProcessLookupError):
            self.popen.kill()
        self.popen.wait()
