"""The pages of a report in the order of the reader, the findings among them."""

import dataclasses
from collections.abc import Sequence

from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.printable import one_line
from keras_troubleshoot.report.report import Report

DEBUG = "debug"  # The stage whose content the findings are.
_BEFORE = "start"  # How the stage before it begins: "start simple".


@dataclasses.dataclass(frozen=True)
class Section:
    """A page with its place in the report.

    Attributes:
        number: its place, from 1.
        page: the page.
        findings: whether the findings, and the fixes, stand on it.
    """

    number: int
    page: Page
    findings: bool

    @property
    def stage(self) -> str:
        """The stage as a word: `"start_simple"` is `"Start simple"`."""
        words = one_line(self.page.stage).replace("_", " ").strip()
        return words[:1].upper() + words[1:]


def sections(report: Report, pages: Sequence[Page]) -> list[Section]:
    """The pages with their places.

    The findings stand on the first page of the stage `"debug"`. Where there
    is none, and something was examined, a page of their own comes after
    those of the stage before.

    Args:
        report: the report.
        pages: its pages, perhaps cut to what there is room for.

    Returns:
        The sections; none for a report without pages.
    """
    held = list(pages)
    stages = [page.stage for page in held]
    told = bool(report.findings or report.examined or report.fixes)
    if held and told and DEBUG not in stages:
        early = [stage.startswith(_BEFORE) for stage in stages]
        place = early.index(False) if False in early else len(early)
        held.insert(place, Page(DEBUG, "Findings", ""))
        stages.insert(place, DEBUG)
    place = stages.index(DEBUG) if DEBUG in stages else None
    return [
        Section(number, page, number - 1 == place)
        for number, page in enumerate(held, 1)
    ]
