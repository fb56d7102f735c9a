"""After a `fit`: more of a stream is read where weights became NaN."""

import inspect
from collections.abc import Iterable
from typing import Any

from keras_troubleshoot.debugging import aftermath
from keras_troubleshoot.facts import data
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts.sample import UnreadableData
from keras_troubleshoot.report.finding import Severity

# How much of a stream is read again.
DEEP = {"limit": 200_000, "batches": 100_000, "seconds": 10.0}
RULES = ("input-non-finite", "target-non-finite")


def unexplained_nan(look: Any, model: Any) -> bool:
    """Whether a stream made weights NaN, and nobody knows why.

    The weights tell: ReLU can hide their NaN behind a finite loss.
    """
    known = any(f.severity is Severity.ERROR for f in look.findings)
    if not look.facts.data.streamed or known:
        return False
    return not aftermath.finite(model)


def look(look: Any, parts: tuple, rules: Iterable[str]) -> None:
    """Reads much more of a stream, for a NaN that the sample missed.

    Args:
        look: the `Look` before the training; takes up what is found.
        parts: inputs, targets and weights as `fit` was given them.
        rules: ids of those that are wanted.
    """
    if inspect.isgenerator(parts[0]):
        return
    try:
        sample = reading.read(*parts[:3], **DEEP)
    except UnreadableData:
        return
    look.facts.add(data=data.profile(sample))
    look.conclude([name for name in RULES if name in rules])
