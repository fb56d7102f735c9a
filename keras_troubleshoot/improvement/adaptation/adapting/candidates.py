"""The ways of adaptation that `adapt` tries."""

import types
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.improvement.adaptation.aligners.adversarial import (
    DomainAdversarial,
)
from keras_troubleshoot.improvement.adaptation.aligners.confusion import (
    DomainConfusion,
)
from keras_troubleshoot.improvement.adaptation.aligners.coral import CORAL
from keras_troubleshoot.improvement.adaptation.aligners.mmd import MMD
from keras_troubleshoot.improvement.adaptation.aligners.weights import Ramp

SOURCE_ONLY = "source only"
KNOWN = types.MappingProxyType(
    {
        "augmented": lambda steps: None,
        "coral": lambda steps: CORAL(),
        "mmd": lambda steps: MMD(),
        "adversarial": lambda steps: DomainAdversarial(Ramp(steps)),
        "confusion": lambda steps: DomainConfusion(),
    }
)
ALIGNED = ("coral", "mmd", "adversarial", "confusion")

Make = Callable[[int], Any]


def read(given: Any, augmented: bool) -> dict[str, Make]:
    """Functions of the number of steps that make an aligner, by name.

    Args:
        given: names, or functions by name that return a fresh aligner; None
            takes all that are known.
        augmented: whether inputs are augmented, so that this alone is one.

    Raises:
        ValueError: it is neither, or a name is not known.
    """
    if given is None:
        given = KNOWN if augmented else ALIGNED
    if isinstance(given, str):
        given = [given]
    if isinstance(given, Mapping):
        return {name: maker(name, one) for name, one in given.items()}
    if not isinstance(given, Iterable):
        raise wrong(given)
    names = list(given)
    if not names or not all(name in KNOWN for name in names):
        raise wrong(names)
    return {name: KNOWN[name] for name in names}


def maker(name: str, one: Any) -> Make:
    """One candidate of the user's."""
    if isinstance(one, str) and one in KNOWN:
        return KNOWN[one]
    if isinstance(one, type) or not callable(one) or hasattr(one, "build"):
        raise ValueError(
            f"Candidate {name!r} must be a function that returns a fresh "
            f"aligner, received: {one!r}. To mend it, write `lambda: CORAL()`."
        )
    return lambda steps: one()


def wrong(given: Any) -> ValueError:
    """The error of candidates that will not do."""
    return ValueError(
        f"`candidates` must be names of {', '.join(KNOWN)}, or functions by "
        f"name that return an aligner, received: {given!r}."
    )
