"""Notes on trials: in a file of their own, which no search writes over."""

import json
import os
from typing import Any

from keras_troubleshoot.tuning.running import files

NAME = "notes.json"


class Notes:
    """What the user wrote beside trials.

    Args:
        folder: of the search; None keeps nothing.
    """

    def __init__(self, folder: str | None):
        self.path = os.path.join(folder, NAME) if folder else None
        held = files.read(self.path) if self.path else None
        self.held: dict[str, str] = held if isinstance(held, dict) else {}

    def __getitem__(self, trial_id: str) -> str:
        return str(self.held.get(trial_id, ""))

    def write(self, trial_id: str, note: Any) -> None:
        """Keeps a note; an empty one is none."""
        self.held[trial_id] = str(note)
        if self.path:
            files.write(self.path, json.dumps(self.held))
