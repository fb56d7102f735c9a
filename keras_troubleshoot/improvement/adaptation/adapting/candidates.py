"""The ways of adaptation that `adapt` tries."""

import dataclasses
import types
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.improvement.adaptation.aligners import adversarial
from keras_troubleshoot.improvement.adaptation.aligners import mmd
from keras_troubleshoot.improvement.adaptation.aligners.class_confusion import (
    ClassConfusion,
)
from keras_troubleshoot.improvement.adaptation.aligners.confusion import (
    DomainConfusion,
)
from keras_troubleshoot.improvement.adaptation.aligners.coral import CORAL
from keras_troubleshoot.improvement.adaptation.aligners.weights import Ramp

SOURCE_ONLY = "source only"


@dataclasses.dataclass(frozen=True)
class Way:
    """One way of adaptation.

    Attributes:
        make: a fresh aligner for so many steps; None aligns nothing.
        conditional: whether features are aligned together with the predicted
            classes, where classes are predicted.
        augmented: whether inputs are augmented.
        recolored: whether the colours of images are drawn anew.
        balanced: whether the classes of the source are equally frequent in a
            batch, where classes are predicted.
        decided: whether predictions for the target are kept from hanging
            between classes, where classes are predicted.
    """

    make: Callable[[int], Any]
    conditional: bool = False
    augmented: bool = True
    recolored: bool = False
    balanced: bool = False
    decided: bool = False

    def output_aligner(self) -> Any:
        """A fresh one, or None."""
        return ClassConfusion() if self.decided else None


NOTHING = Way(lambda steps: None, augmented=False)
KNOWN = types.MappingProxyType(
    {
        "augmented": Way(lambda steps: None),
        "recolored": Way(lambda steps: None, augmented=False, recolored=True),
        # What they compare hangs on the shares of classes in a batch, and
        # alone they may leave rows of the target between two classes.
        "coral": Way(lambda steps: CORAL(), balanced=True, decided=True),
        "mmd": Way(
            lambda steps: mmd.MMD(Ramp(steps, mmd.MAXIMUM)),
            balanced=True,
            decided=True,
        ),
        # Alone, they may bring features of two classes onto each other, too.
        "adversarial": Way(
            lambda steps: adversarial.DomainAdversarial(
                Ramp(steps, adversarial.MAXIMUM)
            ),
            conditional=True,
            decided=True,
        ),
        "confusion": Way(
            lambda steps: DomainConfusion(), conditional=True, decided=True
        ),
    }
)
ALIGNED = ("coral", "mmd", "adversarial", "confusion")


def read(given: Any, augmented: bool, colored: bool = False) -> dict[str, Way]:
    """The ways by name.

    Args:
        given: names, or functions by name that return a fresh aligner; None
            takes all that are known.
        augmented: whether inputs are augmented, so that this alone is one.
        colored: whether they are coloured images.

    Raises:
        ValueError: it is neither, or a name is not known.
    """
    if given is None:
        alone = ("augmented",) * augmented + ("recolored",) * colored
        given = [*alone, *ALIGNED]
    if isinstance(given, str):
        given = [given]
    if isinstance(given, Mapping):
        return {name: way(name, one) for name, one in given.items()}
    if not isinstance(given, Iterable):
        raise wrong(given)
    names = list(given)
    if not names or not all(name in KNOWN for name in names):
        raise wrong(names)
    return {name: KNOWN[name] for name in names}


def way(name: str, one: Any) -> Way:
    """One candidate of the user's."""
    if isinstance(one, str) and one in KNOWN:
        return KNOWN[one]
    if isinstance(one, type) or not callable(one) or hasattr(one, "build"):
        raise ValueError(
            f"Candidate {name!r} must be a function that returns a fresh "
            f"aligner, received: {one!r}. To mend it, write `lambda: CORAL()`."
        )
    return Way(lambda steps: one())


def wrong(given: Any) -> ValueError:
    """The error of candidates that will not do."""
    return ValueError(
        f"`candidates` must be names of {', '.join(KNOWN)}, or functions by "
        f"name that return an aligner, received: {given!r}."
    )
