"""A report as plain Python values, and back."""

import enum
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Fixes
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Location
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.finding import Skipped
from keras_troubleshoot.report.plain import plain
from keras_troubleshoot.report.printable import shortened

SCHEMA = 1  # Raised when an older reader would misread what is written.

_MEND = "To mend it, write the report anew with `Report.to_json`."


def report_to_dict(report) -> dict[str, Any]:
    """A report in values that strict JSON can hold.

    Args:
        report: a `Report`.

    Returns:
        A dictionary with `schema` (the version of this layout), `title`,
        `findings`, `examined`, `skipped`, `context` and `fixes` (None where
        none were tried). Numbers that are not finite are the strings
        `"nan"`, `"inf"` and `"-inf"`.
    """
    return {
        "schema": SCHEMA,
        "title": str(report.title),
        "findings": plain(report.findings),
        "examined": plain(report.examined),
        "skipped": plain(report.skipped),
        "context": plain(report.context),
        "fixes": plain(report.fixes),
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
    fields = _Fields(values, "")
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
    )


class _Fields:
    """The fields of one JSON object, read with errors that say where.

    Args:
        values: the object.
        path: where it stands in the report, such as `"findings[2]"`.
    """

    def __init__(self, values: Any, path: str):
        if not isinstance(values, Mapping):
            raise _wrong(path or "report", "a dictionary", values)
        self._values = values
        self._path = path

    def get(self, name: str, kind: type) -> Any:
        """The field `name`, which must be of this kind."""
        path = self.path(name)
        if name not in self._values:
            known = ", ".join(map(repr, self._values)) or "no field"
            raise ValueError(
                f"`{path}` must be given, received: {known}. {_MEND}"
            )
        value = self._values[name]
        if not isinstance(value, kind):
            raise _wrong(path, _NAMES[kind], value)
        return value

    def default(self, name: str, value: Any) -> Any:
        """The field `name`, or `value` in reports written before it was."""
        if name not in self._values:
            return value
        return self.get(name, type(value))

    def optional(self, name: str) -> "_Fields | None":
        """The object in the field `name`, where there is one."""
        held = self._values.get(name)
        return None if held is None else _Fields(held, self.path(name))

    def each(self, name: str) -> list["_Fields"]:
        """The objects in the list `name`."""
        held = self.get(name, list)
        path = self.path(name)
        return [_Fields(v, f"{path}[{i}]") for i, v in enumerate(held)]

    def strings(self, name: str) -> tuple[str, ...]:
        """The strings in the list `name`."""
        for index, held in enumerate(self.get(name, list)):
            if not isinstance(held, str):
                raise _wrong(f"{self.path(name)}[{index}]", "a string", held)
        return tuple(self._values[name])

    def member(self, name: str, members: type[enum.Enum]) -> Any:
        """The field `name`, one of the values of an enumeration."""
        value = self.get(name, str)
        names = [member.value for member in members]
        if value not in names:
            known = "one of " + ", ".join(map(repr, names))
            raise _wrong(self.path(name), known, value)
        return members(value)

    def path(self, name: str) -> str:
        """Where the field `name` stands in the report."""
        return f"{self._path}.{name}" if self._path else name


_NAMES = {
    str: "a string",
    int: "an integer",
    bool: "true or false",
    list: "a list",
    Mapping: "a dictionary",
}


def _finding(fields: _Fields) -> Finding:
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
        figures=tuple(_figure(f) for f in fields.each("figures")),
        location=_location(fields.optional("location")),
        suspected=fields.default("suspected", False),
        tried=fields.default("tried", ""),
    )


def _fixes(fields: _Fields | None) -> Fixes | None:
    if fields is None:
        return None
    return Fixes(
        told=fields.get("told", str),
        code=fields.strings("code"),
        figures=tuple(_figure(f) for f in fields.each("figures")),
    )


def _figure(fields: _Fields) -> Figure:
    values = fields.get("values", list)
    try:
        numbers = tuple(map(_numbers, values))
    except (TypeError, ValueError):
        raise _wrong(fields.path("values"), "numbers", values) from None
    return Figure(
        kind=fields.get("kind", str),
        title=fields.get("title", str),
        labels=fields.strings("labels"),
        values=numbers,
        unit=fields.get("unit", str),
    )


def _numbers(value: Any) -> Any:
    """A number, or the numbers of a line; `"nan"` is one again."""
    if isinstance(value, list):
        return tuple(map(_numbers, value))
    return float(value) if isinstance(value, str) else value + 0


def _location(fields: _Fields | None) -> Location | None:
    if fields is None:
        return None
    return Location(fields.get("path", str), fields.get("line", int))


def _wrong(path: str, kind: str, value: Any) -> ValueError:
    received = shortened(repr(value))
    return ValueError(f"`{path}` must be {kind}, received: {received}. {_MEND}")
