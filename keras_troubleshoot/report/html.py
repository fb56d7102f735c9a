"""A report as a page that stands by itself, and as a part of a notebook."""

import functools
import hashlib
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from keras_troubleshoot.report import cells
from keras_troubleshoot.report import figures
from keras_troubleshoot.report import fitting
from keras_troubleshoot.report import outline
from keras_troubleshoot.report import prose
from keras_troubleshoot.report import sections
from keras_troubleshoot.report import thumbnails
from keras_troubleshoot.report.plain import plain
from keras_troubleshoot.report.printable import brief
from keras_troubleshoot.report.printable import one_line
from keras_troubleshoot.report.report import Report

_ELEMENTS = 50  # Elements of a list or dictionary that a table cell shows.
_CELL = 300  # Characters.
_ROOM = fitting.Room(
    rows=200,
    columns=50,
    characters=20_000,
    examples=60,
    example=800,
    bytes=1_900_000,  # As text they are a third more: the page is < 3 MB.
)


def render(report: Report) -> str:
    """The report as one HTML page.

    The page holds all that it shows: it asks the network for nothing, runs no
    script, and its content security policy forbids both. Every string of the
    report is escaped.

    Args:
        report: the report.

    Returns:
        The page; to be written as UTF-8.
    """
    return _render("page.html.jinja", report, "kts")


def render_fragment(report: Report) -> str:
    """The report as HTML for a notebook: no `<html>`, its styles apart.

    Args:
        report: the report.

    Returns:
        A `<style>` that touches nothing outside, and a `<div>`. Ids start
        with a digest of the report, as a notebook may show several.
    """
    digest = hashlib.sha256(report.to_json().encode("ascii")).hexdigest()
    return _render("fragment.html.jinja", report, f"kts-{digest[:8]}")


def _render(template: str, report: Report, prefix: str) -> str:
    gravest = outline.gravest(report)
    page = _environment().get_template(template)
    pages = fitting.fit(report.pages, _ROOM)
    return page.render(
        report=report,
        entries=outline.entries(report),
        verdict=outline.verdict(report),
        tone=gravest.value if gravest else "ok",
        skipped=outline.skipped_by_reason(report),
        prefix=prefix,
        sections=sections.sections(report, pages),
        heading="h3" if pages else "h2",
    )


@functools.cache
def _environment() -> Any:
    """The templates, which escape all but the drawings."""
    import jinja2
    import markupsafe

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "blocks": prose.blocks,
        "cell": functools.partial(cells.cell, size=_CELL),
        "data": thumbnails.data,
        "diagnoses": outline.diagnoses,
        "kind": lambda block: type(block).__name__,
        "layout": thumbnails.layout,
        "left_out": figures.left_out,
        "line": one_line,
        "links": prose.links,
        "numeric": cells.numeric,
        "rows": _rows,
        "small": thumbnails.small,
    }
    environment.globals["draw"] = lambda figure, prefix: markupsafe.Markup(
        figures.draw(figure, prefix)
    )
    return environment


class _Row(NamedTuple):
    """A row of a table: its value, or rows of its own."""

    name: str
    value: str
    rows: list["_Row"]


def _rows(values: Mapping[str, Any], nested: bool = True) -> list[_Row]:
    """Values by name as rows; a dictionary among them has rows, too."""
    return [
        _Row(
            one_line(name),
            brief(held, _ELEMENTS),
            _rows(held, False) if nested and _is_table(held) else [],
        )
        for name, held in plain(values).items()
    ]


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and len(value) <= _ELEMENTS
