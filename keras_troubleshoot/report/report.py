"""The report: what was found, what was examined, what could not be."""

import json
from collections.abc import Iterable
from typing import Any

from keras_troubleshoot.report import ranking
from keras_troubleshoot.report import serialization
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Fixes
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.finding import Skipped
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import refuse_others


class TroubleshootError(RuntimeError):
    """Raised by `Report.raise_if`; `report` holds the whole report."""

    def __init__(self, message: str, report: "Report"):
        super().__init__(message)
        self.report = report


class Report:
    """Findings, ranked, with what was examined and what was not.

    Args:
        findings: in any order; the report ranks them.
        examined: ids of the rules that had what they need.
        skipped: rules that had not, and why.
        title: what was looked at, such as the name of the model.
        context: what the reader may want to know beside the findings, by
            name: versions, sizes, times. Plain Python values.
        repair: the remedies that were tried, where some were; it is not
            written to files.
        fixes: what came of them, for the reader.
        pages: what the stages of the decision tree show, in their order;
            the findings are what the stage `"debug"` says.

    Raises:
        TypeError: if one of `pages` is no `Page`.

    Attributes:
        findings: the findings, ranked: a root cause stands above the
            symptoms that it explains.
        examined: ids of the rules that were examined.
        skipped: the rules that could not be examined, each with `rule` and
            `reason`.
        pages: the pages of the stages.
    """

    def __init__(
        self,
        findings: Iterable[Finding] = (),
        examined: Iterable[str] = (),
        skipped: Iterable[Skipped] = (),
        title: str = "",
        context: dict[str, Any] | None = None,
        repair: Any = None,
        fixes: Fixes | None = None,
        pages: Iterable[Page] = (),
    ):
        self.findings = ranking.rank(findings)
        self.examined = list(dict.fromkeys(examined))
        self.skipped = list(skipped)
        self.title = title
        self.context = dict(context or {})
        self.fixes = fixes if repair is None else repair.fixes
        self.pages = list(pages)
        refuse_others("pages", self.pages, Page, "`Page`s")
        self._repair = repair

    @property
    def ok(self) -> bool:
        """Whether there is neither an error nor a warning."""
        return not self.at_least(Severity.WARNING)

    def at_least(self, severity: Severity | str) -> list[Finding]:
        """The findings of this severity or a graver one, ranked.

        Args:
            severity: a `Severity`, or `"error"`, `"warning"` or `"advice"`.

        Raises:
            ValueError: if there is no such severity.
        """
        limit = as_severity(severity).rank
        return [f for f in self.findings if f.severity.rank <= limit]

    def raise_if(self, severity: Severity | str = Severity.ERROR) -> None:
        """Raises where something is found that is at least so grave.

        Args:
            severity: a `Severity`, or `"error"` (the default), `"warning"`
                or `"advice"`.

        Raises:
            TroubleshootError: with the findings as its message.
            ValueError: if there is no such severity.
        """
        found = self.at_least(severity)
        if found:
            raise TroubleshootError("\n".join(map(str, found)), self)

    def fixed_model(self) -> Any:
        """The repaired model: compiled, with the weights of the start.

        `session.refit()` trains it as the user trained the model.

        Raises:
            RuntimeError: if no remedies were tried.
        """
        return self._tried().model()

    def patch(self) -> str:
        """What the remedies that were kept change, in Keras code.

        Empty where none was kept.

        Raises:
            RuntimeError: if no remedies were tried.
        """
        return "\n".join(self._tried().code)

    def _tried(self) -> Any:
        if self._repair is None:
            raise RuntimeError(
                "No remedies were tried for this report. To mend it, call "
                "`session.try_fixes()`, or `kts.troubleshoot(..., "
                "try_fixes=True)`."
            )
        return self._repair

    def to_dict(self) -> dict[str, Any]:
        """The report as plain Python values; `from_dict` reads them.

        They are strict JSON: what is not finite is `"nan"`, `"inf"` or
        `"-inf"`.
        """
        return serialization.report_to_dict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Report":
        """The report that `to_dict` wrote.

        Raises:
            ValueError: if `values` is not such a report.
        """
        return serialization.report_from_dict(cls, values)

    def show(self, console: Any = None) -> None:
        """Prints the report, in colour where the output is a terminal.

        Args:
            console: a `rich.console.Console`; standard output by default.
        """
        from keras_troubleshoot.report import text

        text.show(self, console)

    def to_json(self, path=None) -> str:
        """The report as JSON text, also written to `path` if given.

        Raises:
            OSError: if `path` cannot be written.
        """
        text = json.dumps(self.to_dict(), indent=1, allow_nan=False)
        return written(text, path)

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """The report that `to_json` wrote.

        Raises:
            ValueError: if the text is not JSON, or not such a report.
        """
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(
                f"`text` must be JSON, received: text={text[:40]!r} ({error})."
                " To mend it, pass what `Report.to_json` returned."
            ) from None
        return cls.from_dict(values)

    def to_html(self, path=None) -> str:
        """The report as one self-contained page, written to `path` if given.

        Raises:
            OSError: if `path` cannot be written.
        """
        from keras_troubleshoot.report import html

        return written(html.render(self), path)

    def to_sarif(self, path=None) -> str:
        """The findings as SARIF 2.1.0, written to `path` if given.

        Raises:
            OSError: if `path` cannot be written.
        """
        from keras_troubleshoot.report import sarif

        return written(sarif.render(self), path)

    def _repr_html_(self) -> str:
        from keras_troubleshoot.report import html

        return html.render_fragment(self)

    def __str__(self) -> str:
        from keras_troubleshoot.report import text

        return text.render(self)


def written(text: str, path) -> str:
    """The text, also written to `path` unless that is None."""
    if path is not None:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return text


def as_severity(severity: Severity | str) -> Severity:
    """A severity from its name.

    Raises:
        ValueError: if there is no such severity.
    """
    if isinstance(severity, Severity):
        return severity
    try:
        return Severity(severity)
    except ValueError:
        names = ", ".join(repr(s.value) for s in Severity)
        raise ValueError(
            f"`severity` must be one of {names}, received: {severity!r}."
        ) from None
