"""A report as plain Python values, and back."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.report import blocks
from keras_troubleshoot.report.fields import Fields
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Fixes
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Location
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.finding import Skipped
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.plain import plain

SCHEMA = 1  # Raised when an older reader would misread what is written.


def report_to_dict(report) -> dict[str, Any]:
    """A report in values that strict JSON can hold.

    Args:
        report: a `Report`.

    Returns:
        A dictionary with `schema` (the version of this layout), `title`,
        `findings`, `examined`, `skipped`, `context`, `fixes` (None where
        none were tried) and `pages`. Numbers that are not finite are the
        strings `"nan"`, `"inf"` and `"-inf"`; images are text in base64.
    """
    return {
        "schema": SCHEMA,
        "title": str(report.title),
        "findings": plain(report.findings),
        "examined": plain(report.examined),
        "skipped": plain(report.skipped),
        "context": plain(report.context),
        "fixes": plain(report.fixes),
        "pages": [blocks.page_to_dict(page) for page in report.pages],
    }


def report_from_dict(cls: Callable, values: Mapping[str, Any]):
    """The report that `report_to_dict` wrote.

    Args:
        cls: the class of the report, `Report` or one derived from it.
        values: what `report_to_dict` returned, perhaps through JSON.

    Returns:
        A report that says the same. Sequences in `evidence` and `context`
        are lists and what was not finite there is a string; the values of
        figures are numbers again.

    Raises:
        ValueError: if a value is missing, or is not what it must be.
    """
    fields = Fields(values, "")
    schema = fields.get("schema", int)
    if schema != SCHEMA:
        raise ValueError(
            f"`schema` must be {SCHEMA}, received: {schema}. To mend it, read "
            "the report with the version of keras-troubleshoot that wrote it."
        )
    return cls(
        findings=[_finding(f) for f in fields.each("findings")],
        examined=fields.strings("examined"),
        skipped=[
            Skipped(f.get("rule", str), f.get("reason", str))
            for f in fields.each("skipped")
        ],
        title=fields.get("title", str),
        context=fields.get("context", Mapping),
        fixes=_fixes(fields.optional("fixes")),
        pages=_pages(fields),
    )


def _finding(fields: Fields) -> Finding:
    return Finding(
        rule=fields.get("rule", str),
        severity=fields.member("severity", Severity),
        kind=fields.member("kind", Kind),
        where=fields.get("where", str),
        summary=fields.get("summary", str),
        evidence=dict(fields.get("evidence", Mapping)),
        fix=fields.get("fix", str),
        reference=fields.get("reference", str),
        explains=fields.strings("explains"),
        figures=tuple(blocks.read_figure(f) for f in fields.each("figures")),
        location=_location(fields.optional("location")),
        suspected=fields.default("suspected", False),
        tried=fields.default("tried", ""),
    )


def _pages(fields: Fields) -> list[Page]:
    """The pages; none in reports written before there were any."""
    if not fields.has("pages"):
        return []
    return list(map(blocks.read_page, fields.each("pages")))


def _fixes(fields: Fields | None) -> Fixes | None:
    if fields is None:
        return None
    return Fixes(
        told=fields.get("told", str),
        code=fields.strings("code"),
        figures=tuple(blocks.read_figure(f) for f in fields.each("figures")),
    )


def _location(fields: Fields | None) -> Location | None:
    if fields is None:
        return None
    return Location(fields.get("path", str), fields.get("line", int))
