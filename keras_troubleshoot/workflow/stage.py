"""What came of one stage of the decision tree."""

import dataclasses

from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.page import Block
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import Paragraph

# In the order in which they are walked.
NAMES = ("start simple", "debug", "evaluate", "improve", "tune")


@dataclasses.dataclass(frozen=True)
class Stage:
    """What came of one stage.

    Attributes:
        name: one of `NAMES`.
        told: in a sentence.
        pages: what the report shows of it.
        findings: what is to be mended.
        ended: whether the stages after it make no sense: something is to be
            mended first, or the target is reached.
    """

    name: str
    told: str
    pages: tuple[Page, ...] = ()
    findings: tuple[Finding, ...] = ()
    ended: bool = False


def page(
    stage: str, title: str, blocks: tuple[Block, ...], summary: str = ""
) -> Page:
    """A page; its first paragraph is the summary, where none is given."""
    first = blocks[0] if blocks else None
    if isinstance(first, Paragraph):
        told = first.text.strip()
        if not summary or told == summary.strip():
            summary, blocks = told, blocks[1:]
    return Page(stage, title, summary, tuple(blocks))
