"""Reads JSON objects with errors that say where something is wrong."""

import enum
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.report.printable import shortened

MEND = "To mend it, write the report anew with `Report.to_json`."


class Fields:
    """The fields of one JSON object, read with errors that say where.

    Args:
        values: the object.
        path: where it stands in the report, such as `"findings[2]"`.
    """

    def __init__(self, values: Any, path: str):
        if not isinstance(values, Mapping):
            raise wrong(path or "report", "a dictionary", values)
        self._values = values
        self._path = path

    @property
    def place(self) -> str:
        """Where the object itself stands."""
        return self._path or "report"

    def has(self, name: str) -> bool:
        """Whether there is a field `name`."""
        return name in self._values

    def get(self, name: str, kind: type) -> Any:
        """The field `name`, which must be of this kind."""
        path = self.path(name)
        if name not in self._values:
            known = ", ".join(map(repr, self._values)) or "no field"
            raise ValueError(
                f"`{path}` must be given, received: {known}. {MEND}"
            )
        value = self._values[name]
        if not isinstance(value, kind):
            raise wrong(path, _NAMES[kind], value)
        return value

    def default(self, name: str, value: Any) -> Any:
        """The field `name`, or `value` in reports written before it was."""
        if name not in self._values:
            return value
        return self.get(name, type(value))

    def optional(self, name: str) -> "Fields | None":
        """The object in the field `name`, where there is one."""
        held = self._values.get(name)
        return None if held is None else Fields(held, self.path(name))

    def each(self, name: str) -> list["Fields"]:
        """The objects in the list `name`."""
        held = self.get(name, list)
        path = self.path(name)
        return [Fields(v, f"{path}[{i}]") for i, v in enumerate(held)]

    def strings(self, name: str) -> tuple[str, ...]:
        """The strings in the list `name`."""
        for index, held in enumerate(self.get(name, list)):
            if not isinstance(held, str):
                raise wrong(f"{self.path(name)}[{index}]", "a string", held)
        return tuple(self._values[name])

    def member(self, name: str, members: type[enum.Enum]) -> Any:
        """The field `name`, one of the values of an enumeration."""
        value = self.get(name, str)
        names = [member.value for member in members]
        if value not in names:
            known = "one of " + ", ".join(map(repr, names))
            raise wrong(self.path(name), known, value)
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


def wrong(path: str, kind: str, value: Any) -> ValueError:
    """The error that says what stood where, and what should."""
    received = shortened(repr(value))
    return ValueError(f"`{path}` must be {kind}, received: {received}. {MEND}")
