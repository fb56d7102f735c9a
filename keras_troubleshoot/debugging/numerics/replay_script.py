"""The program that replays a failed step."""

from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.debugging.numerics.definitions import Needs

NAMES = ("x", "y", "sample_weight")


def script(parts: tuple, needs: Needs) -> str:
    """A Python program that loads model and batch, and replays the step.

    Args:
        parts: inputs, targets and weights of the batch.
        needs: what the model needs of the user's code.
    """
    lines = ['"""Replays the step that was not finite."""', ""]
    lines += ["import pathlib", "import sys", "", "import keras"]
    lines += ["import numpy as np", ""]
    lines += ["from keras_troubleshoot.debugging import numerics", ""]
    lines += ["HERE = pathlib.Path(__file__).resolve().parent"]
    lines += ["sys.path.insert(0, str(HERE))"]
    lines += [f"sys.path.append({folder!r})" for folder in needs.folders]
    lines += [f"from {module} import {name}" for module, name in needs.imports]
    pairs = ", ".join(f"{name!r}: {name}" for _, name in needs.imports)
    lines += ["", 'batch = np.load(HERE / "batch.npz", allow_pickle=False)']
    lines += ["model = keras.models.load_model("]
    lines += [f'    HERE / "model.keras", custom_objects={{{pairs}}}', ")"]
    lines += ["location = numerics.locate("]
    lines += ["    model,"]
    for name, part in zip(NAMES, parts, strict=True):
        lines += [f"    {name}={expression(part, name)},"]
    lines += [")", 'print(location or "The step is finite.")', ""]
    return "\n".join(lines)


def expression(part: Any, name: str) -> str:
    """Python code of a nested structure of arrays of the batch.

    Example:
        >>> expression((1, [2, None]), "x")
        "(batch['x[0]'], [batch['x[1][0]'], None],)"
    """
    if part is None:
        return "None"
    if isinstance(part, Mapping):
        inner = ", ".join(
            f"{key!r}: {expression(value, f'{name}[{key!r}]')}"
            for key, value in part.items()
        )
        return f"{{{inner}}}"
    if isinstance(part, list | tuple):
        inner = ", ".join(
            expression(value, f"{name}[{i}]") for i, value in enumerate(part)
        )
        return f"[{inner}]" if isinstance(part, list) else f"({inner},)"
    return f"batch[{name!r}]"
