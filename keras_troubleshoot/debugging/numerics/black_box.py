"""What a failed step leaves in a folder, so that it can be replayed."""

import contextlib
import os
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_troubleshoot.debugging.numerics import definitions
from keras_troubleshoot.debugging.numerics import replay_script
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts.passes import first_lines

NAMES = ("x", "y", "sample_weight")


class BlackBox:
    """Writes model, batch and a program that replays the step.

    Each file is written beside and then put in its place, so that none is
    there by half.

    Args:
        folder: where to.
    """

    def __init__(self, folder: Any):
        self.folder = pathlib.Path(folder)
        self.told: list[str] = []

    def write(self, model: Any, parts: tuple) -> list[str]:
        """Writes all that can be written.

        Args:
            model: with the weights before the step.
            parts: inputs, targets and weights of its batch.

        Returns:
            Lines that say what was written, and what was not and why.
        """
        if not self.attempt(
            "folder", lambda: os.makedirs(self.folder, exist_ok=True)
        ):
            return self.told
        batch = self.put("batch.npz", lambda path: save(path, parts))
        saved = self.put("model.keras", model.save)
        if not saved:
            self.put("model.weights.h5", model.save_weights)
        elif batch:
            self.write_script(model, parts)
        return self.told

    def write_script(self, model: Any, parts: tuple) -> None:
        """Writes `replay.py`, and what the model needs of the user's code."""
        needs = definitions.needs(model)
        text = replay_script.script(parts, needs)
        source = needs.source
        if source:
            self.put("definitions.py", lambda path: write(path, source))
        if self.put("replay.py", lambda path: write(path, text)):
            here = self.folder / "replay.py"
            self.told.append(f"To see it again: python {here}")
        if needs.lost:
            names = ", ".join(needs.lost)
            self.told.append(
                f"`replay.py` cannot import {names}: define them at the top "
                "level of a module, and add them to `custom_objects` there."
            )
        else:
            self.try_to_load(model, needs)

    def try_to_load(self, model: Any, needs: definitions.Needs) -> None:
        """Says so where the model that was saved cannot be loaded."""
        import keras

        with own_state.preserved(model):
            try:
                keras.models.load_model(
                    self.folder / "model.keras", custom_objects=needs.objects
                )
            except Exception as error:
                self.told.append(
                    "`replay.py` cannot load the model: "
                    f"{type(error).__name__}: {first_lines(error)} Build it "
                    "there instead, and give it to `locate`."
                )

    def put(self, name: str, save: Callable[[Any], Any]) -> bool:
        """Writes one file; says so, or why not."""
        # Keras looks at the ends of names.
        beside = self.folder / f"partial-{name}"

        def act():
            save(str(beside))
            os.replace(beside, self.folder / name)

        try:
            return self.attempt(name, act)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)

    def attempt(self, name: str, act: Callable[[], Any]) -> bool:
        """Does something; an error is said, and does not end the program."""
        where = self.folder if name == "folder" else self.folder / name
        try:
            act()
        except Exception as error:
            # The program that trains must not end for want of a record.
            self.told.append(
                f"Could not write {where}: {type(error).__name__}: "
                f"{first_lines(error)} The batch is in `guard.batch`."
            )
            return False
        if name != "folder":
            self.told.append(f"Wrote {where}")
        return True


def write(path: str, text: str) -> None:
    """Writes a text file."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def save(path: str, parts: tuple) -> None:
    """Writes the arrays of a batch by name, without pickles."""
    arrays = {}
    for name, part in zip(NAMES, parts, strict=True):
        for leaf_name, leaf in nests.leaves(part, name):
            array = np.asarray(leaf)
            if array.dtype.kind == "O":
                array = as_text(array)
            arrays[leaf_name] = array
    with open(path, "wb") as file:
        np.savez(file, **arrays)


def as_text(array: np.ndarray) -> np.ndarray:
    """Strings of TensorFlow (bytes) as strings of NumPy."""
    texts = [
        part.decode("utf-8", "replace")
        if isinstance(part, bytes)
        else str(part)
        for part in array.ravel()
    ]
    return np.array(texts, dtype=str).reshape(array.shape)
