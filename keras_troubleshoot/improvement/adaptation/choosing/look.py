"""What validators judge: a model on held-out source and on target rows."""

import functools
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import readings
from keras_troubleshoot.improvement.adaptation.choosing import formulas
from keras_troubleshoot.improvement.adaptation.choosing import requirements
from keras_troubleshoot.improvement.adaptation.choosing import risks
from keras_troubleshoot.improvement.adaptation.choosing import rows as rows_lib
from keras_troubleshoot.improvement.adaptation.choosing import seeing
from keras_troubleshoot.improvement.adaptation.choosing import shares
from keras_troubleshoot.improvement.adaptation.choosing.rows import Rows
from keras_troubleshoot.improvement.adaptation.choosing.seeing import Sight

# Rows of each domain that are looked at, by default: similarities of all
# pairs of so many take about a second.
ROWS = 4000


class Look:
    """A model with its weights as they are now; all of it is read once.

    Args:
        sight: the model.
        source: held-out rows with labels; None where there are none.
        target: rows without labels; None where there are none.
        loss: instead of the compiled one.
        output: name of one of several outputs, for what looks at classes.
    """

    def __init__(
        self,
        sight: Sight,
        source: Rows | None = None,
        target: Rows | None = None,
        loss: str | Callable | None = None,
        output: str | None = None,
    ):
        self.sight = sight
        self.source, self.target = source, target
        self.loss, self.output = loss, output

    @functools.cached_property
    def source_seen(self) -> seeing.Seen:
        """What the model makes of the source."""
        if self.source is None:
            raise missing("source", "held-out `(x, y)` of the source")
        return self.sight.see(self.source)

    @functools.cached_property
    def target_seen(self) -> seeing.Seen:
        """What the model makes of the target."""
        if self.target is None:
            raise missing("target", "inputs of the target")
        return self.sight.see(self.target)

    @property
    def head(self) -> Any:
        """The output that decides."""
        return seeing.head_of(self.sight, self.output)

    def probabilities(self, asked: str) -> np.ndarray:
        """Those that the target's rows get, shape (rows, classes)."""
        head = self.head
        shares.require_classes(head, asked)
        made = self.target_seen.outputs[head.name]
        return shares.of_output(head, made, asked)

    @functools.cached_property
    def losses(self) -> np.ndarray:
        """Those of the source's rows, shape (rows,)."""
        made = self.source_seen.outputs
        return risks.of_rows(self.sight.model, made, self.source.y, self.loss)

    @property
    def decides(self) -> bool:
        """Whether one output is meant, and it chooses among classes."""
        if len(self.sight.heads) > 1 and self.output is None:
            return False
        head = self.head
        return not head.regression and (head.told or head.probable)

    @functools.cached_property
    def source_made(self) -> Any:
        """Predictions of classes beside the labels of the source, or None."""
        if self.source is None or not self.decides:
            return None
        head, y = self.head, self.source.y
        if isinstance(y, Mapping):
            y = y[head.name]
        elif isinstance(y, list | tuple):
            y = y[list(self.sight.heads).index(head.name)]
        made = self.source_seen.outputs[head.name]
        found = readings.predictions(head, made, y, None, None, "source")
        return None if found.task == "regression" else found

    @functools.cached_property
    def target_classes(self) -> float | None:
        """How many classes the decisions for the target spread over."""
        if not self.decides:
            return None
        head = self.head
        return spread(head.decide(self.target_seen.outputs[head.name]))

    def features(self, domain: str) -> np.ndarray:
        """Those of "source" or "target".

        Raises:
            ValueError: if the model has none.
        """
        seen = self.source_seen if domain == "source" else self.target_seen
        if seen.features is None:
            raise ValueError(
                "`model` must have a layer with a kernel, received: "
                f"{self.sight.model.name!r} without one. To mend it, name the "
                "layer whose output are the features: `features='...'`."
            )
        rows_lib.require_finite(seen.features, f"the features of {domain}")
        return seen.features


def spread(decided: np.ndarray) -> float:
    """The effective number of values: the exponential of their entropy.

    Of several columns, the mean over them.

    Example:
        >>> round(spread(np.array([0, 1, 2, 2, 1, 0])), 4)
        3.0
    """
    columns = np.reshape(decided, (len(decided), -1)).T
    found = []
    for column in columns:
        counts = np.unique(column, return_counts=True)[1]
        share = counts / counts.sum()
        found.append(np.exp(formulas.entropies(share)))
    return float(np.mean(found))


def missing(name: str, what: str) -> ValueError:
    """The error for rows that a validator needs."""
    return ValueError(
        f"`{name}` must be given for this validator, received: None. To mend "
        f"it, pass {what}."
    )


def at(
    model: Any,
    source: Any = None,
    target: Any = None,
    *,
    features: str | None = None,
    loss: str | Callable | None = None,
    output: str | None = None,
    rows: int = ROWS,
    seed: int = 0,
    names: tuple[str, str] = ("source", "target"),
) -> Look:
    """Looks at a model on rows as the user has them.

    Raises:
        TypeError: if it is no Keras model.
        ValueError: if the rows or an argument will not do.
    """
    requirements.count(rows, "rows", 2)
    requirements.count(seed, "seed", 0)
    if source is not None:
        source = rows_lib.labelled(source, names[0], rows, seed)
    if target is not None:
        target = rows_lib.unlabelled(target, names[1], rows, seed)
    sight = Sight(model, source if target is None else target, features)
    return Look(sight, source, target, loss, output)
