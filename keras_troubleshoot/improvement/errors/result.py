"""What `analyze_errors` returns: the table of error types."""

import dataclasses

import numpy as np

from keras_troubleshoot.improvement.errors import paging
from keras_troubleshoot.improvement.errors import telling
from keras_troubleshoot.improvement.errors.shares import Share
from keras_troubleshoot.report.page import Block
from keras_troubleshoot.report.page import Gallery


@dataclasses.dataclass(frozen=True, eq=False)
class ErrorType:
    """One row of the table.

    Attributes:
        source: "tag", "confusion", "slice", "target size" or "cluster".
        name: what it is.
        validation: its share in the validation set; None where not known.
        test_validation: the same of the test validation set.
        gain: by how much the error would fall in test validation (in
            validation, where that is all there is), at most: of tags and
            confusions, if there were none of them; of slices, sizes and
            clusters, if these rows had the error of the others.
        worse: by how much the gain is larger than in validation, where its
            share is significantly larger; else 0.
        p: chance of so many errors if it had nothing to do with them,
            corrected for the number of tests; None where not tested.
        priority: "low", "medium" or "high"; see `priority.of`.
        detail: what else is known, in sentences.
        solutions: what can be done, the first to be tried first.
        calls: of this library that help.
        rows: numbers of the rows with such an error, for each data set.
    """

    source: str
    name: str
    validation: Share | None
    test_validation: Share | None
    gain: float
    worse: float
    p: float | None
    priority: str
    detail: str
    solutions: tuple[str, ...]
    calls: tuple[str, ...]
    rows: tuple[np.ndarray, ...]

    @property
    def lead(self) -> Share:
        """The share that counts: in test validation, where it is known."""
        return self.test_validation or self.validation

    def __str__(self) -> str:
        return telling.sentence(self)


@dataclasses.dataclass(frozen=True, eq=False)
class ErrorAnalysis:
    """Which types of errors there are, and what each is worth.

    Attributes:
        types: the types, the most pressing first. They overlap: their gains
            do not add up.
        measure: what the errors are, such as "error rate".
        errors: the error of each data set, by its name.
        rows: the number of rows of each data set, by its name.
        notes: what was left out, and why.
        galleries: the worst examples, and typical ones of the types.
        title: what was analyzed.
        stopped: whether the user interrupted it.
    """

    types: tuple[ErrorType, ...]
    measure: str
    errors: dict[str, float]
    rows: dict[str, int]
    notes: tuple[str, ...] = ()
    galleries: tuple[Gallery, ...] = ()
    title: str = "Error analysis"
    stopped: bool = False

    @property
    def both(self) -> bool:
        """Whether there are a validation and a test validation set."""
        return len(self.errors) > 1

    def of(self, source: str) -> tuple[ErrorType, ...]:
        """The types of one source, such as "confusion"."""
        return tuple(t for t in self.types if t.source == source)

    def __str__(self) -> str:
        return telling.text(self)

    def page_blocks(self) -> tuple[Block, ...]:
        """The table and the galleries, for the page of a report."""
        return paging.blocks(self)
